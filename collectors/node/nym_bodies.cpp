// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_bodies.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "collectors/kit/time_text.h"
#include "collectors/kit/utf8.h"

namespace mixnet::nym {
namespace {

constexpr std::size_t kAddressesMax = 16;
constexpr std::size_t kLabelBytesMax = 200;  // of what an operator can write freely
constexpr std::uint32_t kNoRotation = std::numeric_limits<std::uint32_t>::max();

Result<Json> parse_object(std::string_view body) {
  auto json = TRY(Json::parse(body));
  if (!json.is_object()) return fail(Fault::malformed, "not a JSON object");
  return json;
}

/// A text as a label's value, cut between two characters; empty where there is none.
std::string label(const Json& json) {
  const auto text = json.text().value_or("");
  std::size_t length = 0;
  while (length < text.size()) {
    const auto next = std::max<std::size_t>(utf8_length(std::string_view(text).substr(length)), 1);
    if (length + next > kLabelBytesMax) break;
    length += next;
  }
  return text.substr(0, length);
}

std::optional<std::uint64_t> count(const Json& json) { return json.integer<std::uint64_t>(); }

/// A port that is announced; 0 stands for none.
std::optional<std::uint16_t> port(const Json& json) {
  const auto number = json.integer<std::uint16_t>();
  return number == 0 ? std::nullopt : number;
}

std::optional<double> moment(const Json& json) {
  const auto text = json.text();
  return text ? parse_rfc3339(*text) : std::nullopt;
}

/// Is there a value that is not null? Nothing where the key is not there at all.
std::optional<bool> is_given(const Json& json) { return json ? std::optional(!json.is_null()) : std::nullopt; }

}  // namespace

// {"status":"up","uptime":86417}
Result<Health> parse_health(std::string_view body) {
  const auto json = TRY(parse_object(body));
  Health out;
  if (const auto status = json["status"].text()) out.up = *status == "up";
  out.uptime_s = json["uptime"].number();
  return out;
}

// {"total":"medium","machine":"low","network":"low"}
Result<Load> parse_load(std::string_view body) {
  const auto json = TRY(parse_object(body));
  return Load{json["total"].text(), json["machine"].text(), json["network"].text()};
}

// {"binary_name":"nym-node","build_timestamp":"2026-05-12T09:31:44.000000000Z","build_version":"1.31.0",
//  "commit_sha":"daed9cd15b…","commit_branch":"HEAD","cargo_triple":"x86_64-unknown-linux-gnu",…}
Result<BuildInformation> parse_build_information(std::string_view body) {
  const auto json = TRY(parse_object(body));
  return BuildInformation{label(json["binary_name"]), label(json["build_version"]), label(json["commit_sha"]),
                          label(json["commit_branch"]), label(json["cargo_triple"])};
}

// {"data":{"ip_address":["203.0.113.17","2001:db8:4::17"],"hostname":"nym-exit.example.org","keys":{
//   "ed25519_identity":"2w5R…","primary_x25519_sphinx_key":{"rotation_id":167,"public_key":"5M6c…"},
//   "pre_announced_x25519_sphinx_key":null,…}},"signature":"3oZ4…"}; older nodes have the key as "ed25519"
Result<HostInformation> parse_host_information(std::string_view body) { return read_host_information(TRY(parse_object(body))); }

HostInformation read_host_information(const Json& body) {
  const auto data = body["data"];
  const auto keys = data["keys"];
  HostInformation out;
  out.identity_key = label(keys["ed25519_identity"]);
  if (out.identity_key.empty()) out.identity_key = label(keys["ed25519"]);
  const auto addresses = data["ip_address"];
  for (std::size_t index = 0; index < std::min(addresses.size(), kAddressesMax); ++index) {
    auto address = label(addresses.at(index));
    const bool known = std::find(out.addresses.begin(), out.addresses.end(), address) != out.addresses.end();
    if (!address.empty() && !known) out.addresses.push_back(std::move(address));
  }
  out.hostname = label(data["hostname"]);
  const auto rotation = keys["primary_x25519_sphinx_key"]["rotation_id"].integer<std::uint32_t>();
  if (rotation && *rotation != kNoRotation) out.rotation_id = rotation;
  out.next_key_announced = is_given(keys["pre_announced_x25519_sphinx_key"]);
  return out;
}

// {"system_name":"Debian GNU/Linux","kernel_version":"6.1.0-34-amd64","os_version":"12","cpu_arch":"x86_64",
//  "hardware":{"cpu":[{"name":"cpu0",…}],"total_memory":8324018176,"crypto":{…}}}
Result<SystemInformation> parse_system_information(std::string_view body) {
  const auto json = TRY(parse_object(body));
  SystemInformation out;
  out.system = label(json["system_name"]);
  out.kernel = label(json["kernel_version"]);
  out.os_version = label(json["os_version"]);
  out.architecture = label(json["cpu_arch"]);
  const auto hardware = json["hardware"];
  if (const auto cpus = hardware["cpu"]; cpus.is_list()) out.cpus = cpus.size();
  out.memory_bytes = count(hardware["total_memory"]);
  return out;
}

// {"mixnode_enabled":false,"gateway_enabled":true,"network_requester_enabled":true,"ip_packet_router_enabled":true}
Result<Roles> parse_roles(std::string_view body) {
  const auto json = TRY(parse_object(body));
  return Roles{json["mixnode_enabled"].boolean(), json["gateway_enabled"].boolean(),
               json["network_requester_enabled"].boolean(), json["ip_packet_router_enabled"].boolean()};
}

// {"moniker":"example-exit-01","website":"https://example.org","security_contact":"abuse@example.org","details":"…"}
Result<Description> parse_description(std::string_view body) {
  const auto json = TRY(parse_object(body));
  return Description{label(json["moniker"]), label(json["website"])};
}

// {"location":"CH","announce_ports":{"verloc_port":null,"mix_port":null},"accepted_operator_terms_and_conditions":true}
Result<AuxiliaryDetails> parse_auxiliary_details(std::string_view body) {
  const auto json = TRY(parse_object(body));
  const auto ports = json["announce_ports"];
  return AuxiliaryDetails{label(json["location"]), port(ports["verloc_port"]), port(ports["mix_port"]),
                          json["accepted_operator_terms_and_conditions"].boolean()};
}

// {"enforces_zk_nyms":true,"client_interfaces":{"wireguard":{"port":51822,"tunnel_port":51822,"metadata_port":51830,
//   "public_key":"9mQ3…"},"mixnet_websockets":{"ws_port":9000,"wss_port":9001}}}
Result<Gateway> parse_gateway(std::string_view body) {
  const auto json = TRY(parse_object(body));
  const auto interfaces = json["client_interfaces"];
  const auto wireguard = interfaces["wireguard"];
  const auto websockets = interfaces["mixnet_websockets"];
  Gateway out;
  out.enforces_zk_nyms = json["enforces_zk_nyms"].boolean();
  out.offers_wireguard = is_given(wireguard);
  out.ws_port = port(websockets["ws_port"]);
  out.wss_port = port(websockets["wss_port"]);
  out.wireguard_port = port(wireguard["tunnel_port"]);
  if (!out.wireguard_port) out.wireguard_port = port(wireguard["port"]);
  out.wireguard_metadata_port = port(wireguard["metadata_port"]);
  return out;
}

// {"data":{"enabled":true,"control_port":41264,"data_port":51264,"x25519":"7Yx…","kem_keys":{…}},"signature":"4Vd…"}
Result<LewesProtocol> parse_lewes_protocol(std::string_view body) {
  const auto json = TRY(parse_object(body));
  const auto data = json["data"];
  return LewesProtocol{data["enabled"].boolean(), port(data["control_port"]), port(data["data_port"])};
}

// {"enabled":true,"last_queried":"2026-05-16T10:20:00Z","attestation_provider":"https://…","attester_pubkey":"3bgf…",
//  "published_attestation":null}
Result<UpgradeMode> parse_upgrade_mode(std::string_view body) {
  const auto json = TRY(parse_object(body));
  return UpgradeMode{json["enabled"].boolean(), is_given(json["published_attestation"]), moment(json["last_queried"])};
}

// {"ingress_mixing":{"forward_hop_packets_received":184220173,"final_hop_packets_received":90211874,
//   "malformed_packets_received":412,"replayed_packets_received":0,"excessive_delay_packets":17,
//   "forward_hop_packets_dropped":3051,"final_hop_packets_dropped":0},
//  "egress_mixing":{"forward_hop_packets_sent":271390010,"forward_hop_packets_dropped":20117,"ack_packets_sent":90110540}}
Result<PacketsStats> parse_packets_stats(std::string_view body) {
  const auto json = TRY(parse_object(body));
  const auto in = json["ingress_mixing"];
  const auto out_of = json["egress_mixing"];
  PacketsStats out;
  out.received_forward = count(in["forward_hop_packets_received"]);
  out.received_final = count(in["final_hop_packets_received"]);
  out.received_test = count(in["test_packets_received"]);
  out.malformed = count(in["malformed_packets_received"]);
  out.replayed = count(in["replayed_packets_received"]);
  out.excessive_delay = count(in["excessive_delay_packets"]);
  out.ingress_dropped_forward = count(in["forward_hop_packets_dropped"]);
  out.ingress_dropped_final = count(in["final_hop_packets_dropped"]);
  out.egress_dropped_forward = count(out_of["forward_hop_packets_dropped"]);
  out.sent = count(out_of["forward_hop_packets_sent"]);
  out.sent_acks = count(out_of["ack_packets_sent"]);
  return out;
}

// {"bytes_tx":913842110334,"bytes_rx":118302298710}
Result<WireguardStats> parse_wireguard_stats(std::string_view body) {
  const auto json = TRY(parse_object(body));
  return WireguardStats{count(json["bytes_tx"]), count(json["bytes_rx"])};
}

std::size_t session_type(std::string_view name) {
  const auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); };
  for (std::size_t type = 0; type < kSessionTypes.size(); ++type) {
    if (std::equal(kSessionTypes[type].begin(), kSessionTypes[type].end(), name.begin(), name.end(), same)) return type;
  }
  return kSessionTypes.size() - 1;
}

void SessionDurations::add(double seconds) {
  const auto bound = std::lower_bound(kSessionBounds.begin(), kSessionBounds.end(), seconds);
  ++buckets[static_cast<std::size_t>(bound - kSessionBounds.begin())];
  sum_s += seconds;
  ++count;
}

// {"update_time":"2026-05-15T00:00:00Z","unique_active_users":2,"unique_active_users_hashes":["9b1d…","e07c…"],
//  "sessions":[{"duration_ms":5403211,"typ":"Mixnet"},{"duration_ms":88012,"typ":"Unknown"}],
//  "sessions_started":3,"sessions_finished":2}
Result<Sessions> parse_sessions(std::string_view body) {
  std::array<SessionDurations, kSessionTypes.size()> durations;
  const auto json = TRY(Json::parse_entries(
      body,
      [&](std::string_view path, const Json& entry) {
        const auto milliseconds = entry["duration_ms"].number();
        if (path != "sessions" || !milliseconds || *milliseconds < 0) return;
        durations[session_type(entry["typ"].text().value_or(""))].add(*milliseconds / 1000);
      },
      "unique_active_users_hashes"));
  if (!json.is_object()) return fail(Fault::malformed, "not a JSON object");
  Sessions out;
  out.day_s = moment(json["update_time"]);
  out.unique_users = count(json["unique_active_users"]);
  out.started = count(json["sessions_started"]);
  out.finished = count(json["sessions_finished"]);
  if (json["sessions"].is_list()) out.durations = durations;
  return out;
}

namespace {

/// Of one run, "previous" or "current".
struct VerlocRun {
  std::uint64_t listed = 0;
  std::vector<double> means_s;
};

void take_verloc_result(const Json& result, VerlocRun& run) {
  ++run.listed;
  const auto mean = result["latest_measurement"]["mean"].text();
  const auto seconds = mean ? parse_humantime(*mean) : std::nullopt;
  if (seconds) run.means_s.push_back(*seconds);
}

void summarise(const Json& data, VerlocRun& run, Verloc& out) {
  out.tested = count(data["nodes_tested"]);
  out.started_s = moment(data["run_started"]);
  out.finished_s = moment(data["run_finished"]);
  if (!data["results"].is_list()) return;
  out.measured = run.means_s.size();
  out.unmeasured = run.listed - run.means_s.size();
  if (run.means_s.empty()) return;
  std::sort(run.means_s.begin(), run.means_s.end());
  const auto middle = run.means_s.size() / 2;
  out.minimum_s = run.means_s.front();
  out.mean_s = std::accumulate(run.means_s.begin(), run.means_s.end(), 0.0) / static_cast<double>(run.means_s.size());
  out.median_s = run.means_s.size() % 2 == 1 ? run.means_s[middle] : (run.means_s[middle - 1] + run.means_s[middle]) / 2;
}

}  // namespace

// {"previous":{"data":{"nodes_tested":2,"run_started":"2026-05-16T00:10:03.511Z","run_finished":"2026-05-16T00:24:41.020Z",
//   "results":[{"node_identity":"Fo4f…","latest_measurement":{"minimum":"11ms 902us 113ns","mean":"12ms 345us 678ns",
//   "maximum":"48ms 10us","standard_deviation":"2ms 100us 4ns"}},{"node_identity":"9Sht…","latest_measurement":null}]}},
//  "current":"measurementInProgress"}; "unavailable" before the first run. A `current` that has finished is by mistake the
// previous one's data, so whichever finished last is taken.
Result<Verloc> parse_verloc(std::string_view body) {
  VerlocRun previous, current;
  const auto json = TRY(Json::parse_entries(body, [&](std::string_view path, const Json& entry) {
    if (path == "previous.data.results") take_verloc_result(entry, previous);
    if (path == "current.data.results") take_verloc_result(entry, current);
  }));
  if (!json.is_object()) return fail(Fault::malformed, "not a JSON object");
  Verloc out;
  const auto previous_data = json["previous"]["data"];
  const auto current_data = json["current"]["data"];
  const auto finished = [](const Json& data) { return moment(data["run_finished"]).value_or(-1); };
  if (finished(current_data) > finished(previous_data)) {
    summarise(current_data, current, out);
  } else if (finished(previous_data) >= 0) {
    summarise(previous_data, previous, out);
  }
  const auto state = json["current"].text();
  if (state || current_data) out.in_progress = state == "measurementInProgress" || (current_data && finished(current_data) < 0);
  return out;
}

}  // namespace mixnet::nym
