// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/timeline.h"

#include <algorithm>
#include <cmath>

#include "daemon/page/health.h"
#include "daemon/page/window_reader.h"

namespace mixnet {
namespace {

/// The time between two ticks, as the newest of them tell.
UnixMs interval_of(const StatusView& view) {
  constexpr UnixMs kUsual = 15'000;
  constexpr std::size_t kLookedAt = 7;
  if (view.window == nullptr || view.window->times().size() < 3) return kUsual;
  const auto times = view.window->times();
  std::vector<UnixMs> between;
  for (auto at = times.size() - 1; at > 0 && between.size() < kLookedAt; --at) between.push_back(times[at] - times[at - 1]);
  const auto middle = between.begin() + static_cast<std::ptrdiff_t>(between.size() / 2);
  std::nth_element(between.begin(), middle, between.end());
  return *middle;
}

/// Two ticks a step at least: of one, some would have none.
UnixMs step_of(const StatusView& view, const TimeRange& range) {
  return std::clamp(2 * interval_of(view), range.step, range.length);
}

Result<void> read(HistoryReader& reader, Timeline& out) {
  out.curves = TRY(reader.curves(page_metrics(), out.start, out.end(), out.step));
  out.events = TRY(reader.events(out.start, out.end()));
  return {};
}

void read_window(const StatusView& view, Timeline& out) {
  if (view.window == nullptr) return;
  WindowReader reader(*view.window);
  (void)read(reader, out);  // it has all in memory
}

}  // namespace

Timeline timeline_of(const StatusView& view, const TimeRange& range, std::string_view node) {
  Timeline out;
  out.step = step_of(view, range);
  out.count = static_cast<std::size_t>(std::max<UnixMs>(range.length / out.step, 1));
  out.start = view.now - view.now % out.step + out.step - static_cast<UnixMs>(out.count) * out.step;
  if (view.history == nullptr) {
    out.remark = "There is no history: " + (view.history_reason.empty() ? "it is off" : view.history_reason) + ".";
    read_window(view, out);
  } else if (const auto done = read(*view.history, out); !done) {
    out.remark = "The history cannot be read: " + done.error().message + ".";
    out.curves.clear();
    out.events.clear();
    read_window(view, out);
  }
  out.restarts = restarts(node, out.curves, out.start, view.now);
  return out;
}

std::vector<std::string> nodes_of(const StatusView& view) {
  auto out = view.nodes;
  if (view.window == nullptr) return out;
  std::vector<Curve> known;  // the names are all that is needed of them
  for (const auto& column : view.window->columns()) {
    const auto is_value = [](double value) { return !std::isnan(value); };
    if (std::any_of(column.values.begin(), column.values.end(), is_value)) known.push_back({column.series, 0, 1, {}, {}, {}});
  }
  for (auto& name : nodes_of(known)) {
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
  }
  return out;
}

std::string node_looked_at(const StatusView& view, const std::vector<std::string>& nodes) {
  if (std::find(nodes.begin(), nodes.end(), view.node) != nodes.end()) return view.node;
  return nodes.empty() ? "" : nodes.front();
}

std::vector<Curve> newest_of(const StatusView& view) {
  if (view.window == nullptr) return {};
  constexpr UnixMs kFreshFor = 60'000;
  return newest_curves(*view.window, view.now, std::max(kFreshFor, 4 * interval_of(view)));
}

std::string text_of(const HistoryEvent& event) {
  return std::string(word_of(event.status)) + ": " + (event.message.empty() ? event.alert : event.message);
}

}  // namespace mixnet
