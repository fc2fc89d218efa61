// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/fleet_source.h"

#include <optional>
#include <random>
#include <vector>

#include "collectors/network/nym_api_kinds.h"

namespace mixnet {
namespace {

constexpr std::chrono::minutes kTime{3};

Result<void> nothing(const Json& body) {
  (void)body;
  return {};
}

}  // namespace

Result<Fleet> ask_for_fleet(const ApiSource::Place& place, bool rewarded) {
  FleetBuilder builder;
  std::optional<RewardedSet> set;
  ApiResource bonded(network::kBondedKind, {network::kBondedPath}, "", nothing, [&](const Json& entry) {
    if (const auto bond = read_bond(entry)) builder.add(*bond);
    return false;
  });
  bonded.before_reading([&] { builder.begin_bonds(); });
  ApiResource described(network::kDescribedKind, {network::kDescribedPaths.begin(), network::kDescribedPaths.end()}, "",
                        nothing, [&](const Json& entry) {
                          if (const auto description = read_description(entry)) builder.add(*description);
                          return false;
                        });
  described.before_reading([&] { builder.begin_descriptions(); });
  ApiResource rewarded_set(network::kRewardedSetKind, {network::kRewardedSetPath}, "", [&](const Json& body) -> Result<void> {
    set = TRY(read_rewarded_set(body));
    return {};
  });
  std::vector<ApiResource*> resources = {&bonded, &described};
  if (rewarded) resources.push_back(&rewarded_set);
  ApiSource source("nym_api", StateFolder(), std::random_device{}());
  source.follow(place);
  source.ask_due(resources, std::chrono::steady_clock::now() + kTime, {});
  for (const auto* each : resources) {
    if (each->got()) continue;
    const auto error = each->error();
    return fail(Fault::unavailable, error ? error->message : place.bases.front() + ": not asked");
  }
  auto fleet = builder.fleet(set ? &*set : nullptr);
  if (fleet.empty()) return fail(Fault::unavailable, place.bases.front() + ": an empty list: the API knows nothing yet");
  return fleet;
}

}  // namespace mixnet
