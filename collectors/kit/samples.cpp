// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/samples.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "collectors/kit/utf8.h"

namespace mixnet {
namespace {

constexpr std::size_t kFirstChunk = 1 << 10, kChunkMax = 16 << 10;  // most collectors have a few device names to keep
constexpr std::size_t kFirstTable = 256;
constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

/// The most bytes that `text` can take once escaped: each byte may become U+FFFD.
constexpr std::size_t escaped_max(std::string_view text) { return text.size() * 3; }

bool needs_care(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return c == '\\' || c == '"' || c == '\n' || c == '\0' || (c & 0x80) != 0; });
}

char* append(char* out, std::string_view text) { return std::copy(text.begin(), text.end(), out); }

char* append_escaped(char* out, std::string_view text) {
  if (!needs_care(text)) return append(out, text);
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0 || text.front() == '\0') {  // at a NUL Prometheus takes the text to end
      out = append(out, kReplacement);
      text.remove_prefix(1);
      continue;
    }
    switch (text.front()) {
      case '\\': out = append(out, "\\\\"); break;
      case '"': out = append(out, "\\\""); break;
      case '\n': out = append(out, "\\n"); break;
      default: out = append(out, text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace

std::string_view to_string(Type type) {
  switch (type) {
    case Type::counter: return "counter";
    case Type::gauge: return "gauge";
    case Type::histogram: return "histogram";
    case Type::summary: return "summary";
    case Type::untyped: break;
  }
  return "untyped";
}

char* Samples::Arena::take(std::size_t bytes) {
  while (current_ < chunks_.size() && chunks_[current_].size - used_ < bytes) {
    ++current_;
    used_ = 0;
  }
  if (current_ == chunks_.size()) {
    const auto usual = chunks_.empty() ? kFirstChunk : std::min(chunks_.back().size * 2, kChunkMax);
    const auto size = std::max(usual, bytes);
    chunks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
  }
  char* out = chunks_[current_].bytes.get() + used_;
  used_ += bytes;
  return out;
}

std::string_view Samples::Arena::copy(std::string_view text) {
  char* out = take(text.size());
  append(out, text);
  return {out, text.size()};
}

void Samples::Arena::clear() { current_ = used_ = 0; }

Samples::Samples() : table_(kFirstTable) {}

void Samples::clear() {
  families_.clear();
  samples_.clear();
  std::fill(table_.begin(), table_.end(), 0);
  arena_.clear();
}

LabelSet Samples::labels(std::initializer_list<Label> labels) { return this->labels(std::span(labels.begin(), labels.size())); }

LabelSet Samples::labels(std::span<const Label> labels) {
  if (labels.empty()) return {};
  std::size_t most = 0;
  for (const auto& label : labels) most += label.name.size() + escaped_max(label.value) + std::strlen(R"(="",)");
  char* const begin = arena_.take(most);
  char* end = begin;
  for (const auto& label : labels) {
    if (end != begin) *end++ = ',';
    end = append(end, label.name);
    end = append(end, "=\"");
    end = append_escaped(end, label.value);
    *end++ = '"';
  }
  const auto length = static_cast<std::size_t>(end - begin);
  arena_.give_back(most - length);
  return LabelSet({begin, length});
}

void Samples::add(const Metric& metric, double value, LabelSet labels) {
  add_to(find_or_add(metric.type, metric.name, metric.help, false), value, labels);
}

std::uint32_t Samples::family(Type type, std::string_view name, std::string_view help) {
  return find_or_add(type, name, help, true);
}

void Samples::add_to(std::uint32_t family, double value, LabelSet labels, Suffix suffix) {
  const auto index = static_cast<std::uint32_t>(samples_.size());
  samples_.push_back({value, labels, kEnd, suffix});
  auto& to = families_[family];
  if (to.first == kEnd) {
    to.first = index;
  } else {
    samples_[to.last].next = index;
  }
  to.last = index;
}

std::uint32_t Samples::find_or_add(Type type, std::string_view name, std::string_view help, bool copy) {
  // Collectors add the same families in the same order for each device, so the next one is usually the one after the last.
  for (const auto guess : {last_family_ + 1, last_family_}) {
    if (guess < families_.size() && families_[guess].name.data() == name.data() &&
        families_[guess].name.size() == name.size()) {
      return last_family_ = guess;
    }
  }
  auto* at = slot(name);
  if (*at == 0) {
    if ((families_.size() + 1) * 2 > table_.size()) {
      grow_table();
      at = slot(name);
    }
    if (copy) {
      name = arena_.copy(name);
      help = arena_.copy(help);
    }
    families_.push_back({type, name, help, kEnd, kEnd});
    *at = static_cast<std::uint32_t>(families_.size());
  }
  return last_family_ = *at - 1;
}

std::uint32_t* Samples::slot(std::string_view name) {
  const auto mask = table_.size() - 1;
  const auto hash = std::hash<std::string_view>{}(name);
  for (auto at = hash & mask;; at = (at + 1) & mask) {
    if (table_[at] == 0 || families_[table_[at] - 1].name == name) return &table_[at];
  }
}

void Samples::grow_table() {
  table_.assign(table_.size() * 2, 0);
  for (std::uint32_t index = 0; index < families_.size(); ++index) *slot(families_[index].name) = index + 1;
}

}  // namespace mixnet
