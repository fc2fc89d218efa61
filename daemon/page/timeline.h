// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "daemon/page/charts.h"
#include "daemon/page/status_view.h"

namespace mixnet {

/// What a StatusView shows of a time, read once: the curves of all charts and what happened.
struct Timeline {
  UnixMs start = 0, step = 1;
  std::size_t count = 0;  ///< of steps
  std::vector<Curve> curves;
  std::vector<HistoryEvent> events;  ///< the oldest first
  std::vector<Restart> restarts;     ///< of the node looked at and of the host
  std::string remark;                ///< why there is less than was asked for, a sentence; or empty

  UnixMs end() const { return start + static_cast<UnixMs>(count) * step; }
};

/// Until now, as far back as `range` says. Without a history, or where it fails, of the window.
Timeline timeline_of(const StatusView& view, const TimeRange& range, std::string_view node);

/// The nodes of the view and those that the window has anything of, which may have gone; and the one looked at, empty where
/// there is none.
std::vector<std::string> nodes_of(const StatusView& view);
std::string node_looked_at(const StatusView& view, const std::vector<std::string>& nodes);

/// The newest values of the view's window; empty curves where it is old.
std::vector<Curve> newest_of(const StatusView& view);

/// An alarm in a sentence, without the time.
std::string text_of(const HistoryEvent& event);

}  // namespace mixnet
