// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <civetweb.h>

#include <cstdint>
#include <string>

#include "collectors/kit/result.h"

namespace mixnet::simulator {

/// Starts a server of civetweb. Debian's is built without IPv6: where `bind` is "::" it listens at all addresses of IPv4.
Result<mg_context*> start_civetweb(const std::string& bind, std::uint16_t port, unsigned threads, const mg_callbacks& callbacks,
                                   void* data);

/// The port that it listens on.
std::uint16_t port_of(const mg_context* server);

}  // namespace mixnet::simulator
