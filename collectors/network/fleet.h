// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"
#include "collectors/network/nym_api_bodies.h"

namespace mixnet {

/// A node of the network as a target of Prometheus.
struct FleetNode {
  std::uint32_t node_id = 0;
  std::string identity_key, owner, host;
  std::optional<std::uint16_t> custom_http_port;
  bool unbonding = false;
  // As it described itself; empty where nym-api could not ask it.
  std::string version, country;
  bool mixnode = false, entry = false, exit = false;
  bool rewarded = false;  ///< in the rewarded set of the current epoch

  bool operator==(const FleetNode&) const = default;
};

/// All nodes of a network, by their ids.
using Fleet = std::vector<FleetNode>;

/// As lines of text, in which thousands of nodes take little memory, and back. What of a node cannot stand in a line is left
/// out with it.
std::string serialized(const Fleet& fleet);
Fleet parse_fleet(std::string_view text);

/// Puts a fleet together while the lists are read, entry by entry.
class FleetBuilder {
 public:
  void begin_bonds() { bonds_.clear(); }
  void add(const NodeBond& bond);
  void begin_descriptions() { descriptions_.clear(); }
  void add(const NodeDescription& description);

  Fleet fleet(const RewardedSet* rewarded) const;

 private:
  // Lines as of `serialized`: entries that lie between those of a document while it is read would leave the heap full of holes.
  std::string bonds_, descriptions_;
};

/// Which of the nodes are wanted. Of each list that is not empty one entry has to fit.
struct FleetFilter {
  std::vector<std::string> roles;  ///< "mixnode", "entry_gateway", "exit_gateway": that the node declares
  std::vector<std::string> owners, identities, versions, countries;
  bool bonded_only = false;  ///< without those that are leaving
  bool rewarded_only = false;

  bool wants(const FleetNode& node) const;
};

/// Fault::malformed where `role` is none that a filter can name.
Result<void> check_fleet_role(std::string_view role);

}  // namespace mixnet
