// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "collectors/kit/result.h"
#include "daemon/history/curve.h"

namespace mixnet {

/// What can be asked of what was recorded, whoever keeps it.
class HistoryReader {
 public:
  virtual ~HistoryReader() = default;

  /// The series of which there is anything, sorted by their text.
  virtual Result<std::vector<Series>> series() = 0;

  /// Those of the metrics named, from `from` (included) to `to` (not included) in steps of `step`, both of which are rounded
  /// down to whole steps since 1970. Absent series have no curve.
  virtual Result<std::vector<Curve>> curves(std::span<const std::string_view> metrics, UnixMs from, UnixMs to, UnixMs step) = 0;

  /// What was recorded from `from` on until before `to`, each value as it is; at most as far back as the full resolution is
  /// kept. Of all metrics where none is named.
  virtual Result<Window> window(std::span<const std::string_view> metrics, UnixMs from, UnixMs to) = 0;

  /// What happened, and was not over, between the two, the oldest first.
  virtual Result<std::vector<HistoryEvent>> events(UnixMs from, UnixMs to) = 0;
};

}  // namespace mixnet
