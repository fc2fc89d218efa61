// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/simulator/exchange.h"
#include "tests/simulator/node.h"

namespace mixnet::simulator {

/// What the node answers.
Answer answer(Node& node, const Request& request);

/// All paths that a node of the newest release answers.
std::vector<std::string> endpoints();

}  // namespace mixnet::simulator
