// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "daemon/checks/check.h"
#include "daemon/history/series.h"
#include "daemon/history/window.h"

namespace mixnet {

/// A series over a time, in steps of equal length, as it is drawn: of a gauge its values, of a counter its increase per second.
/// A step without any value has kGap in all three.
struct Curve {
  Series series;
  UnixMs start = 0;  ///< of the first step
  UnixMs step = 0;
  std::vector<double> min, mean, max;
};

/// Something that happened, to be marked in a chart and listed: an alarm.
struct HistoryEvent {
  UnixMs begin = 0, end = 0;  ///< end is 0 while it goes on
  std::string alert, node;
  Status status = Status::warning;
  std::string message;
};

}  // namespace mixnet
