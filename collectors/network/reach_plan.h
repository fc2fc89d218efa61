// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/ip_address.h"
#include "collectors/network/connection_check.h"
#include "collectors/node/nodes.h"

namespace mixnet {

/// The ports that are tried from outside: the announced ones over TCP, and 443 where a host name is announced, which nym-api
/// tries when the others do not answer.
enum class ReachPort : std::uint8_t { mix, verloc, http, https, client_ws, client_wss, lp_control };
inline constexpr std::array kReachPorts = {ReachPort::mix,       ReachPort::verloc,     ReachPort::http,      ReachPort::https,
                                           ReachPort::client_ws, ReachPort::client_wss, ReachPort::lp_control};
/// As label `port`.
std::string_view to_string(ReachPort port);

/// What decides which ports of a node are tried.
struct ReachNode {
  std::string name, hostname;
  std::array<std::uint16_t, kReachPorts.size()> ports{};  ///< 0: not announced
  std::vector<std::string> hosts;                         ///< host names and addresses that it is tried at

  bool operator==(const ReachNode&) const = default;
};

/// `targets` are as in Settings::reachability: those for this node or for all are tried in place of what it announces.
ReachNode reach_node(const Node& node, std::optional<std::uint16_t> custom_http_port, std::span<const std::string> targets);

/// A port of a node at one address.
struct ReachCheck {
  std::size_t node = 0;  ///< its place in the list
  ReachPort port = ReachPort::mix;
};

/// All that is to be tried, one of each for each.
struct ReachPlan {
  static constexpr std::size_t kAddressesMax = 8;  ///< of a node
  static constexpr std::size_t kChecksMax = 200;

  std::vector<ReachCheck> what;
  std::vector<ConnectionCheck> checks;
  std::size_t left_out = 0;  ///< for these limits

  /// Adds a node's ports at `addresses`.
  void add(std::size_t index, const ReachNode& node, std::span<const IpAddress> addresses);
};

}  // namespace mixnet
