// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// A list of CPUs as sysfs writes it, in ascending order: 0-3,8,10-11.
Result<void> parse_cpu_list(std::string_view text, std::vector<std::uint32_t>& out);

/// The CPUs of /sys/devices/system/cpu. What hangs on them and does not change while they stay is worked out once for each
/// `generation`.
struct SystemCpus {
  std::vector<std::uint32_t> present;  ///< those with a folder, in ascending order
  std::vector<std::uint32_t> online;
  std::uint64_t generation = 0;  ///< grows when CPUs come and go

  bool is_online(std::uint32_t cpu) const;

  // What they were found by.
  std::string online_text, present_text;
  std::optional<std::uint64_t> collection;
};

/// The CPUs of this collection, listed anew only when the kernel's own lists of them have changed.
Result<const SystemCpus*> read_system_cpus(Context& context);

}  // namespace mixnet
