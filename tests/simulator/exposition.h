// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/simulator/node.h"

namespace mixnet::simulator {

/// What the node's Prometheus endpoint prints, with its known defects.
std::string exposition(const Node& node);

/// A number as Rust prints it: no exponent, no ".0", the fewest digits that give the same number, inf and NaN.
std::string rust_number(double value);

}  // namespace mixnet::simulator
