// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/udp_queues.h"

#include "collectors/host/socket_table.h"

namespace mixnet {
namespace {

constexpr Metric kQueues = gauge("node_udp_queues", "Number of allocated memory in the kernel for UDP datagrams in bytes.");
constexpr const Metric* kMetrics[] = {&kQueues};

/// Adds the queues of one family; false where the host does not have it.
Result<bool> collect_family(Tree& proc, std::string_view file, std::string_view ip, Samples& out) {
  SocketTotals totals;
  const auto done = proc.stream(file, [&](std::string_view lines) { return add_socket_table(lines, totals); });
  if (!done && done.error().fault == Fault::absent) return false;
  if (!done) return tl::unexpected<Error>(done.error());
  out.add(kQueues, static_cast<double>(totals.transmit_queue), {{"queue", "tx"}, {"ip", ip}});
  out.add(kQueues, static_cast<double>(totals.receive_queue), {{"queue", "rx"}, {"ip", ip}});
  return true;
}

Result<void> collect(Context& context, Samples& out) {
  const bool v4 = TRY(collect_family(context.proc, "net/udp", "v4", out));
  const bool v6 = TRY(collect_family(context.proc, "net/udp6", "v6", out));
  if (!v4 && !v6) return fail(Fault::absent, context.proc.path("net/udp") + " and udp6 are not there");
  return {};
}

}  // namespace

constinit const Collector kUdpQueues{
    "udp_queues", "Bytes queued in UDP sockets, from /proc/net/udp and udp6.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
