// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// How long tasks were stalled for want of one resource, in microseconds since boot.
struct Pressure {
  std::optional<std::uint64_t> some_us;  ///< at least one task waited
  std::optional<std::uint64_t> full_us;  ///< every task that was not idle waited
};

/// A file of /proc/pressure, as the kernel's Documentation/accounting/psi.rst describes it.
Result<Pressure> parse_pressure(std::string_view text);

extern const Collector kPressure;

}  // namespace mixnet
