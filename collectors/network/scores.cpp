// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/scores.h"

#include <algorithm>
#include <cmath>

namespace mixnet {
namespace {

std::uint64_t apart(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }
std::uint64_t beyond(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

/// The first component in which `next`, a later version, is greater: a new minor release makes the patches before it nothing.
VersionLag step(const Version& from, const Version& next) {
  if (next.major > from.major) return {.major = next.major - from.major};
  if (next.minor > from.minor) return {.minor = next.minor - from.minor};
  if (next.patch > from.patch) return {.patch = next.patch - from.patch};
  return {.prerelease = next.prerelease != from.prerelease ? 1U : 0U};
}

/// The same of a version from before the first that the network knows.
VersionLag before_history(const Version& first, const Version& version) {
  if (first.major != version.major) return {.major = apart(first.major, version.major)};
  if (first.minor != version.minor) return {.minor = apart(first.minor, version.minor)};
  return {.patch = apart(first.patch, version.patch), .prerelease = first.prerelease != version.prerelease ? 1U : 0U};
}

void add(VersionLag& to, const VersionLag& more) {
  to.major += more.major;
  to.minor += more.minor;
  to.patch += more.patch;
  to.prerelease += more.prerelease;
}

/// What lies between the first release of the history and each, the steps added up, up to and with `end`.
VersionLag since_first(std::span<const Version> history, std::size_t end) {
  VersionLag out;
  for (std::size_t at = 1; at <= end; ++at) add(out, step(history[at - 1], history[at]));
  return out;
}

bool is_one_step(const Version& ahead, const Version& latest) {
  const auto major = apart(ahead.major, latest.major), minor = apart(ahead.minor, latest.minor);
  if (major == 1 || (major == 0 && minor == 1)) return true;
  if (major == 0 && minor == 0 && apart(ahead.patch, latest.patch) == 1) return true;
  return ahead.prerelease != latest.prerelease;
}

std::uint64_t weighted(const VersionLag& lag, const ConfigScoreParameters& parameters) {
  return lag.major * parameters.major_weight + lag.minor * parameters.minor_weight + lag.patch * parameters.patch_weight +
         lag.prerelease * parameters.prerelease_weight;
}

}  // namespace

VersionLag version_lag(const Version& version, std::span<const Version> history) {
  if (history.empty()) return {};
  if (version > history.back()) return {.major = is_one_step(version, history.back()) ? 0U : 1U};
  const auto total = since_first(history, history.size() - 1);
  const auto after = std::find_if(history.rbegin(), history.rend(), [&](const Version& each) { return each <= version; });
  if (after == history.rend()) {
    auto lag = before_history(history.front(), version);
    add(lag, total);
    return lag;
  }
  auto reached = since_first(history, static_cast<std::size_t>(history.rend() - after) - 1);
  add(reached, step(*after, version));
  return {.major = beyond(total.major, reached.major),
          .minor = beyond(total.minor, reached.minor),
          .patch = beyond(total.patch, reached.patch),
          .prerelease = beyond(total.prerelease, reached.prerelease)};
}

std::uint64_t versions_behind(const Version& version, std::span<const Version> history,
                              const ConfigScoreParameters& parameters) {
  return weighted(version_lag(version, history), parameters);
}

double config_score(std::uint64_t behind, const ConfigScoreParameters& parameters) {
  return std::pow(parameters.penalty, std::pow(static_cast<double>(behind), parameters.penalty_scaling));
}

double selection_weight(double saturation, double performance) { return std::min(saturation, 1.0) * std::pow(performance, 20); }

}  // namespace mixnet
