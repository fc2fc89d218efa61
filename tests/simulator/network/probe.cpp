// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/probe.h"

namespace mixnet::simulator {
namespace {

constexpr std::uint64_t kDownloadBytes = 10'485'760;
constexpr const char* kDownload = "https://proof.ovh.net/files/10Mb.dat";
constexpr const char* kDownloadV6 = "https://proof6.ovh.net/files/10Mb.dat";

/// What worked.
struct Findings {
  bool connects = true;
  bool routes = true;
  bool six = true;
  bool wireguard = true;
  bool lp = true;
  double pings = 1;
};

Findings findings_of(const Probe& probe) {
  const auto& outcome = probe.outcome;
  Findings out;
  out.connects = outcome != "entry_failure";
  out.routes = out.connects && outcome != "not_routing";
  out.six = outcome != "no_ipv6";
  out.wireguard = outcome != "wireguard_failure" && out.connects;
  out.lp = outcome != "lp_failure" && out.connects;
  if (outcome == "slow") out.pings = 0.5;
  if (!out.wireguard) out.pings = 0;
  return out;
}

/// Of a slow one the download takes ten times as long.
std::uint64_t milliseconds_of(const Probe& probe) { return probe.milliseconds * (probe.outcome == "slow" ? 10 : 1); }

Json entry(const Findings& found) { return {{"can_connect", found.connects}, {"can_route", found.routes}}; }

Json exit(const Findings& found) {
  return {{"can_connect", found.connects},
          {"can_route_ip_v4", found.routes},
          {"can_route_ip_external_v4", found.routes},
          {"can_route_ip_v6", found.routes && found.six},
          {"can_route_ip_external_v6", found.routes && found.six}};
}

/// What is measured over one family of addresses; `with_sizes` of newer probers.
void add_family(const Probe& probe, const Findings& found, bool works, std::string_view suffix, bool with_sizes, Json& out) {
  const auto name = [&](std::string_view text) { return std::string(text) + std::string(suffix); };
  out[name("can_handshake")] = works;
  out[name("can_resolve_dns")] = works;
  out[name("ping_hosts_performance")] = works ? found.pings : 0.0;
  out[name("ping_ips_performance")] = works ? found.pings : 0.0;
  if (suffix.empty()) return;
  const auto milliseconds = works ? milliseconds_of(probe) : 0;
  out[name("download_duration_sec")] = milliseconds / 1000;
  if (with_sizes) {
    out[name("download_duration_milliseconds")] = milliseconds;
    out[name("downloaded_file_size_bytes")] = works ? kDownloadBytes : 0;
  }
  out[name("downloaded_file")] = suffix == "_v6" ? kDownloadV6 : kDownload;
  out[name("download_error")] = works ? "" : "context deadline exceeded";
}

Json wireguard(const Probe& probe, const Findings& found) {
  const bool newest = probe.shape == "newest" || probe.shape == "future";
  Json out{{"can_register", found.wireguard}};
  if (newest) out["can_query_metadata_v4"] = found.wireguard;
  if (probe.shape == "oldest") {
    add_family(probe, found, found.wireguard, "", false, out);
    return out;
  }
  add_family(probe, found, found.wireguard, "_v4", newest, out);
  add_family(probe, found, found.wireguard && found.six, "_v6", newest, out);
  return out;
}

Json socks5(const Findings& found) {
  return {{"can_connect_socks5", found.routes},
          {"https_connectivity",
           {{"https_success", found.routes},
            {"https_status_code", found.routes ? Json(200) : Json()},
            {"https_latency_ms", found.routes ? Json(1432) : Json()},
            {"endpoint_used", found.routes ? Json("https://nymtech.net/.wellknown/network-requester/exit-policy.txt") : Json()},
            {"errors", found.routes ? Json::array() : Json::array({"connection refused"})}}}};
}

Json lewes(const Findings& found) {
  return {{"can_connect", found.connects},
          {"can_handshake", found.connects},
          {"can_register", found.lp},
          {"error", found.lp ? Json() : Json("registration timed out")}};
}

void add_newest(const Member& member, const Findings& found, Json& outcome) {
  outcome["socks5"] = member.exit ? socks5(found) : Json();
  outcome["lp"] = lewes(found);
}

}  // namespace

Json probe_result(const Member& member) {
  const auto& probe = member.probe;
  if (!probe.result.empty()) return Json::parse(probe.result);
  if (probe.shape == "none") return nullptr;
  const auto found = findings_of(probe);
  Json outcome{{"as_entry", member.entry ? entry(found) : Json()},
               {"as_exit", member.exit ? exit(found) : Json()},
               {"wg", member.gateway() ? wireguard(probe, found) : Json()}};
  if (probe.shape == "newest") add_newest(member, found, outcome);
  if (probe.shape == "future") {
    add_newest(member, found, outcome);
    outcome["quic"] = {{"can_connect", true}, {"latencies_ms", {12, 14}}};
  }
  Json out{{"node", member.identity}, {"used_entry", member.identity}, {"outcome", outcome}};
  if (probe.shape == "future") out["prober"] = {{"version", "9.0.0"}};
  return out;
}

Json probe_log(const Member& member) {
  if (member.probe.shape == "none") return nullptr;
  constexpr std::string_view kLine =
      "2026-05-16T08:11:02.112233Z  INFO nym_gateway_probe: probing the gateway, a line of many\n";
  std::string out;
  out.reserve(member.probe.log_bytes + kLine.size());
  while (out.size() < member.probe.log_bytes) out += kLine;
  out.resize(member.probe.log_bytes);
  return out;
}

namespace {

/// By the MiB a second of the download over IPv4.
double download_score(const Probe& probe) {
  const bool sized = probe.shape == "newest" || probe.shape == "future";
  // Of older probes it takes the duration in whole seconds, and one MiB.
  const auto whole_seconds = milliseconds_of(probe) / 1000;
  const double seconds = sized ? static_cast<double>(milliseconds_of(probe)) / 1000 : static_cast<double>(whole_seconds);
  const double speed = (sized ? static_cast<double>(kDownloadBytes) / 1'048'576 : 1) / seconds;
  if (speed > 5) return 1;
  if (speed > 2) return 0.75;
  if (speed > 1) return 0.5;
  return speed > 0.5 ? 0.25 : 0.1;
}

bool has_wireguard(const Member& member) { return member.gateway() && member.probe.shape != "none"; }

double pings_of(const Member& member) { return has_wireguard(member) ? findings_of(member.probe).pings : 0; }

}  // namespace

std::string_view visual_score(const Member& member, double performance) {
  const double download = has_wireguard(member) ? download_score(member.probe) : 0;
  const double score = 0.4 * performance + 0.3 * download + 0.3 * pings_of(member);
  if (score > 0.75) return "high";
  if (score > 0.5) return "medium";
  return score > 0.1 ? "low" : "offline";
}

std::string_view load_of(const Member& member) {
  const double pings = pings_of(member);
  if (pings > 0.8) return "low";
  return pings > 0.4 ? "medium" : "high";
}

}  // namespace mixnet::simulator
