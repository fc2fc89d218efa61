// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet {

/// The states that are asked for by name; where include/net/tcp_states.h has them.
inline constexpr std::uint8_t kTcpListen = 10;
/// All states of TCP by their number, from 1.
inline constexpr std::string_view kTcpStates[] = {"established", "syn_sent",  "syn_recv", "fin_wait1",
                                                  "fin_wait2",   "time_wait", "close",    "close_wait",
                                                  "last_ack",    "listen",    "closing"};

/// A TCP or UDP socket, as far as it is counted.
struct Socket {
  std::uint16_t local_port = 0, remote_port = 0;
  std::uint8_t state = 0;                               ///< by its number
  std::uint64_t receive_queue = 0, transmit_queue = 0;  ///< bytes; a listening one: connections to accept, the most of them
  std::uint64_t drops = 0;                              ///< datagrams, of UDP from a file
};

/// Sockets summed up, so that memory does not grow with their number.
struct SocketTotals {
  std::uint64_t receive_queue = 0, transmit_queue = 0;  ///< bytes
  std::array<std::uint64_t, 16> in_state{};             ///< how many are in the state of that number, TCP_ESTABLISHED is 1

  void add(const Socket& socket) {
    receive_queue += socket.receive_queue;
    transmit_queue += socket.transmit_queue;
    if (socket.state < in_state.size()) ++in_state[socket.state];
  }
  void add(const SocketTotals& other) {
    receive_queue += other.receive_queue;
    transmit_queue += other.transmit_queue;
    for (std::size_t state = 0; state < in_state.size(); ++state) in_state[state] += other.in_state[state];
  }
};

/// The sockets of a port that is watched.
struct PortSockets {
  SocketTotals local;                                    ///< whose own port it is, without listening ones
  SocketTotals remote;                                   ///< that lead to it from another port, which no one watches
  std::uint64_t listening = 0;                           ///< sockets that do
  std::uint64_t accept_queue = 0, accept_queue_max = 0;  ///< connections that wait for accept(2), and how many may
  std::uint64_t drops = 0;                               ///< datagrams, of those whose own port it is
};

/// Sums up sockets one after another: all of them, and those of some ports.
class SocketTally {
 public:
  /// From now on the sockets of these ports are told apart; 0 is no port. At most 255 different ones.
  void watch(std::span<const std::uint16_t> ports);
  /// Forgets what was counted, not the ports.
  void clear();
  void add(const Socket& socket);

  SocketTotals all;
  std::size_t lines = 0;  ///< of the file that is being read, so far

  /// Of a port that is watched; empty for others.
  const PortSockets& of(std::uint16_t port) const;

 private:
  std::vector<std::uint8_t> place_;  // of each port: where it is in ports_, or 0; empty where none is watched
  std::vector<PortSockets> ports_;
};

enum class SocketKind : std::uint8_t { tcp, udp };

/// Adds the next whole lines of /proc/net/{tcp,udp}{,6} to `out`. proc(5) describes the format.
Result<void> add_socket_table(std::string_view lines, SocketKind kind, SocketTally& out);

}  // namespace mixnet
