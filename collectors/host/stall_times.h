// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// How long tasks were stalled for want of one resource, in microseconds since boot, or since their cgroup was made.
struct StallTimes {
  std::optional<std::uint64_t> some_us;  ///< at least one task waited
  std::optional<std::uint64_t> full_us;  ///< every task that was not idle waited
};

/// A file of /proc/pressure or a cgroup's *.pressure, as the kernel's Documentation/accounting/psi.rst describes it.
Result<StallTimes> parse_stall_times(std::string_view text);

}  // namespace mixnet
