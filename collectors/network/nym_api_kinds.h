// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>

#include "collectors/network/api_source.h"

/// The documents of nym-api that are not of one node. Their periods are no shorter than the server's own: it refreshes contract
/// data every 150 s, annotations every 305 s and descriptions every 75 minutes.
namespace mixnet::network {

inline constexpr std::size_t kListBytesMax = 64 << 20;
inline constexpr std::chrono::seconds kListTimeout{60};

inline constexpr ApiResourceKind kEpochKind{"epoch", std::chrono::minutes(5), std::chrono::hours(2)};
inline constexpr ApiResourceKind kHealthKind{"health", std::chrono::minutes(5), std::chrono::minutes(15)};
inline constexpr ApiResourceKind kRewardedSetKind{"rewarded_set", std::chrono::minutes(10), std::chrono::hours(2)};
inline constexpr ApiResourceKind kRotationKind{"key_rotation", std::chrono::minutes(10), std::chrono::hours(2)};
inline constexpr ApiResourceKind kScoreRulesKind{"config_score_details", std::chrono::minutes(10), std::chrono::hours(24)};
inline constexpr ApiResourceKind kRewardsKind{"reward_params", std::chrono::hours(1), std::chrono::hours(24)};
inline constexpr ApiResourceKind kBondedKind{"bonded", std::chrono::minutes(30), std::chrono::hours(24), kListBytesMax,
                                             kListTimeout};
inline constexpr ApiResourceKind kDescribedKind{"described", std::chrono::minutes(10), std::chrono::hours(24), kListBytesMax,
                                                kListTimeout};

inline constexpr const char* kRewardedSetPath = "/v1/nym-nodes/rewarded-set";
inline constexpr const char* kBondedPath = "/v1/nym-nodes/bonded";
inline constexpr std::array kDescribedPaths = {"/v2/nym-nodes/described", "/v1/nym-nodes/described"};

}  // namespace mixnet::network
