// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet {

/// The numbers that `keys` name in a file of lines "key 123" (cpu.stat, memory.stat, memory.events, pids.events), each at its
/// key's place in `out`; nothing for those that it lacks. Other lines are skipped.
Result<void> parse_keyed(std::string_view text, std::span<const std::string_view> keys,
                         std::span<std::optional<std::uint64_t>> out);

/// A file of one number, or of "max" where there is no limit: memory.current, memory.max, pids.max.
Result<std::optional<std::uint64_t>> parse_limit(std::string_view text);

/// cpu.max in CPUs: how many the group may keep busy; nothing where it is not limited.
Result<std::optional<double>> parse_cpu_max(std::string_view text);

/// What a cgroup has read from one disk and written to it.
struct CgroupIo {
  std::string device;  ///< "254:0", major and minor number
  std::uint64_t read_bytes, written_bytes, reads, writes;
};

/// io.stat, as the kernel's Documentation/admin-guide/cgroup-v2.rst describes it; a device that is there twice is one.
Result<void> parse_io_stat(std::string_view text, std::vector<CgroupIo>& out);

/// How many processes cgroup.procs lists, and the PIDs of those that this PID namespace knows.
Result<std::size_t> parse_cgroup_procs(std::string_view text, std::vector<std::int32_t>& pids);

}  // namespace mixnet
