// SPDX-License-Identifier: Apache-2.0
#include "daemon/exposition_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <numeric>

namespace mixnet {

/// The end of a string that is written to faster than append() does: one check of the room for a whole line.
class TextOut {
 public:
  explicit TextOut(std::string& text) : text_(text) { text_.resize(text_.capacity()); }
  ~TextOut() { text_.resize(length_); }
  TextOut(const TextOut&) = delete;
  TextOut& operator=(const TextOut&) = delete;

  /// Room for `most` bytes; `wrote` says up to where it was used.
  char* room(std::size_t most) {
    if (text_.size() - length_ < most) text_.resize(std::max(text_.size() * 2, length_ + most));
    return text_.data() + length_;
  }
  void wrote(const char* end) { length_ = static_cast<std::size_t>(end - text_.data()); }

 private:
  std::string& text_;
  std::size_t length_ = 0;
};

namespace {

constexpr std::string_view kTotal = "_total";
constexpr std::string_view kCreated = "_created";
constexpr std::size_t kNumberMax = 32;

char* put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_number(char* out, double value) {
  constexpr double kExactIntegers = 9007199254740992;  // 2^53
  if (value > -kExactIntegers && value < kExactIntegers) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value && !(whole == 0 && std::signbit(value))) {
      return std::to_chars(out, out + kNumberMax, whole).ptr;
    }
  }
  if (std::isnan(value)) return put(out, "NaN");
  if (std::isinf(value)) return put(out, value > 0 ? "+Inf" : "-Inf");
  return std::to_chars(out, out + kNumberMax, value).ptr;
}

/// HELP text: \ and newline are escaped in both formats, the quote in OpenMetrics only.
char* put_help(char* out, std::string_view help, Format format) {
  for (const char c : help) {
    if (c == '\\' || c == '\n' || (c == '"' && format == Format::openmetrics)) *out++ = '\\';
    *out++ = c == '\n' ? 'n' : c;
  }
  return out;
}

std::string_view suffix_text(Suffix suffix) {
  switch (suffix) {
    case Suffix::bucket: return "_bucket";
    case Suffix::sum: return "_sum";
    case Suffix::count: return "_count";
    case Suffix::none: break;
  }
  return "";
}

std::string_view type_text(Type type, Format format) {
  return type == Type::untyped && format == Format::openmetrics ? "unknown" : to_string(type);
}

void write_header(TextOut& out, std::string_view name, std::string_view help, std::string_view type, Format format) {
  char* at = out.room(2 * name.size() + 2 * help.size() + type.size() + 32);
  at = put(put(at, "# HELP "), name);
  *at++ = ' ';
  at = put_help(at, help, format);
  at = put(put(at, "\n# TYPE "), name);
  *at++ = ' ';
  at = put(at, type);
  *at++ = '\n';
  out.wrote(at);
}

void write_sample(TextOut& out, std::string_view name, const Sample& sample) {
  const auto labels = sample.labels.text();
  char* at = out.room(name.size() + labels.size() + kNumberMax + 16);
  at = put(put(at, name), suffix_text(sample.suffix));
  if (!labels.empty()) {
    *at++ = '{';
    at = put(at, labels);
    *at++ = '}';
  }
  *at++ = ' ';
  at = put_number(at, sample.value);
  *at++ = '\n';
  out.wrote(at);
}

}  // namespace

std::string_view content_type(Format format) {
  return format == Format::text ? "text/plain; version=0.0.4; charset=utf-8"
                                : "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

void ExpositionWriter::write(std::span<const Samples* const> parts, Format format, std::string& out) {
  gather(parts);
  TextOut text(out);
  for (std::size_t begin = 0; begin < sorted_.size();) {
    auto end = begin + 1;
    while (end < sorted_.size() && sorted_[end].name() == sorted_[begin].name()) ++end;
    write_group({&sorted_[begin], end - begin}, begin, format, text);
    begin = end;
  }
  if (format == Format::openmetrics) text.wrote(put(text.room(8), "# EOF\n"));
}

/// Fills sorted_ with the families that have samples, by name, those of one name in the order of the parts.
void ExpositionWriter::gather(std::span<const Samples* const> parts) {
  entries_.clear();
  for (const Samples* part : parts) {
    for (const auto& family : part->families()) {
      if (family.first != Samples::kEnd) entries_.push_back({part, &family});
    }
  }
  const auto before = [this](std::uint32_t a, std::uint32_t b) {
    const int order = entries_[a].name().compare(entries_[b].name());
    return order != 0 ? order < 0 : a < b;
  };
  if (order_.size() != entries_.size()) {
    order_.resize(entries_.size());
    std::iota(order_.begin(), order_.end(), 0U);
  }
  if (!std::is_sorted(order_.begin(), order_.end(), before)) std::sort(order_.begin(), order_.end(), before);
  sorted_.clear();
  for (const auto index : order_) sorted_.push_back(entries_[index]);
}

/// Writes one family, which several parts may have samples of.
void ExpositionWriter::write_group(std::span<const Entry> group, std::size_t at, Format format, TextOut& out) {
  const Family& first = *group.front().family;
  auto type = type_text(first.type, format);
  auto family_name = first.name;
  if (format == Format::openmetrics) {
    if (is_created_of_another(first.name)) return;
    if (first.type == Type::counter) {
      if (loses_its_total(at)) {
        family_name.remove_suffix(kTotal.size());
      } else {
        type = type_text(Type::untyped, format);
      }
    }
  }
  write_header(out, family_name, first.help, type, format);
  written_.clear();
  for (const auto& entry : group) {
    if (entry.family->type != first.type) continue;
    for (auto index = entry.family->first; index != Samples::kEnd;) {
      const Sample& sample = entry.part->sample(index);
      index = sample.next;
      if (group.size() > 1) {
        const Series series{sample.labels.text(), sample.suffix};
        const auto place = std::lower_bound(written_.begin(), written_.end(), series);
        if (place != written_.end() && *place == series) continue;
        written_.insert(place, series);
      }
      write_sample(out, first.name, sample);
    }
  }
}

bool ExpositionWriter::has_family(std::string_view name) const {
  const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), name,
                                   [](const Entry& entry, std::string_view wanted) { return entry.name() < wanted; });
  return at != sorted_.end() && at->name() == name;
}

/// May the counter at `at` of sorted_ be called by its name without _total, as OpenMetrics has it?
bool ExpositionWriter::loses_its_total(std::size_t at) const {
  auto base = sorted_[at].name();
  if (!base.ends_with(kTotal) || base.size() == kTotal.size()) return false;
  base.remove_suffix(kTotal.size());
  while (at-- > 0 && sorted_[at].name().starts_with(base)) {  // what stands between X and X_total begins with X
    if (sorted_[at].name() == base) return false;
  }
  return true;
}

bool ExpositionWriter::is_created_of_another(std::string_view name) const {
  if (!name.ends_with(kCreated)) return false;
  const std::string base(name.substr(0, name.size() - kCreated.size()));
  return has_family(base) || has_family(base + std::string(kTotal));
}

}  // namespace mixnet
