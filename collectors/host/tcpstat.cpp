// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/tcpstat.h"

#include <linux/inet_diag.h>
#include <sys/socket.h>

#include "collectors/kit/netlink.h"

namespace mixnet {
namespace {

constexpr Metric kStates = gauge("node_tcp_connection_states", "Number of connection states.");
constexpr const Metric* kMetrics[] = {&kStates};

/// Where include/net/tcp_states.h has the states, from 1.
constexpr std::string_view kStateNames[] = {"established", "syn_sent",   "syn_recv", "fin_wait1", "fin_wait2", "time_wait",
                                            "close",       "close_wait", "last_ack", "listen",    "closing"};

struct SockDiag : Netlink {
  SockDiag() : Netlink(NETLINK_SOCK_DIAG) {}
};

/// IPv4 and IPv6 in one dump: that takes the older of the two kinds of requests. Walking the kernel's table of connections
/// is what this collector costs, and the newer kind walks it once for each family.
Result<SocketTotals> dump_sockets(Netlink& netlink) {
  inet_diag_req request{};
  request.idiag_states = ~std::uint32_t{0};
  SocketTotals out;
  const auto state =
      TRY(netlink.dump(TCPDIAG_GETSOCK, request, [&](std::string_view message) { add_tcp_socket(message, out); }));
  (void)state;  // sockets come and go all the time
  return out;
}

Result<SocketTotals> read_sockets(Tree& proc) {
  SocketTotals out;
  TRY(proc.stream("net/tcp", [&](std::string_view lines) { return add_socket_table(lines, out); }));
  out.lines = 0;
  const auto done = proc.stream("net/tcp6", [&](std::string_view lines) { return add_socket_table(lines, out); });
  if (!done && done.error().fault != Fault::absent) return tl::unexpected<Error>(done.error());  // absent: no IPv6 here
  return out;
}

Result<SocketTotals> sockets(Context& context) {
  if (context.roots.is_this_host()) {
    auto dumped = dump_sockets(context.memory.get<SockDiag>());
    if (dumped) return dumped;
  }
  return read_sockets(context.proc);
}

Result<void> collect(Context& context, Samples& out) {
  const auto totals = TRY(sockets(context));
  std::size_t number = 0;
  for (const auto name : kStateNames) out.add(kStates, static_cast<double>(totals.in_state[++number]), {{"state", name}});
  out.add(kStates, static_cast<double>(totals.receive_queue), {{"state", "rx_queued_bytes"}});
  out.add(kStates, static_cast<double>(totals.transmit_queue), {{"state", "tx_queued_bytes"}});
  return {};
}

}  // namespace

void add_tcp_socket(std::string_view message, SocketTotals& out) {
  const auto socket = front_as<inet_diag_msg>(message);
  if (!socket) return;
  out.receive_queue += socket->idiag_rqueue;
  out.transmit_queue += socket->idiag_wqueue;
  if (socket->idiag_state < out.in_state.size()) ++out.in_state[socket->idiag_state];
}

constinit const Collector kTcpstat{
    "tcpstat", "TCP connections by state, from netlink or /proc/net/tcp.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
