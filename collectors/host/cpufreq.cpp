// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/cpufreq.h"

#include <optional>
#include <string>
#include <vector>

#include "collectors/host/cpu_list.h"

namespace mixnet {
namespace {

constexpr Metric kCurrent = gauge("node_cpu_frequency_hertz", "Current CPU thread frequency in hertz.");
constexpr Metric kAverage = gauge("node_cpu_frequency_avg_hertz", "Average CPU thread frequency in hertz.");
constexpr Metric kMin = gauge("node_cpu_frequency_min_hertz", "Minimum CPU thread frequency in hertz.");
constexpr Metric kMax = gauge("node_cpu_frequency_max_hertz", "Maximum CPU thread frequency in hertz.");
constexpr Metric kScalingCurrent = gauge("node_cpu_scaling_frequency_hertz", "Current scaled CPU thread frequency in hertz.");
constexpr Metric kScalingMin = gauge("node_cpu_scaling_frequency_min_hertz", "Minimum scaled CPU thread frequency in hertz.");
constexpr Metric kScalingMax = gauge("node_cpu_scaling_frequency_max_hertz", "Maximum scaled CPU thread frequency in hertz.");
constexpr Metric kGovernor = gauge("node_cpu_scaling_governor", "Current enabled CPU frequency governor.");
constexpr const Metric* kMetrics[] = {&kCurrent,        &kAverage,    &kMin,        &kMax,
                                      &kScalingCurrent, &kScalingMin, &kScalingMax, &kGovernor};

using Kilohertz = std::optional<std::uint64_t>;

/// A CPU whose frequency the kernel governs, with what seldom changes.
struct GovernedCpu {
  std::uint32_t cpu;
  std::string folder;
  bool has_current, has_average;       ///< root only, on most machines; only newer kernels
  Kilohertz scaling_min, scaling_max;  ///< as when the rest was read
  Kilohertz min, max;
  std::string governors;
};

struct GovernedCpus {
  std::vector<GovernedCpu> cpus;
  std::uint64_t generation = 0;
};

void find_governed(Tree& sys, const SystemCpus& cpus, GovernedCpus& out) {
  out.cpus.clear();
  out.generation = cpus.generation;
  for (const auto cpu : cpus.present) {
    const Path folder("devices/system/cpu/cpu", Decimal(cpu), "/cpufreq");
    if (!cpus.is_online(cpu) || !sys.exists(folder)) continue;
    auto& governed = out.cpus.emplace_back();
    governed.cpu = cpu;
    governed.folder = folder;
    governed.has_current = sys.read_if_there(Path(folder, "/cpuinfo_cur_freq")).has_value();
    governed.has_average = sys.read_if_there(Path(folder, "/cpuinfo_avg_freq")).has_value();
  }
}

/// The limits of the hardware move only with those of the scaling, as when boost is switched on or off.
void read_what_seldom_changes(Tree& sys, GovernedCpu& cpu) {
  cpu.min = sys.number_if_there<std::uint64_t>(Path(cpu.folder, "/cpuinfo_min_freq"));
  cpu.max = sys.number_if_there<std::uint64_t>(Path(cpu.folder, "/cpuinfo_max_freq"));
  cpu.governors = trim(sys.read_if_there(Path(cpu.folder, "/scaling_available_governors")).value_or(""));
}

void add_governors(Tree& sys, const GovernedCpu& cpu, Samples& out) {
  const auto text = sys.read_if_there(Path(cpu.folder, "/scaling_governor"));
  if (!text) return;
  const auto current = trim(*text);
  std::string_view rest = cpu.governors;
  for (auto governor = take_field(rest); !governor.empty(); governor = take_field(rest)) {
    out.add(kGovernor, governor == current ? 1 : 0, {{"cpu", Decimal(cpu.cpu)}, {"governor", governor}});
  }
}

void collect_cpu(Tree& sys, GovernedCpu& cpu, Samples& out) {
  const auto read = [&](std::string_view name) { return sys.number_if_there<std::uint64_t>(Path(cpu.folder, "/", name)); };
  const auto labels = out.labels({{"cpu", Decimal(cpu.cpu)}});
  const auto add = [&](const Metric& metric, Kilohertz frequency) {
    if (frequency) out.add(metric, static_cast<double>(*frequency) * 1000, labels);
  };
  const auto scaling_min = read("scaling_min_freq");
  const auto scaling_max = read("scaling_max_freq");
  if (scaling_min != cpu.scaling_min || scaling_max != cpu.scaling_max || !(cpu.min || cpu.max)) {
    read_what_seldom_changes(sys, cpu);
    cpu.scaling_min = scaling_min;
    cpu.scaling_max = scaling_max;
  }
  if (cpu.has_current) add(kCurrent, read("cpuinfo_cur_freq"));
  if (cpu.has_average) add(kAverage, read("cpuinfo_avg_freq"));
  add(kMin, cpu.min);
  add(kMax, cpu.max);
  add(kScalingCurrent, read("scaling_cur_freq"));
  add(kScalingMin, scaling_min);
  add(kScalingMax, scaling_max);
  add_governors(sys, cpu, out);
}

Result<void> collect(Context& context, Samples& out) {
  const auto& cpus = *TRY(read_system_cpus(context));
  auto& governed = context.memory.get<GovernedCpus>();
  if (governed.generation != cpus.generation) find_governed(context.sys, cpus, governed);
  if (governed.cpus.empty()) return fail(Fault::absent, "the kernel does not govern the frequency of any CPU");
  for (auto& cpu : governed.cpus) collect_cpu(context.sys, cpu, out);
  return {};
}

}  // namespace

constinit const Collector kCpufreq{"cpufreq", "Frequency of each CPU from /sys/devices/system/cpu/cpu*/cpufreq.",
                                   true,      Schedule::at_scrape,
                                   kMetrics,  collect};

}  // namespace mixnet
