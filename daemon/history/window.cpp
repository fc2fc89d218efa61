// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/window.h"

#include <algorithm>

namespace mixnet {

void Window::add(const Tick& tick) {
  if (!times_.empty() && tick.time <= times_.back()) return;
  if (tick.series != last_series_) {
    places_ = places_for(*tick.series);
    last_series_ = tick.series;
  }
  times_.push_back(tick.time);
  for (auto& column : columns_) column.values.push_back(kGap);
  for (std::size_t index = 0; index < places_.size(); ++index) columns_[places_[index]].values.back() = tick.values[index];
}

std::vector<std::size_t> Window::places_for(const std::vector<Series>& series) {
  std::vector<std::size_t> places;
  for (const auto& each : series) {
    const auto known =
        std::find_if(columns_.begin(), columns_.end(), [&](const Column& column) { return column.series == each; });
    places.push_back(static_cast<std::size_t>(known - columns_.begin()));
    if (known == columns_.end()) columns_.push_back({each, std::vector<double>(times_.size(), kGap)});
  }
  return places;
}

void Window::forget_before(UnixMs time) {
  const auto count = std::lower_bound(times_.begin(), times_.end(), time) - times_.begin();
  if (count == 0) return;
  times_.erase(times_.begin(), times_.begin() + count);
  for (auto& column : columns_) column.values.erase(column.values.begin(), column.values.begin() + count);
}

std::vector<const Window::Column*> Window::of(std::string_view metric) const {
  std::vector<const Column*> out;
  for (const auto& column : columns_) {
    if (column.series.metric == metric) out.push_back(&column);
  }
  return out;
}

const Window::Column* Window::of(std::string_view metric, std::string_view label, std::string_view value) const {
  for (const auto& column : columns_) {
    if (column.series.metric == metric && column.series.label(label) == value) return &column;
  }
  return nullptr;
}

}  // namespace mixnet
