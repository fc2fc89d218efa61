// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/thermal_zone.h"

#include <optional>
#include <string>
#include <vector>

namespace mixnet {
namespace {

constexpr Metric kTemperature = gauge("node_thermal_zone_temp", "Zone temperature in Celsius");
constexpr Metric kCurrentState = gauge("node_cooling_device_cur_state", "Current throttle state of the cooling device");
constexpr Metric kMaximumState = gauge("node_cooling_device_max_state", "Maximum throttle state of the cooling device");
constexpr const Metric* kMetrics[] = {&kTemperature, &kCurrentState, &kMaximumState};

struct State {
  std::vector<std::string> entries;
};

/// The number behind `prefix` in a directory's name; empty where it is another's.
std::string_view number_behind(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix)) return {};
  name.remove_prefix(prefix.size());
  return !name.empty() && name.front() >= '0' && name.front() <= '9' ? name : std::string_view{};
}

// A zone whose sensor is asleep gives an error instead of a temperature: it has none, rather than 0 degrees.
void collect_zone(Tree& sys, std::string_view directory, std::string_view number, Samples& out) {
  const auto millidegrees = sys.number_if_there<std::int64_t>(Path("class/thermal/", directory, "/temp"));
  if (!millidegrees) return;
  const auto type = sys.read_if_there(Path("class/thermal/", directory, "/type")).value_or("");
  out.add(kTemperature, static_cast<double>(*millidegrees) / 1000, {{"type", trim(type)}, {"zone", number}});
}

void collect_cooling_device(Tree& sys, std::string_view directory, std::string_view number, Samples& out) {
  const auto current = sys.number_if_there<std::int64_t>(Path("class/thermal/", directory, "/cur_state"));  // -1 is a state too
  const auto maximum = sys.number_if_there<std::int64_t>(Path("class/thermal/", directory, "/max_state"));
  const auto type = sys.read_if_there(Path("class/thermal/", directory, "/type"));
  if (!current || !maximum || !type) return;
  const auto labels = out.labels({{"name", number}, {"type", trim(*type)}});
  out.add(kCurrentState, static_cast<double>(*current), labels);
  out.add(kMaximumState, static_cast<double>(*maximum), labels);
}

// Documentation/driver-api/thermal/sysfs-api.rst of the kernel
Result<void> collect(Context& context, Samples& out) {
  auto& entries = context.memory.get<State>().entries;
  const auto listed = context.sys.list("class/thermal", entries);
  if (!listed) return tl::unexpected<Error>(listed.error());
  for (const auto& entry : entries) {
    if (const auto zone = number_behind("thermal_zone", entry); !zone.empty()) {
      collect_zone(context.sys, entry, zone, out);
    } else if (const auto device = number_behind("cooling_device", entry); !device.empty()) {
      collect_cooling_device(context.sys, entry, device, out);
    }
  }
  return {};
}

}  // namespace

constinit const Collector kThermalZone{"thermal_zone", "Thermal zones and cooling devices from /sys/class/thermal.",
                                       true,           Schedule::at_scrape_detached,
                                       kMetrics,       collect};

}  // namespace mixnet
