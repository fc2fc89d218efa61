// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// What /proc/PID/stat says of a process, or of a thread.
struct ProcessStat {
  char state;  ///< R, S, D, Z, T, I …
  std::uint64_t threads;
};

/// /proc/PID/stat, as proc(5) describes it.
Result<ProcessStat> parse_process_stat(std::string_view text);

extern const Collector kProcesses;

}  // namespace mixnet
