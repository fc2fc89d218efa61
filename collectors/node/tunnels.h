// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// A line of /proc/net/if_inet6.
struct Ipv6Address {
  std::string_view interface;
  std::uint8_t scope;  ///< 0 is global
  std::uint8_t flags;  ///< as IFA_F_DADFAILED in linux/if_addr.h
};

/// /proc/net/if_inet6: the IPv6 addresses of all interfaces.
Result<void> parse_if_inet6(std::string_view text, std::vector<Ipv6Address>& out);

extern const Collector kNodeTunnels;

}  // namespace mixnet
