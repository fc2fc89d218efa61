// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/exposition.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include "collectors/kit/text.h"
#include "collectors/kit/utf8.h"

namespace mixnet {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// A number as Go reads it: with a plus sign, and infinities in several spellings; what is too small is 0.
std::optional<double> value_of(std::string_view text) {
  const auto word = lower(text);
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (word == "inf" || word == "+inf" || word == "infinity" || word == "+infinity") return kInfinity;
  if (word == "-inf" || word == "-infinity") return -kInfinity;
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos || text.empty()) return std::nullopt;
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ptr != end || parsed.ec == std::errc::invalid_argument) return std::nullopt;
  if (parsed.ec == std::errc::result_out_of_range) {
    const auto exponent = text.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos && text.substr(exponent + 1).starts_with('-');
    return tiny ? std::optional(0.0) : std::nullopt;
  }
  return value;
}

/// A bound as Go writes it (1.6384e+06, 0.0001, +Inf), so that le and quantile are the same whoever writes them.
std::string bound_text(double bound) {
  if (std::isnan(bound)) return "NaN";
  if (std::isinf(bound)) return bound > 0 ? "+Inf" : "-Inf";
  char text[400];
  auto end = std::to_chars(text, text + sizeof text, bound, std::chars_format::scientific).ptr;
  const std::string_view scientific(text, static_cast<std::size_t>(end - text));
  auto exponent_text = scientific.substr(scientific.find('e') + 1);
  if (exponent_text.starts_with('+')) exponent_text.remove_prefix(1);
  const auto exponent = number<int>(exponent_text).value_or(0);
  if (exponent < -4 || exponent >= 6) return std::string(scientific);
  end = std::to_chars(text, text + sizeof text, bound, std::chars_format::fixed).ptr;
  return {text, end};
}

/// Which of a histogram's or a summary's samples a line is.
enum class Part { value, sum, count };

class Parser {
 public:
  Parser(std::string_view text, Arrival arrival)
      : lines_(text), arrival_(arrival), ends_in_newline_(text.empty() || text.ends_with('\n')) {}

  Result<Exposition> parse() {
    while (lines_.next(rest_)) {
      skip_blanks();
      if (rest_.empty()) continue;
      if (take('#')) {
        TRY(parse_comment());
      } else {
        TRY(parse_sample());
      }
    }
    if (!ends_in_newline_) return lines_.malformed("the last line does not end");
    if (arrival_ == Arrival::network) TRY(check_for_the_end());
    return finished();
  }

 private:
  struct Entry {
    Exposition::Family family;
    bool typed = false;
    std::unordered_map<std::string, std::size_t> by_labels;  ///< of histograms and summaries
  };

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  std::string_view take_token() {
    const auto token = rest_.substr(0, rest_.find_first_of(" \t"));
    rest_.remove_prefix(token.size());
    return token;
  }
  /// A name of a metric, which unlike a label's may have colons; empty where none stands.
  std::string_view take_name(bool colons) {
    std::size_t length = 0;
    while (length < rest_.size() &&
           (is_letter(rest_[length]) || (colons && rest_[length] == ':') || (length > 0 && is_digit(rest_[length])))) {
      ++length;
    }
    const auto name = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return name;
  }

  // # HELP name text, # TYPE name type, or anything else, which says nothing.
  Result<void> parse_comment() {
    skip_blanks();
    const auto keyword = take_token();
    if (keyword != "HELP" && keyword != "TYPE") return {};
    skip_blanks();
    if (rest_.empty()) return {};
    const auto name = take_name(true);
    if (name.empty() || (!rest_.empty() && !is_blank(rest_.front())))
      return lines_.malformed("not a metric's name in a comment");
    if (rest_.empty()) return {};
    auto& entry = entry_of(name);
    skip_blanks();
    if (rest_.empty()) return {};
    return keyword == "HELP" ? parse_help(entry) : parse_type(entry);
  }

  Result<void> parse_help(Entry& entry) {
    if (entry.family.help) return lines_.malformed("a second HELP of " + entry.family.name);
    std::string help;
    while (!rest_.empty()) {
      const auto c = TRY(take_character());
      help += c;
    }
    entry.family.help = std::move(help);
    return {};
  }

  Result<void> parse_type(Entry& entry) {
    constexpr struct {
      std::string_view word;
      Type type;
    } kTypes[] = {{"counter", Type::counter},
                  {"gauge", Type::gauge},
                  {"histogram", Type::histogram},
                  {"summary", Type::summary},
                  {"untyped", Type::untyped}};
    if (entry.typed) return lines_.malformed("a second TYPE of " + entry.family.name + ", or one behind its samples");
    const auto word = lower(rest_);
    for (const auto& [name, type] : kTypes) {
      if (word != name) continue;
      entry.family.type = type;
      entry.typed = true;
      return {};
    }
    return lines_.malformed("unknown type " + in_quotes(rest_));
  }

  /// One character of a help or of a label's value, with its escape resolved.
  Result<char> take_character() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c != '\\') return c;
    if (take('\\')) return '\\';
    if (take('n')) return '\n';
    if (take('"')) return '"';
    return lines_.malformed("unknown escape in front of " + in_quotes(rest_));
  }

  // name{label="value"} 1.5 1700000000000
  Result<void> parse_sample() {
    const auto name = take_name(true);
    if (name.empty()) return lines_.malformed("not a metric's name: " + in_quotes(rest_));
    part_ = Part::value;
    auto& entry = entry_of(name);
    entry.typed = true;
    skip_blanks();
    bound_.reset();
    labels_.clear();
    if (take('{')) TRY(parse_labels(entry.family));
    skip_blanks();
    const auto token = take_token();
    const auto value = value_of(token);
    if (!value) return lines_.malformed(in_quotes(token) + " is not a value");
    TRY(store(entry, *value));
    if (rest_.empty()) return {};
    skip_blanks();
    const auto timestamp = take_token();
    if (!number<std::int64_t>(timestamp.substr(timestamp.starts_with('+') ? 1 : 0))) {
      return lines_.malformed(in_quotes(timestamp) + " is not a timestamp");
    }
    if (!rest_.empty()) return lines_.malformed("more behind the timestamp: " + in_quotes(rest_));
    exposition_.has_timestamps = true;
    return {};
  }

  Result<void> parse_labels(const Exposition::Family& family) {
    for (;;) {
      skip_blanks();
      if (take('}')) return {};
      const auto name = take_name(false);
      if (name.empty()) return lines_.malformed("not a label's name: " + in_quotes(rest_));
      skip_blanks();
      if (!take('=')) return lines_.malformed("'=' expected behind the label " + std::string(name));
      skip_blanks();
      if (!take('"')) return lines_.malformed("'\"' expected in front of the value of " + std::string(name));
      TRY(parse_label(family, name));
      skip_blanks();
      if (!take(',') && !rest_.starts_with('}')) {
        return lines_.malformed("',' or '}' expected behind the value of " + std::string(name));
      }
    }
  }

  /// The value of a label, behind its first quote.
  Result<void> parse_label(const Exposition::Family& family, std::string_view name) {
    if (name == "__name__") return lines_.malformed("the label __name__ is reserved");
    std::string value;
    while (!take('"')) {
      if (rest_.empty()) return lines_.malformed("the value of " + std::string(name) + " does not end");
      const auto c = TRY(take_character());
      value += c;
    }
    if (!is_utf8(value)) return lines_.malformed("the value of " + std::string(name) + " is not UTF-8");
    const bool is_bound =
        (family.type == Type::histogram && name == "le") || (family.type == Type::summary && name == "quantile");
    if (is_bound) {
      bound_ = value_of(value);
      if (!bound_) return lines_.malformed(in_quotes(value) + " is not a value of " + std::string(name));
      return {};
    }
    const auto same = [&](const Exposition::Label& label) { return label.name == name; };
    if (std::any_of(labels_.begin(), labels_.end(), same)) return lines_.malformed("the label " + std::string(name) + " twice");
    labels_.push_back({std::string(name), std::move(value)});
    return {};
  }

  /// The family that a sample of that name belongs to: its own, or that of the histogram or summary it is a part of.
  Entry& entry_of(std::string_view name) {
    if (const auto own = by_name_.find(std::string(name)); own != by_name_.end()) return entries_[own->second];
    constexpr struct {
      std::string_view suffix;
      Part part;
      bool summaries;
    } kSuffixes[] = {{"_count", Part::count, true}, {"_sum", Part::sum, true}, {"_bucket", Part::value, false}};
    for (const auto& [suffix, part, summaries] : kSuffixes) {
      if (!name.ends_with(suffix) || name.size() == suffix.size()) continue;
      const auto whole = by_name_.find(std::string(name.substr(0, name.size() - suffix.size())));
      if (whole == by_name_.end()) continue;
      auto& entry = entries_[whole->second];
      if (entry.family.type != Type::histogram && !(summaries && entry.family.type == Type::summary)) continue;
      part_ = part;
      return entry;
    }
    by_name_.emplace(name, entries_.size());
    entries_.emplace_back();
    entries_.back().family.name = name;
    return entries_.back();
  }

  Result<void> store(Entry& entry, double value) {
    // An empty label is none at all.
    std::erase_if(labels_, [](const Exposition::Label& label) { return label.value.empty(); });
    std::sort(labels_.begin(), labels_.end(), [](const auto& one, const auto& other) { return one.name < other.name; });
    const auto type = entry.family.type;
    auto& all = entry.family.series;
    if (type != Type::histogram && type != Type::summary) {
      all.emplace_back();
      all.back().labels = labels_;
      all.back().value = value;
      return {};
    }
    if (type == Type::histogram && part_ != Part::sum && value < 0) return lines_.malformed("a negative count in a histogram");
    auto& series = series_of(entry);
    if (part_ == Part::sum) {
      series.sum = value;
      series.has_sum = true;
    } else if (part_ == Part::count) {
      series.count = value;
      series.has_count = true;
    } else if (bound_ && !std::isnan(*bound_)) {
      set_point(series, value);
    }
    return {};
  }

  Exposition::Series& series_of(Entry& entry) {
    std::string key;
    for (const auto& [name, value] : labels_) key.append(name).append("\xff").append(value).append("\xff");
    const auto [found, is_new] = entry.by_labels.emplace(std::move(key), entry.family.series.size());
    if (is_new) {
      entry.family.series.emplace_back();
      entry.family.series.back().labels = labels_;
    }
    return entry.family.series[found->second];
  }

  /// Of a bound that stands there twice the last counts.
  void set_point(Exposition::Series& series, double value) {
    auto& points = series.points;
    const auto at = std::lower_bound(points.begin(), points.end(), *bound_,
                                     [](const Exposition::Point& point, double bound) { return point.bound < bound; });
    if (at != points.end() && at->bound == *bound_) {
      at->value = value;
    } else {
      points.insert(at, {*bound_, value, bound_text(*bound_)});
    }
  }

  /// What can be told of a text that was cut between two lines.
  Result<void> check_for_the_end() const {
    if (entries_.empty()) return lines_.malformed("nothing in it");
    if (entries_.back().family.series.empty())
      return lines_.malformed("cut before the samples of " + entries_.back().family.name);
    for (const auto& entry : entries_) {
      const auto& family = entry.family;
      if (family.type != Type::histogram && family.type != Type::summary) continue;
      for (const auto& series : family.series) {
        const bool open = family.type == Type::histogram && (series.points.empty() || series.points.back().bound != kInfinity);
        if (open || !series.has_sum || !series.has_count)
          return lines_.malformed("cut within the " + std::string(to_string(family.type)) + " " + family.name);
      }
    }
    return {};
  }

  Exposition finished() {
    for (auto& [family, typed, by_labels] : entries_) {
      if (family.series.empty()) continue;
      for (auto& series : family.series) {
        const bool ends = !series.points.empty() && series.points.back().bound == kInfinity;
        if (family.type == Type::histogram && !ends) series.points.push_back({kInfinity, series.count, "+Inf"});
      }
      exposition_.families.push_back(std::move(family));
    }
    return std::move(exposition_);
  }

  Lines lines_;
  const Arrival arrival_;
  const bool ends_in_newline_;
  std::string_view rest_;  ///< of the line
  Exposition exposition_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> by_name_;

  // of the line
  Part part_ = Part::value;
  std::vector<Exposition::Label> labels_;
  std::optional<double> bound_;
};

}  // namespace

Result<Exposition> parse_exposition(std::string_view text, Arrival arrival) { return Parser(text, arrival).parse(); }

void add_series(Type type, const Exposition::Series& series, std::uint32_t index, Samples& out, std::vector<Label>& scratch) {
  scratch.clear();
  for (const auto& [name, value] : series.labels) scratch.push_back({name, value});
  if (type != Type::histogram && type != Type::summary) {
    out.add_to(index, series.value, out.labels(scratch));
    return;
  }
  const auto labels = out.labels(scratch);
  const bool histogram = type == Type::histogram;
  for (const auto& point : series.points) {
    scratch.push_back({histogram ? "le" : "quantile", point.bound_text});
    out.add_to(index, point.value, out.labels(scratch), histogram ? Suffix::bucket : Suffix::none);
    scratch.pop_back();
  }
  out.add_to(index, series.sum, labels, Suffix::sum);
  out.add_to(index, series.count, labels, Suffix::count);
}

}  // namespace mixnet
