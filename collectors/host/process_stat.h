// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// What /proc/PID/stat says of a process, or of a thread. Times are in USER_HZ: hundredths of a second wherever Linux runs.
struct ProcessStat {
  std::string_view name;  ///< a view into the text it was parsed from
  char state;             ///< R, S, D, Z, T, I …
  std::uint64_t minor_faults, major_faults, user_ticks, system_ticks;
  std::uint64_t threads;
  std::uint64_t start_ticks;  ///< since boot
};

/// /proc/PID/stat, as proc(5) describes it.
Result<ProcessStat> parse_process_stat(std::string_view text);

}  // namespace mixnet
