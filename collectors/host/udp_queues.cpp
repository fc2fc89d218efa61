// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/udp_queues.h"

#include "collectors/host/sockets.h"

namespace mixnet {
namespace {

constexpr Metric kQueues = gauge("node_udp_queues", "Number of allocated memory in the kernel for UDP datagrams in bytes.");
constexpr const Metric* kMetrics[] = {&kQueues};

void emit(const std::optional<SocketTotals>& totals, std::string_view ip, Samples& out) {
  if (!totals) return;
  out.add(kQueues, static_cast<double>(totals->transmit_queue), {{"queue", "tx"}, {"ip", ip}});
  out.add(kQueues, static_cast<double>(totals->receive_queue), {{"queue", "rx"}, {"ip", ip}});
}

Result<void> collect(Context& context, Samples& out) {
  const auto* sockets = TRY(udp_sockets(context));
  emit(sockets->v4, "v4", out);
  emit(sockets->v6, "v6", out);
  return {};
}

}  // namespace

constinit const Collector kUdpQueues{
    "udp_queues", "Bytes queued in UDP sockets, from /proc/net/udp and udp6.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
