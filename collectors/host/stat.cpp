// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/stat.h"

#include "collectors/host/proc_stat.h"

namespace mixnet {
namespace {

constexpr Metric kInterrupts = counter("node_intr_total", "Total number of interrupts serviced.");
constexpr Metric kContextSwitches = counter("node_context_switches_total", "Total number of context switches.");
constexpr Metric kForks = counter("node_forks_total", "Total number of forks.");
constexpr Metric kBootTime = gauge("node_boot_time_seconds", "Node boot time, in unixtime.");
constexpr Metric kRunning = gauge("node_procs_running", "Number of processes in runnable state.");
constexpr Metric kBlocked = gauge("node_procs_blocked", "Number of processes blocked waiting for I/O to complete.");
constexpr Metric kSoftirqs = counter("node_softirqs_total", "Number of softirq calls.");
constexpr const Metric* kMetrics[] = {&kInterrupts, &kContextSwitches, &kForks, &kBootTime, &kRunning, &kBlocked, &kSoftirqs};

/// In the kernel's order of vectors, include/linux/interrupt.h, under the names that node_exporter gives them.
constexpr std::array<std::string_view, ProcStat::kSoftirqs> kVectors = {"hi",           "timer",   "net_tx", "net_rx",  "block",
                                                                        "block_iopoll", "tasklet", "sched",  "hrtimer", "rcu"};

Result<void> collect(Context& context, Samples& out) {
  const auto& stat = *TRY(read_proc_stat(context));
  const auto add = [&out](const Metric& metric, std::optional<std::uint64_t> value) {
    if (value) out.add(metric, static_cast<double>(*value));
  };
  add(kInterrupts, stat.interrupts);
  add(kContextSwitches, stat.context_switches);
  add(kForks, stat.forks);
  add(kBootTime, stat.boot_time);
  add(kRunning, stat.running);
  add(kBlocked, stat.blocked);
  if (!context.settings.stat.softirq) return {};
  for (std::size_t at = 0; at < stat.softirq_count; ++at) {
    out.add(kSoftirqs, static_cast<double>(stat.softirqs[at]), {{"vector", kVectors[at]}});
  }
  return {};
}

}  // namespace

constinit const Collector kStat{
    "stat", "Interrupts, context switches, forks and boot time from /proc/stat.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
