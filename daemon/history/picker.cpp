// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/picker.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mixnet {
namespace {

using Together = Recording::Together;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr std::size_t kPlacesMax = 20'000;  // label sets remembered for one recording; a metric with more begins anew

/// A sum of decimal fractions as a decimal fraction again: without what adding in binary leaves behind, which takes up room.
double rounded(double sum) {
  const double power = std::abs(sum) < 1e6 ? 1e9 : 1e6;
  return std::abs(sum) < 1e9 ? std::nearbyint(sum * power) / power : sum;
}

double together(Together how, double a, double b) {
  if (std::isnan(a)) return b;
  switch (how) {
    case Together::sum: return rounded(a + b);
    case Together::min: return std::min(a, b);
    case Together::max: return std::max(a, b);
    case Together::no: break;
  }
  return a;  // a second of the same name, of another collector: the first counts
}

bool matches(const Recording& recording, std::string_view labels) {
  for (const auto& matcher : recording.matchers) {
    std::string value;  // a label that is not there is empty, as in PromQL
    for (std::string_view rest = labels; !rest.empty();) {
      const auto label = take_label(rest);
      if (label.name == matcher.label) value = unescaped_label(label.value);
    }
    if (!matcher.matches(value)) return false;
  }
  return true;
}

/// The labels that a series keeps, as the text format has them.
std::string kept(const Recording& recording, std::string_view labels) {
  if (recording.together == Together::no) return std::string(labels);
  std::string out;
  for (std::string_view rest = labels; !rest.empty();) {
    const auto label = take_label(rest);
    if (std::find(recording.by.begin(), recording.by.end(), label.name) == recording.by.end()) continue;
    if (!out.empty()) out += ',';
    out.append(label.name).append("=\"").append(label.value).append("\"");
  }
  return out;
}

/// May a family declared as `declared`, with a part in angle brackets that varies, be called `metric`?
bool may_be(std::string_view declared, std::string_view metric) {
  const auto open = declared.find('<'), close = declared.find('>');
  if (open == std::string_view::npos || close == std::string_view::npos) return declared == metric;
  return metric.starts_with(declared.substr(0, open)) && metric.ends_with(declared.substr(close + 1));
}

bool may_give(const Collector& collector, std::string_view metric) {
  return std::any_of(collector.metrics.begin(), collector.metrics.end(),
                     [&](const Metric* declared) { return may_be(declared->name, metric); });
}

}  // namespace

Picker::Picker(std::vector<Recording> recordings) {
  for (auto& recording : recordings) {
    rows_of_[recording.metric].push_back(rows_.size());
    rows_.push_back({std::move(recording), {}});
  }
}

std::vector<std::string> Picker::collectors_needed(std::span<const Collector* const> collectors) const {
  std::vector<std::string> out;
  for (const auto* collector : collectors) {
    const bool needed =
        std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) { return may_give(*collector, row.recording.metric); });
    if (needed) out.emplace_back(collector->name);
  }
  return out;
}

Tick Picker::pick(UnixMs time, std::span<const Samples* const> parts) {
  std::vector<double> values(series_->size(), kGap);
  for (const auto* part : parts) {
    for (const auto& family : part->families()) {
      const auto found = rows_of_.find(family.name);
      if (found == rows_of_.end()) continue;
      for (const auto index : found->second) pick(*part, family, rows_[index], values);
    }
  }
  return {time, series_, std::move(values)};
}

void Picker::pick(const Samples& part, const Family& family, Row& row, std::vector<double>& values) {
  for (auto index = family.first; index != Samples::kEnd; index = part.sample(index).next) {
    const auto& sample = part.sample(index);
    if (sample.suffix != Suffix::none || std::isnan(sample.value)) continue;
    const auto place = place_of(family, sample.labels.text(), row);
    if (place == kNone) continue;
    if (place >= values.size()) values.resize(place + 1, kGap);
    values[place] = together(row.recording.together, values[place], sample.value);
  }
}

std::size_t Picker::place_of(const Family& family, std::string_view labels, Row& row) {
  if (const auto known = row.places.find(labels); known != row.places.end()) return known->second;
  std::size_t place = kNone;
  if (matches(row.recording, labels)) {
    const auto type = row.recording.type.value_or(family.type == Type::counter ? Type::counter : Type::gauge);
    place = find_or_add({std::string(family.name), kept(row.recording, labels), type});
  }
  if (row.places.size() >= kPlacesMax) row.places.clear();
  row.places.emplace(labels, place);
  return place;
}

std::size_t Picker::find_or_add(Series series) {
  auto text = series.text();
  if (const auto known = series_places_.find(text); known != series_places_.end()) return known->second;
  if (series_->size() >= kSeriesMax) return kNone;
  auto more = std::make_shared<std::vector<Series>>(*series_);  // those who have the one before go on with it
  more->push_back(std::move(series));
  series_ = std::move(more);
  series_places_.emplace(std::move(text), series_->size() - 1);
  return series_->size() - 1;
}

std::vector<Recording> recordings(bool with_defaults, std::span<const std::string> more) {
  std::vector<Recording> out;
  const auto add = [&out](std::string_view text) {
    if (auto recording = Recording::parse(text)) out.push_back(*std::move(recording));
  };
  if (with_defaults) std::for_each(default_recordings().begin(), default_recordings().end(), add);
  std::for_each(more.begin(), more.end(), add);
  return out;
}

}  // namespace mixnet
