// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/node/nodes.h"
#include "daemon/yaml.h"

namespace mixnet {

/// A key of an entry of `nodes:`, for documents.
struct NodeKey {
  std::string_view name, help;
};

/// Every key of an entry, in the order in which nodes_as_yaml writes them.
std::span<const NodeKey> node_keys();

/// The configuration's `nodes:`, a list with an entry for each node of this host. What is wrong is noted at its place in the
/// Yaml that `nodes` is of.
std::vector<NodeSettings> read_nodes(const YamlValue& nodes);

/// The nodes as that section, which read_nodes reads back as the same: only what is set, and no secret, for there is none in
/// them. Nothing for none.
std::string nodes_as_yaml(std::span<const NodeSettings> nodes);

}  // namespace mixnet
