// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/tcpstat.h"

#include "collectors/host/sockets.h"

namespace mixnet {
namespace {

constexpr Metric kStates = gauge("node_tcp_connection_states", "Number of connection states.");
constexpr const Metric* kMetrics[] = {&kStates};

Result<void> collect(Context& context, Samples& out) {
  const auto& totals = TRY(tcp_sockets(context))->all;
  std::size_t number = 0;
  for (const auto name : kTcpStates) out.add(kStates, static_cast<double>(totals.in_state[++number]), {{"state", name}});
  out.add(kStates, static_cast<double>(totals.receive_queue), {{"state", "rx_queued_bytes"}});
  out.add(kStates, static_cast<double>(totals.transmit_queue), {{"state", "tx_queued_bytes"}});
  return {};
}

}  // namespace

constinit const Collector kTcpstat{
    "tcpstat", "TCP connections by state, from netlink or /proc/net/tcp.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
