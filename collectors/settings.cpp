// SPDX-License-Identifier: Apache-2.0
#include "collectors/settings.h"

#include <algorithm>
#include <iterator>
#include <limits>

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

/// "1h": in the greatest unit that it is a whole number of.
std::string in_words(std::int64_t milliseconds) {
  if (milliseconds % 3'600'000 == 0) return std::to_string(milliseconds / 3'600'000) + "h";
  if (milliseconds % 60'000 == 0) return std::to_string(milliseconds / 60'000) + "m";
  return milliseconds % 1000 == 0 ? std::to_string(milliseconds / 1000) + "s" : std::to_string(milliseconds) + "ms";
}

/// "64M"
std::string size_text(std::uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"G", "M", "K"};
  std::uint64_t size = std::uint64_t{1} << 30;
  for (const auto unit : kUnits) {
    if (bytes % size == 0) return std::to_string(bytes / size).append(unit);
    size >>= 10;
  }
  return std::to_string(bytes);
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  const auto unit = text.substr(digits.size());
  const int shift = unit == "G" ? 30 : unit == "M" ? 20 : unit == "K" ? 10 : 0;
  const auto count = number<std::uint32_t>(digits);
  if (count && (shift > 0 || unit.empty())) return std::uint64_t{*count} << shift;
  return fail(Fault::malformed, in_quotes(text) + " is not a size such as 512M or 2G");
}

constexpr std::int64_t kAnyTime = std::numeric_limits<std::int64_t>::max();

template <auto kField, std::int64_t kMillisecondsMin = 1, std::int64_t kMillisecondsMax = kAnyTime>
constexpr Setting duration_setting(std::string_view name, std::string_view help) {
  return {name, help, Setting::Kind::duration,
          [](Settings& settings, std::string_view text) -> Result<void> {
            const auto duration = TRY(parse_duration(text));
            if (duration == duration.zero()) return fail(Fault::malformed, in_quotes(text) + " is no time at all");
            if (duration.count() < kMillisecondsMin) {
              return fail(Fault::malformed, in_quotes(text) + " is less than " + in_words(kMillisecondsMin));
            }
            if (duration.count() > kMillisecondsMax) {
              return fail(Fault::malformed, in_quotes(text) + " is more than " + in_words(kMillisecondsMax));
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

template <auto kField, Result<void> (*kCheck)(std::string_view)>
constexpr Setting text_setting(std::string_view name, std::string_view help) {
  return {name, help, Setting::Kind::text,
          [](Settings& settings, std::string_view text) -> Result<void> {
            TRY(kCheck(text));
            kField(settings) = text;
            return {};
          },
          [](const Settings& settings) { return std::string(kField(settings)); }};
}

/// 64M, 2G: bytes, as systemd writes them.
template <auto kField, std::uint64_t kBytesMin>
constexpr Setting size_setting(std::string_view name, std::string_view help) {
  return {name, help, Setting::Kind::text,
          [](Settings& settings, std::string_view text) -> Result<void> {
            const auto bytes = TRY(parse_size(text));
            if (bytes < kBytesMin) return fail(Fault::malformed, in_quotes(text) + " is less than " + size_text(kBytesMin));
            kField(settings) = bytes;
            return {};
          },
          [](const Settings& settings) { return size_text(kField(settings)); }};
}

Result<void> check_absolute_path(std::string_view text) {
  if (text.empty() || text.starts_with('/')) return {};
  return fail(Fault::malformed, in_quotes(text) + " is not an absolute path");
}

/// An absolute path, or the name of a credential. Who writes the secret itself here is not shown it again in a log.
Result<void> check_secret_path(std::string_view text) {
  if (text.starts_with('/') || text.find_first_of("/ \t") == std::string_view::npos) return {};
  return fail(Fault::malformed,
              "neither an absolute path nor the name of a systemd credential; the secret itself is in a file");
}

Result<void> check_test_mode(std::string_view text) {
  constexpr std::string_view kModes[] = {"core", "wg-mix", "wg-lp", "lp-only", "socks5-only", "all"};
  if (std::find(std::begin(kModes), std::end(kModes), text) != std::end(kModes)) return {};
  return fail(Fault::malformed, in_quotes(text) + " is not one of core, wg-mix, wg-lp, lp-only, socks5-only, all");
}

/// Texts, of which an empty one is none.
template <auto kField, Result<void> (*kCheck)(std::string_view)>
constexpr Setting text_list_setting(std::string_view name, std::string_view help) {
  return {name, help, Setting::Kind::text_list,
          [](Settings& settings, std::string_view text) -> Result<void> {
            if (text.empty()) return {};
            TRY(kCheck(text));
            kField(settings).emplace_back(text);
            return {};
          },
          [](const Settings& settings) {
            std::string out;
            for (const auto& entry : kField(settings)) out.append(out.empty() ? "" : "\n").append(entry);
            return out;
          }};
}

/// "HOST", "HOST:PORT" or nothing.
Result<void> check_host_and_port(std::string_view text) {
  if (!text.empty()) TRY(HostAndPort::parse(text));
  return {};
}

/// "HOST" or "NODE=HOST".
Result<void> check_target(std::string_view text) {
  const auto host = text.substr(text.find('=') + 1);  // all of it where there is none
  if (is_host(host)) return {};
  return fail(Fault::malformed, in_quotes(host) + " is neither a host name nor an IP address");
}

#define FIELD(path) \
  [](auto& settings) -> auto& { return settings.path; }

constexpr std::int64_t kHour = 3'600'000;
constexpr std::uint64_t kMemoryMin = 64 << 20;

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
    text_setting<FIELD(gateway_probe.env_file), check_absolute_path>(
        "gateway_probe.env-file", "File that describes the network to nym-gateway-probe; where not given it is mainnet."),
    duration_setting<FIELD(gateway_probe.interval), kHour>(
        "gateway_probe.interval", "From one run of nym-gateway-probe to the next, an hour at least; several nodes take turns."),
    size_setting<FIELD(gateway_probe.memory_bytes_max), kMemoryMin>("gateway_probe.memory-max",
                                                                    "Memory that nym-gateway-probe may use for data."),
    text_setting<FIELD(gateway_probe.mnemonic_file), check_secret_path>(
        "gateway_probe.mnemonic-file",
        "File, or systemd credential, with the mnemonic that nym-gateway-probe buys tickets with."),
    boolean_setting<FIELD(gateway_probe.mock_ecash)>(
        "gateway_probe.mock-ecash", "Let nym-gateway-probe use no tickets, for a node that is set up to take none."),
    text_setting<FIELD(gateway_probe.program), check_absolute_path>(
        "gateway_probe.program", "Absolute path of nym-gateway-probe; where not given it is not run."),
    duration_setting<FIELD(gateway_probe.start_delay), 1000>(
        "gateway_probe.start-delay", "No run sooner after the start than this, give or take half of it."),
    text_setting<FIELD(gateway_probe.test_mode), check_test_mode>(
        "gateway_probe.test-mode", "What nym-gateway-probe tests: core, wg-mix, wg-lp, lp-only, socks5-only or all."),
    duration_setting<FIELD(gateway_probe.timeout), 1000, kHour>(
        "gateway_probe.timeout", "How long a run of nym-gateway-probe may take before it is ended, an hour at most."),
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
    text_setting<FIELD(reachability.ca_file), check_absolute_path>(
        "reachability.ca-file", "File of certificate authorities in PEM for the nodes' TLS, in place of the system's."),
    duration_setting<FIELD(reachability.interval), 60'000>("reachability.interval",
                                                           "How often the ports that nodes announce are tried."),
    text_setting<FIELD(reachability.ntp_server), check_host_and_port>(
        "reachability.ntp-server", "NTP server, HOST or HOST:PORT, that the clock is compared with; not given: none."),
    text_list_setting<FIELD(reachability.targets), check_target>(
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
