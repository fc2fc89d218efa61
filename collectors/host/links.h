// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/kit/netlink.h"

namespace mixnet {

/// An interface's traffic, counted as /proc/net/dev counts it: that file adds up some of the kernel's finer counters.
struct LinkCounters {
  std::uint64_t receive_bytes, receive_packets, receive_errs, receive_drop, receive_fifo, receive_frame, receive_compressed,
      receive_multicast;
  std::uint64_t transmit_bytes, transmit_packets, transmit_errs, transmit_drop, transmit_fifo, transmit_colls, transmit_carrier,
      transmit_compressed;
  std::optional<std::uint64_t> receive_nohandler;  ///< not in /proc/net/dev, nor known to kernels before 4.6
};

/// The socket for interfaces, addresses and neighbours, in Context::memory.
struct RouteNetlink : Netlink {
  RouteNetlink() : Netlink(NETLINK_ROUTE) {}
};

/// A network interface, its properties named and valued as the files of /sys/class/net/NAME have them. Those that do not apply
/// (the carrier of an interface that is down) are unset, texts empty.
struct Link {
  std::string name;
  std::string address, broadcast, duplex, operstate, alias;
  std::optional<std::int64_t> address_assign_type, carrier, carrier_changes, carrier_up_changes, carrier_down_changes,
      device_id, dormant, flags, index, lower_index, link_mode, mtu, name_assign_type, group, speed, queue_length,
      protocol_type;
  bool described = false;  ///< it has properties; only trees of files lack them
  std::optional<LinkCounters> counters;
  std::int64_t master_index = 0;  ///< of the bond or bridge it belongs to
  bool flags_complete = false;    ///< netlink told all of `flags`
};

/// All interfaces of the host.
struct LinkTable {
  std::vector<Link> links;
  Result<void> described, counted;  ///< could properties and counters be had?

  /// What a change of an interface's speed shows itself in, of itself or of one that it is made of.
  struct Standing {
    std::string name, address, operstate;
    std::int64_t index, flags, carrier_changes, master_index;
  };
  std::vector<Standing> standing;  ///< of all links when the files that netlink does not stand for were read last
  std::chrono::steady_clock::time_point files_read_at{};

  /// The interface with that index, or null.
  const Link* find(std::int64_t index) const;
};

/// The host's interfaces, read once a collection whoever asks first: from one RTM_GETLINK dump and, where netlink cannot be
/// had or would answer for another host, from the files. Valid until the next collection.
const LinkTable& links(Context& context);

/// One message of an RTM_GETLINK dump: struct ifinfomsg and attributes, see rtnetlink(7). Properties that netlink does not
/// have keep the values they had.
Result<void> parse_link(std::string_view message, Link& out);

struct NetDev {
  std::string_view name;
  LinkCounters counters;
};

/// /proc/net/dev, as proc(5) describes it.
Result<void> parse_net_dev(std::string_view text, std::vector<NetDev>& out);

/// A property as a file of sysfs gives it: decimal, or hexadecimal after "0x".
std::optional<std::int64_t> parse_link_property(std::string_view text);

/// Reads the properties that netlink does not have from `sys`, when the interfaces have changed since the last time or that
/// was long ago: some drivers ask the hardware for the speed, and a file costs as much as all the rest of an interface.
void read_files_of_links(Tree& sys, LinkTable& table, std::chrono::steady_clock::time_point now);

}  // namespace mixnet
