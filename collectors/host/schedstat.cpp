// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/schedstat.h"

namespace mixnet {
namespace {

constexpr Metric kRunning = counter("node_schedstat_running_seconds_total", "Number of seconds CPU spent running a process.");
constexpr Metric kWaiting =
    counter("node_schedstat_waiting_seconds_total", "Number of seconds spent by processing waiting for this CPU.");
constexpr Metric kTimeslices = counter("node_schedstat_timeslices_total", "Number of timeslices executed by CPU.");
constexpr const Metric* kMetrics[] = {&kRunning, &kWaiting, &kTimeslices};

constexpr double kNanosecondsPerSecond = 1e9;

Result<void> collect(Context& context, Samples& out) {
  auto& stat = context.memory.get<Schedstat>();
  TRY(context.proc.parse("schedstat", Shape::records, parse_schedstat, stat));
  for (const auto& cpu : stat.cpus) {
    const auto labels = out.labels({{"cpu", cpu.cpu}});
    out.add(kRunning, static_cast<double>(cpu.running_ns) / kNanosecondsPerSecond, labels);
    out.add(kWaiting, static_cast<double>(cpu.waiting_ns) / kNanosecondsPerSecond, labels);
    out.add(kTimeslices, static_cast<double>(cpu.timeslices), labels);
  }
  return {};
}

}  // namespace

// version 15
// timestamp 4295124512
// cpu0 0 0 0 0 0 0 16214353190 2402123345 61248
// domain0 03 0 0 0 …
Result<void> parse_schedstat(std::string_view text, Schedstat& out) {
  out.cpus.clear();
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (!line.starts_with("cpu")) continue;
    const Fields<10> fields(line.substr(3));
    if (fields.count() < 10) return lines.malformed("a CPU and nine numbers expected in " + in_quotes(line));
    SchedstatCpu cpu{};
    TRY(lines.field<std::uint32_t>(fields[0]));
    cpu.cpu = fields[0];
    cpu.running_ns = TRY(lines.field<std::uint64_t>(fields[7]));
    cpu.waiting_ns = TRY(lines.field<std::uint64_t>(fields[8]));
    cpu.timeslices = TRY(lines.field<std::uint64_t>(fields[9]));
    out.cpus.push_back(cpu);
  }
  if (out.cpus.empty()) return fail(Fault::malformed, "no line of a CPU");
  return {};
}

constinit const Collector kSchedstat{
    "schedstat", "What the scheduler counts on each CPU, from /proc/schedstat.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
