// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/node/nodes.h"
#include "collectors/settings.h"

namespace mixnet {

/// Where an API of the network is, and how it was found out.
struct NetworkBases {
  std::string environment;         ///< "mainnet"; "custom" where it is none of those known
  std::vector<std::string> bases;  ///< the preferred first, without a slash at the end; empty: not known
};

/// nym-api: what the operator set, else the environment's, else what the nodes on this host use themselves.
NetworkBases nym_api_bases(const Settings& settings, const NodeList& nodes);

/// The node status API: what the operator set, else the environment's where the operator named one. No node names it, so
/// without being told nobody is asked.
NetworkBases node_status_api_bases(const Settings& settings);

}  // namespace mixnet
