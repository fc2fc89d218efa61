// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// Is it a host name by its form, or an IP address without brackets?
bool is_host(std::string_view text);

/// A host, and a port of it where one is named.
struct HostAndPort {
  std::string host;        ///< without brackets
  std::uint16_t port = 0;  ///< 0: none is named

  /// "HOST", "HOST:PORT", "[IPV6]" or "[IPV6]:PORT"; malformed, with what is wrong, where it is anything else.
  static Result<HostAndPort> parse(std::string_view text);
};

}  // namespace mixnet
