// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/json.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

using Value = nlohmann::json;

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kKeptBesideEntries = 10'000;  // values

const Value& of(const std::shared_ptr<const void>& value) { return *static_cast<const Value*>(value.get()); }

/// Builds the document from what the library reads. The library's own builder, where it may be asked to stop or to leave
/// something out, takes time by the square of a list's length.
class Builder : public nlohmann::json_sax<Value> {
 public:
  /// `take` may be empty: everything is kept. Called for each object in a list that is in no other list.
  using Take = std::function<void(std::string_view path, Value&& entry)>;
  Builder(const Take& take, std::string_view secret) : take_(take), secret_(secret) {}

  /// Sets `bytes` to 0 at each value.
  void count_in(std::size_t& bytes) { bytes_ = &bytes; }

  Value root;
  std::string error;

  bool null() override { return add(nullptr) != nullptr; }
  bool boolean(bool value) override { return add(value) != nullptr; }
  bool number_integer(number_integer_t value) override { return add(value) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return add(value) != nullptr; }
  bool number_float(number_float_t value, const string_t&) override { return add(value) != nullptr; }
  bool string(string_t& value) override { return add(std::move(value)) != nullptr; }
  bool binary(binary_t&) override { return false; }  // no such thing in text

  bool start_object(std::size_t) override {
    const bool is_entry = take_ && lists_ == 1 && !in_secret_ && open_.back()->is_array();
    if (is_entry) {
      entry_ = Value::object();
      return open(&entry_);
    }
    return open(add(Value::object()));
  }
  bool key(string_t& key) override {
    if (in_secret_) return true;
    slot_ = &(*open_.back())[key];
    if (lists_ == 0) keys_.resize(open_.size() - 1);
    if (lists_ == 0) keys_.push_back(std::move(key));
    return true;
  }
  bool end_object() override {
    const bool is_entry = open_.back() == &entry_;
    open_.pop_back();
    if (is_entry) {
      take_(path_, std::move(entry_));
      kept_ = kept_outside_;
    }
    return true;
  }

  bool start_array(std::size_t) override {
    if (lists_ == 0) begin_list();
    const bool opened = open(add(Value::array()));
    ++lists_;
    in_secret_ |= lists_ == 1 && !secret_.empty() && path_ == secret_;
    return opened;
  }
  bool end_array() override {
    open_.pop_back();
    if (--lists_ == 0) in_secret_ = false;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& thrown) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value - invalid literal;
    // last read: '"9b1'", of which what was read is left out: it may be of a client.
    std::string_view why = thrown.what();
    if (const auto end = why.find("] "); end != std::string_view::npos) why.remove_prefix(end + 2);
    why = why.substr(0, why.find("; last read"));
    error = why.substr(0, why.find(" parsing '"));
    return false;
  }

 private:
  /// Null, with the error said, where there are too many.
  template <class T>
  Value* add(T&& value) {
    if (bytes_ != nullptr) *bytes_ = 0;
    if (in_secret_) return &(nothing_ = nullptr);
    if (take_ && ++kept_ > kKeptBesideEntries) {
      error = "more than " + std::to_string(kKeptBesideEntries) + " values";
      return nullptr;
    }
    if (open_.empty()) {
      root = std::forward<T>(value);
      return &root;
    }
    if (open_.back()->is_array()) {
      open_.back()->push_back(std::forward<T>(value));
      return &open_.back()->back();
    }
    *slot_ = std::forward<T>(value);
    return slot_;
  }

  bool open(Value* value) {
    if (value == nullptr) return false;
    if (open_.size() == kDepthMax) {
      error = "nested more than " + std::to_string(kDepthMax) + " deep";
      return false;
    }
    open_.push_back(value);
    if (value == &entry_) kept_outside_ = kept_;
    return true;
  }

  void begin_list() {
    keys_.resize(std::min(keys_.size(), open_.size()));
    path_.clear();
    for (const auto& key : keys_) path_.append(path_.empty() ? "" : ".").append(key);
  }

  const Take& take_;
  const std::string_view secret_;
  bool in_secret_ = false;
  Value nothing_;                  ///< stands for all that is in there
  std::vector<Value*> open_;       ///< lists and objects not ended yet, the innermost last
  Value* slot_ = nullptr;          ///< where the value of the key read last goes
  std::size_t lists_ = 0;          ///< of them
  std::vector<std::string> keys_;  ///< that lead to the innermost object outside lists
  std::string path_;               ///< the same for the list under way
  Value entry_;
  std::size_t kept_ = 0, kept_outside_ = 0;
  std::size_t* bytes_ = nullptr;
};

constexpr std::size_t kValueBytesMax = 2 << 20;

/// The bytes of a document that comes in pieces, as the library wants them: an iterator that can be passed over once. It ends
/// early where the Builder has been given nothing for too many of them.
class PieceIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  struct Source {
    const Json::NextPiece& next;
    std::string_view left;
    std::size_t bytes = 0;  ///< since the value before
    bool too_long = false;
  };

  /// Of the end where there is no source.
  explicit PieceIterator(Source* source = nullptr) : source_(source) { refill(); }

  reference operator*() const { return source_->left.front(); }
  PieceIterator& operator++() {
    source_->left.remove_prefix(1);
    refill();
    return *this;
  }
  bool operator==(const PieceIterator& other) const { return source_ == other.source_; }
  bool operator!=(const PieceIterator& other) const { return source_ != other.source_; }

 private:
  void refill() {
    if (source_ == nullptr || !source_->left.empty()) return;
    source_->left = source_->next();
    source_->bytes += source_->left.size();
    source_->too_long = source_->bytes > kValueBytesMax;
    if (source_->left.empty() || source_->too_long) source_ = nullptr;
  }

  Source* source_;
};

}  // namespace

Result<Json> Json::parse(std::string_view text) { return parse_entries(text, {}); }

Result<Json> Json::parse_entries(std::string_view text, const TakeEntry& take, std::string_view secret) {
  return parse_range(text.begin(), text.end(), take, secret, nullptr);
}

Result<Json> Json::parse_entries(const NextPiece& next, const TakeEntry& take) {
  PieceIterator::Source source{next, {}};
  auto out = parse_range(PieceIterator(&source), PieceIterator(), take, {}, &source.bytes);
  if (source.too_long) return fail(Fault::malformed, "a value of more than " + std::to_string(kValueBytesMax) + " bytes");
  return out;
}

template <class Iterator>
Result<Json> Json::parse_range(Iterator begin, Iterator end, const TakeEntry& take, std::string_view secret,
                               std::size_t* bytes) {
  const auto wrap = [](Value&& value) {
    Json out;
    out.value_ = std::make_shared<const Value>(std::move(value));
    return out;
  };
  Builder::Take take_value;
  if (take) take_value = [&](std::string_view path, Value&& entry) { take(path, wrap(std::move(entry))); };
  Builder builder(take_value, secret);
  if (bytes != nullptr) builder.count_in(*bytes);
  if (!Value::sax_parse(begin, end, &builder)) return fail(Fault::malformed, builder.error);
  return wrap(std::move(builder.root));
}

Json Json::object_of(const std::string& key, const List& list) {
  auto object = Value::object();
  auto& entries = object[key] = Value::array();
  for (const auto& each : list) entries.push_back(each.value_ ? of(each.value_) : Value());
  Json out;
  out.value_ = std::make_shared<const Value>(std::move(object));
  return out;
}

bool Json::is_null() const { return value_ && of(value_).is_null(); }
bool Json::is_object() const { return value_ && of(value_).is_object(); }
bool Json::is_list() const { return value_ && of(value_).is_array(); }

Json Json::operator[](std::string_view key) const {
  if (!is_object()) return {};
  const auto found = of(value_).find(key);
  if (found == of(value_).end()) return {};
  Json out;
  out.value_ = std::shared_ptr<const void>(value_, &*found);
  return out;
}

Json Json::at(std::size_t index) const {
  if (!is_list() || index >= of(value_).size()) return {};
  Json out;
  out.value_ = std::shared_ptr<const void>(value_, &of(value_)[index]);
  return out;
}

std::size_t Json::size() const { return is_object() || is_list() ? of(value_).size() : 0; }

std::vector<std::string> Json::keys() const {
  std::vector<std::string> out;
  if (!is_object()) return out;
  for (const auto& entry : of(value_).items()) out.push_back(entry.key());
  return out;
}

std::string Json::serialized() const {
  return value_ ? of(value_).dump(-1, ' ', false, Value::error_handler_t::replace) : std::string();
}

std::optional<std::string> Json::text() const {
  if (!value_ || !of(value_).is_string()) return std::nullopt;
  return of(value_).get<std::string>();
}

std::optional<bool> Json::boolean() const {
  if (!value_ || !of(value_).is_boolean()) return std::nullopt;
  return of(value_).get<bool>();
}

std::optional<double> Json::number() const {
  if (!value_ || !of(value_).is_number()) return std::nullopt;
  return of(value_).get<double>();
}

std::optional<std::uint64_t> Json::unsigned_integer() const {
  if (!value_ || !of(value_).is_number_unsigned()) return std::nullopt;
  return of(value_).get<std::uint64_t>();
}

}  // namespace mixnet
