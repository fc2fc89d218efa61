// SPDX-License-Identifier: Apache-2.0
#include "collectors/settings.h"

#include "collectors/kit/host.h"
#include "collectors/kit/text.h"

namespace mixnet {
namespace {

/// A default, known to compile.
Regex regex(std::string_view pattern) { return Regex::compile(pattern).value(); }

// Each maker takes where the value lives as a captureless lambda, `Settings&` to a reference.

template <auto kField>
constexpr Setting regex_setting(std::string_view name, std::string_view help) {
  return {name, help, Setting::Kind::regex,
          [](Settings& settings, std::string_view text) -> Result<void> {
            kField(settings) = TRY(Regex::compile(text));
            return {};
          },
          [](const Settings& settings) { return kField(settings).pattern(); }};
}

template <auto kField>
constexpr Setting boolean_setting(std::string_view name, std::string_view help) {
  return {name, help, Setting::Kind::boolean,
          [](Settings& settings, std::string_view text) -> Result<void> {
            if (text != "true" && text != "false")
              return fail(Fault::malformed, in_quotes(text) + " is neither true nor false");
            kField(settings) = text == "true";
            return {};
          },
          [](const Settings& settings) { return std::string(kField(settings) ? "true" : "false"); }};
}

template <auto kField, std::int64_t kMillisecondsMin = 1>
constexpr Setting duration_setting(std::string_view name, std::string_view help) {
  return {name, help, Setting::Kind::duration,
          [](Settings& settings, std::string_view text) -> Result<void> {
            const auto duration = TRY(parse_duration(text));
            if (duration == duration.zero()) return fail(Fault::malformed, in_quotes(text) + " is no time at all");
            if (duration.count() < kMillisecondsMin) {
              return fail(Fault::malformed, in_quotes(text) + " is less than " + std::to_string(kMillisecondsMin) + "ms");
            }
            kField(settings) = duration;
            return {};
          },
          [](const Settings& settings) {
            const auto milliseconds = kField(settings).count();
            return milliseconds % 1000 == 0 ? std::to_string(milliseconds / 1000) + "s" : std::to_string(milliseconds) + "ms";
          }};
}

template <auto kField>
constexpr Setting path_list_setting(std::string_view name, std::string_view help) {
  return {name, help, Setting::Kind::path_list,
          [](Settings& settings, std::string_view text) -> Result<void> {
            if (!text.empty()) kField(settings).emplace_back(text);
            return {};
          },
          [](const Settings& settings) {
            std::string out;
            for (const auto& path : kField(settings)) out.append(out.empty() ? "" : "\n").append(path);
            return out;
          }};
}

/// "/path" or nothing.
template <auto kField>
constexpr Setting path_setting(std::string_view name, std::string_view help) {
  return {name, help, Setting::Kind::path,
          [](Settings& settings, std::string_view text) -> Result<void> {
            if (!text.empty() && !text.starts_with('/'))
              return fail(Fault::malformed, in_quotes(text) + " is not an absolute path");
            kField(settings) = text;
            return {};
          },
          [](const Settings& settings) { return kField(settings); }};
}

/// "HOST", "HOST:PORT" or nothing.
template <auto kField>
constexpr Setting host_setting(std::string_view name, std::string_view help) {
  return {name, help, Setting::Kind::host,
          [](Settings& settings, std::string_view text) -> Result<void> {
            if (!text.empty()) TRY(HostAndPort::parse(text));
            kField(settings) = text;
            return {};
          },
          [](const Settings& settings) { return kField(settings); }};
}

/// "HOST" or "NODE=HOST".
template <auto kField>
constexpr Setting host_list_setting(std::string_view name, std::string_view help) {
  return {name, help, Setting::Kind::host_list,
          [](Settings& settings, std::string_view text) -> Result<void> {
            if (text.empty()) return {};
            const auto host = text.substr(text.find('=') + 1);  // all of it where there is none
            if (!is_host(host)) return fail(Fault::malformed, in_quotes(host) + " is neither a host name nor an IP address");
            kField(settings).emplace_back(text);
            return {};
          },
          [](const Settings& settings) {
            std::string out;
            for (const auto& host : kField(settings)) out.append(out.empty() ? "" : "\n").append(host);
            return out;
          }};
}

#define FIELD(path) \
  [](auto& settings) -> auto& { return settings.path; }

constexpr Setting kSettings[] = {
    regex_setting<FIELD(arp.device.exclude)>("arp.device-exclude", "Regexp of arp devices to exclude."),
    regex_setting<FIELD(arp.device.include)>("arp.device-include", "Regexp of arp devices to include."),
    boolean_setting<FIELD(cpu.guest)>("cpu.guest", "Export node_cpu_guest_seconds_total."),
    boolean_setting<FIELD(cpu.info)>("cpu.info", "Export node_cpu_info."),
    regex_setting<FIELD(cpu.info_bugs_include)>("cpu.info.bugs-include", "Regexp of the bugs in /proc/cpuinfo to export."),
    regex_setting<FIELD(cpu.info_flags_include)>("cpu.info.flags-include", "Regexp of the flags in /proc/cpuinfo to export."),
    regex_setting<FIELD(diskstats.device.exclude)>("diskstats.device-exclude", "Regexp of disks to exclude."),
    regex_setting<FIELD(diskstats.device.include)>("diskstats.device-include", "Regexp of disks to include."),
    regex_setting<FIELD(filesystem.fs_types.exclude)>("filesystem.fs-types-exclude", "Regexp of filesystem types to exclude."),
    regex_setting<FIELD(filesystem.fs_types.include)>("filesystem.fs-types-include", "Regexp of filesystem types to include."),
    regex_setting<FIELD(filesystem.mount_points.exclude)>("filesystem.mount-points-exclude",
                                                          "Regexp of mount points to exclude."),
    regex_setting<FIELD(filesystem.mount_points.include)>("filesystem.mount-points-include",
                                                          "Regexp of mount points to include."),
    duration_setting<FIELD(filesystem.mount_timeout)>("filesystem.mount-timeout",
                                                      "How long a scrape waits for mounts to answer statfs."),
    regex_setting<FIELD(hwmon.chip.exclude)>("hwmon.chip-exclude", "Regexp of hwmon chips to exclude."),
    regex_setting<FIELD(hwmon.chip.include)>("hwmon.chip-include", "Regexp of hwmon chips to include."),
    regex_setting<FIELD(hwmon.sensor.exclude)>("hwmon.sensor-exclude", "Regexp of hwmon sensors, CHIP;SENSOR, to exclude."),
    regex_setting<FIELD(hwmon.sensor.include)>("hwmon.sensor-include", "Regexp of hwmon sensors, CHIP;SENSOR, to include."),
    boolean_setting<FIELD(netclass.ignore_invalid_speed)>("netclass.ignore-invalid-speed",
                                                          "Leave the speed out where the driver says it is unknown."),
    regex_setting<FIELD(netclass.ignored_devices)>("netclass.ignored-devices",
                                                   "Regexp of interfaces to leave out of netclass."),
    boolean_setting<FIELD(netdev.address_info)>("netdev.address-info", "Export node_network_address_info for every address."),
    regex_setting<FIELD(netdev.device.exclude)>("netdev.device-exclude", "Regexp of interfaces to exclude."),
    regex_setting<FIELD(netdev.device.include)>("netdev.device-include", "Regexp of interfaces to include."),
    regex_setting<FIELD(netstat.fields)>("netstat.fields", "Regexp of the fields to export, PROTOCOL_FIELD."),
    duration_setting<FIELD(node_api.interval), 1000>("node_api.interval",
                                                     "How often the live endpoints of a node's HTTP API are asked."),
    boolean_setting<FIELD(node_process.pss)>("node_process.pss",
                                             "Export the node's proportional memory (PSS). Reading it stalls the node."),
    path_setting<FIELD(reachability.ca_file)>(
        "reachability.ca-file", "File of certificate authorities in PEM for the nodes' TLS, in place of the system's."),
    duration_setting<FIELD(reachability.interval), 60'000>("reachability.interval",
                                                           "How often the ports that nodes announce are tried."),
    host_setting<FIELD(reachability.ntp_server)>(
        "reachability.ntp-server", "NTP server, HOST or HOST:PORT, that the clock is compared with; not given: none."),
    host_list_setting<FIELD(reachability.targets)>(
        "reachability.target", "Host or address, or NODE=HOST, to try in place of those that nodes announce; repeatable."),
    boolean_setting<FIELD(stat.softirq)>("stat.softirq", "Export node_softirqs_total for each vector."),
    path_list_setting<FIELD(textfile.directories)>("textfile.directory",
                                                   "Directory to read *.prom from, may be a glob pattern; repeatable."),
    regex_setting<FIELD(vmstat.fields)>("vmstat.fields", "Regexp of the fields of /proc/vmstat to export."),
};

#undef FIELD

}  // namespace

// The defaults are node_exporter's, so that what it would report is reported.
Settings::Settings() {
  diskstats.device.exclude = regex(R"(^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$)");
  filesystem.mount_points.exclude =
      regex("^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)");
  filesystem.fs_types.exclude = regex(
      "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|"
      "procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$");
  netclass.ignored_devices = regex("^$");
  netstat.fields = regex(
      "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|"
      "TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|"
      "Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|"
      "Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$");
  vmstat.fields = regex("^(oom_kill|pgpg|pswp|pg.*fault).*");
}

std::span<const Setting> all_settings() { return kSettings; }

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
  };
  constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  const auto count = number<std::uint32_t>(digits);
  for (const auto& unit : kUnits) {
    if (count && text.substr(digits.size()) == unit.name) return std::chrono::milliseconds(*count * unit.milliseconds);
  }
  return fail(Fault::malformed, in_quotes(text) + " is not a duration such as 500ms, 15s, 5m, 2h or 7d");
}

}  // namespace mixnet
