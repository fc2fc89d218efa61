// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "collectors/network/http_head.h"

namespace mixnet {

/// A key that nobody has seen before: 16 random bytes in base 64.
std::string websocket_key();

/// What a server that speaks WebSocket answers to `key` with (RFC 6455, 4.2.2).
std::string websocket_accept(std::string_view key);

/// Has the server taken the handshake with `key`? malformed, with what is wrong, where not.
Result<void> check_websocket_answer(const HttpHead& head, std::string_view key);

/// The frame that ends a connection, masked as a client's have to be.
std::string websocket_close_frame();

}  // namespace mixnet
