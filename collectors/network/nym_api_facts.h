// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collectors/network/nym_api_bodies.h"

namespace mixnet {

/// What nym-api says of the network as a whole; nothing of what is not known, or too old.
struct NetworkFacts {
  std::optional<NetworkEpoch> epoch;
  std::optional<RewardParameters> rewards;
  std::optional<KeyRotation> rotation;
  std::optional<RewardedSet> rewarded_set;
  std::optional<ScoreRules> score_rules;
  std::optional<ApiHealth> health;
};

/// What it says of one node, and what the node itself says that it is compared with.
struct NetworkNodeFacts {
  std::string node;  ///< label `node`
  std::string identity_key;
  std::optional<std::uint32_t> node_id;
  bool bonds_known = false, descriptions_known = false;  ///< the lists were had: who is not in them is not there
  std::optional<NodeBond> bond;
  std::optional<NodeDescription> description;
  std::optional<NodeAnnotation> annotation;
  std::optional<DailyValues> performance_history, uptime_history;
  std::string running_version;                ///< as the node says, else as it was described; empty: not known
  std::optional<std::uint32_t> key_rotation;  ///< whose key the node itself uses
};

}  // namespace mixnet
