// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include "collectors/kit/samples.h"
#include "collectors/network/nym_api_facts.h"

namespace mixnet {

/// Adds what is known of the network: mixnet_network_epoch 24120.
void add_network(Samples& out, const NetworkFacts& facts, std::chrono::system_clock::time_point now);

/// Adds what is known of a node, and what follows from it: mixnet_network_node_performance_ratio{node="exit1"} 0.9858.
void add_network_node(Samples& out, const NetworkNodeFacts& node, const NetworkFacts& network,
                      std::chrono::system_clock::time_point now);

}  // namespace mixnet
