// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// What the scheduler counted on one CPU.
struct SchedstatCpu {
  std::string_view cpu;  ///< its number
  std::uint64_t running_ns, waiting_ns, timeslices;
};

struct Schedstat {
  std::vector<SchedstatCpu> cpus;
};

/// /proc/schedstat, versions 15 to 17, as the kernel's Documentation/scheduler/sched-stats.rst describes it. The views point
/// into `text`.
Result<void> parse_schedstat(std::string_view text, Schedstat& out);

extern const Collector kSchedstat;

}  // namespace mixnet
