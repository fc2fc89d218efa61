// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/kit/result.h"
#include "collectors/kit/state_folder.h"
#include "collectors/node/nodes.h"

namespace mixnet {

/// A node that the network is asked about: one on this host, or one that the operator watches from here.
struct FollowedNode {
  std::string label;                     ///< as label `node`: the node's name here; of a watched one what the operator wrote
  std::string identity_key;              ///< empty: to be told by `node_id`
  std::optional<std::uint32_t> node_id;  ///< that the operator wrote
  std::string version;                   ///< that it runs, where it is on this host
  std::optional<std::uint32_t> key_rotation;
  std::optional<bool> gateway;  ///< does it run as an entry or an exit?

  bool operator==(const FollowedNode&) const = default;
};

/// The keys of this host's nodes, remembered over restarts, so that a node that is down is still known to the network's
/// collectors.
class NodeKeys {
 public:
  /// One collector keeps them, others read what it has learned.
  enum class Use { keep, read };

  NodeKeys(StateFolder folder, Use use) : folder_(std::move(folder)), use_(use) {}

  /// The node's key as it says itself, or as it last did; empty where it never did.
  std::string key_of(const Node& node);

  /// Of any name that was learned; empty where it was not.
  std::string known(std::string_view name);
  void learn(const std::string& name, const std::string& key);

 private:
  void load();
  const std::string* find(std::string_view name) const;

  StateFolder folder_;
  Use use_;
  bool loaded_ = false;
  std::vector<std::pair<std::string, std::string>> keys_;  ///< name and key
};

/// Nodes of this host whose keys are known, then those watched that are none of these.
std::vector<FollowedNode> followed_nodes(const NodeList& nodes, const std::vector<std::string>& watch, NodeKeys& keys);

/// Which nodes they are, as one text: the same for the same nodes in any order.
std::string signature_of(const std::vector<FollowedNode>& nodes);

}  // namespace mixnet
