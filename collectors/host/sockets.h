// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/host/socket_table.h"

namespace mixnet {

/// The host's TCP sockets, read once a collection whoever asks first: walking the kernel's table of connections is what they
/// cost. From sock_diag(7) and, where that cannot be had or would answer for another host, from /proc/net/tcp and tcp6. The
/// ports of the nodes on this host are watched, and those of their kind on other hosts. Valid until the next collection.
Result<const SocketTally*> tcp_sockets(Context& context);

/// The host's UDP sockets, both families in one tally.
struct UdpSockets {
  std::optional<SocketTotals> v4, v6;  ///< nothing where the host does not have the family
  SocketTally both;                    ///< the ports of the nodes are watched
};

/// The same for UDP, from /proc/net/udp and udp6, which have the drops; absent where there is neither.
Result<const UdpSockets*> udp_sockets(Context& context);

/// Reads net/tcp and tcp6, or udp and udp6, into `out`, below `folder` of /proc: "" or "812/". absent: neither is there.
Result<void> read_socket_tables(Tree& proc, std::string_view folder, SocketKind kind, SocketTally& out);

/// The port on which nodes serve a role to each other, unless told otherwise; 0 for what they do not use of each other.
constexpr std::uint16_t port_among_nodes(PortRole role) {
  const bool is_used = role == PortRole::mix || role == PortRole::verloc || role == PortRole::lp_control;
  return is_used ? default_port(role) : 0;
}

/// Watches the ports of that kind that `nodes` have, and those that nodes have on other hosts.
void watch_ports(std::span<const Node> nodes, SocketKind kind, SocketTally& out);

/// One message of a dump of TCP sockets, struct inet_diag_msg of sock_diag(7); nothing of one that is too short.
std::optional<Socket> parse_tcp_socket(std::string_view message);

}  // namespace mixnet
