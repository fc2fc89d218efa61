// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// Runnable and uninterruptible tasks, averaged over 1, 5 and 15 minutes.
struct Loadavg {
  double one, five, fifteen;
};

/// /proc/loadavg, as proc(5) describes it.
Result<Loadavg> parse_loadavg(std::string_view text);

extern const Collector kLoadavg;

}  // namespace mixnet
