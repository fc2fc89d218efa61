// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/arp.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>

#include "collectors/host/links.h"

namespace mixnet {
namespace {

constexpr Metric kEntries = gauge("node_arp_entries", "ARP entries by device");
constexpr const Metric* kMetrics[] = {&kEntries};

/// The device of each entry, by index or by name.
struct Entries {
  std::vector<std::int32_t> indexes;
  std::vector<std::string_view> names;
};

/// Calls `take(value, how often it is there)` for each different value.
template <class T, class Take>
void count_each(std::vector<T>& values, const Take& take) {
  std::sort(values.begin(), values.end());
  for (auto at = values.begin(); at != values.end();) {
    const auto end = std::upper_bound(at, values.end(), *at);
    take(*at, static_cast<double>(end - at));
    at = end;
  }
}

Result<void> dump_neighbours(Context& context, std::vector<std::int32_t>& indexes) {
  indexes.clear();
  ndmsg request{};
  request.ndm_family = AF_INET;
  const auto state = TRY(context.memory.get<RouteNetlink>().dump(RTM_GETNEIGH, request, [&](std::string_view message) {
    const auto entry = front_as<ndmsg>(message);
    if (entry && (entry->ndm_state & NUD_NOARP) == 0) indexes.push_back(entry->ndm_ifindex);  // as /proc/net/arp
  }));
  (void)state;  // an entry that comes or goes just now may be counted or not
  return {};
}

Result<void> collect(Context& context, Samples& out) {
  auto& entries = context.memory.get<Entries>();
  const auto add = [&](std::string_view device, double count) {
    if (context.settings.arp.device.wants(device)) out.add(kEntries, count, {{"device", device}});
  };
  if (context.roots.is_this_host() && dump_neighbours(context, entries.indexes)) {
    const auto& table = links(context);
    count_each(entries.indexes, [&](std::int32_t index, double count) {
      if (const Link* link = table.find(index)) add(link->name, count);
    });
    return {};
  }
  TRY(context.proc.parse("net/arp", Shape::records, parse_arp, entries.names));
  count_each(entries.names, add);
  return {};
}

}  // namespace

// IP address       HW type     Flags       HW address            Mask     Device
// 192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth0
Result<void> parse_arp(std::string_view text, std::vector<std::string_view>& devices) {
  devices.clear();
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    const Fields<6> fields(line);
    if (lines.number() == 1 || fields.count() == 0) continue;
    // The hardware address of a device that has none is empty.
    if (fields.count() != 5 && fields.count() != 6) return lines.malformed("6 columns expected in " + in_quotes(line));
    devices.push_back(fields[fields.count() - 1]);
  }
  return {};
}

constinit const Collector kArp{
    "arp", "Entries of the ARP table, from netlink or /proc/net/arp.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
