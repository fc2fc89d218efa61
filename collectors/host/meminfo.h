// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// A line of /proc/meminfo.
struct MeminfoLine {
  std::string_view key;  ///< as it stands before the colon
  std::uint64_t value;   ///< in bytes where `in_bytes`, else a count
  bool in_bytes;
};

struct Meminfo {
  std::vector<MeminfoLine> lines;
};

/// /proc/meminfo, as proc(5) describes it. The views point into `text`.
Result<void> parse_meminfo(std::string_view text, Meminfo& out);

extern const Collector kMeminfo;

}  // namespace mixnet
