// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/time.h"

#include <ctime>
#include <string>
#include <vector>

namespace mixnet {
namespace {

constexpr Metric kNow = gauge("node_time_seconds", "System time in seconds since epoch (1970).");
constexpr Metric kZoneOffset = gauge("node_time_zone_offset_seconds", "System time zone offset in seconds.");
constexpr Metric kAvailable =
    gauge("node_time_clocksource_available_info", "Available clocksources read from '/sys/devices/system/clocksource'.");
constexpr Metric kCurrent =
    gauge("node_time_clocksource_current_info", "Current clocksource read from '/sys/devices/system/clocksource'.");
constexpr const Metric* kMetrics[] = {&kNow, &kZoneOffset, &kAvailable, &kCurrent};

constexpr std::string_view kFolder = "devices/system/clocksource";

/// The folders of clock source devices, which are there from boot on.
struct ClocksourceDevices {
  std::vector<std::string> folders;
  bool known = false;
};

const ClocksourceDevices& devices_of(Context& context) {
  auto& devices = context.memory.get<ClocksourceDevices>();
  if (devices.known) return devices;
  if (!context.sys.list(kFolder, devices.folders)) devices.folders.clear();
  std::erase_if(devices.folders, [](const std::string& folder) {
    return !folder.starts_with("clocksource") || folder.find_first_of("0123456789") != std::string_view("clocksource").size();
  });
  devices.known = true;
  return devices;
}

void add_clock(Samples& out) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  out.add(kNow, static_cast<double>(now.tv_sec * 1'000'000'000 + now.tv_nsec) / 1e9);
  tm local{};
  ::localtime_r(&now.tv_sec, &local);
  out.add(kZoneOffset, static_cast<double>(local.tm_gmtoff), {{"time_zone", local.tm_zone}});
}

/// tsc hpet acpi_pm
void add_sources(std::string_view device, const std::string& folder, Tree& sys, Samples& out) {
  if (const auto available = sys.read_if_there(Path(kFolder, "/", folder, "/available_clocksource"))) {
    auto names = trim(*available);
    for (auto name = take_field(names); !name.empty(); name = take_field(names)) {
      out.add(kAvailable, 1, {{"clocksource", name}, {"device", device}});
    }
  }
  if (const auto current = sys.read_if_there(Path(kFolder, "/", folder, "/current_clocksource"))) {
    out.add(kCurrent, 1, {{"clocksource", trim(*current)}, {"device", device}});
  }
}

Result<void> collect(Context& context, Samples& out) {
  add_clock(out);
  const auto& devices = devices_of(context);
  for (std::size_t at = 0; at < devices.folders.size(); ++at) {
    add_sources(Decimal(at), devices.folders[at], context.sys, out);
  }
  return {};
}

}  // namespace

constinit const Collector kTime{
    "time", "The system's time and zone, and its clock sources.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
