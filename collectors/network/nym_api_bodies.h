// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/kit/json.h"
#include "collectors/kit/result.h"
#include "collectors/network/scores.h"
#include "collectors/network/version.h"

namespace mixnet {

// What the documents of nym-api say, as far as it is exported. A field that is missing, null or of another type is empty and
// costs nothing else; those that should be there are named in `lacking`, for one line of the log. A body that is no such
// document at all is Fault::malformed. All amounts are in NYM, all times in seconds since 1970.

/// A node's part in an epoch, as label `role`.
enum class NetworkRole : std::uint8_t { entry_gateway, layer1, layer2, layer3, exit_gateway, standby };
inline constexpr std::size_t kNetworkRoles = 6;
std::string_view to_string(NetworkRole role);

/// An entry of /v1/nym-nodes/bonded: what the chain says of a node.
struct NodeBond {
  std::uint32_t node_id = 0;
  std::string identity_key, host, owner;
  std::optional<std::uint16_t> custom_http_port;
  std::optional<bool> unbonding, pledge_change_pending, cost_change_pending;
  std::optional<double> pledge, operator_stake, delegations, operating_cost;
  std::optional<double> profit_margin;  ///< a ratio
  std::optional<std::uint64_t> unique_delegations, last_rewarded_epoch;
  std::string lacking;
};
/// malformed: no node id, no key, or no host.
Result<NodeBond> read_bond(const Json& entry);

/// An entry of /v2/nym-nodes/described, or of v1: what nym-api saw when it last asked the node itself.
struct NodeDescription {
  std::uint32_t node_id = 0;
  std::string identity_key, hostname, binary, version, location;
  std::vector<std::string> addresses;
  std::optional<double> last_polled;
  std::optional<bool> mixnode, entry, exit_nr, exit_ipr, terms_accepted;
  std::optional<std::uint32_t> key_rotation;
  std::string lacking;
};
/// malformed: no node id.
Result<NodeDescription> read_description(const Json& entry);

/// /v1/nym-nodes/annotation/{id}, or v2: the scores. All are ratios.
struct NodeAnnotation {
  bool known = false;  ///< null: the node has no data yet
  std::optional<double> performance, performance_last_24h, routing_score, config_score, stress_score;
  std::optional<std::uint64_t> versions_behind;  ///< weighted
  std::optional<bool> self_described, terms_accepted, runs_nym_node;
  std::optional<NetworkRole> role;  ///< nothing: not in this epoch's rewarded set
  bool role_known = false;
  std::string lacking;
};
Result<NodeAnnotation> read_annotation(const Json& body);

/// A value for each of several days.
using DailyValues = std::vector<std::pair<std::int64_t, double>>;  ///< day since 1970, ratio

/// /v1/nym-nodes/performance-history/{id}, and uptime-history, whose percents become ratios.
Result<DailyValues> read_performance_history(const Json& body);
Result<DailyValues> read_uptime_history(const Json& body);

/// /v1/nym-nodes/rewarded-set
struct RewardedSet {
  std::optional<std::uint64_t> epoch;  ///< absolute
  std::vector<std::pair<std::uint32_t, NetworkRole>> nodes;
  std::string lacking;
};
Result<RewardedSet> read_rewarded_set(const Json& body);

/// /v1/epoch/current
struct NetworkEpoch {
  std::optional<std::uint64_t> id, of_interval, per_interval;  ///< id is absolute
  std::optional<double> start, length_s;
  std::string lacking;
};
/// malformed: null, which it is while the API knows nothing itself.
Result<NetworkEpoch> read_epoch(const Json& body);

/// /v1/epoch/reward_params
struct RewardParameters {
  std::optional<double> saturation_point, epoch_budget;
  std::optional<std::uint64_t> entry_gateways, exit_gateways, mixnodes, standby;  ///< places in the rewarded set
  std::string lacking;
};
Result<RewardParameters> read_reward_parameters(const Json& body);

/// /v1/epoch/key-rotation-info
struct KeyRotation {
  std::optional<std::uint32_t> id;
  std::optional<std::uint64_t> epoch, first_epoch, last_epoch;  ///< absolute
  std::string lacking;
};
Result<KeyRotation> read_key_rotation(const Json& body);

/// /v1/status/config-score-details
struct Release {
  std::string text;
  Version version;
  std::optional<std::uint64_t> height;  ///< of the block from which on it counts
};
struct ScoreRules {
  ConfigScoreParameters parameters;
  std::vector<Release> history;  ///< the current one last
  std::vector<Version> versions() const;
  std::string lacking;
};
Result<ScoreRules> read_score_rules(const Json& body);

/// /v1/api-status/health
struct ApiHealth {
  std::optional<bool> up;
  std::optional<bool> chain_synced;       ///< nothing: the API does not know
  std::optional<double> chain_stalled_s;  ///< 0 where it is synced
  std::string lacking;
};
Result<ApiHealth> read_api_health(const Json& body);

}  // namespace mixnet
