// SPDX-License-Identifier: Apache-2.0
// Every parser of outside text under libFuzzer, in one program: MIXNET_FUZZ_TARGET names the row to run.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/host/arp.h"
#include "collectors/host/conntrack.h"
#include "collectors/host/cpu_list.h"
#include "collectors/host/cpuinfo.h"
#include "collectors/host/diskstats.h"
#include "collectors/host/filefd.h"
#include "collectors/host/filesystem.h"
#include "collectors/host/hwmon.h"
#include "collectors/host/links.h"
#include "collectors/host/loadavg.h"
#include "collectors/host/mdadm.h"
#include "collectors/host/meminfo.h"
#include "collectors/host/netdev.h"
#include "collectors/host/netstat.h"
#include "collectors/host/os.h"
#include "collectors/host/proc_stat.h"
#include "collectors/host/process_stat.h"
#include "collectors/host/schedstat.h"
#include "collectors/host/socket_table.h"
#include "collectors/host/sockets.h"
#include "collectors/host/sockstat.h"
#include "collectors/host/softnet.h"
#include "collectors/host/stall_times.h"
#include "collectors/host/vmstat.h"
#include "collectors/kit/base58.h"
#include "collectors/kit/exposition.h"
#include "collectors/kit/host.h"
#include "collectors/kit/json.h"
#include "collectors/kit/time_text.h"
#include "collectors/network/fleet.h"
#include "collectors/network/host_signature.h"
#include "collectors/network/nym_api_bodies.h"
#include "collectors/network/probe_result.h"
#include "collectors/network/probe_run.h"
#include "collectors/network/sntp.h"
#include "collectors/network/version.h"
#include "collectors/network/websocket.h"
#include "collectors/node/cgroup_files.h"
#include "collectors/node/firewall.h"
#include "collectors/node/nym_bodies.h"
#include "collectors/node/nym_command_line.h"
#include "collectors/node/nym_config.h"
#include "collectors/node/nym_config_path.h"
#include "collectors/node/nym_exposition.h"
#include "collectors/node/process_files.h"
#include "collectors/node/process_scan.h"
#include "collectors/node/tunnels.h"
#include "collectors/node/wireguard.h"
#include "daemon/address.h"
#include "daemon/alerts/alarms.h"
#include "daemon/alerts/alerts_config.h"
#include "daemon/alerts/notices.h"
#include "daemon/checks/check_state.h"
#include "daemon/config.h"
#include "daemon/doctor/monitoring_findings.h"
#include "daemon/history/column_codec.h"
#include "daemon/history/history_json.h"
#include "daemon/history/recording.h"
#include "daemon/history/steps.h"
#include "daemon/history/tick_row.h"
#include "daemon/negotiation.h"
#include "daemon/targets.h"
#include "daemon/web/passwords.h"
#include "daemon/web/target.h"
#include "daemon/web/web_config.h"
#include "daemon/yaml.h"

namespace mixnet {
namespace {

struct Target {
  std::string_view name;
  void (*run)(std::string_view text);
};

/// Asks everything of every value, as readers of configuration files do.
void walk(const YamlValue& value) {
  (void)value.boolean();
  (void)value.text();
  (void)value.integer(-10, 10);
  for (const auto& item : value.list()) walk(item);
  const auto mapping = value.mapping();
  (void)mapping.get("name").text();
  for (const auto& [key, below] : mapping.entries()) walk(below);
}

void read_yaml(std::string_view text) {
  Yaml yaml("fuzz.yml", text);
  const auto top = yaml.top();
  walk(top.get("web"));
  walk(top.get("log"));
  (void)yaml.faults();
}

/// What is accepted is shown, and what is shown is accepted and shown alike.
void read_configuration(std::string_view text) {
  const auto config = read_config({}, "fuzz.yml", text);
  if (!config) return;
  const auto shown = to_yaml(*config);
  const auto again = read_config({}, "shown.yml", shown);
  if (!again || to_yaml(*again) != shown) std::abort();
}

/// What is read is written, and what is written is read as the same.
void read_alarms(std::string_view text) {
  const auto alarms = Alarms::parse(text);
  if (alarms && Alarms::parse(alarms->serialized()) != *alarms) std::abort();
}

void read_alert_records(std::string_view text) {
  const auto records = parse_records(text);
  if (records && parse_records(serialized(*records)) != *records) std::abort();
}

/// Asks everything of every value, as readers of bodies do.
void walk(const Json& value, int depth = 0) {
  if (depth > 64) std::abort();
  (void)value.text();
  (void)value.boolean();
  (void)value.number();
  (void)value.integer<std::uint16_t>();
  for (std::size_t index = 0; index < value.size(); ++index) walk(value.at(index), depth + 1);
  for (const auto& key : value.keys()) walk(value[key], depth + 1);
}

void read_json(std::string_view text) {
  if (const auto json = Json::parse(text)) walk(*json);
  if (const auto json = Json::parse_entries(
          text, [](std::string_view, const Json& entry) { walk(entry); }, "a"))
    walk(*json);
}

/// In pieces of any size it is the same document, with the same entries.
void read_json_in_pieces(std::string_view text) {
  const std::size_t size = text.empty() ? 1 : 1 + static_cast<unsigned char>(text.front()) % 64;
  text.remove_prefix(text.empty() ? 0 : 1);
  std::string whole, pieces;
  const auto take_into = [](std::string& to) {
    return [&to](std::string_view path, const Json& entry) { to.append(path).append(entry.serialized()).append("\n"); };
  };
  const auto all = Json::parse_entries(text, take_into(whole));
  auto rest = text;
  const auto next = [&] {
    const auto piece = rest.substr(0, size);
    rest.remove_prefix(piece.size());
    return piece;
  };
  const auto together = Json::parse_entries(next, take_into(pieces));
  if (all.has_value() != together.has_value()) std::abort();
  if (all && (whole != pieces || all->serialized() != together->serialized())) std::abort();
}

void read_nym_api_bodies(std::string_view text) {
  const auto body = Json::parse(text);
  if (!body) return;
  (void)read_bond(*body);
  (void)read_description(*body);
  (void)read_annotation(*body);
  (void)read_performance_history(*body);
  (void)read_uptime_history(*body);
  (void)read_rewarded_set(*body);
  (void)read_epoch(*body);
  (void)read_reward_parameters(*body);
  (void)read_key_rotation(*body);
  (void)read_score_rules(*body);
  (void)read_api_health(*body);
}

/// What a Prometheus, a Grafana or an Alertmanager answers to the doctor; whatever it is, each finding is one line.
void read_monitoring(std::string_view text) {
  HttpResponse answer;
  answer.outcome = HttpOutcome::answered;
  answer.status = 200;
  answer.body = text;
  const Answers answers(4, answer);
  const OurTarget us{plain_sample(text, "a"), {"10087"}, "/metrics"};
  const std::vector<Diagnoses> sections = {prometheus_findings("http://p", us, answers), grafana_findings("http://g", answers),
                                           alertmanager_findings("http://a", answers)};
  std::size_t lines = 2 + 2 * sections.size();
  for (const auto& section : sections) lines += 2 * section.findings.size();
  const auto told = findings_text(sections);
  if (static_cast<std::size_t>(std::count(told.begin(), told.end(), '\n')) > lines) std::abort();
}

void read_probe(std::string_view text) {
  (void)parse_probe_output(text);
  const auto body = Json::parse(text);
  const auto probe = body ? read_probe_result(*body) : Result<ProbeResult>(fail(Fault::malformed, ""));
  if (!probe) return;
  (void)vpn_score(0.5, *probe);
  Samples samples;
  add_probe_result(samples, "n", "gateway_probe", *probe);
}

/// What is written is read alike, and what becomes of it is JSON.
void read_fleet(std::string_view text) {
  const auto fleet = parse_fleet(text);
  const auto plain = parse_fleet(serialized(fleet));
  if (plain.size() != fleet.size() || parse_fleet(serialized(plain)) != plain) std::abort();
  const TargetSource source{"mainnet", &fleet};
  std::size_t left_out = 0;
  const auto targets = Json::parse(targets_text({&source, 1}, {}, TargetFormat::json, left_out));
  if (!targets || targets->size() + left_out != fleet.size()) std::abort();
}

/// What nym-api would have signed of it is JSON.
void read_host_information(std::string_view text) {
  const auto body = Json::parse(text);
  if (!body) return;
  for (const auto& each : signed_texts((*body)["data"])) {
    if (!Json::parse(each)) std::abort();
  }
  (void)has_good_signature(*body);
  (void)are_public((*body)["data"]["ip_address"]);
}

void read_nym_bodies(std::string_view text) {
  (void)nym::parse_health(text);
  (void)nym::parse_load(text);
  (void)nym::parse_build_information(text);
  (void)nym::parse_host_information(text);
  (void)nym::parse_system_information(text);
  (void)nym::parse_roles(text);
  (void)nym::parse_description(text);
  (void)nym::parse_auxiliary_details(text);
  (void)nym::parse_gateway(text);
  (void)nym::parse_lewes_protocol(text);
  (void)nym::parse_upgrade_mode(text);
  (void)nym::parse_packets_stats(text);
  (void)nym::parse_wireguard_stats(text);
  (void)nym::parse_sessions(text);
  (void)nym::parse_verloc(text);
}

/// What is passed on is small, and of one node.
void read_nym_exposition(std::string_view text) {
  const auto exposition = nym::parse_node_exposition(text, "n");
  if (!exposition) return;
  Samples samples;
  std::vector<Label> scratch;
  nym::add_unknown(*exposition, samples, scratch);
  if (samples.size() > 2000) std::abort();
  nym::add_known(*exposition, "n", samples);
}

/// What is taken to be a time is one that a clock can be.
void read_time(std::string_view packet) {
  const auto nonce = packet.size() < kSntpBytes ? std::string_view() : packet.substr(24, 8);
  std::uint64_t number = 0;
  for (const char c : nonce) number = number << 8 | static_cast<std::uint8_t>(c);
  const auto time = read_sntp(packet, number, std::chrono::system_clock::time_point(std::chrono::seconds(1'778'925'600)),
                              std::chrono::milliseconds(20));
  if (time && !(std::abs(time->offset_s) < 1e10 && time->round_trip_s >= 0)) std::abort();
}

/// Where the head ends nothing of what is behind is read.
void read_websocket_answer(std::string_view text) {
  const auto end = HttpHead::end_of(text);
  const auto head = HttpHead::parse(end ? text.substr(0, *end) : text);
  if (!head) return;
  (void)check_websocket_answer(*head, "dGhlIHNhbXBsZSBub25jZQ==");
  if (head->status() < 100 || head->status() > 999) std::abort();
}

/// What is read can be shown, in a bounded number of samples, and is in what is kept of it.
void read_probe_output(std::string_view text) {
  const auto probe = parse_probe_output(text);
  if (!probe) return;
  Samples samples;
  add_probe_result(samples, "n", "s", *probe);
  if (samples.size() > kProbeTests + 9 || !parse_probe_output(probe_document(text))) std::abort();
  (void)vpn_score(1, *probe);
}

// One row begins a line, as tests/fuzz/CMakeLists.txt reads them.
// clang-format off
/// What is accepted is shown, and what is shown is accepted as the same.
void read_range(std::string_view text) {
  const auto range = Range::parse(text);
  if (range && Range::parse(range->text()) != *range) std::abort();
}

/// A file of the history may be damaged by the disk, or made by somebody: what is taken for a column gives the same again.
void read_history(std::string_view text) {
  std::vector<double> values;
  if (decode_column(text, values)) {
    std::string again;
    std::vector<double> twice;
    encode_column(values, again);
    if (!decode_column(again, twice) || twice.size() != values.size()) std::abort();
  }
  (void)read_tick_row(text, [](std::uint64_t, double) {});
  Steps steps({"a_total", "", Type::counter}, 0, 300'000, 48);
  (void)steps.add_written(0, 300'000, text);
}

void read_recording(std::string_view text) {
  const auto recording = Recording::parse(text);
  if (!recording) return;
  for (const auto& matcher : recording->matchers) (void)matcher.matches(text);
}

void read_history_query(std::string_view text) {
  const std::vector<web::Parameter> parameters{{"start", std::string(text)}, {"step", std::string(text)}};
  const auto query = parse_history_query(parameters, 1'795'600'800'000);
  if (query && (query->step <= 0 || query->to <= query->from)) std::abort();
}

void read_check_state(std::string_view text) {
  const auto state = CheckState::parse(text, "cpu");
  if (!state) return;
  const auto again = CheckState::parse(state->serialized(), "cpu");
  if (!again || again->serialized() != state->serialized()) std::abort();
}

constexpr Target kTargets[] = {
    {"accept",
     [](std::string_view text) {
       (void)negotiate_format(text);
       (void)accepts_gzip(text);
     }},
    {"address", [](std::string_view text) { (void)parse_address(text); }},
    {"alarms", read_alarms},
    {"alert_records", read_alert_records},
    {"arp",
     [](std::string_view text) {
       std::vector<std::string_view> devices;
       (void)parse_arp(text, devices);
     }},
    {"base58",
     [](std::string_view text) {
       (void)decode_base58(text);
       (void)is_identity_key(text);
     }},
    {"basic_authorization", [](std::string_view text) { (void)web::parse_basic_authorization(text); }},
    {"cgroup_io",
     [](std::string_view text) {
       std::vector<CgroupIo> out;
       (void)parse_io_stat(text, out);
     }},
    {"cgroup_keyed",
     [](std::string_view text) {
       constexpr std::string_view kKeys[] = {"anon", "usage_usec", "a"};
       std::optional<std::uint64_t> out[3];
       (void)parse_keyed(text, kKeys, out);
     }},
    {"cgroup_limit", [](std::string_view text) { (void)parse_limit(text); }},
    {"cgroup_procs",
     [](std::string_view text) {
       std::vector<std::int32_t> pids;
       (void)parse_cgroup_procs(text, pids);
     }},
    {"check_state", read_check_state},
    {"config", read_configuration},
    {"conntrack_stat", [](std::string_view text) { (void)parse_conntrack_stat(text); }},
    {"cpu_list",
     [](std::string_view text) {
       std::vector<std::uint32_t> out;
       (void)parse_cpu_list(text, out);
     }},
    {"cpu_max", [](std::string_view text) { (void)parse_cpu_max(text); }},
    {"cpuinfo",
     [](std::string_view text) {
       Cpuinfo out;
       (void)parse_cpuinfo(text, out);
     }},
    {"diskstats",
     [](std::string_view text) {
       std::vector<Diskstat> disks;
       (void)parse_diskstats(text, disks);
     }},
    {"exposition", [](std::string_view text) { (void)parse_exposition(text); }},
    {"file_nr", [](std::string_view text) { (void)parse_file_nr(text); }},
    {"filesystem",
     [](std::string_view text) {
       std::string copy(text);
       std::vector<Mount> mounts;
       (void)parse_mountinfo(copy, mounts);
     }},
    {"history", read_history},
    {"history_query", read_history_query},
    {"host_and_port",
     [](std::string_view text) {
       const auto parsed = HostAndPort::parse(text);
       if (parsed && !is_host(parsed->host)) std::abort();
     }},
    {"fleet", read_fleet},
    {"host_information", read_host_information},
    {"hwmon_file",
     [](std::string_view text) {
       (void)parse_hwmon_file(text);
       (void)clean_hwmon_name(text);
     }},
    {"if_inet6",
     [](std::string_view text) {
       std::vector<Ipv6Address> addresses;
       (void)parse_if_inet6(text, addresses);
     }},
    {"inet_diag", [](std::string_view text) { (void)parse_tcp_socket(text); }},
    {"interface_address", [](std::string_view text) { (void)parse_interface_address(text); }},
    {"json", read_json},
    {"json_pieces", read_json_in_pieces},
    {"link",
     [](std::string_view text) {
       Link link;
       (void)parse_link(text, link);
     }},
    {"link_property", [](std::string_view text) { (void)parse_link_property(text); }},
    {"loadavg", [](std::string_view text) { (void)parse_loadavg(text); }},
    {"mdstat",
     [](std::string_view text) {
       std::vector<MdArray> arrays;
       (void)parse_mdstat(text, arrays);
     }},
    {"meminfo",
     [](std::string_view text) {
       Meminfo out;
       (void)parse_meminfo(text, out);
     }},
    {"monitoring", read_monitoring},
    {"net_dev",
     [](std::string_view text) {
       std::vector<NetDev> devices;
       (void)parse_net_dev(text, devices);
     }},
    {"netstat",
     [](std::string_view text) {
       NetstatPlan plan;
       std::vector<NetstatValue> values;
       const Regex all;
       (void)parse_netstat(text, all, plan, values);
       (void)parse_netstat(text, all, plan, values);  // as planned
     }},
    {"nft_rule",
     [](std::string_view text) {
       (void)parse_nft_rule(text);
       (void)parse_nft_chain(text);
     }},
    {"open_files_limit", [](std::string_view text) { (void)parse_open_files_limit(text); }},
    {"nym_command_line", [](std::string_view text) { (void)parse_nym_command_line(text); }},
    {"nym_config", [](std::string_view text) { (void)parse_nym_config(text); }},
    {"nym_api_bodies", read_nym_api_bodies},
    {"nym_bodies", read_nym_bodies},
    {"nym_exposition", read_nym_exposition},
    {"os_release",
     [](std::string_view text) {
       OsRelease out;
       (void)parse_os_release(text, out);
     }},
    {"passwd", [](std::string_view text) { (void)home_of(text, 1001); }},
    {"probe", read_probe},
    {"proc_stat",
     [](std::string_view text) {
       ProcStat out;
       (void)parse_proc_stat(text, out);
     }},
    {"probe_output", read_probe_output},
    {"probe_secret", [](std::string_view text) { (void)reveals(text, text.substr(0, text.size() / 4)); }},
    {"process_io", [](std::string_view text) { (void)parse_process_io(text); }},
    {"process_sizes",
     [](std::string_view text) {
       constexpr std::string_view kKeys[] = {"VmRSS", "Pss", "a"};
       std::optional<std::uint64_t> out[3];
       (void)parse_sizes(text, kKeys, out);
     }},
    {"process_cgroup", [](std::string_view text) { (void)parse_process_cgroup(text); }},
    {"process_identity", [](std::string_view text) { (void)parse_process_identity(text); }},
    {"process_stat", [](std::string_view text) { (void)parse_process_stat(text); }},
    {"range", read_range},
    {"recording", read_recording},
    {"request_target",
     [](std::string_view text) {
       web::Target out;
       (void)web::parse_target(text, out);
     }},
    {"schedstat",
     [](std::string_view text) {
       Schedstat out;
       (void)parse_schedstat(text, out);
     }},
    {"snmp6",
     [](std::string_view text) {
       NetstatPlan plan;
       std::vector<NetstatValue> values;
       const Regex all;
       (void)parse_snmp6(text, all, plan, values);
       (void)parse_snmp6(text, all, plan, values);  // as planned
     }},
    {"sntp", read_time},
    {"socket_table",
     [](std::string_view text) {
       SocketTally tally;
       (void)add_socket_table(text, SocketKind::udp, tally);
     }},
    {"sockstat",
     [](std::string_view text) {
       Sockstat stat;
       (void)parse_sockstat(text, stat);
     }},
    {"softnet",
     [](std::string_view text) {
       std::vector<Softnet> cpus;
       (void)parse_softnet(text, cpus);
     }},
    {"stall_times", [](std::string_view text) { (void)parse_stall_times(text); }},
    {"thread_runs", [](std::string_view text) { (void)parse_thread_runs(text); }},
    {"time_text",
     [](std::string_view text) {
       (void)parse_rfc3339(text);
       (void)parse_offset_date_time(text);
       (void)parse_date(text);
       (void)parse_humantime(text);
     }},
    {"udev_properties",
     [](std::string_view text) {
       UdevProperties properties;
       parse_udev_properties(text, properties);
     }},
    {"version",
     [](std::string_view text) {
       const auto version = parse_version(text);
       if (version && *version != parse_version(text).value()) std::abort();
     }},
    {"vmstat",
     [](std::string_view text) {
       Vmstat out;
       (void)parse_vmstat(text, out);
     }},
    {"web_config",
     [](std::string_view text) {
       const auto no_file = [](const std::string& path) { return Result<std::string>(fail(Fault::absent, path)); };
       (void)web::parse_web_config("web.yml", text, no_file);
     }},
    {"websocket_answer", read_websocket_answer},
    {"wireguard",
     [](std::string_view text) {
       WireguardPeers peers;
       add_wireguard_peers(text, std::chrono::seconds(1), peers);
       (void)parse_netlink_family(text, "wireguard");
     }},
    {"yaml", read_yaml},
};
// clang-format on

const Target* chosen = nullptr;

}  // namespace
}  // namespace mixnet

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* name = std::getenv("MIXNET_FUZZ_TARGET");
  for (const auto& target : mixnet::kTargets) {
    if (name != nullptr && target.name == name) mixnet::chosen = &target;
  }
  if (mixnet::chosen == nullptr) {
    std::fputs("MIXNET_FUZZ_TARGET names no parser; the table is in tests/fuzz/targets.cpp\n", stderr);
    std::exit(1);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mixnet::chosen->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
