// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// What one CPU has done with received packets.
struct Softnet {
  std::uint32_t cpu, processed, dropped, times_squeezed, cpu_collision, received_rps, flow_limit_count, backlog_length;
};

/// /proc/net/softnet_stat: a line of hexadecimal numbers for each CPU that is online, more of them on newer kernels.
Result<void> parse_softnet(std::string_view text, std::vector<Softnet>& out);

extern const Collector kSoftnet;

}  // namespace mixnet
