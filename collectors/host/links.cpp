// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/links.h"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>

namespace mixnet {
namespace {

using std::chrono::steady_clock;

constexpr auto kFilesAgeMax = std::chrono::seconds(60);
constexpr std::uint32_t kOnlyInNetlink = IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT;  // the file shows dev->flags without these

/// The links as they were in the collection they were read for.
struct Links {
  LinkTable table;
  std::uint64_t collection = ~std::uint64_t{0};
  std::vector<std::string> names;
  std::vector<NetDev> net_dev;
};

struct NumberFile {
  std::string_view name;
  std::optional<std::int64_t> Link::*field;
  bool in_netlink;
};

constexpr NumberFile kNumberFiles[] = {
    {"addr_assign_type", &Link::address_assign_type, false},
    {"carrier", &Link::carrier, true},
    {"carrier_changes", &Link::carrier_changes, true},
    {"carrier_down_count", &Link::carrier_down_changes, true},
    {"carrier_up_count", &Link::carrier_up_changes, true},
    {"dev_id", &Link::device_id, false},
    {"dormant", &Link::dormant, true},
    {"flags", &Link::flags, true},
    {"ifindex", &Link::index, true},
    {"iflink", &Link::lower_index, true},
    {"link_mode", &Link::link_mode, true},
    {"mtu", &Link::mtu, true},
    {"name_assign_type", &Link::name_assign_type, false},
    {"netdev_group", &Link::group, true},
    {"speed", &Link::speed, false},
    {"tx_queue_len", &Link::queue_length, true},
    {"type", &Link::protocol_type, true},
};

struct TextFile {
  std::string_view name;
  std::string Link::*field;
  bool in_netlink;
};

constexpr TextFile kTextFiles[] = {
    {"address", &Link::address, true}, {"broadcast", &Link::broadcast, true}, {"duplex", &Link::duplex, false},
    {"ifalias", &Link::alias, true},   {"operstate", &Link::operstate, true},
};

/// 02:fc:00:00:00:05, as the files have it.
void format_address(std::string_view bytes, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out.clear();
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (!out.empty()) out += ':';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

std::string_view operstate_name(std::uint8_t state) {
  constexpr std::string_view kNames[] = {"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"};
  return state < std::size(kNames) ? kNames[state] : "";
}

/// The sums that the kernel makes for /proc/net/dev.
LinkCounters summed(const rtnl_link_stats64& stats, bool has_nohandler) {
  LinkCounters out{};
  out.receive_bytes = stats.rx_bytes;
  out.receive_packets = stats.rx_packets;
  out.receive_errs = stats.rx_errors;
  out.receive_drop = stats.rx_dropped + stats.rx_missed_errors;
  out.receive_fifo = stats.rx_fifo_errors;
  out.receive_frame = stats.rx_length_errors + stats.rx_over_errors + stats.rx_crc_errors + stats.rx_frame_errors;
  out.receive_compressed = stats.rx_compressed;
  out.receive_multicast = stats.multicast;
  out.transmit_bytes = stats.tx_bytes;
  out.transmit_packets = stats.tx_packets;
  out.transmit_errs = stats.tx_errors;
  out.transmit_drop = stats.tx_dropped;
  out.transmit_fifo = stats.tx_fifo_errors;
  out.transmit_colls = stats.collisions;
  out.transmit_carrier = stats.tx_carrier_errors + stats.tx_aborted_errors + stats.tx_window_errors + stats.tx_heartbeat_errors;
  out.transmit_compressed = stats.tx_compressed;
  if (has_nohandler) out.receive_nohandler = stats.rx_nohandler;
  return out;
}

/// IFLA_STATS64, which is shorter on older kernels.
std::optional<LinkCounters> parse_stats(std::string_view value) {
  constexpr auto kBeforeNohandler = offsetof(rtnl_link_stats64, rx_nohandler);
  if (value.size() < kBeforeNohandler) return std::nullopt;
  rtnl_link_stats64 stats{};
  std::memcpy(&stats, value.data(), std::min(value.size(), sizeof stats));
  return summed(stats, value.size() >= kBeforeNohandler + sizeof stats.rx_nohandler);
}

struct FlagCounts {
  std::uint32_t promiscuous = 0;
  std::optional<std::uint32_t> all_multicast;  // since Linux 6.0
};

void parse_attribute(const Attributes& attribute, Link& out, FlagCounts& counts) {
  const auto word = front_as<std::uint32_t>(attribute.value());
  const auto byte = front_as<std::uint8_t>(attribute.value());
  switch (attribute.type()) {
    case IFLA_IFNAME: out.name.assign(attribute.text()); break;
    case IFLA_ADDRESS: format_address(attribute.value(), out.address); break;
    case IFLA_BROADCAST: format_address(attribute.value(), out.broadcast); break;
    case IFLA_IFALIAS: out.alias.assign(trim(attribute.text())); break;
    case IFLA_OPERSTATE: out.operstate.assign(operstate_name(byte.value_or(0xff))); break;
    case IFLA_CARRIER: out.carrier = byte; break;
    case IFLA_LINKMODE: out.link_mode = byte; break;
    case IFLA_CARRIER_CHANGES: out.carrier_changes = word; break;
    case IFLA_CARRIER_UP_COUNT: out.carrier_up_changes = word; break;
    case IFLA_CARRIER_DOWN_COUNT: out.carrier_down_changes = word; break;
    case IFLA_LINK: out.lower_index = word; break;
    case IFLA_MTU: out.mtu = word; break;
    case IFLA_GROUP: out.group = word; break;
    case IFLA_TXQLEN: out.queue_length = word; break;
    case IFLA_MASTER: out.master_index = word.value_or(0); break;
    case IFLA_PROMISCUITY: counts.promiscuous = word.value_or(0); break;
    case IFLA_ALLMULTI: counts.all_multicast = word; break;
    case IFLA_STATS64: out.counters = parse_stats(attribute.value()); break;
    default: break;
  }
}

/// Unsets what the next message may leave out.
void reset(Link& link) {
  for (const auto& file : kNumberFiles) {
    if (file.in_netlink) (link.*file.field).reset();
  }
  for (const auto& file : kTextFiles) {
    if (file.in_netlink) (link.*file.field).clear();
  }
  link.name.clear();
  link.counters.reset();
  link.master_index = 0;
}

/// Makes of netlink's flags what the file shows: dev->flags, where being promiscuous for whatever reason counts.
std::int64_t flags_as_in_file(std::uint32_t flags, const FlagCounts& counts) {
  flags &= ~kOnlyInNetlink;
  if (counts.promiscuous > 0) flags |= IFF_PROMISC;
  if (counts.all_multicast.value_or(0) > 0) flags |= IFF_ALLMULTI;
  return flags;
}

/// Reads the files of an interface into its properties: all, or those that netlink lacks.
void read_files(Tree& sys, Link& link, bool all) {
  const auto read = [&](std::string_view name) -> std::optional<std::string_view> {
    const Path path("class/net/", link.name, "/", name);
    if (all) return sys.read_if_there(path);
    const auto text = sys.read_once(path, Shape::value);  // read too seldom to keep it open
    return text ? std::optional(*text) : std::nullopt;
  };
  for (const auto& file : kNumberFiles) {
    if (file.in_netlink && !all) continue;
    const auto text = read(file.name);
    link.*file.field = text ? parse_link_property(*text) : std::nullopt;
  }
  for (const auto& file : kTextFiles) {
    if (file.in_netlink && !all) continue;
    (link.*file.field).assign(trim(read(file.name).value_or("")));
  }
}

bool stands_as(const Link& link, const LinkTable::Standing& then) {
  return link.name == then.name && link.index.value_or(0) == then.index && link.flags.value_or(0) == then.flags &&
         link.carrier_changes.value_or(0) == then.carrier_changes && link.operstate == then.operstate &&
         link.address == then.address && link.master_index == then.master_index;
}

Result<void> dump_links(Context& context, LinkTable& table) {
  struct {
    ifinfomsg info;
    nlattr attribute;
    std::uint32_t mask;
  } const request{{}, {NLA_HDRLEN + sizeof(std::uint32_t), IFLA_EXT_MASK}, RTEXT_FILTER_SKIP_STATS};  // IPv6's: not needed
  auto& netlink = context.memory.get<RouteNetlink>();
  constexpr int kTries = 2;  // where interfaces come and go all the time, the second answer has to do
  for (int tried = 0; tried < kTries; ++tried) {
    std::size_t count = 0;
    Result<void> parsed;
    const auto state = TRY(netlink.dump(RTM_GETLINK, request, [&](std::string_view message) {
      if (count == table.links.size()) table.links.emplace_back();
      if (auto one = parse_link(message, table.links[count++]); !one) parsed = std::move(one);
    }));
    TRY(std::move(parsed));
    table.links.resize(count);
    if (state == Netlink::Dump::complete) break;
  }
  for (auto& link : table.links) {
    if (link.flags_complete) continue;
    if (const auto text = context.sys.read_if_there(Path("class/net/", link.name, "/flags"))) {
      link.flags = parse_link_property(*text);
    }
  }
  read_files_of_links(context.sys, table, steady_clock::now());
  return {};
}

Link& link_named(std::vector<Link>& links, std::string_view name) {
  const auto found = std::find_if(links.begin(), links.end(), [&](const Link& link) { return link.name == name; });
  if (found != links.end()) return *found;
  links.emplace_back().name.assign(name);
  return links.back();
}

void read_links_from_files(Context& context, Links& own) {
  auto& table = own.table;
  std::size_t count = 0;
  table.described = context.sys.list("class/net", own.names);
  for (const auto& name : own.names) {
    if (!table.described || !context.sys.exists(Path("class/net/", name, "/."))) continue;  // bonding_masters is a file
    if (count == table.links.size()) table.links.emplace_back();
    auto& link = table.links[count++];
    reset(link);
    link.name.assign(name);
    link.described = true;
    read_files(context.sys, link, true);
  }
  table.links.resize(count);
  table.counted = context.proc.parse("net/dev", Shape::records, parse_net_dev, own.net_dev);
  for (const auto& device : own.net_dev) {
    auto& link = link_named(table.links, device.name);
    link.counters = device.counters;
    const Path nohandler("class/net/", link.name, "/statistics/rx_nohandler");
    link.counters->receive_nohandler = context.sys.number_if_there<std::uint64_t>(nohandler);
  }
}

}  // namespace

const Link* LinkTable::find(std::int64_t index) const {
  const auto found = std::find_if(links.begin(), links.end(), [&](const Link& link) { return link.index == index; });
  return found == links.end() ? nullptr : &*found;
}

const LinkTable& links(Context& context) {
  auto& own = context.memory.get<Links>();
  if (own.collection == context.collection) return own.table;
  own.collection = context.collection;
  own.table.described = own.table.counted = {};
  if (!context.roots.is_this_host() || !dump_links(context, own.table)) {
    own.table.standing.clear();
    read_links_from_files(context, own);
  }
  return own.table;
}

Result<void> parse_link(std::string_view message, Link& out) {
  const auto info = front_as<ifinfomsg>(message);
  if (!info) return fail(Fault::malformed, "a message about an interface that is too short");
  reset(out);
  FlagCounts counts;
  auto attributes = Attributes::after<ifinfomsg>(message);
  while (attributes.next()) parse_attribute(attributes, out, counts);
  if (out.name.empty()) return fail(Fault::malformed, "an interface without a name");
  out.described = true;
  out.index = info->ifi_index;
  out.protocol_type = info->ifi_type;
  out.flags = flags_as_in_file(info->ifi_flags, counts);
  out.flags_complete = counts.all_multicast.has_value();
  if (!out.lower_index) out.lower_index = out.index;  // left out where it is the interface itself
  if ((info->ifi_flags & IFF_UP) != 0) {
    out.dormant = (info->ifi_flags & IFF_DORMANT) != 0 ? 1 : 0;
  } else {
    out.carrier.reset();  // as the file, which does not say while the interface is down
  }
  return {};
}

// Inter-|   Receive                                                |  Transmit
//  face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
//   eth0: 4103614  2538    0    0    0     0          0         0   117170    1381    0    0    0     0       0          0
Result<void> parse_net_dev(std::string_view text, std::vector<NetDev>& out) {
  constexpr std::size_t kHeaderLines = 2, kCounters = 16;
  out.clear();
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    if (lines.number() <= kHeaderLines || trim(line).empty()) continue;
    const auto colon = line.rfind(':');
    if (colon == std::string_view::npos) return lines.malformed("no interface in " + in_quotes(line));
    const Fields<kCounters> fields(line.substr(colon + 1));
    if (fields.count() < kCounters) return lines.malformed("16 counters expected in " + in_quotes(line));
    std::array<std::uint64_t, kCounters> at{};
    for (std::size_t i = 0; i < kCounters; ++i) at[i] = TRY(lines.field<std::uint64_t>(fields[i]));
    out.push_back({trim(line.substr(0, colon)),
                   {at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7],  //
                    at[8], at[9], at[10], at[11], at[12], at[13], at[14], at[15], std::nullopt}});
  }
  return {};
}

std::optional<std::int64_t> parse_link_property(std::string_view text) {
  text = trim(text);
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  const auto value = number<std::int64_t>(text, hexadecimal ? 16 : 10);
  if (!value) return std::nullopt;
  return *value;
}

void read_files_of_links(Tree& sys, LinkTable& table, steady_clock::time_point now) {
  const auto& then = table.standing;
  const bool as_before = std::equal(table.links.begin(), table.links.end(), then.begin(), then.end(), stands_as);
  if (as_before && now - table.files_read_at < kFilesAgeMax) return;
  for (auto& link : table.links) read_files(sys, link, false);
  table.files_read_at = now;
  if (as_before) return;
  table.standing.clear();
  for (const auto& link : table.links) {
    table.standing.push_back({link.name, link.address, link.operstate, link.index.value_or(0), link.flags.value_or(0),
                              link.carrier_changes.value_or(0), link.master_index});
  }
}

}  // namespace mixnet
