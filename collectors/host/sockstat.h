// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// Sockets of one protocol; memory in pages (mem) or bytes (memory), where the protocol has it.
struct SockstatProtocol {
  std::string_view name;
  std::int64_t inuse;
  std::optional<std::int64_t> orphan, tw, alloc, mem, memory;
};

struct Sockstat {
  std::optional<std::int64_t> used;  ///< sockets of all families; sockstat6 does not have it
  std::vector<SockstatProtocol> protocols;
};

/// /proc/net/sockstat and sockstat6, as proc(5) describes them.
Result<void> parse_sockstat(std::string_view text, Sockstat& out);

extern const Collector kSockstat;

}  // namespace mixnet
