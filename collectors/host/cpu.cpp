// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/cpu.h"

#include <algorithm>
#include <string>

#include "collectors/host/cpu_list.h"
#include "collectors/host/cpuinfo.h"
#include "collectors/kit/remembered.h"

namespace mixnet {
namespace {

constexpr Metric kSeconds = counter("node_cpu_seconds_total", "Seconds the CPUs spent in each mode.");
constexpr Metric kGuestSeconds =
    counter("node_cpu_guest_seconds_total", "Seconds the CPUs spent in guests (VMs) for each mode.");
constexpr Metric kInfo = gauge("node_cpu_info", "CPU information from /proc/cpuinfo.");
constexpr Metric kFrequency = gauge("node_cpu_frequency_hertz", "CPU frequency in hertz from /proc/cpuinfo.");
constexpr Metric kFlag =
    gauge("node_cpu_flag_info", "The `flags` field of CPU information from /proc/cpuinfo taken from the first core.");
constexpr Metric kBug =
    gauge("node_cpu_bug_info", "The `bugs` field of CPU information from /proc/cpuinfo taken from the first core.");
constexpr Metric kOnline = gauge("node_cpu_online", "CPUs that are online and being scheduled.");
constexpr Metric kIsolated =
    gauge("node_cpu_isolated", "Whether each core is isolated, information from /sys/devices/system/cpu/isolated.");
constexpr Metric kCoreThrottles = counter("node_cpu_core_throttles_total", "Number of times this CPU core has been throttled.");
constexpr Metric kPackageThrottles =
    counter("node_cpu_package_throttles_total", "Number of times this CPU package has been throttled.");
constexpr const Metric* kMetrics[] = {&kSeconds, &kGuestSeconds, &kInfo,     &kFrequency,     &kFlag,
                                      &kBug,     &kOnline,       &kIsolated, &kCoreThrottles, &kPackageThrottles};

constexpr double kTicksPerSecond = 100;
constexpr std::uint64_t kHotplugTicks = 300;

constexpr std::string_view kModeNames[] = {"user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"};

/// Which words of /proc/cpuinfo the operator wants, decided once for each.
struct WantedFlags {
  Remembered<bool> words;
};
struct WantedBugs {
  Remembered<bool> words;
};

/// A file that counts how often a core, or a package, was throttled.
struct Throttle {
  std::uint64_t package, core;
  std::string file;
};

/// What hangs on the CPUs that there are and does not change while they stay.
struct CpuTopology {
  std::uint64_t generation = 0;
  bool can_go_offline = false;
  std::vector<std::uint32_t> isolated;
  std::vector<Throttle> cores, packages;
};

void add_times(const CpuTimes& times, bool with_guest, Samples& out) {
  const Decimal cpu(times.cpu);
  const auto add = [&](const Metric& metric, CpuTimes::Mode mode, std::string_view name) {
    out.add(metric, static_cast<double>(times.ticks[mode]) / kTicksPerSecond, {{"cpu", cpu}, {"mode", name}});
  };
  for (std::size_t mode = 0; mode < std::size(kModeNames); ++mode) {
    add(kSeconds, static_cast<CpuTimes::Mode>(mode), kModeNames[mode]);
  }
  if (!with_guest) return;
  add(kGuestSeconds, CpuTimes::guest, "user");
  add(kGuestSeconds, CpuTimes::guest_nice, "nice");
}

void add_info(const CpuinfoCpu& cpu, Samples& out) {
  out.add(kInfo, 1,
          {{"cachesize", cpu.cache_size},
           {"core", cpu.core},
           {"cpu", cpu.processor},
           {"family", cpu.family},
           {"microcode", cpu.microcode},
           {"model", cpu.model},
           {"model_name", cpu.model_name},
           {"package", cpu.package},
           {"stepping", cpu.stepping},
           {"vendor", cpu.vendor}});
  if (cpu.mhz) out.add(kFrequency, *cpu.mhz * 1e6, {{"core", cpu.core}, {"cpu", cpu.processor}, {"package", cpu.package}});
}

void add_words(std::string_view words, const Regex& include, Remembered<bool>& wanted, const Metric& metric,
               std::string_view label, Samples& out) {
  if (include.empty()) return;
  const auto decide = [&include](std::string_view word) { return include.found_in(word); };
  std::size_t at = 0;
  for (auto word = take_field(words); !word.empty(); word = take_field(words)) {
    if (wanted.at(at++, word, decide)) out.add(metric, 1, {{label, word}});
  }
}

Result<void> collect_info(Context& context, Samples& out) {
  const auto& settings = context.settings.cpu;
  if (!settings.info && settings.info_bugs_include.empty() && settings.info_flags_include.empty()) return {};
  auto& info = context.memory.get<Cpuinfo>();
  TRY(context.proc.parse("cpuinfo", Shape::records, parse_cpuinfo, info));
  for (const auto& cpu : info.cpus) add_info(cpu, out);
  const auto& first = info.cpus.front();
  add_words(first.flags, settings.info_flags_include, context.memory.get<WantedFlags>().words, kFlag, "flag", out);
  add_words(first.bugs, settings.info_bugs_include, context.memory.get<WantedBugs>().words, kBug, "bug", out);
  return {};
}

Result<void> collect_times(Context& context, Samples& out) {
  const auto* stat = TRY(read_proc_stat(context));
  auto& counters = context.memory.get<CpuCounters>();
  counters.update(stat->cpus);
  for (const auto& times : counters.cpus) add_times(times, context.settings.cpu.guest, out);
  return {};
}

/// Threads of one core show the same count, as do cores of one package: the first file that can be read stands for all.
void find_throttle(Tree& sys, std::string_view folder, std::string_view name, Throttle throttle, std::vector<Throttle>& out) {
  const auto same = [&throttle](const Throttle& known) {
    return known.package == throttle.package && known.core == throttle.core;
  };
  if (std::any_of(out.begin(), out.end(), same)) return;
  throttle.file = Path(folder, "/thermal_throttle/", name);
  if (sys.number_if_there<std::uint64_t>(throttle.file)) out.push_back(std::move(throttle));
}

Result<void> find_topology(Tree& sys, const SystemCpus& cpus, CpuTopology& out) {
  out = {};
  for (const auto cpu : cpus.present) {
    const Path folder("devices/system/cpu/cpu", Decimal(cpu));
    // The kernel lets all CPUs go offline but perhaps the first; where that one cannot, node_exporter tells of none.
    if (cpu == cpus.present.front()) out.can_go_offline = sys.read_if_there(Path(folder, "/online")).has_value();
    const auto package = sys.number_if_there<std::uint64_t>(Path(folder, "/topology/physical_package_id"));
    const auto core = sys.number_if_there<std::uint64_t>(Path(folder, "/topology/core_id"));
    if (!package || !core) continue;  // offline, or a machine that does not say
    find_throttle(sys, folder, "core_throttle_count", {*package, *core, {}}, out.cores);
    find_throttle(sys, folder, "package_throttle_count", {*package, 0, {}}, out.packages);
  }
  if (const auto isolated = sys.read_if_there("devices/system/cpu/isolated")) {
    TRY(sys.named("devices/system/cpu/isolated", parse_cpu_list(*isolated, out.isolated)));
  }
  out.generation = cpus.generation;
  return {};
}

void add_throttles(Tree& sys, const CpuTopology& topology, Samples& out) {
  for (const auto& core : topology.cores) {
    const auto count = sys.number_if_there<std::uint64_t>(core.file);
    if (!count) continue;
    out.add(kCoreThrottles, static_cast<double>(*count), {{"core", Decimal(core.core)}, {"package", Decimal(core.package)}});
  }
  for (const auto& package : topology.packages) {
    const auto count = sys.number_if_there<std::uint64_t>(package.file);
    if (count) out.add(kPackageThrottles, static_cast<double>(*count), {{"package", Decimal(package.package)}});
  }
}

Result<void> collect_topology(Context& context, Samples& out) {
  const auto& cpus = *TRY(read_system_cpus(context));
  auto& topology = context.memory.get<CpuTopology>();
  if (topology.generation != cpus.generation) TRY(find_topology(context.sys, cpus, topology));
  for (const auto cpu : topology.isolated) out.add(kIsolated, 1, {{"cpu", Decimal(cpu)}});
  add_throttles(context.sys, topology, out);
  if (!topology.can_go_offline) return {};
  for (const auto cpu : cpus.present) out.add(kOnline, cpus.is_online(cpu) ? 1 : 0, {{"cpu", Decimal(cpu)}});
  return {};
}

Result<void> collect(Context& context, Samples& out) {
  TRY(collect_info(context, out));
  TRY(collect_times(context, out));
  return collect_topology(context, out);
}

}  // namespace

void CpuCounters::update(std::span<const CpuTimes> now) {
  std::size_t kept = 0;  // both lists are in the order of the CPUs' numbers
  std::erase_if(cpus, [now](const CpuTimes& known) {
    return !std::binary_search(now.begin(), now.end(), known, [](const auto& a, const auto& b) { return a.cpu < b.cpu; });
  });
  for (const auto& times : now) {
    if (kept == cpus.size() || cpus[kept].cpu != times.cpu) {
      cpus.insert(cpus.begin() + static_cast<std::ptrdiff_t>(kept++), times);
      continue;
    }
    auto& known = cpus[kept++];
    if (known.ticks[CpuTimes::idle] >= times.ticks[CpuTimes::idle] + kHotplugTicks) known.ticks.fill(0);
    for (std::size_t mode = 0; mode < CpuTimes::kModes; ++mode)
      known.ticks[mode] = std::max(known.ticks[mode], times.ticks[mode]);
  }
}

constinit const Collector kCpu{"cpu",    "Time of each CPU by mode, its kind and its throttling, from /proc/stat and sysfs.",
                               true,     Schedule::at_scrape,
                               kMetrics, collect};

}  // namespace mixnet
