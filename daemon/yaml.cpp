// SPDX-License-Identifier: Apache-2.0
#include "daemon/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "collectors/kit/text.h"
#include "collectors/kit/utf8.h"
#include "daemon/nearest.h"

namespace mixnet {
namespace detail {

struct Place {
  int line = 1, column = 1;
  auto operator<=>(const Place&) const = default;
};

struct YamlFault {
  Place at;
  std::string message;
};

struct YamlNode {
  enum class Kind { nothing, scalar, list, mapping };
  struct Entry;

  Kind kind = Kind::nothing;
  Place at;
  std::string scalar;
  bool plain = false;           ///< a scalar without quotes
  std::vector<YamlNode> items;  ///< of a list
  std::vector<Entry> entries;   ///< of a mapping
  std::vector<std::string> asked_for;
  bool opened = false;  ///< somebody looked inside, so what was not asked for is unknown
};

struct YamlNode::Entry {
  std::string key;
  Place key_at;
  YamlNode value;
};

}  // namespace detail

namespace {

using detail::Place;
using detail::YamlFault;
using detail::YamlNode;
using Kind = YamlNode::Kind;

Place place_of(const YAML::Mark& mark) { return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1}; }

/// Thrown through yaml-cpp, which is built of exceptions anyhow, to stop at a limit.
struct Stop {
  YamlFault fault;
};

/// Builds the tree of nodes from yaml-cpp's events. Its own YAML::Node would merge duplicate keys and expand aliases.
class Builder final : public YAML::EventHandler {
 public:
  Builder(YamlNode& top, std::vector<YamlFault>& faults) : top_(top), faults_(faults) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw Stop{{place_of(mark), "a second document; one file holds one"}};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (awaits_key()) throw Stop{{place_of(mark), "a key is missing"}};
    if (!open_.empty() && open_.back().block_mapping) check_colon(mark);
    add(mark, "", anchor, Kind::nothing);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { throw Stop{{place_of(mark), kNoAnchors}}; }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    if (awaits_key()) return add_key(mark, tag, anchor, value);
    YamlNode& node = add(mark, tag, anchor, Kind::scalar);
    node.scalar = value;
    node.plain = tag == "?";
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::list, false);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(mark, tag, anchor, Kind::mapping, style == YAML::EmitterStyle::Block);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  static constexpr const char* kNoAnchors = "anchors and aliases are not supported";

  /// A list or mapping being filled; of a mapping, whether a key was read whose value comes next.
  struct Level {
    YamlNode* node;
    bool block_mapping;
    bool has_key = false;
  };

  bool awaits_key() const { return !open_.empty() && open_.back().node->kind == Kind::mapping && !open_.back().has_key; }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (++values_ > Yaml::kMaxValues) throw Stop{{place_of(mark), "more than " + std::to_string(Yaml::kMaxValues) + " values"}};
    if (anchor != 0) faults_.push_back({place_of(mark), kNoAnchors});
    if (!tag.empty() && tag != "?" && tag != "!") faults_.push_back({place_of(mark), "tags are not supported"});
  }

  void add_key(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& key) {
    check(mark, tag, anchor);
    auto& entries = open_.back().node->entries;
    const auto first = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.key == key; });
    if (first != entries.end()) {
      faults_.push_back(
          {place_of(mark), "duplicate key " + in_quotes(key) + ", first given in line " + std::to_string(first->key_at.line)});
    }
    if (key == "<<") faults_.push_back({place_of(mark), "merge keys are not supported"});
    entries.push_back({key, place_of(mark), {}});
    open_.back().has_key = true;
  }

  /// yaml-cpp lets a last line `port` pass as if it were `port:`, and then gives the key's own place for the value's.
  void check_colon(const YAML::Mark& mark) {
    const auto& last = open_.back().node->entries.back();
    if (place_of(mark) <= last.key_at) throw Stop{{last.key_at, "syntax error: \":\" is missing after " + in_quotes(last.key)}};
  }

  YamlNode& add(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind) {
    check(mark, tag, anchor);
    YamlNode& node = slot();
    node.kind = kind;
    node.at = place_of(mark);
    return node;
  }

  /// Where the next value goes.
  YamlNode& slot() {
    if (open_.empty()) return top_;
    YamlNode& above = *open_.back().node;
    if (above.kind == Kind::list) return above.items.emplace_back();
    open_.back().has_key = false;
    return above.entries.back().value;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind, bool block_mapping) {
    if (awaits_key()) throw Stop{{place_of(mark), "a key must be text, not a list or a mapping"}};
    if (open_.size() == Yaml::kMaxDepth) {
      throw Stop{{place_of(mark), "nested deeper than " + std::to_string(Yaml::kMaxDepth) + " levels"}};
    }
    open_.push_back({&add(mark, tag, anchor, kind), block_mapping});
  }

  YamlNode& top_;
  std::vector<YamlFault>& faults_;
  std::vector<Level> open_;  // its nodes stay where they are: only the innermost one grows
  std::size_t values_ = 0;
  int documents_ = 0;
};

/// yaml-cpp takes the byte 4 for the end of the file and looks for UTF-16, so what is not plain UTF-8 text never gets there.
/// Gives the place of the end.
Place check_bytes(std::string_view text) {
  if (text.size() > Yaml::kMaxBytes) throw Stop{{{}, "larger than " + std::to_string(Yaml::kMaxBytes >> 10) + " KiB"}};
  Place at;
  bool indentation = true;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0) throw Stop{{at, "not UTF-8"}};
    const auto byte = static_cast<unsigned char>(text.front());
    const bool allowed = byte >= 0x20 ? byte != 0x7f : byte == '\n' || byte == '\r' || byte == '\t';
    if (!allowed) throw Stop{{at, "control character " + in_quotes(text.substr(0, 1))}};
    if (byte == '\t' && indentation) throw Stop{{at, "a tab in the indentation, which YAML wants of blanks"}};
    indentation = byte == '\n' || (indentation && byte == ' ');
    at = byte == '\n' ? Place{at.line + 1, 1} : Place{at.line, at.column + static_cast<int>(length)};
    text.remove_prefix(length);
  }
  return at;
}

void parse(std::string_view text, YamlNode& top, std::vector<YamlFault>& faults) {
  // A quote left open at the end of the file passes for closed with yaml-cpp, but not before the end of a document.
  constexpr const char* kEndOfDocument = "\n...\n";
  const auto end = check_bytes(text);
  try {
    std::istringstream in(std::string(text) + kEndOfDocument);
    YAML::Parser parser(in);
    Builder builder(top, faults);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const auto at = place_of(error.mark);
    const bool open_quote = at > end && error.msg == YAML::ErrorMsg::DOC_IN_SCALAR;
    throw Stop{{std::min(at, end), "syntax error: " + (open_quote ? "a quote is not closed" : error.msg)}};
  }
}

std::string described(const YamlNode& node) {
  switch (node.kind) {
    case Kind::list: return "a list";
    case Kind::mapping: return "a mapping";
    case Kind::scalar: return in_quotes(node.scalar);
    case Kind::nothing: break;
  }
  return "nothing";
}

void find_unknown_keys(const YamlNode& node, std::vector<YamlFault>& faults) {
  for (const auto& item : node.items) find_unknown_keys(item, faults);
  for (const auto& entry : node.entries) {
    const bool known = std::find(node.asked_for.begin(), node.asked_for.end(), entry.key) != node.asked_for.end();
    if (node.opened && !known && entry.key != "<<") {
      faults.push_back({entry.key_at, "unknown key " + in_quotes(entry.key) + did_you_mean(entry.key, node.asked_for)});
    }
    find_unknown_keys(entry.value, faults);
  }
}

}  // namespace

Yaml::Yaml(std::string file, std::string_view text) : file_(std::move(file)), top_(std::make_unique<detail::YamlNode>()) {
  try {
    parse(text, *top_, faults_);
    return;
  } catch (const Stop& stop) {
    faults_.push_back(stop.fault);
  }
  *top_ = {};
}

Yaml::~Yaml() = default;

void Yaml::note(const detail::YamlNode& at, std::string message) { faults_.push_back({at.at, std::move(message)}); }

YamlMapping Yaml::top() { return YamlValue(this, top_->kind == Kind::nothing ? nullptr : top_.get()).mapping(); }

std::vector<std::string> Yaml::faults() const {
  auto all = faults_;
  find_unknown_keys(*top_, all);
  std::stable_sort(all.begin(), all.end(), [](const YamlFault& a, const YamlFault& b) { return a.at < b.at; });
  std::vector<std::string> out;
  out.reserve(all.size());
  for (const auto& fault : all) {
    out.push_back(file_ + ":" + std::to_string(fault.at.line) + ":" + std::to_string(fault.at.column) + ": " + fault.message);
  }
  return out;
}

bool YamlValue::is_list() const { return given() && node_->kind == Kind::list; }
bool YamlValue::is_mapping() const { return given() && node_->kind == Kind::mapping; }

std::optional<bool> YamlValue::boolean() const {
  if (!given()) return std::nullopt;
  const bool is_true = node_->scalar == "true";
  if (node_->kind == Kind::scalar && node_->plain && (is_true || node_->scalar == "false")) return is_true;
  wrong_type("true or false");
  return std::nullopt;
}

std::optional<std::string> YamlValue::text() const {
  if (!given()) return std::nullopt;
  if (node_->kind == Kind::scalar) return node_->scalar;
  wrong_type("text");
  return std::nullopt;
}

std::optional<std::int64_t> YamlValue::integer(std::int64_t smallest, std::int64_t largest) const {
  if (!given()) return std::nullopt;
  const auto value = number<std::int64_t>(node_->scalar);
  if (node_->kind == Kind::scalar && node_->plain && value && *value >= smallest && *value <= largest) return *value;
  wrong_type("a whole number from " + std::to_string(smallest) + " to " + std::to_string(largest));
  return std::nullopt;
}

std::vector<YamlValue> YamlValue::list() const {
  std::vector<YamlValue> out;
  if (!given()) return out;
  if (node_->kind != Kind::list) wrong_type("a list");
  for (auto& item : node_->items) {
    const YamlValue value(yaml_, &item);
    if (item.kind == Kind::nothing) {
      value.refuse("an empty item in a list");
    } else {
      out.push_back(value);
    }
  }
  return out;
}

YamlMapping YamlValue::mapping() const {
  if (!given()) return {yaml_, nullptr};
  if (node_->kind != Kind::mapping) {
    wrong_type("a mapping");
    return {yaml_, nullptr};
  }
  node_->opened = true;
  return {yaml_, node_};
}

void YamlValue::refuse(std::string message) const {
  if (given()) yaml_->note(*node_, std::move(message));
}

void YamlValue::wrong_type(std::string_view expected) const {
  refuse("expected " + std::string(expected) + ", found " + described(*node_));
}

YamlValue YamlMapping::get(std::string_view key) const {
  if (node_ == nullptr) return {yaml_, nullptr};
  node_->asked_for.emplace_back(key);
  for (auto& entry : node_->entries) {
    if (entry.key == key) return {yaml_, entry.value.kind == Kind::nothing ? nullptr : &entry.value};
  }
  return {yaml_, nullptr};
}

std::vector<std::pair<std::string, YamlValue>> YamlMapping::entries() const {
  std::vector<std::pair<std::string, YamlValue>> out;
  if (node_ == nullptr) return out;
  for (auto& entry : node_->entries) {
    node_->asked_for.push_back(entry.key);
    out.emplace_back(entry.key, YamlValue(yaml_, entry.value.kind == Kind::nothing ? nullptr : &entry.value));
  }
  return out;
}

std::string yaml_scalar(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.-";
  constexpr std::string_view kWords[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"};
  const bool safe_start = !text.empty() && (text[0] == '/' || (text[0] >= 'a' && text[0] <= 'z'));
  const bool word = std::find(std::begin(kWords), std::end(kWords), text) != std::end(kWords);
  if (safe_start && !word && text.find_first_not_of(kPlain) == std::string_view::npos) return std::string(text);
  const bool printable = std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
  std::string out = printable ? "'" : "\"";
  for (const char c : text) {
    if (printable) {
      out.append(c == '\'' ? 2 : 1, c);
    } else if ((c >= 0 && c < 0x20) || c == 0x7f) {
      constexpr char kHex[] = "0123456789abcdef";
      out.append("\\x").append(1, kHex[c >> 4]).append(1, kHex[c & 15]);
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + (printable ? '\'' : '"');
}

}  // namespace mixnet
