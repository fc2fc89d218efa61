// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/pressure.h"

#include <optional>

#include "collectors/host/stall_times.h"

namespace mixnet {
namespace {

constexpr Metric kCpuWaiting =
    counter("node_pressure_cpu_waiting_seconds_total", "Total time in seconds that processes have waited for CPU time");
constexpr Metric kIoWaiting =
    counter("node_pressure_io_waiting_seconds_total", "Total time in seconds that processes have waited due to IO congestion");
constexpr Metric kIoStalled = counter("node_pressure_io_stalled_seconds_total",
                                      "Total time in seconds no process could make progress due to IO congestion");
constexpr Metric kMemoryWaiting =
    counter("node_pressure_memory_waiting_seconds_total", "Total time in seconds that processes have waited for memory");
constexpr Metric kMemoryStalled = counter("node_pressure_memory_stalled_seconds_total",
                                          "Total time in seconds no process could make progress due to memory congestion");
constexpr Metric kIrqStalled = counter("node_pressure_irq_stalled_seconds_total",
                                       "Total time in seconds no process could make progress due to IRQ congestion");
constexpr const Metric* kMetrics[] = {&kCpuWaiting, &kIoWaiting, &kIoStalled, &kMemoryWaiting, &kMemoryStalled, &kIrqStalled};

/// What is reported of a file: the kernel has no meaningful "full" for the CPU and no "some" for interrupts.
struct Resource {
  std::string_view file;
  const Metric* some;
  const Metric* full;
};
constexpr Resource kResources[] = {
    {"pressure/cpu", &kCpuWaiting, nullptr},
    {"pressure/io", &kIoWaiting, &kIoStalled},
    {"pressure/memory", &kMemoryWaiting, &kMemoryStalled},
    {"pressure/irq", nullptr, &kIrqStalled},
};

void add(const Metric* metric, std::optional<std::uint64_t> microseconds, Samples& out) {
  if (metric == nullptr || !microseconds) return;
  out.add(*metric, static_cast<double>(*microseconds) / 1000 / 1000);  // in two steps, for node_exporter's last digit
}

Result<void> collect(Context& context, Samples& out) {
  bool found = false;
  for (const auto& resource : kResources) {
    const auto text = context.proc.read_if_there(resource.file, Shape::single);
    if (!text) continue;  // irq needs Linux 6.1 with CONFIG_IRQ_TIME_ACCOUNTING, all of them psi=1
    const auto times = TRY(context.proc.named(resource.file, parse_stall_times(*text)));
    add(resource.some, times.some_us, out);
    add(resource.full, times.full_us, out);
    found = true;
  }
  if (!found) TRY(context.proc.read(kResources[0].file, Shape::single));  // says why
  return {};
}

}  // namespace

constinit const Collector kPressure{
    "pressure", "Pressure stall information from /proc/pressure.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
