// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/netdev.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>

#include "collectors/host/links.h"

namespace mixnet {
namespace {

#define STATISTIC(name) counter("node_network_" name "_total", "Network device statistic " name ".")

constexpr Metric kReceiveBytes = STATISTIC("receive_bytes");
constexpr Metric kReceivePackets = STATISTIC("receive_packets");
constexpr Metric kReceiveErrs = STATISTIC("receive_errs");
constexpr Metric kReceiveDrop = STATISTIC("receive_drop");
constexpr Metric kReceiveFifo = STATISTIC("receive_fifo");
constexpr Metric kReceiveFrame = STATISTIC("receive_frame");
constexpr Metric kReceiveCompressed = STATISTIC("receive_compressed");
constexpr Metric kReceiveMulticast = STATISTIC("receive_multicast");
constexpr Metric kReceiveNohandler = STATISTIC("receive_nohandler");
constexpr Metric kTransmitBytes = STATISTIC("transmit_bytes");
constexpr Metric kTransmitPackets = STATISTIC("transmit_packets");
constexpr Metric kTransmitErrs = STATISTIC("transmit_errs");
constexpr Metric kTransmitDrop = STATISTIC("transmit_drop");
constexpr Metric kTransmitFifo = STATISTIC("transmit_fifo");
constexpr Metric kTransmitColls = STATISTIC("transmit_colls");
constexpr Metric kTransmitCarrier = STATISTIC("transmit_carrier");
constexpr Metric kTransmitCompressed = STATISTIC("transmit_compressed");

#undef STATISTIC

constexpr Metric kAddressInfo = gauge("node_network_address_info", "node network address by device");

constexpr const Metric* kMetrics[] = {
    &kReceiveBytes,      &kReceivePackets,   &kReceiveErrs,      &kReceiveDrop,     &kReceiveFifo,        &kReceiveFrame,
    &kReceiveCompressed, &kReceiveMulticast, &kReceiveNohandler, &kTransmitBytes,   &kTransmitPackets,    &kTransmitErrs,
    &kTransmitDrop,      &kTransmitFifo,     &kTransmitColls,    &kTransmitCarrier, &kTransmitCompressed, &kAddressInfo};

struct Statistic {
  const Metric* metric;
  std::uint64_t LinkCounters::*value;
};

constexpr Statistic kStatistics[] = {
    {&kReceiveBytes, &LinkCounters::receive_bytes},
    {&kReceivePackets, &LinkCounters::receive_packets},
    {&kReceiveErrs, &LinkCounters::receive_errs},
    {&kReceiveDrop, &LinkCounters::receive_drop},
    {&kReceiveFifo, &LinkCounters::receive_fifo},
    {&kReceiveFrame, &LinkCounters::receive_frame},
    {&kReceiveCompressed, &LinkCounters::receive_compressed},
    {&kReceiveMulticast, &LinkCounters::receive_multicast},
    {&kTransmitBytes, &LinkCounters::transmit_bytes},
    {&kTransmitPackets, &LinkCounters::transmit_packets},
    {&kTransmitErrs, &LinkCounters::transmit_errs},
    {&kTransmitDrop, &LinkCounters::transmit_drop},
    {&kTransmitFifo, &LinkCounters::transmit_fifo},
    {&kTransmitColls, &LinkCounters::transmit_colls},
    {&kTransmitCarrier, &LinkCounters::transmit_carrier},
    {&kTransmitCompressed, &LinkCounters::transmit_compressed},
};

void emit(const LinkCounters& counters, LabelSet device, Samples& out) {
  for (const auto& statistic : kStatistics) {
    out.add(*statistic.metric, static_cast<double>(counters.*statistic.value), device);
  }
  if (counters.receive_nohandler) out.add(kReceiveNohandler, static_cast<double>(*counters.receive_nohandler), device);
}

void emit(const InterfaceAddress& address, const Link& link, Samples& out) {
  char text[INET6_ADDRSTRLEN];
  char prefix[4];
  if (::inet_ntop(address.family, address.bytes.data(), text, sizeof text) == nullptr) return;
  const auto prefix_end = std::to_chars(prefix, prefix + sizeof prefix, address.prefix_length).ptr;
  out.add(kAddressInfo, 1,
          {{"device", link.name},
           {"address", text},
           {"netmask", {prefix, static_cast<std::size_t>(prefix_end - prefix)}},
           {"scope", scope_of(address)}});
}

struct Addresses {
  std::vector<InterfaceAddress> all;
};

/// No file has all addresses of an interface, so only this host's are known.
Result<void> collect_addresses(Context& context, const LinkTable& table, Samples& out) {
  auto& addresses = context.memory.get<Addresses>().all;
  addresses.clear();
  const auto state = TRY(context.memory.get<RouteNetlink>().dump(RTM_GETADDR, ifaddrmsg{}, [&](std::string_view message) {
    if (const auto address = parse_interface_address(message)) addresses.push_back(*address);
  }));
  (void)state;  // an address that comes or goes just now may be seen or not
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());  // the same one with several peers
  for (const auto& address : addresses) {
    const Link* link = table.find(address.interface);
    if (link != nullptr && context.settings.netdev.device.wants(link->name)) emit(address, *link, out);
  }
  return {};
}

Result<void> collect(Context& context, Samples& out) {
  const auto& table = links(context);
  TRY(table.counted);
  for (const auto& link : table.links) {
    if (!link.counters || !context.settings.netdev.device.wants(link.name)) continue;
    emit(*link.counters, out.labels({{"device", link.name}}), out);
  }
  if (context.settings.netdev.address_info && context.roots.is_this_host()) TRY(collect_addresses(context, table, out));
  return {};
}

}  // namespace

Result<InterfaceAddress> parse_interface_address(std::string_view message) {
  const auto info = front_as<ifaddrmsg>(message);
  if (!info) return fail(Fault::malformed, "a message about an address that is too short");
  InterfaceAddress out{info->ifa_index, info->ifa_family, info->ifa_prefixlen, {}};
  const std::size_t length = info->ifa_family == AF_INET ? 4 : 16;
  bool local = false, found = false;
  auto attributes = Attributes::after<ifaddrmsg>(message);
  while (attributes.next()) {
    const bool is_local = attributes.type() == IFA_LOCAL;  // IFA_ADDRESS is the peer's where there is both
    if (!is_local && (local || attributes.type() != IFA_ADDRESS)) continue;
    if (attributes.value().size() < length) continue;
    std::copy_n(attributes.value().begin(), length, out.bytes.begin());
    local = is_local;
    found = true;
  }
  if (!found) return fail(Fault::malformed, "a message about an address without one");
  return out;
}

std::string_view scope_of(const InterfaceAddress& address) {
  const auto& b = address.bytes;
  if (address.family == AF_INET) {
    const bool link_local = b[0] == 127 || (b[0] == 169 && b[1] == 254) || (b[0] == 224 && b[1] == 0 && b[2] == 0);
    if (link_local) return "link-local";
    const bool all_ones = std::all_of(b.begin(), b.begin() + 4, [](auto byte) { return byte == 255; });
    const bool all_zeros = std::all_of(b.begin(), b.begin() + 4, [](auto byte) { return byte == 0; });
    const bool multicast = b[0] >= 224 && b[0] < 240;
    return all_ones || all_zeros || multicast ? "" : "global";
  }
  const bool only_last = std::all_of(b.begin(), b.begin() + 15, [](auto byte) { return byte == 0; });
  const bool multicast = b[0] == 0xff;
  if ((only_last && b[15] == 1) || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80)) return "link-local";
  if (multicast && (b[1] & 0x0f) == 2) return "link-local";
  if (multicast && (b[1] & 0x0f) == 1) return "interface-local";
  return multicast || (only_last && b[15] == 0) ? "" : "global";
}

constinit const Collector kNetdev{
    "netdev", "Traffic of network interfaces, from netlink or /proc/net/dev.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
