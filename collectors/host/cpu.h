// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "collectors/collector.h"
#include "collectors/host/proc_stat.h"

namespace mixnet {

/// The times of each CPU as last reported, which only grow: the kernel's idle and iowait, and in virtual machines others too,
/// now and then step back a little.
struct CpuCounters {
  std::vector<CpuTimes> cpus;

  /// Takes what /proc/stat says now. A CPU that is not in it is forgotten; one whose idle time fell by three seconds or more
  /// was unplugged and plugged in again, and counts anew.
  void update(std::span<const CpuTimes> now);
};

extern const Collector kCpu;

}  // namespace mixnet
