// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/alerts/alarms.h"
#include "daemon/board.h"
#include "daemon/checks/check.h"
#include "daemon/history/history_reader.h"
#include "daemon/history/window.h"

namespace mixnet {

/// How far the charts go back, and how finely they are drawn.
struct TimeRange {
  std::string_view name;  ///< in the address of the page and on the command line: "1h"
  std::string_view text;  ///< "the last hour"
  UnixMs length, step;
  UnixMs mark;  ///< the axis has a mark at each multiple of this
};

/// One hour, a day, seven days. The steps of the longer ones are whole multiples of five minutes, of which a history keeps the
/// least, the mean and the greatest.
std::span<const TimeRange> all_ranges();

/// The one of that name; the first where there is none.
const TimeRange& range_named(std::string_view name);

/// How a collector fared last, copied from the thread that runs it.
struct CollectorState {
  std::string_view name, help;
  std::string_view state;      ///< "ok", "off", "starting", "absent" or "failing"
  std::string reason;          ///< of the last two
  std::optional<double> took;  ///< seconds
  struct Part {
    std::string_view state;  ///< "absent" or "failing"
    std::string subject, reason;
  };
  std::vector<Part> lacking = {};  ///< sources that it lacks
};

/// Of every collector, in the order of their names.
std::vector<CollectorState> collector_states(std::span<const Run> runs);

/// All that the status page, /api/v1/status and `status` show. Views are of what outlives it.
struct StatusView {
  std::string title, telemetry_path = "/metrics";
  std::string version, revision;
  UnixMs now = 0;
  std::span<const Finding> findings = {};
  std::span<const Alarm> alarms = {};
  const Window* window = nullptr;       ///< of the last hour or so
  HistoryReader* history = nullptr;     ///< null: the charts show what the window has
  std::string history_reason = {};      ///< why there is none: "it is off (history.enabled)"
  std::vector<std::string> nodes = {};  ///< of this host; those of the window are shown too
  std::span<const CollectorState> collectors = {};
  const TimeRange* range = nullptr;  ///< null: the first
  std::string node = {};             ///< the one whose charts are shown; the first where there is none of that name
};

}  // namespace mixnet
