// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/scores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>

#include "collectors/kit/text.h"

namespace mixnet::simulator {
namespace {

/// Steps between releases: major, minor, patch, prerelease.
using Steps = std::array<std::uint32_t, 4>;

constexpr Steps kWeights{100, 10, 1, 1};

std::uint32_t distance(std::uint32_t one, std::uint32_t other) { return one > other ? one - other : other - one; }

/// The first part in which they differ is the only one that counts.
Steps steps_between(const ReleaseNumber& from, const ReleaseNumber& to) {
  if (from.major != to.major) return {distance(from.major, to.major), 0, 0, 0};
  if (from.minor != to.minor) return {0, distance(from.minor, to.minor), 0, 0};
  if (from.patch != to.patch) return {0, 0, distance(from.patch, to.patch), 0};
  return {0, 0, 0, from.prerelease == to.prerelease ? 0U : 1U};
}

Steps sum(Steps steps, const Steps& more) {
  std::ranges::transform(steps, more, steps.begin(), std::plus());
  return steps;
}

/// Each part for itself, and never below 0.
Steps difference(Steps steps, const Steps& less) {
  std::ranges::transform(steps, less, steps.begin(), [](auto one, auto other) { return one > other ? one - other : 0; });
  return steps;
}

std::uint32_t weighted(const Steps& steps) {
  return std::inner_product(steps.begin(), steps.end(), kWeights.begin(), std::uint32_t{0});
}

/// One step ahead of the last release is as good as it; more is taken for a lie.
std::uint32_t ahead(const ReleaseNumber& release, const ReleaseNumber& last) {
  const auto steps = steps_between(last, release);
  const bool one_step = *std::ranges::max_element(steps) == 1 || release.prerelease != last.prerelease;
  return one_step ? 0 : kWeights.front();
}

/// From the first entry of the history to one of the others.
Steps steps_to(const std::vector<ReleaseNumber>& history, std::size_t entry) {
  Steps out{};
  for (std::size_t i = 0; i < entry; ++i) out = sum(out, steps_between(history[i], history[i + 1]));
  return out;
}

}  // namespace

std::optional<ReleaseNumber> parse_release(std::string_view text) {
  ReleaseNumber out;
  auto numbers = take_until(text, '-');
  out.prerelease = text;
  for (auto* part : {&out.major, &out.minor, &out.patch}) {
    const auto value = number<std::uint32_t>(take_until(numbers, '.'));
    if (!value) return std::nullopt;
    *part = *value;
  }
  if (!numbers.empty()) return std::nullopt;
  return out;
}

std::uint32_t versions_behind(const ReleaseNumber& release, const std::vector<ReleaseNumber>& history) {
  if (history.back() < release) return ahead(release, history.back());
  const auto all = steps_to(history, history.size() - 1);
  const auto next = std::upper_bound(history.begin(), history.end(), release);
  if (next == history.begin()) return weighted(sum(steps_between(history.front(), release), all));
  // What is not in the history itself stands where the entry before it stands, and its own step further.
  const auto before = static_cast<std::size_t>(next - history.begin()) - 1;
  return weighted(difference(all, sum(steps_to(history, before), steps_between(history[before], release))));
}

Scores scores_of(const Member& member, const std::vector<ReleaseNumber>& history) {
  Scores out;
  out.routing = member.routing;
  if (!member.described) return out;
  out.described = true;
  const auto release = parse_release(member.version);
  if (!release) return out;
  out.behind = versions_behind(*release, history);
  out.accepted_terms = member.accepted_terms;
  out.nym_node = member.binary == "nym-node";
  if (out.accepted_terms && out.nym_node) out.config = std::pow(kPenalty, std::pow(*out.behind, kPenaltyScaling));
  out.performance = out.routing * out.config;
  return out;
}

long double saturation_of(const Member& member) {
  return static_cast<long double>(member.pledge + member.delegated) / kSaturationPoint;
}

std::string floored_percent(double share) {
  // A product such as 0.29 × 1 may be a hair below what is meant.
  const auto percent = static_cast<int>(std::floor(share * 100 + 1e-9));
  return decimal(static_cast<long double>(percent) / 100);
}

std::string decimal(long double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.15Lf", value);
  std::string out = text;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out;
}

}  // namespace mixnet::simulator
