// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mixnet {

/// SHA-1, which the WebSocket protocol is made with; nothing is kept secret by it.
std::array<std::uint8_t, 20> sha1(std::string_view bytes);

}  // namespace mixnet
