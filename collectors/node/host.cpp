// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/host.h"

#include <string>

#include "collectors/host/kernel_clock.h"

namespace mixnet {
namespace {

constexpr Metric kForwarding =
    gauge("mixnet_host_ip_forwarding", "Whether the host forwards packets (1 = yes, 0 = no), from /proc/sys/net.");
constexpr Metric kOffset =
    gauge("mixnet_host_clock_offset_seconds", "What the kernel still has to correct of the host's clock, from adjtimex(2).");
constexpr Metric kSynchronised =
    gauge("mixnet_host_clock_synchronised",
          "Whether the host's clock is kept by a time service (1 = yes, 0 = no), from adjtimex(2).");
constexpr const Metric* kMetrics[] = {&kForwarding, &kOffset, &kSynchronised};

void collect_forwarding(Context& context, std::string_view file, std::string_view family, Samples& out) {
  const auto value = context.proc.number_if_there<std::int64_t>(file);
  if (value) out.add(kForwarding, *value != 0 ? 1 : 0, {{"family", family}});
}

Result<void> collect(Context& context, Samples& out) {
  if (context.nodes.nodes->empty()) return fail(Fault::absent, "no node is known on this host");
  collect_forwarding(context, "sys/net/ipv4/ip_forward", "ipv4", out);
  collect_forwarding(context, "sys/net/ipv6/conf/all/forwarding", "ipv6", out);
  const auto clock = kernel_clock(context);
  if (!clock) {
    context.remarks.add("clock", clock.error());
    return {};
  }
  out.add(kOffset, (*clock)->offset_seconds());
  out.add(kSynchronised, (*clock)->is_synchronised() ? 1 : 0);
  return {};
}

}  // namespace

constinit const Collector kNodeHost{
    "node_host", "What nodes need of their host: forwarding, from /proc/sys, and the right time, from adjtimex(2).",
    true,        Schedule::at_scrape,
    kMetrics,    collect};

}  // namespace mixnet
