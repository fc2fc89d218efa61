// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/wireguard.h"

#include <linux/genetlink.h>
#include <linux/time_types.h>
#include <linux/wireguard.h>

#include <string>

#include "collectors/kit/netlink.h"
#include "collectors/node/network_namespace.h"
#include "collectors/node/tunnel_names.h"

namespace mixnet {
namespace {

using std::chrono::seconds;

constexpr Metric kPeers =
    gauge("mixnet_node_wireguard_peers", "Peers that WireGuard in the kernel knows, from generic netlink.");
constexpr Metric kActivePeers =
    gauge("mixnet_node_wireguard_active_peers",
          "Peers of WireGuard in the kernel with a handshake in the last 180 s, from generic netlink.");
constexpr const Metric* kMetrics[] = {&kPeers, &kActivePeers};

constexpr seconds kActiveFor{180};
constexpr seconds kEvery{30};  // a dump takes about a microsecond a peer

struct GenericNetlink : Netlink {
  GenericNetlink() : Netlink(NETLINK_GENERIC) {}
};

/// Families get their numbers when their module is loaded.
Result<std::uint16_t> find_family(Netlink& netlink) {
  std::optional<std::uint16_t> found;
  const NetlinkRequest request(genlmsghdr{CTRL_CMD_GETFAMILY, 1, 0});
  TRY(netlink.dump(GENL_ID_CTRL, request, [&](std::string_view message) {
    if (const auto number = parse_netlink_family(message, WG_GENL_NAME)) found = number;
  }));
  if (!found) return fail(Fault::absent, "the kernel has no WireGuard (loaded): a userspace one is not asked");
  return *found;
}

Result<WireguardPeers> ask(Netlink& netlink, std::string_view interface) {
  const auto family = TRY(find_family(netlink));
  const seconds now = std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch());
  WireguardPeers peers;
  NetlinkRequest request(genlmsghdr{WG_CMD_GET_DEVICE, WG_GENL_VERSION, 0});
  request.add(WGDEVICE_A_IFNAME, interface);
  const auto done = netlink.dump(family, request, [&](std::string_view message) { add_wireguard_peers(message, now, peers); });
  netlink.wipe();  // answers have the device's private key and its peers' addresses
  if (done) return peers;
  if (done.error().fault == Fault::denied) {
    return fail(Fault::absent, "WireGuard may not be asked: that takes CAP_NET_ADMIN, see AmbientCapabilities= of the unit");
  }
  return tl::unexpected<Error>(done.error());
}

Result<WireguardPeers> collect_node(Context& context, const Node& node, std::string_view interface) {
  if (is_in_another_network_namespace(context, node)) {
    return fail(Fault::absent, "it is in a network namespace of its own, whose WireGuard cannot be asked");
  }
  return ask(context.memory.get<GenericNetlink>(), interface);
}

Result<void> collect(Context& context, Samples& out) {
  const auto& nodes = *context.nodes.nodes;
  if (nodes.empty()) return fail(Fault::absent, "no node is known on this host");
  if (!context.roots.is_this_host()) return fail(Fault::absent, "WireGuard can be asked on this host only");
  for (const auto& node : nodes) {
    const auto name = wireguard_tunnel(node);
    if (node.modes && !name.expected) continue;
    const auto peers = collect_node(context, node, name.interface);
    if (peers) {
      const auto labels = out.labels({{"node", node.name}, {"device", name.interface}});
      out.add(kPeers, static_cast<double>(peers->all), labels);
      out.add(kActivePeers, static_cast<double>(peers->active), labels);
    } else {
      context.remarks.add(node.name + ": " + std::string(name.interface), peers.error());
    }
  }
  return {};
}

/// When the peer's last handshake was, since the epoch, 0 where there was none; nothing where the message goes on with the
/// addresses of a peer that another one began.
std::optional<seconds> last_handshake(std::string_view peer) {
  auto attributes = Attributes::within(peer);
  while (attributes.next()) {
    if (attributes.type() != WGPEER_A_LAST_HANDSHAKE_TIME) continue;
    const auto time = front_as<__kernel_timespec>(attributes.value());
    if (time) return seconds(time->tv_sec);
  }
  return std::nullopt;
}

}  // namespace

void add_wireguard_peers(std::string_view message, seconds now, WireguardPeers& out) {
  auto attributes = Attributes::after<genlmsghdr>(message);
  while (attributes.next()) {
    if (attributes.type() != WGDEVICE_A_PEERS) continue;
    auto peers = Attributes::within(attributes.value());
    while (peers.next()) {
      const auto handshake = last_handshake(peers.value());
      if (!handshake) continue;
      ++out.all;
      if (*handshake > now - kActiveFor) ++out.active;
    }
  }
}

std::optional<std::uint16_t> parse_netlink_family(std::string_view message, std::string_view name) {
  std::optional<std::uint16_t> number;
  bool is_named_so = false;
  auto attributes = Attributes::after<genlmsghdr>(message);
  while (attributes.next()) {
    if (attributes.type() == CTRL_ATTR_FAMILY_ID) number = front_as<std::uint16_t>(attributes.value());
    if (attributes.type() == CTRL_ATTR_FAMILY_NAME) is_named_so = attributes.text() == name;
  }
  return is_named_so ? number : std::nullopt;
}

constinit const Collector kNodeWireguard{"node_wireguard",
                                         "How many peers the nodes' WireGuard has, from generic netlink; takes CAP_NET_ADMIN.",
                                         true,
                                         Schedule::background,
                                         kMetrics,
                                         collect,
                                         kEvery};

}  // namespace mixnet
