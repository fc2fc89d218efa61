// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// The peers of a WireGuard device. Nothing of a single one is kept: they are clients of the node.
struct WireguardPeers {
  std::uint64_t all = 0, active = 0;  ///< active: with a handshake in the last three minutes
};

/// Adds what one message of a WG_CMD_GET_DEVICE dump has of peers, see linux/wireguard.h. `now`: since the epoch.
void add_wireguard_peers(std::string_view message, std::chrono::seconds now, WireguardPeers& out);

/// The number of the family of that name, of one message of a CTRL_CMD_GETFAMILY dump; nothing of other families.
std::optional<std::uint16_t> parse_netlink_family(std::string_view message, std::string_view name);

extern const Collector kNodeWireguard;

}  // namespace mixnet
