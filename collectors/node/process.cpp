// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/process.h"

#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "collectors/host/proc_stat.h"
#include "collectors/node/lacking.h"
#include "collectors/node/per_node.h"
#include "collectors/node/process_files.h"
#include "collectors/node/process_finder.h"
#include "collectors/node/process_threads.h"

namespace mixnet {
namespace {

constexpr Metric kUp =
    gauge("mixnet_node_process_up", "Whether the node's process runs at the time of the scrape, from /proc/PID/stat.");
constexpr Metric kRestarts =
    counter("mixnet_node_restarts_total",
            "How often another process was found to be the node since the exporter runs, from /proc/PID/stat.");
constexpr Metric kTerms =
    gauge("mixnet_node_accepts_terms",
          "Whether --accept-operator-terms-and-conditions is on the node's command line, from /proc/PID/cmdline.");
constexpr Metric kStartTime = gauge("mixnet_node_process_start_time_seconds",
                                    "Unix time of the start of the node's process, from /proc/PID/stat and /proc/stat.");
constexpr Metric kCpu =
    counter("mixnet_node_process_cpu_seconds_total", "CPU time of the node's process by mode, from /proc/PID/stat.");
constexpr Metric kThreads =
    gauge("mixnet_node_process_threads", "Threads of the node's process, from field 20 of /proc/PID/stat.");
constexpr Metric kMinorFaults = counter("mixnet_node_process_minor_page_faults_total",
                                        "Page faults of the node's process that took no disk, from /proc/PID/stat.");
constexpr Metric kMajorFaults = counter("mixnet_node_process_major_page_faults_total",
                                        "Page faults of the node's process that waited for a disk, from /proc/PID/stat.");
constexpr Metric kContextSwitches =
    counter("mixnet_node_process_context_switches_total",
            "How often a thread of the node's process got a CPU, from /proc/PID/task/TID/schedstat.");
constexpr Metric kCpuWaiting =
    counter("mixnet_node_process_cpu_waiting_seconds_total",
            "How long threads of the node's process waited for a CPU, from /proc/PID/task/TID/schedstat.");
constexpr Metric kVirtual =
    gauge("mixnet_node_process_virtual_memory_bytes", "Address space of the node's process, VmSize of /proc/PID/status.");
constexpr Metric kResident =
    gauge("mixnet_node_process_resident_memory_bytes", "Memory of the node's process, VmRSS of /proc/PID/status.");
constexpr Metric kResidentPeak = gauge("mixnet_node_process_resident_memory_peak_bytes",
                                       "The most memory the node's process had, VmHWM of /proc/PID/status.");
constexpr Metric kResidentAnon =
    gauge("mixnet_node_process_resident_anon_bytes", "Memory of the node's process of its own, RssAnon of /proc/PID/status.");
constexpr Metric kResidentFile = gauge("mixnet_node_process_resident_file_bytes",
                                       "Memory of the node's process mapped from files, RssFile of /proc/PID/status.");
constexpr Metric kResidentShared = gauge("mixnet_node_process_resident_shmem_bytes",
                                         "Memory of the node's process shared with others, RssShmem of /proc/PID/status.");
constexpr Metric kSwap =
    gauge("mixnet_node_process_swap_bytes", "Memory of the node's process swapped out, VmSwap of /proc/PID/status.");
constexpr Metric kProportional =
    gauge("mixnet_node_process_proportional_memory_bytes",
          "Memory of the node's process, its share of shared pages counted, Pss of /proc/PID/smaps_rollup.");
constexpr Metric kReadChars = counter("mixnet_node_process_read_bytes_total",
                                      "Bytes that read(2) and its like gave the node's process, rchar of /proc/PID/io.");
constexpr Metric kWrittenChars = counter("mixnet_node_process_written_bytes_total",
                                         "Bytes that the node's process gave write(2) and its like, wchar of /proc/PID/io.");
constexpr Metric kDiskRead = counter("mixnet_node_process_disk_read_bytes_total",
                                     "Bytes read from disks for the node's process, read_bytes of /proc/PID/io.");
constexpr Metric kDiskWritten = counter("mixnet_node_process_disk_written_bytes_total",
                                        "Bytes to be written to disks for the node's process, write_bytes of /proc/PID/io.");
constexpr Metric kOpenFds =
    gauge("mixnet_node_process_open_fds", "Open descriptors of the node's process, the names in /proc/PID/fd.");
constexpr Metric kMaxFds =
    gauge("mixnet_node_process_max_fds", "How many descriptors the node's process may have open, from /proc/PID/limits.");
constexpr Metric kOomScore =
    gauge("mixnet_node_process_oom_score",
          "How soon the kernel kills the node's process for want of memory, from /proc/PID/oom_score.");
constexpr Metric kOomScoreAdjustment =
    gauge("mixnet_node_process_oom_score_adjustment",
          "What is added to the OOM score of the node's process, from /proc/PID/oom_score_adj.");
constexpr const Metric* kMetrics[] = {&kUp,
                                      &kTerms,
                                      &kRestarts,
                                      &kStartTime,
                                      &kCpu,
                                      &kThreads,
                                      &kMinorFaults,
                                      &kMajorFaults,
                                      &kContextSwitches,
                                      &kCpuWaiting,
                                      &kVirtual,
                                      &kResident,
                                      &kResidentPeak,
                                      &kResidentAnon,
                                      &kResidentFile,
                                      &kResidentShared,
                                      &kSwap,
                                      &kProportional,
                                      &kReadChars,
                                      &kWrittenChars,
                                      &kDiskRead,
                                      &kDiskWritten,
                                      &kOpenFds,
                                      &kMaxFds,
                                      &kOomScore,
                                      &kOomScoreAdjustment};

constexpr double kTicksPerSecond = 100;  // USER_HZ wherever Linux runs
constexpr auto kSlowEvery = std::chrono::minutes(1);
constexpr std::string_view kNeedsBoth = "needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH";

/// The sizes of /proc/PID/status, and what they are.
constexpr std::string_view kSizeKeys[] = {"VmSize", "VmRSS", "VmHWM", "RssAnon", "RssFile", "RssShmem", "VmSwap"};
constexpr const Metric* kSizeMetrics[] = {&kVirtual,      &kResident,       &kResidentPeak, &kResidentAnon,
                                          &kResidentFile, &kResidentShared, &kSwap};
static_assert(std::size(kSizeKeys) == std::size(kSizeMetrics));

/// What is remembered of one process of a node.
struct Process {
  NodeProcess identity;
  std::string folder;  ///< its PID as text
  ThreadTotals threads;
  Lacking status, scheduler, io, fds, pss, limits;
  std::optional<std::uint64_t> max_fds;
  std::optional<double> start_time;
  std::optional<Lacking::Clock::time_point> slow_read;  ///< when the two were read
};

struct Watched {
  FollowedProcess followed;
  Process process;
};

/// One run over one node.
struct Look {
  Context& context;
  const Node& node;
  Process& process;
  LabelSet labels;
  Samples& out;

  Path file(std::string_view name) const { return Path(process.folder, "/", name); }
  void add(const Metric& metric, double value) const { out.add(metric, value, labels); }
};

void add_stat(const Look& look, const ProcessStat& stat) {
  const auto cpu = [&](std::uint64_t ticks, std::string_view mode) {
    look.out.add(kCpu, static_cast<double>(ticks) / kTicksPerSecond, {{"node", look.node.name}, {"mode", mode}});
  };
  cpu(stat.user_ticks, "user");
  cpu(stat.system_ticks, "system");
  look.add(kThreads, static_cast<double>(stat.threads));
  look.add(kMinorFaults, static_cast<double>(stat.minor_faults));
  look.add(kMajorFaults, static_cast<double>(stat.major_faults));
}

Result<void> add_status(const Look& look) {
  auto& context = look.context;
  const auto file = look.file("status");
  const auto text = look.process.status.read(context, context.proc, file, Shape::single, look.node.name, "it may have ended");
  if (!text) return {};
  std::array<std::optional<std::uint64_t>, std::size(kSizeKeys)> sizes;
  TRY(context.proc.named(file, parse_sizes(*text, kSizeKeys, sizes)));
  for (std::size_t index = 0; index < sizes.size(); ++index) {
    if (sizes[index]) look.add(*kSizeMetrics[index], static_cast<double>(*sizes[index]));
  }
  return {};
}

/// The status file has context switches too, but of the first thread only, which is idle in a node.
Result<void> add_scheduler(const Look& look, std::uint64_t thread_count) {
  auto& lacking = look.process.scheduler;
  const auto now = Lacking::Clock::now();
  if (!lacking.is_due(look.context, now)) return {};
  auto& threads = look.process.threads;
  auto updated = threads.update(look.context.proc, look.process.identity.pid, thread_count);
  if (!updated) {
    lacking.lacks(look.context, now, look.node.name + ": context switches", std::move(updated).error(), "they are left out");
    return {};
  }
  lacking.found();
  look.add(kContextSwitches, static_cast<double>(threads.runs()));
  look.add(kCpuWaiting, static_cast<double>(threads.waited_ns()) / 1e9);
  return {};
}

Result<void> add_io(const Look& look) {
  auto& context = look.context;
  const auto file = look.file("io");
  const auto text = look.process.io.read(context, context.proc, file, Shape::single, look.node.name, kNeedsBoth);
  if (!text) return {};
  const auto io = TRY(context.proc.named(file, parse_process_io(*text)));
  look.add(kReadChars, static_cast<double>(io.read_chars));
  look.add(kWrittenChars, static_cast<double>(io.written_chars));
  look.add(kDiskRead, static_cast<double>(io.read_bytes));
  look.add(kDiskWritten, static_cast<double>(io.written_bytes));
  return {};
}

/// What is listed where the kernel does not tell the count, in memory that is used again.
struct FdNames {
  std::vector<std::string> names;
};

void add_open_fds(const Look& look) {
  auto& context = look.context;
  const auto folder = look.file("fd");
  if (const auto count = context.proc.told_count(folder)) {
    look.process.fds.found();
    return look.add(kOpenFds, static_cast<double>(*count));
  }
  const auto now = Lacking::Clock::now();
  if (!look.process.fds.is_due(context, now)) return;
  auto& names = context.memory.get<FdNames>().names;
  auto listed = context.proc.list(folder, names);
  if (!listed) {
    return look.process.fds.lacks(context, now, look.node.name + ": fd", std::move(listed).error(),
                                  "needs Linux 6.2 or CAP_DAC_READ_SEARCH");
  }
  look.process.fds.found();
  look.add(kOpenFds, static_cast<double>(names.size()));
}

Result<void> add_pss(const Look& look) {
  constexpr std::string_view kKeys[] = {"Pss"};
  auto& context = look.context;
  const auto file = look.file("smaps_rollup");
  const auto text = look.process.pss.read(context, context.proc, file, Shape::single, look.node.name, "needs CAP_SYS_PTRACE");
  if (!text) return {};
  std::optional<std::uint64_t> pss[1];
  TRY(context.proc.named(file, parse_sizes(*text, kKeys, pss)));
  if (pss[0]) look.add(kProportional, static_cast<double>(*pss[0]));
  return {};
}

void add_oom_score(const Look& look) {
  auto& proc = look.context.proc;
  if (const auto score = proc.number_if_there<std::int64_t>(look.file("oom_score"))) {
    look.add(kOomScore, static_cast<double>(*score));
  }
  if (const auto adjustment = proc.number_if_there<std::int64_t>(look.file("oom_score_adj"))) {
    look.add(kOomScoreAdjustment, static_cast<double>(*adjustment));
  }
}

/// What hardly changes: read when the process is first seen, and once a minute.
Result<void> read_slow(const Look& look) {
  auto& process = look.process;
  const auto now = Lacking::Clock::now();
  if (process.slow_read && now - *process.slow_read < kSlowEvery) return {};
  process.slow_read = now;
  process.max_fds.reset();
  process.start_time.reset();
  auto& context = look.context;
  const auto* host = TRY(read_proc_stat(context));
  if (host->boot_time) {
    process.start_time =
        static_cast<double>(*host->boot_time) + static_cast<double>(process.identity.start_ticks) / kTicksPerSecond;
  }
  const auto file = look.file("limits");
  const auto text = process.limits.read(context, context.proc, file, Shape::single, look.node.name, "it may have ended");
  if (text) process.max_fds = TRY(context.proc.named(file, parse_open_files_limit(*text)));
  return {};
}

/// A source that cannot be parsed costs its own samples only.
void remark(const Look& look, const Result<void>& done) {
  if (!done) look.context.remarks.add(look.node.name + ": process", done.error());
}

void add_process(const Look& look, const ProcessStat& stat) {
  add_stat(look, stat);
  remark(look, add_status(look));
  remark(look, add_scheduler(look, stat.threads));
  remark(look, add_io(look));
  add_open_fds(look);
  if (look.context.settings.node_process.pss) remark(look, add_pss(look));
  add_oom_score(look);
  remark(look, read_slow(look));
  if (look.process.max_fds) look.add(kMaxFds, static_cast<double>(*look.process.max_fds));
  if (look.process.start_time) look.add(kStartTime, *look.process.start_time);
}

void collect_node(Context& context, const Node& node, Watched& watched, Samples& out) {
  const auto labels = out.labels({{"node", node.name}});
  if (node.accepts_terms) out.add(kTerms, *node.accepts_terms ? 1 : 0, labels);
  const auto stat = follow_process(context, node, watched.followed);
  const bool was_seen = watched.followed.last.pid != 0 || node.process.pid != 0;
  if (was_seen) out.add(kRestarts, static_cast<double>(watched.followed.restarts), labels);
  if (!stat) return context.remarks.add(node.name + ": process", stat.error());
  if (!*stat && !was_seen && node.cgroup.empty() && node.unit.empty()) {
    return context.remarks.add(node.name, "process", Fault::absent, "it is not known as a process of this host");
  }
  out.add(kUp, *stat ? 1 : 0, labels);
  if (!*stat) return;
  auto& process = watched.process;
  if (process.identity != watched.followed.current) {
    process = {};
    process.identity = watched.followed.current;
    process.folder = std::to_string(process.identity.pid);
  }
  add_process({context, node, process, labels, out}, **stat);
}

Result<void> collect(Context& context, Samples& out) {
  if (context.nodes.nodes->empty()) return fail(Fault::absent, "no node is known on this host");
  auto& watched = context.memory.get<PerNode<Watched>>();
  for (const auto& node : *context.nodes.nodes) collect_node(context, node, watched.of(node.name), out);
  return {};
}

}  // namespace

constinit const Collector kNodeProcess{
    "node_process", "Each node's process, from /proc/PID.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
