// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/bodies.h"

#include <algorithm>
#include <array>
#include <string>

#include "collectors/kit/text.h"
#include "tests/simulator/keys.h"
#include "tests/simulator/moments.h"
#include "tests/simulator/signing.h"

namespace mixnet::simulator {
namespace {

constexpr std::uint64_t kVerlocNodes = 240;
constexpr double kVerlocPeriod = 12 * 3600;
constexpr double kVerlocDuration = 14 * 60;
/// What a node says that does not know of key rotation.
constexpr std::uint32_t kNoRotation = 4294967295;

std::string key(const Node& node, std::string_view name) { return public_key(node.options().seed, name); }

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json split(std::string_view list) {
  Json out = Json::array();
  while (!list.empty()) out.push_back(take_until(list, ','));
  return out;
}

/// The pair that the node announces, and signs with.
SigningKey identity_key(const Node& node) {
  return {node.options().seed, node.options().foreign_identity ? "somebody else's identity" : "identity"};
}

/// Each rotation has a key of its own.
std::string sphinx_name(std::uint32_t rotation) {
  return rotation == kNoRotation ? "sphinx" : "sphinx " + std::to_string(rotation);
}

Json sphinx_key(const Node& node, std::uint32_t rotation) {
  return {{"rotation_id", rotation}, {"public_key", key(node, sphinx_name(rotation))}};
}

Json host_keys(const Node& node) {
  const auto& release = node.options().release;
  const auto announced = identity_key(node).public_text();
  const auto sphinx = sphinx_name(release.before(1, 30) ? kNoRotation : node.options().rotation);
  if (release.before(1, 1)) return {{"ed25519", announced}, {"x25519", key(node, sphinx)}};
  Json out{{"ed25519_identity", announced}, {"x25519_sphinx", key(node, sphinx)}};
  if (release.before(1, 25)) {
    out["x25519_noise"] = nullptr;  // with a key in its place today's network would not accept the signature any more
    return out;
  }
  const auto rotation = release.before(1, 30) ? kNoRotation : node.options().rotation;
  out["primary_x25519_sphinx_key"] = sphinx_key(node, rotation);
  out["pre_announced_x25519_sphinx_key"] = node.options().pre_announced ? sphinx_key(node, rotation + 1) : Json();
  out["x25519_versioned_noise"] = {{"supported_version", 1}, {"x25519_pubkey", key(node, "noise")}};
  return out;
}

Json cpu(int number) {
  return {{"name", "cpu" + std::to_string(number)},
          {"frequency", 2800},
          {"vendor_id", "AuthenticAMD"},
          {"brand", "AMD EPYC 7443P 24-Core Processor"}};
}

Json crypto_hardware() {
  return {{"aesni", true},   {"avx2", true}, {"smt_logical_processor_count", {2}},
          {"osxsave", true}, {"sgx", false}, {"xsave", true}};
}

Json hardware(const Options& options) {
  if (!options.expose_system_hardware) return nullptr;
  return {{"cpu", {cpu(0), cpu(1)}},
          {"total_memory", 8324018176},
          {"crypto", options.expose_crypto_hardware ? crypto_hardware() : Json()}};
}

Json service_provider(const Node& node, const std::string& name) {
  const auto its_identity = key(node, name + " identity");
  const auto its_key = key(node, name + " encryption");
  return {{"encoded_identity_key", its_identity},
          {"encoded_x25519_key", its_key},
          {"address", its_identity + "." + its_key + "@" + identity(node)}};
}

Json digests(const Node& node, std::string_view name) {
  Json out;
  for (const std::string_view function : {"blake3", "shake128", "shake256", "sha256"}) {
    out[std::string(function)] = hex(key_bytes(node.options().seed, std::string(name).append(function)));
  }
  return out;
}

std::string_view name_of(Tier tier) {
  constexpr std::array<std::string_view, 7> kNames{"unknown", "negligible", "low",        "medium",
                                                   "high",    "very_high",  "at_capacity"};
  return kNames.at(static_cast<std::size_t>(tier));
}

Json session(std::uint64_t seed, const std::string& name) {
  constexpr std::array<std::string_view, 6> kTypes{"Mixnet", "Vpn", "Native", "Socks5", "Wasm", "Unknown"};
  const auto value = hash(seed, name);
  return {{"duration_ms", 2000 + value % 14'000'000}, {"typ", kTypes.at(value / 7 % kTypes.size())}};
}

/// Each seventh node could not be measured.
Json measurement(std::uint64_t seed, std::int64_t run, std::uint64_t number) {
  if (number % 7 == 6) return nullptr;
  const auto value = hash(seed, "verloc " + std::to_string(number)) % 190'000'000;
  const auto mean = 8'000'000 + value + hash(seed, std::to_string(run)) % 1'000'000;
  return {{"minimum", humantime(mean - mean / 10)},
          {"mean", humantime(mean)},
          {"maximum", humantime(mean * 4)},
          {"standard_deviation", humantime(mean / 6)}};
}

Json no_verloc_run() {
  return {{"data", {{"nodes_tested", 0}, {"run_started", rfc3339({})}, {"run_finished", nullptr}, {"results", Json::array()}}}};
}

Json verloc_run(const Node& node, std::int64_t run) {
  const auto started = node.time_at(static_cast<double>(run) * kVerlocPeriod);
  Json results = Json::array();
  for (std::uint64_t i = 0; i < kVerlocNodes; ++i) {
    results.push_back({{"node_identity", key(node, "verloc node " + std::to_string(i))},
                       {"latest_measurement", measurement(node.options().seed, run, i)}});
  }
  return {{"data",
           {{"nodes_tested", kVerlocNodes},
            {"run_started", rfc3339(started, 3)},
            {"run_finished", rfc3339(started + std::chrono::seconds(static_cast<int>(kVerlocDuration)), 3)},
            {"results", results}}}};
}

}  // namespace

std::string identity(const Node& node) { return SigningKey(node.options().seed, "identity").public_text(); }

void add_unknown_keys(Json& body) {
  if (body.is_object()) {
    for (auto& item : body.items()) add_unknown_keys(item.value());
    body["not_in_any_release_yet"] = {{"list", {1, "two", nullptr}}};
  } else if (body.is_array()) {
    for (auto& item : body) add_unknown_keys(item);
  }
}

namespace bodies {

Json health(const Node& node) { return {{"status", "up"}, {"uptime", static_cast<std::uint64_t>(node.uptime())}}; }

Json load(Node& node) {
  const auto load = node.load();
  return {{"total", name_of(load.total)}, {"machine", name_of(load.machine)}, {"network", name_of(load.network)}};
}

Json build_information(const Node& node) {
  return {{"binary_name", "nym-node"},
          {"build_timestamp", "2026-05-12T09:31:44.000000000Z"},
          {"build_version", node.options().release.text},
          {"commit_sha", "daed9cd15b0c7b0d4b7a1f0e9a3f6a5f1d2c3b4a"},
          {"commit_timestamp", "2026-05-12T08:57:10.000000000+02:00"},
          {"commit_branch", "HEAD"},
          {"rustc_version", "1.88.0"},
          {"rustc_channel", "stable"},
          {"cargo_profile", "release"},
          {"cargo_triple", "x86_64-unknown-linux-gnu"}};
}

/// The signature is ed25519's, of the announced identity key, in base 58. What is signed are the bytes of `data` as serde_json
/// writes them: no blanks, IPv6 addresses in their shortest form, no escapes that need not be, and the keys in this order:
///
///   now     ip_address, hostname, keys {ed25519_identity, x25519_sphinx, primary_x25519_sphinx_key {rotation_id, public_key},
///           pre_announced_x25519_sphinx_key (null, or as the primary), x25519_versioned_noise (null, or {supported_version,
///           x25519_pubkey})}
///   before  keys {ed25519_identity, x25519_sphinx, x25519_noise: a key or null}
///   before  the same with "" where there is no x25519_noise
///   at first  keys {ed25519, x25519}
///
/// That is, a node's signature is of its `data` as it sends it. nym-api does not verify those bytes: it reads the fields that
/// it knows, writes them again, and tries these forms one after the other, an older one made of the newer (x25519_sphinx is the
/// primary key, x25519_noise is that of x25519_versioned_noise). So keys that it does not know, such as --sim-future's, do not
/// spoil a signature that is without them. Nor does it read x25519_noise: a node of old that sent one is refused today.
Json host_information(const Node& node) {
  Json data{{"ip_address", split(node.options().public_ips)},
            {"hostname", text_or_null(node.options().hostname)},
            {"keys", host_keys(node)}};
  const auto signed_text = node.options().wrong_signature ? "something else" : data.dump();
  return {{"data", data}, {"signature", identity_key(node).sign(signed_text)}};
}

Json system_info(const Node& node) {
  return {{"system_name", "Debian GNU/Linux"},
          {"kernel_version", "6.1.0-34-amd64"},
          {"os_version", "12"},
          {"cpu_arch", "x86_64"},
          {"hardware", hardware(node.options())}};
}

Json roles(const Node& node) {
  const auto& modes = node.options().modes;
  Json out{{"mixnode_enabled", modes.mixnode},
           {"gateway_enabled", modes.gateway()},
           {"network_requester_enabled", modes.exit},
           {"ip_packet_router_enabled", modes.exit}};
  if (node.options().release.before(1, 1)) out.erase("ip_packet_router_enabled");
  return out;
}

Json description(const Node& node) {
  return {{"moniker", "simulated-" + node.options().id},
          {"website", "https://example.org"},
          {"security_contact", "abuse@example.org"},
          {"details", "A simulated node"}};
}

Json auxiliary_details(const Node& node) {
  return {{"location", text_or_null(node.options().location)},
          {"announce_ports", {{"verloc_port", nullptr}, {"mix_port", nullptr}}},
          {"accepted_operator_terms_and_conditions", node.options().accepted_terms}};
}

Json mixnet_websockets(const Node& node) { return {{"ws_port", node.options().ports.websocket}, {"wss_port", nullptr}}; }

std::optional<Json> wireguard(const Node& node) {
  if (!node.options().modes.wireguard) return std::nullopt;
  const auto port = node.options().ports.wireguard;
  const auto public_key = key(node, "wireguard");
  if (node.options().release.before(1, 25)) return Json{{"port", port}, {"public_key", public_key}};
  return Json{{"port", port}, {"tunnel_port", port}, {"metadata_port", 51830}, {"public_key", public_key}};
}

Json client_interfaces(const Node& node) {
  return {{"wireguard", wireguard(node).value_or(Json())}, {"mixnet_websockets", mixnet_websockets(node)}};
}

Json gateway(const Node& node) { return {{"enforces_zk_nyms", true}, {"client_interfaces", client_interfaces(node)}}; }

Json network_requester(const Node& node) { return service_provider(node, "network requester"); }

Json ip_packet_router(const Node& node) { return service_provider(node, "ip packet router"); }

Json authenticator(const Node& node) { return service_provider(node, "authenticator"); }

Json exit_policy(const Node&) {
  return {{"enabled", true},
          {"upstream_source", "https://nymtech.net/.wellknown/network-requester/exit-policy.txt"},
          {"last_updated", 0},
          {"policy", nullptr}};
}

std::optional<Json> lewes_protocol(const Node& node) {
  const auto& options = node.options();
  if (options.release.before(1, 25)) return std::nullopt;
  Json data{{"enabled", options.modes.entry},
            {"control_port", options.ports.lp_control},
            {"data_port", options.ports.lp_data},
            {"x25519", key(node, "lp")},
            {"kem_keys", {{"mlkem768", digests(node, "mlkem768")}, {"mceliece", digests(node, "mceliece")}}}};
  return Json{{"data", data}, {"signature", SigningKey(options.seed, "identity").sign(data.dump())}};
}

std::optional<Json> bridge_client_params(const Node& node) {
  if (!node.options().bridge) return std::nullopt;
  const Json arguments{{"addresses", {"203.0.113.17:4443", "[2001:db8:4::17]:4443"}},
                       {"host", text_or_null(node.options().hostname)},
                       {"id_pubkey", key(node, "bridge")}};
  Json transport{{"transport_type", "quic_plain"}, {"args", arguments}};
  return Json{{"version", "1"}, {"transports", Json::array({transport})}};
}

std::optional<Json> upgrade_mode_status(const Node& node) {
  if (node.options().release.before(1, 25)) return std::nullopt;
  return Json{{"enabled", true},
              {"last_queried", rfc3339(std::chrono::floor<std::chrono::minutes>(node.now()))},
              {"attestation_provider", "https://nymtech.net/.wellknown/upgrade-mode/attestation.json"},
              {"attester_pubkey", "3bgffBYcfFkTTXc2npNNn9MkddFZ3H2LrPjXDmnJzrqd"},
              {"published_attestation", nullptr}};
}

/// The node counts replays with the malformed, and no replay as such.
Json packets_stats(const Node& node) {
  const auto now = node.counters();
  Json ingress{{"forward_hop_packets_received", now[Counter::forward_received]},
               {"final_hop_packets_received", now[Counter::final_received]},
               {"malformed_packets_received", now[Counter::malformed]},
               {"replayed_packets_received", 0},
               {"excessive_delay_packets", now[Counter::excessive_delay]},
               {"forward_hop_packets_dropped", now[Counter::forward_dropped_at_ingress]},
               {"final_hop_packets_dropped", now[Counter::final_dropped_at_ingress]}};
  if (node.options().future) ingress["test_packets_received"] = now[Counter::forward_received] / 1000;
  return {{"ingress_mixing", ingress},
          {"egress_mixing",
           {{"forward_hop_packets_sent", now[Counter::forward_sent]},
            {"forward_hop_packets_dropped", now[Counter::forward_dropped_at_egress]},
            {"ack_packets_sent", now[Counter::acks_sent]}}}};
}

Json mixing(const Node& node) {
  constexpr double kPeriod = 30;
  const double update = node.last_update(kPeriod);
  const double before = std::max(0.0, update - kPeriod);
  const auto last = node.counters_at(update);
  const auto previous = node.counters_at(before);
  const auto time_of = [&](double uptime) { return uptime > 0 ? rfc3339(node.time_at(uptime), 9) : rfc3339({}); };
  const auto since = [&](Counter counter) { return last[counter] - previous[counter]; };
  return {{"update_time", time_of(update)},
          {"previous_update_time", time_of(before)},
          {"received_since_startup", last[Counter::forward_received]},
          {"sent_since_startup", last[Counter::forward_sent]},
          {"dropped_since_startup", last[Counter::forward_dropped_at_egress]},
          {"received_since_last_update", since(Counter::forward_received)},
          {"sent_since_last_update", since(Counter::forward_sent)},
          {"dropped_since_last_update", since(Counter::forward_dropped_at_egress)}};
}

Json wireguard_stats(const Node& node) {
  const auto counters = node.counters_at(node.last_update(5));
  return {{"bytes_tx", counters[Counter::wireguard_sent]}, {"bytes_rx", counters[Counter::wireguard_received]}};
}

Json sessions(const Node& node) {
  const auto seed = node.options().seed;
  const auto day = node.yesterday();
  const auto date = rfc3339(day.date);
  Json hashes = Json::array();
  for (std::uint64_t i = 0; i < day.users; ++i) hashes.push_back(hex(key_bytes(seed, date + " user " + std::to_string(i))));
  Json sessions = Json::array();
  for (std::uint64_t i = 0; i < day.finished; ++i) sessions.push_back(session(seed, date + " session " + std::to_string(i)));
  return {{"update_time", date},  {"unique_active_users", day.users}, {"unique_active_users_hashes", hashes},
          {"sessions", sessions}, {"sessions_started", day.started},  {"sessions_finished", day.finished}};
}

/// The node says that a run is finished by showing the one before in its place, which at first is one that never was.
Json verloc(const Node& node) {
  const auto run = static_cast<std::int64_t>(node.uptime() / kVerlocPeriod);
  const Json last = run == 0 ? no_verloc_run() : verloc_run(node, run - 1);
  const bool in_progress = node.uptime() - static_cast<double>(run) * kVerlocPeriod < kVerlocDuration;
  return {{"previous", run == 0 ? Json("unavailable") : last}, {"current", in_progress ? Json("measurementInProgress") : last}};
}

}  // namespace bodies
}  // namespace mixnet::simulator
