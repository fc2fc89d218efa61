// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/json.h"
#include "collectors/kit/result.h"

namespace mixnet::nym {

// What the endpoints of a Nym node's HTTP API answer, as far as it is exported. A field that is missing, null or of another
// type is empty and costs nothing else; a body that is no JSON object at all is Fault::malformed.

/// /health
struct Health {
  std::optional<bool> up;
  std::optional<double> uptime_s;
};
Result<Health> parse_health(std::string_view body);

/// /load: tiers in words, kLoadTiers or anything newer.
struct Load {
  std::optional<std::string> total, machine, network;
};
inline constexpr std::array<std::string_view, 7> kLoadTiers = {"unknown", "negligible", "low",        "medium",
                                                               "high",    "very_high",  "at_capacity"};
Result<Load> parse_load(std::string_view body);

/// /build-information
struct BuildInformation {
  std::string binary, version, commit, branch, target;
};
Result<BuildInformation> parse_build_information(std::string_view body);

/// /host-information
struct HostInformation {
  std::string identity_key;
  std::vector<std::string> addresses;  ///< at most 16
  std::string hostname;
  std::optional<std::uint32_t> rotation_id;  ///< nothing of a node that has no key rotation
  std::optional<bool> next_key_announced;
};
Result<HostInformation> parse_host_information(std::string_view body);
HostInformation read_host_information(const Json& body);

/// /system-info
struct SystemInformation {
  std::string system, kernel, os_version, architecture;
  std::optional<std::uint64_t> cpus, memory_bytes;
};
Result<SystemInformation> parse_system_information(std::string_view body);

/// /roles
struct Roles {
  std::optional<bool> mixnode, gateway, network_requester, ip_packet_router;
};
Result<Roles> parse_roles(std::string_view body);

/// /description, which the operator wrote
struct Description {
  std::string moniker, website;
};
Result<Description> parse_description(std::string_view body);

/// /auxiliary-details
struct AuxiliaryDetails {
  std::string location;
  std::optional<std::uint16_t> verloc_port, mix_port;
  std::optional<bool> terms_accepted;
};
Result<AuxiliaryDetails> parse_auxiliary_details(std::string_view body);

/// /gateway
struct Gateway {
  std::optional<bool> enforces_zk_nyms;
  std::optional<bool> offers_wireguard;
  std::optional<std::uint16_t> ws_port, wss_port, wireguard_port, wireguard_metadata_port;
};
Result<Gateway> parse_gateway(std::string_view body);

/// /lewes-protocol
struct LewesProtocol {
  std::optional<bool> enabled;
  std::optional<std::uint16_t> control_port, data_port;
};
Result<LewesProtocol> parse_lewes_protocol(std::string_view body);

/// /network/upgrade-mode-status
struct UpgradeMode {
  std::optional<bool> watched;   ///< does the node look out for it?
  std::optional<bool> declared;  ///< an attestation is published: credentials are not charged
  std::optional<double> last_queried_s;
};
Result<UpgradeMode> parse_upgrade_mode(std::string_view body);

/// /metrics/packets-stats: since the node's start
struct PacketsStats {
  std::optional<std::uint64_t> received_forward, received_final, received_test, malformed, replayed, excessive_delay;
  std::optional<std::uint64_t> ingress_dropped_forward, ingress_dropped_final, egress_dropped_forward;
  std::optional<std::uint64_t> sent;  ///< acks included
  std::optional<std::uint64_t> sent_acks;
};
Result<PacketsStats> parse_packets_stats(std::string_view body);

/// /metrics/wireguard-stats: since the node's start
struct WireguardStats {
  std::optional<std::uint64_t> sent_bytes, received_bytes;
};
Result<WireguardStats> parse_wireguard_stats(std::string_view body);

/// Kinds of clients' sessions, as a label; what a newer node has beyond them is "other".
inline constexpr std::array<std::string_view, 7> kSessionTypes = {"vpn",    "mixnet",  "wasm", "native",
                                                                  "socks5", "unknown", "other"};
/// "Mixnet" as an index into kSessionTypes.
std::size_t session_type(std::string_view name);

/// Upper bounds of the buckets of sessions' durations in seconds, as the node's own histogram has them.
inline constexpr std::array<double, 11> kSessionBounds = {3, 15, 70, 120, 300, 900, 3600, 43'200, 84'600, 88'200, 259'200};

/// How long some sessions were.
struct SessionDurations {
  std::array<std::uint64_t, kSessionBounds.size() + 1> buckets{};  ///< each on its own, the last without bound
  double sum_s = 0;
  std::uint64_t count = 0;

  void add(double seconds);
};

/// /metrics/sessions: the UTC day before. What it has of single users is not kept.
struct Sessions {
  std::optional<double> day_s;  ///< when that day began
  std::optional<std::uint64_t> unique_users, started, finished;
  std::optional<std::array<SessionDurations, kSessionTypes.size()>> durations;
};
Result<Sessions> parse_sessions(std::string_view body);

/// /metrics/verloc: the run that finished last. Which nodes were measured is not kept.
struct Verloc {
  std::optional<bool> in_progress;
  std::optional<std::uint64_t> tested, measured, unmeasured;
  std::optional<double> minimum_s, mean_s, median_s;  ///< over the measured nodes, of each one's mean round trip
  std::optional<double> started_s, finished_s;        ///< since 1970
};
Result<Verloc> parse_verloc(std::string_view body);

}  // namespace mixnet::nym
