// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// Sockets summed up, so that memory does not grow with their number.
struct SocketTotals {
  std::uint64_t receive_queue = 0, transmit_queue = 0;  ///< bytes
  std::array<std::uint64_t, 16> in_state{};             ///< how many are in the state of that number, TCP_ESTABLISHED is 1
  std::size_t lines = 0;                                ///< of the file, so far
};

/// Adds the next whole lines of /proc/net/{tcp,udp}{,6} to `out`. proc(5) describes the format.
Result<void> add_socket_table(std::string_view lines, SocketTotals& out);

}  // namespace mixnet
