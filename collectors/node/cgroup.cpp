// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/cgroup.h"

#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "collectors/host/stall_times.h"
#include "collectors/node/cgroup_files.h"
#include "collectors/node/cgroup_folder.h"
#include "collectors/node/lacking.h"
#include "collectors/node/per_node.h"

namespace mixnet {
namespace {

constexpr Metric kProcesses = gauge("mixnet_node_cgroup_processes", "Processes in the node's cgroup, from cgroup.procs.");

constexpr Metric kCpu = counter("mixnet_node_cgroup_cpu_seconds_total",
                                "CPU time of the node's cgroup by mode, user_usec and system_usec of cpu.stat.");
constexpr Metric kPeriods = counter("mixnet_node_cgroup_cpu_periods_total",
                                    "Periods in which the node's cgroup had work for a CPU, nr_periods of cpu.stat.");
constexpr Metric kThrottledPeriods = counter("mixnet_node_cgroup_cpu_throttled_periods_total",
                                             "Periods in which the node's cgroup used up its quota, nr_throttled of cpu.stat.");
constexpr Metric kThrottled = counter("mixnet_node_cgroup_cpu_throttled_seconds_total",
                                      "How long the node's cgroup was kept off CPUs, throttled_usec of cpu.stat.");
constexpr Metric kQuota =
    gauge("mixnet_node_cgroup_cpu_quota_cores", "How many CPUs the node's cgroup may keep busy, from cpu.max.");

constexpr Metric kMemory =
    gauge("mixnet_node_cgroup_memory_bytes", "Memory of the node's cgroup, page cache and kernel's included, memory.current.");
constexpr Metric kMemoryPeak =
    gauge("mixnet_node_cgroup_memory_peak_bytes", "The most memory the node's cgroup had, memory.peak.");
constexpr Metric kMemoryHigh =
    gauge("mixnet_node_cgroup_memory_high_bytes", "Above this the node's cgroup is slowed down, memory.high.");
constexpr Metric kMemoryMax =
    gauge("mixnet_node_cgroup_memory_max_bytes", "At this processes of the node's cgroup are killed, memory.max.");
constexpr Metric kSwap = gauge("mixnet_node_cgroup_swap_bytes", "Swapped out of the node's cgroup, memory.swap.current.");
constexpr Metric kSwapMax =
    gauge("mixnet_node_cgroup_swap_max_bytes", "The most that may be swapped out of the node's cgroup, memory.swap.max.");

constexpr Metric kAnon =
    gauge("mixnet_node_cgroup_memory_anon_bytes", "Processes' own memory in the node's cgroup, anon of memory.stat.");
constexpr Metric kFile = gauge("mixnet_node_cgroup_memory_file_bytes", "Page cache of the node's cgroup, file of memory.stat.");
constexpr Metric kInactiveFile =
    gauge("mixnet_node_cgroup_memory_inactive_file_bytes",
          "Page cache of the node's cgroup that goes first when memory is short, inactive_file of memory.stat.");
constexpr Metric kFileMapped =
    gauge("mixnet_node_cgroup_memory_file_mapped_bytes", "Mapped files of the node's cgroup, file_mapped of memory.stat.");
constexpr Metric kFileDirty = gauge("mixnet_node_cgroup_memory_file_dirty_bytes",
                                    "Page cache of the node's cgroup to be written to disk, file_dirty of memory.stat.");
constexpr Metric kFileWriteback =
    gauge("mixnet_node_cgroup_memory_file_writeback_bytes",
          "Page cache of the node's cgroup being written to disk, file_writeback of memory.stat.");
constexpr Metric kShmem =
    gauge("mixnet_node_cgroup_memory_shmem_bytes", "Shared memory and tmpfs of the node's cgroup, shmem of memory.stat.");
constexpr Metric kKernel =
    gauge("mixnet_node_cgroup_memory_kernel_bytes", "The kernel's memory for the node's cgroup, kernel of memory.stat.");
constexpr Metric kKernelStack = gauge("mixnet_node_cgroup_memory_kernel_stack_bytes",
                                      "Stacks of the node's threads in the kernel, kernel_stack of memory.stat.");
constexpr Metric kPageTables =
    gauge("mixnet_node_cgroup_memory_page_tables_bytes", "Page tables of the node's cgroup, pagetables of memory.stat.");
constexpr Metric kSlab =
    gauge("mixnet_node_cgroup_memory_slab_bytes", "The kernel's data structures for the node's cgroup, slab of memory.stat.");
constexpr Metric kSock = gauge("mixnet_node_cgroup_memory_sock_bytes", "Buffers of the node's sockets, sock of memory.stat.");
constexpr Metric kFaults =
    counter("mixnet_node_cgroup_page_faults_total", "Page faults in the node's cgroup, pgfault of memory.stat.");
constexpr Metric kMajorFaults = counter("mixnet_node_cgroup_major_page_faults_total",
                                        "Page faults in the node's cgroup that waited for a disk, pgmajfault of memory.stat.");

constexpr Metric kHighEvents = counter("mixnet_node_cgroup_memory_high_events_total",
                                       "How often the node's cgroup was over memory.high, high of memory.events.");
constexpr Metric kMaxEvents = counter("mixnet_node_cgroup_memory_max_events_total",
                                      "How often the node's cgroup was about to exceed memory.max, max of memory.events.");
constexpr Metric kOomEvents =
    counter("mixnet_node_cgroup_oom_events_total", "How often the node's cgroup ran out of memory, oom of memory.events.");
constexpr Metric kOomKills = counter("mixnet_node_cgroup_oom_kills_total",
                                     "Processes of the node's cgroup killed for want of memory, oom_kill of memory.events.");

constexpr Metric kIoRead =
    counter("mixnet_node_cgroup_io_read_bytes_total", "Bytes the node's cgroup read from a disk, rbytes of io.stat.");
constexpr Metric kIoWritten =
    counter("mixnet_node_cgroup_io_written_bytes_total", "Bytes the node's cgroup wrote to a disk, wbytes of io.stat.");
constexpr Metric kIoReads =
    counter("mixnet_node_cgroup_io_reads_total", "Reads of the node's cgroup from a disk, rios of io.stat.");
constexpr Metric kIoWrites =
    counter("mixnet_node_cgroup_io_writes_total", "Writes of the node's cgroup to a disk, wios of io.stat.");

constexpr Metric kTasks = gauge("mixnet_node_cgroup_tasks", "Processes and threads in the node's cgroup, from pids.current.");
constexpr Metric kTasksMax =
    gauge("mixnet_node_cgroup_tasks_max", "How many processes and threads the node's cgroup may have, from pids.max.");
constexpr Metric kTasksRefused =
    counter("mixnet_node_cgroup_tasks_refused_total",
            "Processes and threads that the limit of the node's cgroup forbade, max of pids.events.");

constexpr Metric kCpuWaiting = counter("mixnet_node_cgroup_pressure_cpu_waiting_seconds_total",
                                       "How long some task of the node's cgroup waited for a CPU, some of cpu.pressure.");
constexpr Metric kCpuStalled = counter("mixnet_node_cgroup_pressure_cpu_stalled_seconds_total",
                                       "How long all tasks of the node's cgroup waited for a CPU, full of cpu.pressure.");
constexpr Metric kMemoryWaiting =
    counter("mixnet_node_cgroup_pressure_memory_waiting_seconds_total",
            "How long some task of the node's cgroup waited for memory, some of memory.pressure.");
constexpr Metric kMemoryStalled =
    counter("mixnet_node_cgroup_pressure_memory_stalled_seconds_total",
            "How long all tasks of the node's cgroup waited for memory, full of memory.pressure.");
constexpr Metric kIoWaiting = counter("mixnet_node_cgroup_pressure_io_waiting_seconds_total",
                                      "How long some task of the node's cgroup waited for a disk, some of io.pressure.");
constexpr Metric kIoStalled = counter("mixnet_node_cgroup_pressure_io_stalled_seconds_total",
                                      "How long all tasks of the node's cgroup waited for a disk, full of io.pressure.");

// One a line, in the order of their declaration.
// clang-format off
constexpr const Metric* kMetrics[] = {
    &kProcesses,
    &kCpu, &kPeriods, &kThrottledPeriods, &kThrottled, &kQuota,
    &kMemory, &kMemoryPeak, &kMemoryHigh, &kMemoryMax, &kSwap, &kSwapMax,
    &kAnon, &kFile, &kInactiveFile, &kFileMapped, &kFileDirty, &kFileWriteback, &kShmem,
    &kKernel, &kKernelStack, &kPageTables, &kSlab, &kSock, &kFaults, &kMajorFaults,
    &kHighEvents, &kMaxEvents, &kOomEvents, &kOomKills,
    &kIoRead, &kIoWritten, &kIoReads, &kIoWrites,
    &kTasks, &kTasksMax, &kTasksRefused,
    &kCpuWaiting, &kCpuStalled, &kMemoryWaiting, &kMemoryStalled, &kIoWaiting, &kIoStalled,
};
// clang-format on

constexpr auto kNamesAgeMax = std::chrono::minutes(1);

/// The keys of a file of "key value" lines, and what each is.
struct KeyedFile {
  std::string_view name;
  std::span<const std::string_view> keys;
  std::span<const Metric* const> metrics;
};

constexpr std::string_view kMemoryStatKeys[] = {"anon",           "file",  "inactive_file", "file_mapped",  "file_dirty",
                                                "file_writeback", "shmem", "kernel",        "kernel_stack", "pagetables",
                                                "slab",           "sock",  "pgfault",       "pgmajfault"};
constexpr const Metric* kMemoryStatMetrics[] = {&kAnon,          &kFile,  &kInactiveFile, &kFileMapped,  &kFileDirty,
                                                &kFileWriteback, &kShmem, &kKernel,       &kKernelStack, &kPageTables,
                                                &kSlab,          &kSock,  &kFaults,       &kMajorFaults};
constexpr std::string_view kMemoryEventKeys[] = {"high", "max", "oom", "oom_kill"};
constexpr const Metric* kMemoryEventMetrics[] = {&kHighEvents, &kMaxEvents, &kOomEvents, &kOomKills};
constexpr std::string_view kPidsEventKeys[] = {"max"};
constexpr const Metric* kPidsEventMetrics[] = {&kTasksRefused};

constexpr KeyedFile kMemoryStat{"memory.stat", kMemoryStatKeys, kMemoryStatMetrics};
constexpr KeyedFile kMemoryEvents{"memory.events", kMemoryEventKeys, kMemoryEventMetrics};
constexpr KeyedFile kPidsEvents{"pids.events", kPidsEventKeys, kPidsEventMetrics};
constexpr std::size_t kKeysMax = std::size(kMemoryStatKeys);
static_assert(std::size(kMemoryStatKeys) == std::size(kMemoryStatMetrics));
static_assert(std::size(kMemoryEventKeys) == std::size(kMemoryEventMetrics));

constexpr std::pair<std::string_view, const Metric*> kMemoryFiles[] = {
    {"memory.current", &kMemory}, {"memory.peak", &kMemoryPeak},   {"memory.high", &kMemoryHigh},
    {"memory.max", &kMemoryMax},  {"memory.swap.current", &kSwap}, {"memory.swap.max", &kSwapMax}};
constexpr std::pair<std::string_view, const Metric*> kPidsFiles[] = {{"pids.current", &kTasks}, {"pids.max", &kTasksMax}};

struct PressureFile {
  std::string_view name;
  const Metric* some;
  const Metric* full;
};
constexpr PressureFile kPressureFiles[] = {{"cpu.pressure", &kCpuWaiting, &kCpuStalled},
                                           {"memory.pressure", &kMemoryWaiting, &kMemoryStalled},
                                           {"io.pressure", &kIoWaiting, &kIoStalled}};

/// What is remembered of one node's cgroup: which controllers it lacks.
struct Group {
  Lacking cpu, memory, io, pids, pressure;
};

/// The names of disks by "major:minor", forgotten once a minute as numbers are given anew when disks come and go.
struct Disks {
  std::vector<std::pair<std::string, std::string>> names;
  Lacking::Clock::time_point since{};
};

/// What is parsed, in memory that is used again.
struct Parsed {
  std::vector<CgroupIo> io;
  std::vector<std::int32_t> pids;
};

/// One run over one node.
struct Look {
  Context& context;
  const Node& node;
  Group& group;
  LabelSet labels;
  Samples& out;

  Path file(std::string_view name) const { return cgroup_file(context, node, name); }
  void add(const Metric& metric, double value) const { out.add(metric, value, labels); }
  /// A file that tells whether the group has a controller.
  std::optional<std::string_view> read(Lacking& lacking, std::string_view name, std::string_view remedy) const {
    return lacking.read(context, context.cgroup, file(name), Shape::single, node.name, remedy);
  }
};

double seconds(std::uint64_t microseconds) { return static_cast<double>(microseconds) / 1e6; }

Result<void> add_keyed(const Look& look, const KeyedFile& keyed) {
  const auto file = look.file(keyed.name);
  const auto text = look.context.cgroup.read_if_there(file, Shape::single);
  if (!text) return {};
  std::array<std::optional<std::uint64_t>, kKeysMax> values;
  TRY(look.context.cgroup.named(file, parse_keyed(*text, keyed.keys, std::span(values).first(keyed.keys.size()))));
  for (std::size_t index = 0; index < keyed.keys.size(); ++index) {
    if (values[index]) look.add(*keyed.metrics[index], static_cast<double>(*values[index]));
  }
  return {};
}

Result<void> add_limits(const Look& look, std::span<const std::pair<std::string_view, const Metric*>> files) {
  for (const auto& [name, metric] : files) {
    const auto file = look.file(name);
    const auto text = look.context.cgroup.read_if_there(file, Shape::single);
    if (!text) continue;
    const auto value = TRY(look.context.cgroup.named(file, parse_limit(*text)));
    if (value) look.add(*metric, static_cast<double>(*value));
  }
  return {};
}

void add_cpu_stat(const Look& look, std::span<const std::optional<std::uint64_t>, 5> values) {
  const auto& [user, system, periods, throttled_periods, throttled] =
      std::tie(values[0], values[1], values[2], values[3], values[4]);
  const auto& node = look.node.name;
  if (user) look.out.add(kCpu, seconds(*user), {{"node", node}, {"mode", "user"}});
  if (system) look.out.add(kCpu, seconds(*system), {{"node", node}, {"mode", "system"}});
  if (periods) look.add(kPeriods, static_cast<double>(*periods));
  if (throttled_periods) look.add(kThrottledPeriods, static_cast<double>(*throttled_periods));
  if (throttled) look.add(kThrottled, seconds(*throttled));
}

Result<void> add_cpu(const Look& look) {
  constexpr std::string_view kKeys[] = {"user_usec", "system_usec", "nr_periods", "nr_throttled", "throttled_usec"};
  auto& cgroup = look.context.cgroup;
  const auto text = look.read(look.group.cpu, "cpu.stat", "CPUAccounting=yes in the node's unit gives it");
  if (!text) return {};
  std::array<std::optional<std::uint64_t>, std::size(kKeys)> values;
  TRY(cgroup.named(look.file("cpu.stat"), parse_keyed(*text, kKeys, values)));
  add_cpu_stat(look, values);
  const auto file = look.file("cpu.max");
  const auto max_text = cgroup.read_if_there(file, Shape::single);
  if (!max_text) return {};  // without a quota or a weight there is no such file, and no limit
  const auto quota = TRY(cgroup.named(file, parse_cpu_max(*max_text)));
  if (quota) look.add(kQuota, *quota);
  return {};
}

Result<void> add_memory(const Look& look) {
  if (!look.read(look.group.memory, "memory.current", "MemoryAccounting=yes in the node's unit gives it")) return {};
  TRY(add_limits(look, kMemoryFiles));
  TRY(add_keyed(look, kMemoryStat));
  return add_keyed(look, kMemoryEvents);
}

Result<void> add_pids(const Look& look) {
  if (!look.read(look.group.pids, "pids.current", "TasksAccounting=yes in the node's unit gives it")) return {};
  TRY(add_limits(look, kPidsFiles));
  return add_keyed(look, kPidsEvents);
}

/// DEVNAME=nvme0n1 in /sys/dev/block/259:0/uevent, or the numbers themselves.
std::string name_of_disk(Tree& sys, const std::string& device) {
  const auto text = sys.read_once(Path("dev/block/", device, "/uevent"), Shape::value);
  if (!text) return device;
  constexpr std::string_view kKey = "DEVNAME=";
  Lines lines(*text);
  for (std::string_view line; lines.next(line);) {
    if (line.starts_with(kKey)) return std::string(line.substr(kKey.size()));
  }
  return device;
}

std::string_view disk(Context& context, Disks& disks, const std::string& device) {
  for (const auto& [known, name] : disks.names) {
    if (known == device) return name;
  }
  return disks.names.emplace_back(device, name_of_disk(context.sys, device)).second;
}

Result<void> add_io(const Look& look) {
  const auto text = look.read(look.group.io, "io.stat", "IOAccounting=yes in the node's unit gives it");
  if (!text) return {};
  auto& disks = look.context.memory.get<Disks>();
  auto& parsed = look.context.memory.get<Parsed>().io;
  TRY(look.context.cgroup.named(look.file("io.stat"), parse_io_stat(*text, parsed)));
  const auto now = Lacking::Clock::now();
  if (now - disks.since >= kNamesAgeMax) {
    disks.names.clear();
    disks.since = now;
  }
  for (const auto& io : parsed) {
    const auto labels = look.out.labels({{"node", look.node.name}, {"device", disk(look.context, disks, io.device)}});
    look.out.add(kIoRead, static_cast<double>(io.read_bytes), labels);
    look.out.add(kIoWritten, static_cast<double>(io.written_bytes), labels);
    look.out.add(kIoReads, static_cast<double>(io.reads), labels);
    look.out.add(kIoWrites, static_cast<double>(io.writes), labels);
  }
  return {};
}

Result<void> add_pressure(const Look& look) {
  if (!look.read(look.group.pressure, kPressureFiles[0].name, "the kernel was started with psi=0, or built without it"))
    return {};
  for (const auto& pressure : kPressureFiles) {
    const auto file = look.file(pressure.name);
    const auto text = look.context.cgroup.read_if_there(file, Shape::single);
    if (!text) continue;
    const auto times = TRY(look.context.cgroup.named(file, parse_stall_times(*text)));
    if (times.some_us) look.add(*pressure.some, seconds(*times.some_us));
    if (times.full_us) look.add(*pressure.full, seconds(*times.full_us));
  }
  return {};
}

/// A file that cannot be parsed costs the samples of its controller only.
void remark(const Look& look, const Result<void>& done) {
  if (!done) look.context.remarks.add(look.node.name + ": cgroup", done.error());
}

Result<void> add_processes(const Look& look, std::string_view procs) {
  auto& pids = look.context.memory.get<Parsed>().pids;
  const auto count = TRY(look.context.cgroup.named(look.file("cgroup.procs"), parse_cgroup_procs(procs, pids)));
  look.add(kProcesses, static_cast<double>(count));
  return {};
}

void collect_node(Context& context, const Node& node, Group& group, Samples& out) {
  const auto absent = [&](std::string_view reason) {
    group = {};  // the next group of this name may have what this one lacks
    context.remarks.add(node.name, "cgroup", Fault::absent, reason);
  };
  if (node.cgroup.empty()) return absent("its cgroup is not known");
  const auto procs = context.cgroup.read_if_there(cgroup_file(context, node, "cgroup.procs"), Shape::short_records);
  if (!procs) return absent("its cgroup is not there: the unit is not running, or cgroups of version 2 are not mounted");
  const Look look{context, node, group, out.labels({{"node", node.name}}), out};
  remark(look, add_processes(look, *procs));
  remark(look, add_cpu(look));
  remark(look, add_memory(look));
  remark(look, add_io(look));
  remark(look, add_pids(look));
  remark(look, add_pressure(look));
}

Result<void> collect(Context& context, Samples& out) {
  if (context.nodes.nodes->empty()) return fail(Fault::absent, "no node is known on this host");
  auto& groups = context.memory.get<PerNode<Group>>();
  for (const auto& node : *context.nodes.nodes) collect_node(context, node, groups.of(node.name), out);
  return {};
}

}  // namespace

constinit const Collector kNodeCgroup{"node_cgroup", "Each node's cgroup, version 2: CPU, memory, disks, tasks, pressure.",
                                      true,          Schedule::at_scrape,
                                      kMetrics,      collect};

}  // namespace mixnet
