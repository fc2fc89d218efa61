// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/netclass.h"

#include "collectors/host/links.h"

namespace mixnet {
namespace {

#define PROPERTY(kind, name) kind("node_network_" name, "Network device property: " name)

constexpr Metric kUp = gauge("node_network_up", "Value is 1 if operstate is 'up', 0 otherwise.");
constexpr Metric kInfo = gauge("node_network_info", "Non-numeric data from /sys/class/net/<iface>, value is always 1.");
constexpr Metric kAddressAssignType = PROPERTY(gauge, "address_assign_type");
constexpr Metric kCarrier = PROPERTY(gauge, "carrier");
constexpr Metric kCarrierChanges = PROPERTY(counter, "carrier_changes_total");
constexpr Metric kCarrierUpChanges = PROPERTY(counter, "carrier_up_changes_total");
constexpr Metric kCarrierDownChanges = PROPERTY(counter, "carrier_down_changes_total");
constexpr Metric kDeviceId = PROPERTY(gauge, "device_id");
constexpr Metric kDormant = PROPERTY(gauge, "dormant");
constexpr Metric kFlags = PROPERTY(gauge, "flags");
constexpr Metric kIfaceId = PROPERTY(gauge, "iface_id");
constexpr Metric kIfaceLink = PROPERTY(gauge, "iface_link");
constexpr Metric kIfaceLinkMode = PROPERTY(gauge, "iface_link_mode");
constexpr Metric kMtu = PROPERTY(gauge, "mtu_bytes");
constexpr Metric kNameAssignType = PROPERTY(gauge, "name_assign_type");
constexpr Metric kNetDevGroup = PROPERTY(gauge, "net_dev_group");
constexpr Metric kProtocolType = PROPERTY(gauge, "protocol_type");
constexpr Metric kSpeed = PROPERTY(gauge, "speed_bytes");
constexpr Metric kTransmitQueueLength = PROPERTY(gauge, "transmit_queue_length");

#undef PROPERTY

constexpr const Metric* kMetrics[] = {&kUp,
                                      &kInfo,
                                      &kAddressAssignType,
                                      &kCarrier,
                                      &kCarrierChanges,
                                      &kCarrierUpChanges,
                                      &kCarrierDownChanges,
                                      &kDeviceId,
                                      &kDormant,
                                      &kFlags,
                                      &kIfaceId,
                                      &kIfaceLink,
                                      &kIfaceLinkMode,
                                      &kMtu,
                                      &kNameAssignType,
                                      &kNetDevGroup,
                                      &kProtocolType,
                                      &kSpeed,
                                      &kTransmitQueueLength};

struct Property {
  const Metric* metric;
  std::optional<std::int64_t> Link::*value;
};

constexpr Property kProperties[] = {
    {&kAddressAssignType, &Link::address_assign_type},
    {&kCarrier, &Link::carrier},
    {&kCarrierChanges, &Link::carrier_changes},
    {&kCarrierUpChanges, &Link::carrier_up_changes},
    {&kCarrierDownChanges, &Link::carrier_down_changes},
    {&kDeviceId, &Link::device_id},
    {&kDormant, &Link::dormant},
    {&kFlags, &Link::flags},
    {&kIfaceId, &Link::index},
    {&kIfaceLink, &Link::lower_index},
    {&kIfaceLinkMode, &Link::link_mode},
    {&kMtu, &Link::mtu},
    {&kNameAssignType, &Link::name_assign_type},
    {&kNetDevGroup, &Link::group},
    {&kProtocolType, &Link::protocol_type},
    {&kTransmitQueueLength, &Link::queue_length},
};

std::string_view admin_state(const Link& link) {
  constexpr std::int64_t kIffUp = 1;
  if (!link.flags) return "unknown";
  return (*link.flags & kIffUp) != 0 ? "up" : "down";
}

void emit(const Link& link, bool ignore_invalid_speed, Samples& out) {
  const auto device = out.labels({{"device", link.name}});
  out.add(kUp, link.operstate == "up" ? 1 : 0, device);
  out.add(kInfo, 1,
          {{"device", link.name},
           {"address", link.address},
           {"broadcast", link.broadcast},
           {"duplex", link.duplex},
           {"operstate", link.operstate},
           {"adminstate", admin_state(link)},
           {"ifalias", link.alias}});
  for (const auto& property : kProperties) {
    if (const auto& value = link.*property.value) out.add(*property.metric, static_cast<double>(*value), device);
  }
  if (link.speed && (*link.speed >= 0 || !ignore_invalid_speed)) {  // some drivers say -1 where they do not know it
    constexpr double kBytesOfAMegabit = 125'000;
    out.add(kSpeed, static_cast<double>(*link.speed) * kBytesOfAMegabit, device);
  }
}

Result<void> collect(Context& context, Samples& out) {
  const auto& table = links(context);
  TRY(table.described);
  const auto& settings = context.settings.netclass;
  for (const auto& link : table.links) {
    const bool ignored = !settings.ignored_devices.empty() && settings.ignored_devices.found_in(link.name);
    if (link.described && !ignored) emit(link, settings.ignore_invalid_speed, out);
  }
  return {};
}

}  // namespace

constinit const Collector kNetclass{"netclass", "Properties of network interfaces, from netlink and /sys/class/net.",
                                    true,       Schedule::at_scrape,
                                    kMetrics,   collect};

}  // namespace mixnet
