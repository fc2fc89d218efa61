// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/entropy.h"

namespace mixnet {
namespace {

constexpr Metric kAvailable = gauge("node_entropy_available_bits", "Bits of available entropy.");
constexpr Metric kPoolSize = gauge("node_entropy_pool_size_bits", "Bits of entropy pool.");
constexpr const Metric* kMetrics[] = {&kAvailable, &kPoolSize};

Result<void> collect(Context& context, Samples& out) {
  const auto parse = [](std::string_view text) { return number<std::uint64_t>(trim(text)); };
  const auto available = TRY(context.proc.parse("sys/kernel/random/entropy_avail", Shape::value, parse));
  const auto pool_size = TRY(context.proc.parse("sys/kernel/random/poolsize", Shape::value, parse));
  out.add(kAvailable, static_cast<double>(available));
  out.add(kPoolSize, static_cast<double>(pool_size));
  return {};
}

}  // namespace

constinit const Collector kEntropy{
    "entropy", "Available entropy from /proc/sys/kernel/random.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
