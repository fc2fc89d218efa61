// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/node/nodes.h"

namespace mixnet {

/// A tunnel interface that a node may have.
struct TunnelName {
  std::string_view interface;
  bool expected;  ///< the node's modes ask for it, or the operator named it
};

/// WireGuard's.
inline TunnelName wireguard_tunnel(const Node& node) {
  const bool named = !node.wireguard_interface.empty();
  return {named ? std::string_view(node.wireguard_interface) : "nymwg",
          node.modes ? node.modes->wireguard : named && node.wireguard_interface != "nymwg"};
}

/// The IP packet router's TUN.
inline TunnelName exit_tunnel(const Node& node) {
  const bool named = !node.exit_interface.empty();
  return {named ? std::string_view(node.exit_interface) : "nymtun0",
          node.modes ? node.modes->exit : named && node.exit_interface != "nymtun0"};
}

}  // namespace mixnet
