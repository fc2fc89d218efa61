// SPDX-License-Identifier: Apache-2.0
#include "daemon/check_data.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <thread>

#include "collectors/all_collectors.h"
#include "daemon/board.h"
#include "daemon/checks/past.h"
#include "daemon/checks/words.h"
#include "daemon/history/history_file.h"
#include "daemon/history/picker.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Names = std::set<std::string_view>;

constexpr auto kBetweenLooks = 3s;
constexpr auto kMargin = 2min;                // so that there is a value from before the time that is looked at
constexpr std::string_view kFinder = "node";  // the collector that the others have the nodes from

UnixMs unix_now() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Names metrics_of(std::span<const ChosenCheck> checks) {
  Names out(node_metrics().begin(), node_metrics().end());
  for (const auto& chosen : checks) out.insert(chosen.check->metrics.begin(), chosen.check->metrics.end());
  return out;
}

std::vector<Recording> recordings_of(const Names& metrics) {
  auto out = recordings(true, {});
  std::erase_if(out, [&](const Recording& recording) { return !metrics.contains(recording.metric); });
  return out;
}

std::vector<const Collector*> having(std::span<const Collector* const> collectors, std::span<const std::string> names) {
  std::vector<const Collector*> out;
  for (const auto* collector : collectors) {
    const bool named = std::find(names.begin(), names.end(), collector->name) != names.end();
    if (named || collector->name == kFinder) out.push_back(collector);
  }
  return out;
}

bool gives_counter(const Collector& collector, const Names& metrics) {
  return std::any_of(collector.metrics.begin(), collector.metrics.end(),
                     [&](const Metric* metric) { return metric->type == Type::counter && metrics.contains(metric->name); });
}

/// The collectors that are needed: those to be asked twice, as they give counters, and the others.
struct Needed {
  std::vector<const Collector*> once, twice;

  Needed(const Config& config, const Names& metrics) {
    const auto enabled = config.enabled_collectors();
    const auto names = Picker(recordings_of(metrics)).collectors_needed(enabled);
    for (const auto* collector : having(enabled, names)) {
      const bool finder = collector->name == kFinder;
      const bool counts = !finder && gives_counter(*collector, metrics);
      if (counts || finder) twice.push_back(collector);
      if (!counts || finder) once.push_back(collector);
    }
  }

  bool any_twice() const { return twice.size() > 1; }
};

void append(std::span<const Samples* const> parts, std::vector<const Samples*>& out) {
  out.insert(out.end(), parts.begin(), parts.end());
}

}  // namespace

Result<CheckData> recorded_data(const Config& config, std::span<const ChosenCheck> checks, UnixMs now) {
  const auto path = history_path(config.roots.state);
  auto file = TRY(HistoryFile::open_to_read(path));
  milliseconds back{0};
  for (const auto& [check, limits] : checks) back = std::max({back, limits.over, check->looks_back});
  const auto metrics = metrics_of(checks);
  const std::vector<std::string_view> names(metrics.begin(), metrics.end());
  CheckData out{TRY(file->window(names, now - (back + kMargin).count(), now + 1)), now, ""};
  const auto times = out.window.times();
  if (times.empty()) return fail(Fault::absent, path + ": nothing has been recorded lately");
  if (!Past(out.window, now, back).is_fresh(times.back())) {
    return fail(Fault::absent,
                path + ": nothing has been recorded for " + time_span(static_cast<double>(now - times.back()) / 1000));
  }
  return out;
}

CheckData sampled_data(const Config& config, std::span<ChosenCheck> checks, std::span<const std::string_view> more) {
  auto metrics = metrics_of(checks);
  metrics.insert(more.begin(), more.end());
  const Needed needed(config, metrics);
  Picker picker(recordings_of(metrics));
  CheckData out;
  // What is slow, or is not to be asked twice, goes first, so that it does not come between the two looks.
  Board slow(config.roots, config.settings, needed.once, Pace::once);
  slow.collect({});
  const auto look = [&] {
    Board board(config.roots, config.settings, needed.twice, Pace::once);
    if (needed.any_twice()) board.collect({});
    out.now = unix_now();
    std::vector<const Samples*> parts;
    append(slow.samples(), parts);
    append(board.samples(), parts);
    out.window.add(picker.pick(out.now, parts));
  };
  look();
  if (needed.any_twice()) {
    std::this_thread::sleep_for(kBetweenLooks);
    look();  // by another board, which remembers nothing and so asks the node anew
  }
  const milliseconds looked(out.window.times().back() - out.window.times().front());
  for (auto& [check, limits] : checks) {
    if (check->tells_in_seconds) limits.over = std::min(limits.over, looked);
  }
  return out;
}

}  // namespace mixnet
