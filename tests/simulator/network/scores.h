// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "tests/simulator/network/member.h"

namespace mixnet::simulator {

/// The formulas of nym-api, worked out apart from those of the collectors, so that one can be held against the other.

inline constexpr double kPenalty = 0.995;
inline constexpr double kPenaltyScaling = 1.65;
/// unym that a node is saturated at.
inline constexpr long double kSaturationPoint = 254'977'903'911.36L;
inline constexpr const char* kSaturationPointText = "254977903911.36";

struct ReleaseNumber {
  std::uint32_t major = 0, minor = 0, patch = 0;
  std::string prerelease = {};

  bool operator==(const ReleaseNumber&) const = default;
  /// By semantic versioning a prerelease comes before its release.
  bool operator<(const ReleaseNumber& other) const {
    return std::tuple(major, minor, patch, prerelease.empty(), prerelease) <
           std::tuple(other.major, other.minor, other.patch, other.prerelease.empty(), other.prerelease);
  }
};

/// major.minor.patch and maybe -prerelease; nothing where it is anything else.
std::optional<ReleaseNumber> parse_release(std::string_view text);

/// How far a release is behind the last one of the history, weighted: 100 for each major one, 10 for each minor, 1 for each
/// patch and prerelease.
std::uint32_t versions_behind(const ReleaseNumber& release, const std::vector<ReleaseNumber>& history);

struct Scores {
  double routing = 0, config = 0, performance = 0;
  std::optional<std::uint32_t> behind;
  bool described = false, accepted_terms = false, nym_node = false;
};

Scores scores_of(const Member& member, const std::vector<ReleaseNumber>& history);

/// Of operator's and delegators' stake, not capped.
long double saturation_of(const Member& member);

/// A share as the contract's Percent prints it: 0.9858 is "0.98", 1 is "1".
std::string floored_percent(double share);

/// A number with up to 15 digits after the point, as the contract's Decimal prints it.
std::string decimal(long double value);

}  // namespace mixnet::simulator
