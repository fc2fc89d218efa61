// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/tunnels.h"

#include <linux/if.h>
#include <linux/if_addr.h>

#include <algorithm>
#include <optional>
#include <string>

#include "collectors/host/links.h"
#include "collectors/node/network_namespace.h"
#include "collectors/node/tunnel_names.h"

namespace mixnet {
namespace {

constexpr Metric kPresent = gauge("mixnet_node_tunnel_present",
                                  "Whether the tunnel interface exists (1 = yes, 0 = no), from rtnetlink or /sys/class/net.");
constexpr Metric kUp =
    gauge("mixnet_node_tunnel_up", "Whether the node's tunnel interface is up (1 = yes, 0 = no), from rtnetlink or sysfs.");
constexpr Metric kGlobalIpv6 =
    gauge("mixnet_node_tunnel_global_ipv6",
          "Whether the tunnel interface has a global IPv6 address (1 = yes, 0 = no), from /proc/net/if_inet6.");

#define TRAFFIC(name, what) \
  counter("mixnet_node_tunnel_" name "_total", what " the node's tunnel interface, from rtnetlink or /proc/net/dev.")

constexpr Metric kReceiveBytes = TRAFFIC("receive_bytes", "Bytes received by");
constexpr Metric kReceivePackets = TRAFFIC("receive_packets", "Packets received by");
constexpr Metric kReceiveErrors = TRAFFIC("receive_errors", "Faulty packets received by");
constexpr Metric kReceiveDrops = TRAFFIC("receive_drops", "Received packets dropped by");
constexpr Metric kTransmitBytes = TRAFFIC("transmit_bytes", "Bytes sent by");
constexpr Metric kTransmitPackets = TRAFFIC("transmit_packets", "Packets sent by");
constexpr Metric kTransmitErrors = TRAFFIC("transmit_errors", "Packets that could not be sent by");
constexpr Metric kTransmitDrops = TRAFFIC("transmit_drops", "Packets to be sent that were dropped by");

#undef TRAFFIC

constexpr const Metric* kMetrics[] = {&kPresent,       &kUp,           &kGlobalIpv6,    &kReceiveBytes,    &kReceivePackets,
                                      &kReceiveErrors, &kReceiveDrops, &kTransmitBytes, &kTransmitPackets, &kTransmitErrors,
                                      &kTransmitDrops};

struct Traffic {
  const Metric* metric;
  std::uint64_t LinkCounters::*value;
};

constexpr Traffic kTraffic[] = {
    {&kReceiveBytes, &LinkCounters::receive_bytes},   {&kReceivePackets, &LinkCounters::receive_packets},
    {&kReceiveErrors, &LinkCounters::receive_errs},   {&kReceiveDrops, &LinkCounters::receive_drop},
    {&kTransmitBytes, &LinkCounters::transmit_bytes}, {&kTransmitPackets, &LinkCounters::transmit_packets},
    {&kTransmitErrors, &LinkCounters::transmit_errs}, {&kTransmitDrops, &LinkCounters::transmit_drop},
};

/// What is known of a tunnel's interface.
struct Tunnel {
  bool present = false;
  std::optional<bool> up;           ///< not to be seen in another network namespace
  std::optional<bool> global_ipv6;  ///< nothing where the file cannot be read
  std::optional<LinkCounters> counters;
};

struct Buffers {
  std::vector<Ipv6Address> addresses;
  std::vector<NetDev> devices;
};

/// An interface that is up but has nothing beneath it, as a TUN that no program holds, is "down" by its operstate.
std::optional<bool> is_up(const Link& link) {
  if (!link.flags) return std::nullopt;
  return (*link.flags & IFF_UP) != 0 && link.operstate != "down";
}

bool is_usable(const Ipv6Address& address) {
  constexpr auto kBroken = IFA_F_DADFAILED | IFA_F_TENTATIVE;
  return address.scope == 0 && (address.flags & kBroken) == 0;
}

/// `folder` below /proc: "" or "812/".
Result<bool> has_global_ipv6(Context& context, std::string_view folder, std::string_view interface) {
  auto& addresses = context.memory.get<Buffers>().addresses;
  const auto done = context.proc.parse(Path(folder, "net/if_inet6"), Shape::short_records, parse_if_inet6, addresses);
  if (!done && done.error().fault == Fault::absent) return false;  // no IPv6 on this host
  if (!done) return tl::unexpected<Error>(done.error());
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const Ipv6Address& address) { return address.interface == interface && is_usable(address); });
}

Result<Tunnel> look_here(Context& context, std::string_view interface) {
  const auto& table = links(context);
  TRY(table.described);
  const auto found =
      std::find_if(table.links.begin(), table.links.end(), [&](const Link& link) { return link.name == interface; });
  if (found == table.links.end()) return Tunnel{};
  return Tunnel{.present = true, .up = is_up(*found), .global_ipv6 = {}, .counters = found->counters};
}

Result<Tunnel> look_there(Context& context, std::string_view folder, std::string_view interface) {
  auto& devices = context.memory.get<Buffers>().devices;
  const Path file(folder, "net/dev");
  const auto text = TRY(context.proc.read_once(file, Shape::records));
  TRY(context.proc.named(file, parse_net_dev(text, devices)));
  Tunnel out;
  for (const auto& device : devices) {
    if (device.name != interface) continue;
    out.present = true;
    out.counters = device.counters;
  }
  return out;
}

void emit(const Tunnel& tunnel, std::string_view node, std::string_view interface, Samples& out) {
  const auto labels = out.labels({{"node", node}, {"device", interface}});
  out.add(kPresent, tunnel.present ? 1 : 0, labels);
  if (!tunnel.present) return;
  if (tunnel.up) out.add(kUp, *tunnel.up ? 1 : 0, labels);
  if (tunnel.global_ipv6) out.add(kGlobalIpv6, *tunnel.global_ipv6 ? 1 : 0, labels);
  if (!tunnel.counters) return;
  for (const auto& traffic : kTraffic) out.add(*traffic.metric, static_cast<double>((*tunnel.counters).*traffic.value), labels);
}

Result<void> collect_tunnel(Context& context, const Node& node, const TunnelName& name, bool elsewhere, Samples& out) {
  const Decimal pid(static_cast<std::uint64_t>(node.process.pid));
  const Path folder(elsewhere ? std::string_view(pid) : "", elsewhere ? "/" : "");
  auto tunnel = elsewhere ? TRY(look_there(context, folder, name.interface)) : TRY(look_here(context, name.interface));
  Result<bool> ipv6 = false;
  if (tunnel.present) {
    ipv6 = has_global_ipv6(context, folder, name.interface);
    if (ipv6) tunnel.global_ipv6 = *ipv6;
  }
  if (tunnel.present || name.expected) emit(tunnel, node.name, name.interface, out);
  if (!ipv6) return tl::unexpected<Error>(ipv6.error());
  return {};
}

Result<void> collect(Context& context, Samples& out) {
  const auto& nodes = *context.nodes.nodes;
  if (nodes.empty()) return fail(Fault::absent, "no node is known on this host");
  for (const auto& node : nodes) {
    const bool elsewhere = is_in_another_network_namespace(context, node);
    for (const auto& name : {wireguard_tunnel(node), exit_tunnel(node)}) {
      const auto done = collect_tunnel(context, node, name, elsewhere, out);
      if (!done) context.remarks.add(node.name + ": " + std::string(name.interface), done.error());
    }
  }
  return {};
}

}  // namespace

// fe8000000000000000fcfffe000005 02 40 20 80     eth0
Result<void> parse_if_inet6(std::string_view text, std::vector<Ipv6Address>& out) {
  out.clear();
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    const Fields<6> fields(line);
    if (fields.count() < 6) return lines.malformed("6 columns expected in " + in_quotes(line));
    const auto scope = TRY(lines.field<std::uint8_t>(fields[3], 16));
    const auto flags = TRY(lines.field<std::uint8_t>(fields[4], 16));
    out.push_back({fields[5], scope, flags});
  }
  return {};
}

constinit const Collector kNodeTunnels{
    "node_tunnels", "The nodes' tunnel interfaces, from rtnetlink or /proc/net.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
