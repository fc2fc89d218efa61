// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "collectors/network/version.h"

namespace mixnet {

/// How the network weighs old versions and turns that into a score; the defaults are what it was set to in 2026.
/// From nym-api's /v1/status/config-score-details, `parameters`.
struct ConfigScoreParameters {
  std::uint32_t major_weight = 100, minor_weight = 10, patch_weight = 1, prerelease_weight = 1;
  double penalty = 0.995, penalty_scaling = 1.65;
};

/// By how much a version is behind another, each component by itself.
struct VersionLag {
  std::uint64_t major = 0, minor = 0, patch = 0, prerelease = 0;
  bool operator==(const VersionLag&) const = default;
};

/// How far `version` is behind the last of `history`, the network's releases in their order, step by step. By nothing where it
/// is one step ahead of the last, as the network may not know it yet; by a major release where it is further ahead.
VersionLag version_lag(const Version& version, std::span<const Version> history);

/// How far `version` is behind the last of `history`, the network's releases in their order, weighted: 1 for a patch, 10 for
/// a minor release, 100 for a major one. A version one step ahead of the last is behind by nothing, as the network may not
/// know it yet; one further ahead is treated as a major release behind. 0 where there is no history.
/// As the mixnet contract's OutdatedVersionWeights::versions_behind_factor has it.
std::uint64_t versions_behind(const Version& version, std::span<const Version> history,
                              const ConfigScoreParameters& parameters);

/// What the network makes of it, 0 to 1: penalty ^ (behind ^ penalty_scaling).
double config_score(std::uint64_t behind, const ConfigScoreParameters& parameters);

/// A node's weight when the rewarded set is drawn: min(saturation, 1) × performance ^ 20. Both are ratios, 1 is full.
double selection_weight(double saturation, double performance);

}  // namespace mixnet
