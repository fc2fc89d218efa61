// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/processes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "collectors/host/process_stat.h"

namespace mixnet {
namespace {

constexpr Metric kThreads = gauge("node_processes_threads", "Allocated threads in system");
constexpr Metric kMaxThreads = gauge("node_processes_max_threads", "Limit of threads in the system");
constexpr Metric kThreadsState = gauge("node_processes_threads_state", "Number of threads in each state.");
constexpr Metric kState = gauge("node_processes_state", "Number of processes in each state.");
constexpr Metric kPids = gauge("node_processes_pids", "Number of PIDs");
constexpr Metric kMaxProcesses = gauge("node_processes_max_processes", "Number of max PIDs limit");
constexpr const Metric* kMetrics[] = {&kThreads, &kMaxThreads, &kThreadsState, &kState, &kPids, &kMaxProcesses};

/// How many are in each state, by its letter.
using States = std::array<std::uint64_t, 128>;

struct Counts {
  std::uint64_t pids = 0, threads = 0;
  States processes{}, tasks{};
};

/// The names of one walk through /proc, kept so that the next allocates nothing.
struct ProcessNames {
  std::vector<std::string> pids, tids;
};

/// Nothing for one that has ended since it was listed, or that hidepid hides.
Result<std::optional<ProcessStat>> read_stat(Tree& proc, std::string_view file) {
  const auto text = proc.read_once(file, Shape::single);
  if (!text && (text.error().fault == Fault::absent || text.error().fault == Fault::denied)) return std::nullopt;
  if (!text) return tl::unexpected(text.error());
  const auto stat = TRY(proc.named(file, parse_process_stat(*text)));
  return stat;
}

Result<void> count_tasks(Tree& proc, const std::string& pid, const ProcessStat& stat, std::vector<std::string>& tids,
                         States& states) {
  const auto index = [](char state) { return static_cast<std::size_t>(state); };
  if (stat.threads <= 1) {  // most processes: their only thread is the process, so its folder need not be opened
    ++states[index(stat.state)];
    return {};
  }
  if (!proc.list(Path(pid, "/task"), tids)) return {};
  for (const auto& tid : tids) {
    const auto task = tid == pid ? std::optional(stat) : TRY(read_stat(proc, Path(pid, "/task/", tid, "/stat")));
    if (task) ++states[index(task->state)];
  }
  return {};
}

Result<void> count(Tree& proc, ProcessNames& names, Counts& out) {
  TRY(proc.list("", names.pids));
  for (const auto& pid : names.pids) {
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto stat = TRY(read_stat(proc, Path(pid, "/stat")));
    if (!stat) continue;
    ++out.pids;
    out.threads += stat->threads;
    ++out.processes[static_cast<std::size_t>(stat->state)];
    TRY(count_tasks(proc, pid, *stat, names.tids, out.tasks));
  }
  return {};
}

void add_states(const Metric& metric, std::string_view label, const States& states, Samples& out) {
  for (std::size_t state = 0; state < states.size(); ++state) {
    const char letter = static_cast<char>(state);
    if (states[state] != 0) out.add(metric, static_cast<double>(states[state]), {{label, {&letter, 1}}});
  }
}

Result<void> collect(Context& context, Samples& out) {
  const auto parse = [](std::string_view text) { return number<std::uint64_t>(trim(text)); };
  const auto max_threads = TRY(context.proc.parse("sys/kernel/threads-max", Shape::value, parse));
  const auto max_pids = TRY(context.proc.parse("sys/kernel/pid_max", Shape::value, parse));
  Counts counts;
  TRY(count(context.proc, context.memory.get<ProcessNames>(), counts));
  out.add(kThreads, static_cast<double>(counts.threads));
  out.add(kMaxThreads, static_cast<double>(max_threads));
  add_states(kState, "state", counts.processes, out);
  add_states(kThreadsState, "thread_state", counts.tasks, out);
  out.add(kPids, static_cast<double>(counts.pids));
  out.add(kMaxProcesses, static_cast<double>(max_pids));
  return {};
}

}  // namespace

constinit const Collector kProcesses{"processes", "How many processes and threads there are, by state, from /proc/PID/stat.",
                                     true,        Schedule::at_scrape,
                                     kMetrics,    collect};

}  // namespace mixnet
