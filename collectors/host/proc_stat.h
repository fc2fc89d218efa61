// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// How long a CPU was in each mode, in USER_HZ: hundredths of a second wherever Linux runs.
struct CpuTimes {
  enum Mode { user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice, kModes };
  std::uint32_t cpu;
  std::array<std::uint64_t, kModes> ticks;  ///< 0 for the modes that an old kernel does not know
};

/// What cpu and stat report of /proc/stat. A line that an old kernel lacks is empty here.
struct ProcStat {
  static constexpr std::size_t kSoftirqs = 10;

  std::vector<CpuTimes> cpus;  ///< those online, in the order of their numbers
  std::optional<std::uint64_t> interrupts, context_switches, boot_time, forks, running, blocked;
  std::array<std::uint64_t, kSoftirqs> softirqs;
  std::size_t softirq_count;  ///< how many of them the kernel tells
};

/// /proc/stat, as proc(5) describes it.
Result<void> parse_proc_stat(std::string_view text, ProcStat& out);

/// /proc/stat of this collection, read and parsed once for all who ask.
Result<const ProcStat*> read_proc_stat(Context& context);

}  // namespace mixnet
