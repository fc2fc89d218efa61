// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// A line of /proc/vmstat.
struct VmstatLine {
  std::string_view key;
  std::uint64_t value;
};

struct Vmstat {
  std::vector<VmstatLine> lines;
};

/// /proc/vmstat: mm/vmstat.c in the kernel's sources names its fields. The views point into `text`.
Result<void> parse_vmstat(std::string_view text, Vmstat& out);

extern const Collector kVmstat;

}  // namespace mixnet
