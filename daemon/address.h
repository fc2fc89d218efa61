// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// Where to listen.
struct Address {
  std::string host;  ///< an IPv4 or IPv6 address (without brackets) or a name; empty: every address of this host
  std::uint16_t port;
};

/// "127.0.0.1:10087", "[::1]:10087", "localhost:10087" or ":10087". Port 0 is whichever is free. Nothing is resolved.
Result<Address> parse_address(std::string_view text);

}  // namespace mixnet
