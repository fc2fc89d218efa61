// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// The sizes that `keys` name in a file of lines "Key:  123 kB" (/proc/PID/status, smaps_rollup), in bytes, each at its key's
/// place in `out`; nothing for those that it lacks, as an old kernel and a process without memory do. Other lines are skipped.
Result<void> parse_sizes(std::string_view text, std::span<const std::string_view> keys,
                         std::span<std::optional<std::uint64_t>> out);

/// What a process has read and written so far, in bytes.
struct ProcessIo {
  std::uint64_t read_chars, written_chars;  ///< by read(2), write(2) and their like, cached or not
  std::uint64_t read_bytes, written_bytes;  ///< from and to disks
};

/// /proc/PID/io, as proc(5) describes it.
Result<ProcessIo> parse_process_io(std::string_view text);

/// The soft limit of open files in /proc/PID/limits; nothing where it is unlimited.
Result<std::optional<std::uint64_t>> parse_open_files_limit(std::string_view text);

/// What the scheduler counts of one thread.
struct ThreadRuns {
  std::uint64_t waited_ns;  ///< ready to run, but without a CPU
  std::uint64_t runs;       ///< how often it was given a CPU
};

/// /proc/PID/task/TID/schedstat, as the kernel's Documentation/scheduler/sched-stats.rst describes it.
Result<ThreadRuns> parse_thread_runs(std::string_view text);

}  // namespace mixnet
