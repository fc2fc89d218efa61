// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/hwmon.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <memory>
#include <vector>

namespace mixnet {
namespace {

constexpr Metric kChipNames = gauge("node_hwmon_chip_names", "Annotation metric for human-readable chip names");
constexpr Metric kSensorLabel = gauge("node_hwmon_sensor_label", "Label for given chip and sensor");
constexpr Metric kValue = gauge("node_hwmon_<sensor>", "A sensor's value or limit, named after its kind, property and unit.");
constexpr Metric kEnergy = counter("node_hwmon_<energy>_joule_total", "Energy used so far.");
constexpr const Metric* kMetrics[] = {&kChipNames, &kSensorLabel, &kValue, &kEnergy};

/// A family that a file's value belongs to, worked out from the file's name.
struct Target {
  Type type = Type::gauge;
  std::string name, help;
  double factor = 1, divisor = 1;
  bool flag = false;     ///< 1 where the file says 1, else 0
  std::string sensor{};  ///< the label, where it is not the sensor's own name
};

/// A file to read at each scrape, and where its value goes.
struct Reading {
  std::string path;
  Target target;
};

struct Sensor {
  std::string name;
  std::optional<std::string> label;
  std::vector<Reading> readings;
};

struct Chip {
  std::string entry;        ///< hwmon0
  std::uint64_t inode = 0;  ///< of its directory: another device is another chip, though it may get the same number
  std::string base_name, name_file;
  std::string name;  ///< as it is labelled
  std::string human_name;
  std::vector<Sensor> sensors;
};

struct State {
  std::vector<std::string> entries, entries_now;
  std::vector<Chip> chips;
  std::uint64_t planned = 0;  ///< at which collection
};

/// The path with all symbolic links resolved; empty where it leads nowhere.
std::string real_path(const Tree& sys, std::string_view relative) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(sys.path(relative).c_str(), nullptr), &std::free);
  return resolved ? resolved.get() : "";
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// A chip's name of its device, which the order of loading drivers does not change: platform_coretemp_0.
std::string chip_name(const Tree& sys, const Chip& chip) {
  const std::string directory = "class/hwmon/" + chip.entry;
  if (const auto device = real_path(sys, directory + "/device"); !device.empty()) {
    const auto parent = std::string_view(device).substr(0, device.rfind('/'));
    const auto name = clean_hwmon_name(last_part(device)), bus = clean_hwmon_name(last_part(parent));
    if (!name.empty()) return bus.empty() ? name : bus + "_" + name;
  }
  if (auto name = clean_hwmon_name(chip.name_file); !name.empty()) return name;
  return clean_hwmon_name(last_part(real_path(sys, directory)));
}

using Files = std::map<std::string, std::string>;  // property to path
using Sensors = std::map<std::string, std::pair<std::string_view, Files>>;

void find_sensors(Tree& sys, const std::string& directory, Sensors& sensors) {
  constexpr std::string_view kTypes[] = {"vrm",  "beep_enable", "update_interval", "in",     "cpu",      "fan",       "pwm",
                                         "temp", "curr",        "power",           "energy", "humidity", "intrusion", "freq"};
  std::vector<std::string> names;
  if (!sys.list(directory, names)) return;
  for (const auto& name : names) {
    const auto file = parse_hwmon_file(name);
    const auto type = file ? std::find(std::begin(kTypes), std::end(kTypes), file->type) : std::end(kTypes);
    if (type == std::end(kTypes)) continue;
    auto path = directory;
    path.append("/").append(name);
    if (!sys.read_if_there(path)) continue;  // a directory, write-only, or without a value
    auto& sensor = sensors[std::string(*type) + std::to_string(file->number)];
    sensor.first = *type;
    sensor.second[std::string(file->property)] = std::move(path);
  }
}

/// Kinds of sensors with a unit of their own.
struct Unit {
  std::string_view type, suffix, help;
  double factor, divisor;
};
constexpr Unit kUnits[] = {{"in", "_volts", "Hardware monitor for voltage", 0.001, 1},
                           {"cpu", "_volts", "Hardware monitor for voltage", 0.001, 1},
                           {"temp", "_celsius", "Hardware monitor for temperature", 0.001, 1},
                           {"curr", "_amps", "Hardware monitor for current", 0.001, 1},
                           {"energy", "_joule_total", "Hardware monitor for joules used so far", 1, 1'000'000},
                           {"power", "_watt", "Hardware monitor for power usage in watts", 1, 1'000'000},
                           {"humidity", "",
                            "Hardware monitor for humidity, as a ratio (multiply with 100.0 to get the humidity as a "
                            "percentage)",
                            1, 1'000'000}};

Target with_unit(const Unit& unit, std::string name, std::string_view property) {
  if (unit.type == "temp" && property.empty()) property = "input";
  return {.type = unit.type == "energy" ? Type::counter : Type::gauge,
          .name = name.append(unit.suffix),
          .help = std::string(unit.help).append(" (").append(property).append(")"),
          .factor = unit.factor,
          .divisor = unit.divisor};
}

Target power_target(std::string name, const std::string& property) {
  if (property == "accuracy") {
    return {.name = std::move(name), .help = "Hardware monitor power meter accuracy, as a ratio", .divisor = 1'000'000};
  }
  return {
      .name = name + "_seconds", .help = "Hardware monitor power usage update interval (" + property + ")", .factor = 0.001};
}

/// Kinds of files that are one to a chip.
std::optional<Target> chip_wide_target(std::string_view type) {
  if (type == "beep_enable") return Target{.name = "node_hwmon_beep_enabled", .help = "Hardware beep enabled", .flag = true};
  if (type == "vrm") return Target{.name = "node_hwmon_voltage_regulator_version", .help = "Hardware voltage regulator"};
  if (type == "update_interval") {
    return Target{.name = "node_hwmon_update_interval_seconds", .help = "Hardware monitor update interval", .factor = 0.001};
  }
  return std::nullopt;
}

/// Where a value goes: node_exporter's rules, in its order.
std::optional<Target> target_of(std::string_view type, const std::string& property, bool has_bare_file,
                                const std::optional<std::string>& label) {
  if (auto target = chip_wide_target(type)) return property.empty() ? target : std::nullopt;
  const std::string kind(type);
  auto name = "node_hwmon_" + kind;
  if (property == "input") {
    if (has_bare_file) name += "_input";
  } else if (!property.empty()) {
    name += "_" + clean_hwmon_name(property);
  }
  if (property == "fault" || property == "alarm") {
    return Target{.name = name, .help = "Hardware sensor " + property + " status (" + kind + ")"};
  }
  if (property == "beep") return Target{.name = name + "_enabled", .help = "Hardware monitor sensor has beeping enabled"};
  if (type == "power" && (property == "accuracy" || property == "average_interval" || property == "average_interval_min" ||
                          property == "average_interval_max")) {
    return power_target(std::move(name), property);
  }
  const auto unit = std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& other) { return other.type == type; });
  if (unit != std::end(kUnits) && !(type == "temp" && property == "type")) return with_unit(*unit, std::move(name), property);
  if (type == "fan" && (property == "input" || property == "min" || property == "max" || property == "target")) {
    return Target{.name = name + "_rpm", .help = "Hardware monitor for fan revolutions per minute (" + property + ")"};
  }
  if (type == "freq" && property == "input") {
    if (!label) return std::nullopt;
    return Target{.name = name + "_freq_mhz",
                  .help = "Hardware monitor for GPU frequency in MHz",
                  .divisor = 1'000'000,
                  .sensor = clean_hwmon_name(*label)};
  }
  return Target{.name = name, .help = "Hardware monitor " + kind + " element " + property};
}

Sensor plan_sensor(Tree& sys, const std::string& name, std::string_view type, const Files& files) {
  Sensor sensor{name, std::nullopt, {}};
  if (const auto label = files.find("label"); label != files.end()) {
    auto text = sys.read_if_there(label->second).value_or("");
    while (text.ends_with('\n')) text.remove_suffix(1);
    sensor.label = text;
  }
  for (const auto& [property, path] : files) {
    if (property == "label") continue;
    if (auto target = target_of(type, property, files.contains(""), sensor.label)) {
      sensor.readings.push_back({path, *std::move(target)});
    }
  }
  return sensor;
}

void plan_sensors(Context& context, Chip& chip) {
  const std::string directory = "class/hwmon/" + chip.entry;
  Sensors sensors;
  find_sensors(context.sys, directory, sensors);
  find_sensors(context.sys, directory + "/device", sensors);  // where drivers before Linux 3 put them
  for (const auto& [name, of] : sensors) {
    if (!context.settings.hwmon.sensor.wants(chip.name + ";" + name)) continue;
    chip.sensors.push_back(plan_sensor(context.sys, name, of.first, of.second));
  }
}

/// Chips of one device (fans and keys of a laptop) would have one name: they are told apart by what their drivers call them,
/// or by number.
void tell_apart(std::vector<Chip>& chips) {
  for (auto& chip : chips) {
    const auto same_base = [&](const Chip& other) { return other.base_name == chip.base_name; };
    const auto same_both = [&](const Chip& other) { return same_base(other) && other.name_file == chip.name_file; };
    chip.name = chip.base_name;
    if (std::count_if(chips.begin(), chips.end(), same_base) < 2) continue;
    auto suffix = clean_hwmon_name(chip.name_file);
    if (suffix.empty() || std::count_if(chips.begin(), chips.end(), same_both) > 1) suffix = clean_hwmon_name(chip.entry);
    chip.name += "_" + suffix;
  }
}

std::uint64_t inode_of(const Tree& sys, std::string_view entry) {
  const auto stamp = sys.stamp(Path("class/hwmon/", entry));
  return stamp ? stamp->inode : 0;
}

/// Which files there are and what their values mean does not change while the chips are the same.
void plan(Context& context, State& state) {
  auto& sys = context.sys;
  state.chips.clear();
  for (const auto& entry : state.entries) {
    Chip chip;
    chip.entry = entry;
    chip.inode = inode_of(sys, entry);
    chip.name_file = trim(sys.read_if_there("class/hwmon/" + entry + "/name").value_or(""));
    chip.human_name = clean_hwmon_name(chip.name_file);
    chip.base_name = chip_name(sys, chip);
    if (!chip.base_name.empty()) state.chips.push_back(std::move(chip));
  }
  tell_apart(state.chips);
  std::erase_if(state.chips, [&](const Chip& chip) { return !context.settings.hwmon.chip.wants(chip.name); });
  for (auto& chip : state.chips) plan_sensors(context, chip);
  state.planned = context.collection;
}

bool is_outdated(const Context& context, const State& state) {
  constexpr std::uint64_t kCollections = 64;  // sensors may come with a reloaded driver, unseen
  return state.planned == 0 || context.collection - state.planned >= kCollections || state.entries != state.entries_now ||
         std::any_of(state.chips.begin(), state.chips.end(),
                     [&](const Chip& chip) { return inode_of(context.sys, chip.entry) != chip.inode; });
}

void emit(Tree& sys, const Chip& chip, const Sensor& sensor, Samples& out) {
  const auto labels = out.labels({{"chip", chip.name}, {"sensor", sensor.name}});
  if (sensor.label) out.add(kSensorLabel, 1, {{"chip", chip.name}, {"label", *sensor.label}, {"sensor", sensor.name}});
  for (const auto& [path, target] : sensor.readings) {
    const auto text = sys.read_if_there(path);
    if (!text) continue;  // a sleeping or broken sensor
    const auto value = number<double>(trim(*text));
    if (!value && !target.flag) continue;
    const auto family = out.family(target.type, target.name, target.help);
    const auto result = target.flag ? (value && *value == 1 ? 1 : 0) : *value * target.factor / target.divisor;
    out.add_to(family, result, target.sensor.empty() ? labels : out.labels({{"chip", chip.name}, {"sensor", target.sensor}}));
  }
}

// Documentation/hwmon/sysfs-interface.rst of the kernel
Result<void> collect(Context& context, Samples& out) {
  auto& state = context.memory.get<State>();
  TRY(context.sys.list("class/hwmon", state.entries_now));
  if (is_outdated(context, state)) {
    state.entries = state.entries_now;
    plan(context, state);
  }
  for (const auto& chip : state.chips) {
    if (!chip.human_name.empty()) out.add(kChipNames, 1, {{"chip", chip.name}, {"chip_name", chip.human_name}});
    for (const auto& sensor : chip.sensors) emit(context.sys, chip, sensor, out);
  }
  return {};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<HwmonFile> parse_hwmon_file(std::string_view name) {
  const auto begin = std::find_if(name.begin(), name.end(), is_digit);
  const auto end = std::find_if_not(begin, name.end(), is_digit);
  const std::string_view type(name.begin(), begin), digits(begin, end), rest(end, name.end());
  if (type.empty() || (!rest.empty() && (rest.size() < 2 || rest.front() != '_'))) return std::nullopt;
  const auto parsed = digits.empty() ? 0 : number<unsigned>(digits);
  if (!parsed) return std::nullopt;
  return HwmonFile{type, *parsed, rest.empty() ? rest : rest.substr(1)};
}

std::string clean_hwmon_name(std::string_view text) {
  std::string out;
  for (char c : text) {
    if ((c & 0xc0) == 0x80) continue;  // the further bytes of a UTF-8 character, which is one underscore
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool keeps = (c >= 'a' && c <= 'z') || is_digit(c) || c == ':' || c == '_';
    out += keeps ? c : '_';
  }
  const auto begin = out.find_first_not_of('_');
  if (begin == std::string::npos) return {};
  return out.substr(begin, out.find_last_not_of('_') + 1 - begin);
}

constinit const Collector kHwmon{
    "hwmon", "Hardware sensors from /sys/class/hwmon.", true, Schedule::at_scrape_detached, kMetrics, collect};

}  // namespace mixnet
