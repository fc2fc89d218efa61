// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// /proc/net/arp, as proc(5) describes it: the device of each entry.
Result<void> parse_arp(std::string_view text, std::vector<std::string_view>& devices);

extern const Collector kArp;

}  // namespace mixnet
