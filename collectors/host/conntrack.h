// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// What the connection tracking has done, summed over the CPUs.
struct ConntrackStat {
  std::uint64_t found, invalid, ignore, insert, insert_failed, drop, early_drop, search_restart;
};

/// /proc/net/stat/nf_conntrack: a line of names, then a line of hexadecimal numbers for each CPU. Names differ between
/// kernels; what a kernel does not count is 0.
Result<ConntrackStat> parse_conntrack_stat(std::string_view text);

extern const Collector kConntrack;

}  // namespace mixnet
