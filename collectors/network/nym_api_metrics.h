// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/kit/metric.h"

/// What is exported of nym-api's view. Behind the names of help texts: the endpoint and the field.
namespace mixnet::network {

// -- the network

inline constexpr Metric kNetwork = gauge("mixnet_network_info", "The network that the metrics are of; always 1.");

inline constexpr Metric kEpoch = gauge("mixnet_network_epoch", "The current epoch, counted from the network's first.");
inline constexpr Metric kEpochStart =
    gauge("mixnet_network_epoch_start_timestamp_seconds", "When the current epoch began, from /v1/epoch/current.");
inline constexpr Metric kEpochLength = gauge("mixnet_network_epoch_length_seconds", "How long an epoch is to last.");
inline constexpr Metric kEpochOverdue =
    gauge("mixnet_network_epoch_overdue_seconds", "For how long the next epoch should have begun; 0 while it need not.");
inline constexpr Metric kEpochOfInterval =
    gauge("mixnet_network_epoch_of_interval", "The current epoch, counted from the interval's first.");
inline constexpr Metric kEpochsPerInterval = gauge("mixnet_network_epochs_per_interval", "Epochs in an interval.");
inline constexpr Metric kRotation =
    gauge("mixnet_network_key_rotation", "The current key rotation's id, from /v1/epoch/key-rotation-info.");
inline constexpr Metric kRotationProgress =
    gauge("mixnet_network_key_rotation_progress_ratio", "The part of the key rotation's epochs that has passed.");
inline constexpr Metric kRotationLast =
    gauge("mixnet_network_key_rotation_last_epoch", "The last epoch of the current key rotation.");
inline constexpr Metric kRewardedNodes =
    gauge("mixnet_network_rewarded_set_nodes", "Nodes in the rewarded set, by role, from /v1/nym-nodes/rewarded-set.");
inline constexpr Metric kRewardedEpoch = gauge("mixnet_network_rewarded_set_epoch", "The epoch that the rewarded set is of.");
inline constexpr Metric kRewardedPlaces =
    gauge("mixnet_network_rewarded_set_places", "Places in the rewarded set, by role, from /v1/epoch/reward_params.");
inline constexpr Metric kSaturationPoint =
    gauge("mixnet_network_stake_saturation_point_nym", "The stake from which on a node gains nothing by more.");
inline constexpr Metric kEpochBudget =
    gauge("mixnet_network_epoch_reward_budget_nym", "What all nodes together are rewarded with for an epoch.");
inline constexpr Metric kApiHealthy = gauge("mixnet_network_nym_api_healthy", "Whether nym-api says that it is up.");
inline constexpr Metric kChainSynced =
    gauge("mixnet_network_chain_synced", "Whether the chain goes on, as nym-api sees it; missing where it does not know.");
inline constexpr Metric kChainStalled =
    gauge("mixnet_network_chain_stalled_seconds", "For how long the chain has stood still.");
inline constexpr Metric kRelease =
    gauge("mixnet_network_release_height", "The block from which on the release counts, of the latest releases.");
inline constexpr Metric kLatestRelease =
    gauge("mixnet_network_latest_release_info", "The release that the chain says is the newest; always 1.");

// -- a node

inline constexpr Metric kNode =
    gauge("mixnet_network_node_info", "The node's id and key in the network, and the host it is bonded with; always 1.");
inline constexpr Metric kBonded = gauge("mixnet_network_node_bonded", "Whether the node is in /v1/nym-nodes/bonded.");
inline constexpr Metric kUnbonding = gauge("mixnet_network_node_unbonding", "Whether the node is leaving.");
inline constexpr Metric kPledge = gauge("mixnet_network_node_pledge_nym", "What the operator pledged at first.");
inline constexpr Metric kOperatorStake =
    gauge("mixnet_network_node_operator_stake_nym", "The operator's stake with its rewards.");
inline constexpr Metric kDelegated =
    gauge("mixnet_network_node_delegated_nym", "What others have delegated to the node, with its rewards.");
inline constexpr Metric kDelegations = gauge("mixnet_network_node_delegations", "How many delegations there are.");
inline constexpr Metric kSaturation =
    gauge("mixnet_network_node_stake_saturation_ratio", "Stake by the saturation point, 1 at most: what counts.");
inline constexpr Metric kUncappedSaturation =
    gauge("mixnet_network_node_stake_saturation_uncapped_ratio", "The same as it is; above 1 delegators earn less.");
inline constexpr Metric kProfitMargin = gauge("mixnet_network_node_profit_margin_ratio", "The operator's profit margin.");
inline constexpr Metric kOperatingCost =
    gauge("mixnet_network_node_operating_cost_nym", "The operator's costs for an interval.");
inline constexpr Metric kPending =
    gauge("mixnet_network_node_change_pending", "Whether a change is to come, of the pledge or of the cost parameters.");
inline constexpr Metric kLastRewarded =
    gauge("mixnet_network_node_last_rewarded_epoch", "The last epoch for which the node was rewarded.");

inline constexpr Metric kAnnotated =
    gauge("mixnet_network_node_annotated", "Whether nym-api has scores of the node (/v1/nym-nodes/annotation).");
inline constexpr Metric kPerformance =
    gauge("mixnet_network_node_performance_ratio", "The score that selection goes by: routing by config score.");
inline constexpr Metric kPerformance24h =
    gauge("mixnet_network_node_performance_last_24h_ratio", "last_24h_performance, in whole percents; not in API v2.");
inline constexpr Metric kRoutingScore =
    gauge("mixnet_network_node_routing_score_ratio", "Test packets of the last 24 h that came through.");
inline constexpr Metric kConfigScore =
    gauge("mixnet_network_node_config_score_ratio", "How current and well described nym-api takes the node for.");
inline constexpr Metric kStressScore =
    gauge("mixnet_network_node_stress_score_ratio", "Score of stress tests; where the network does them.");
inline constexpr Metric kBehind =
    gauge("mixnet_network_node_versions_behind_weighted", "As nym-api sees it: 1 for a patch, 10 for a minor release.");
inline constexpr Metric kSelfDescribed =
    gauge("mixnet_network_node_self_described", "Whether nym-api reached the node's API; where not its score is 0.");
inline constexpr Metric kTerms =
    gauge("mixnet_network_node_terms_accepted", "Whether nym-api saw the terms accepted; where not its score is 0.");
inline constexpr Metric kRunsNymNode =
    gauge("mixnet_network_node_runs_nym_node", "Whether nym-api saw the binary nym-node; where not its score is 0.");
inline constexpr Metric kRole =
    gauge("mixnet_network_node_role", "The node's role in this epoch: 1 for the one that it has, none outside the set.");
inline constexpr Metric kInRewardedSet =
    gauge("mixnet_network_node_in_rewarded_set", "Whether the node is in the rewarded set of this epoch.");
inline constexpr Metric kPerformanceOfDay =
    gauge("mixnet_network_node_daily_performance_ratio", "Performance of each of the last 7 days; 1 is yesterday.");
inline constexpr Metric kUptimeOfDay =
    gauge("mixnet_network_node_daily_uptime_ratio", "Uptime of each of the last 7 days; 1 is yesterday.");

inline constexpr Metric kDescribed =
    gauge("mixnet_network_node_described", "Whether the node is in nym-api's list of described nodes.");
inline constexpr Metric kLastPolled =
    gauge("mixnet_network_node_last_polled_timestamp_seconds", "When nym-api last asked the node for its description.");
inline constexpr Metric kAddress =
    gauge("mixnet_network_node_address_info", "An address of the node as nym-api saw it announced; always 1.");
inline constexpr Metric kVersion =
    gauge("mixnet_network_node_version_info", "The version that nym-api saw the node run; always 1.");

inline constexpr Metric kExpectedConfigScore =
    gauge("mixnet_network_node_expected_config_score_ratio", "What the node's version will be worth, worked out here.");
inline constexpr Metric kExpectedBehind =
    gauge("mixnet_network_node_releases_behind", "Steps from the node's version to the latest release, by component.");
inline constexpr Metric kSelectionWeight =
    gauge("mixnet_network_node_selection_weight_ratio", "Weight in the draw for the set: saturation by performance^20.");
inline constexpr Metric kRotationMatches =
    gauge("mixnet_network_node_key_rotation_matches", "Whether the node uses the current rotation's key.");

}  // namespace mixnet::network
