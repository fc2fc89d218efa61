// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// An address of an interface.
struct InterfaceAddress {
  std::uint32_t interface;
  std::uint8_t family, prefix_length;
  std::array<std::uint8_t, 16> bytes;  ///< of IPv4 the first four
  auto operator<=>(const InterfaceAddress&) const = default;
};

/// One message of an RTM_GETADDR dump: struct ifaddrmsg and attributes, see rtnetlink(7).
Result<InterfaceAddress> parse_interface_address(std::string_view message);

/// "link-local" (and the loopback), "interface-local", "global", or nothing for what is none of these.
std::string_view scope_of(const InterfaceAddress& address);

extern const Collector kNetdev;

}  // namespace mixnet
