// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/window_reader.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "daemon/history/steps.h"

namespace mixnet {
namespace {

constexpr UnixMs kRateOver = 60'000;
constexpr std::size_t kStepsMax = 10'000;

bool is_named(std::span<const std::string_view> metrics, std::string_view metric) {
  return std::find(metrics.begin(), metrics.end(), metric) != metrics.end();
}

/// The place of the newest value; the number of values where there is none.
std::size_t newest_place(const std::vector<double>& values) {
  for (auto place = values.size(); place > 0; --place) {
    if (!std::isnan(values[place - 1])) return place - 1;
  }
  return values.size();
}

double newest_value(const Window::Column& column, std::span<const UnixMs> times, UnixMs oldest) {
  const auto newest = newest_place(column.values);
  if (newest == column.values.size() || times[newest] < oldest) return kGap;
  if (!column.series.is_counter()) return column.values[newest];
  Steps steps(column.series, 0, times[newest] + 1, 1);
  auto first = newest;
  for (auto place = newest; place > 0; --place) {
    if (std::isnan(column.values[place - 1])) continue;
    first = place - 1;
    if (times[newest] - times[first] >= kRateOver) break;
  }
  for (auto place = first; place <= newest; ++place) steps.add(times[place], column.values[place]);
  return steps.curve().mean.front();
}

}  // namespace

Result<std::vector<Series>> WindowReader::series() {
  std::vector<Series> out;
  for (const auto& column : window_.columns()) out.push_back(column.series);
  std::sort(out.begin(), out.end(), [](const Series& a, const Series& b) { return a.text() < b.text(); });
  return out;
}

Result<std::vector<Curve>> WindowReader::curves(std::span<const std::string_view> metrics, UnixMs from, UnixMs to,
                                                UnixMs step) {
  const auto start = from - from % step;
  const auto count = std::min(static_cast<std::size_t>((to - to % step - start) / step), kStepsMax);
  std::vector<Curve> out;
  for (const auto& column : window_.columns()) {
    if (!is_named(metrics, column.series.metric)) continue;
    Steps steps(column.series, start, step, count);
    for (std::size_t place = 0; place < column.values.size(); ++place) steps.add(window_.times()[place], column.values[place]);
    out.push_back(steps.curve());
  }
  return out;
}

Result<Window> WindowReader::window(std::span<const std::string_view> metrics, UnixMs from, UnixMs to) {
  auto series = std::make_shared<std::vector<Series>>();
  std::vector<const Window::Column*> columns;
  for (const auto& column : window_.columns()) {
    if (!metrics.empty() && !is_named(metrics, column.series.metric)) continue;
    series->push_back(column.series);
    columns.push_back(&column);
  }
  Window out;
  for (std::size_t place = 0; place < window_.times().size(); ++place) {
    const auto time = window_.times()[place];
    if (time < from || time >= to) continue;
    Tick tick{time, series, {}};
    for (const auto* column : columns) tick.values.push_back(column->values[place]);
    out.add(tick);
  }
  return out;
}

Result<std::vector<HistoryEvent>> WindowReader::events(UnixMs /*from*/, UnixMs /*to*/) { return std::vector<HistoryEvent>{}; }

std::vector<Curve> newest_curves(const Window& window, UnixMs now, UnixMs stale_after) {
  std::vector<Curve> out;
  for (const auto& column : window.columns()) {
    const auto value = newest_value(column, window.times(), now - stale_after);
    out.push_back({column.series, now, 1, {value}, {value}, {value}});
  }
  return out;
}

}  // namespace mixnet
