// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet::simulator {

/// How packets come in over time.
enum class Pattern {
  idle,    ///< none at all
  steady,  ///< always the same rate
  busy,    ///< five times the rate, more than the node can send on: it drops packets and its queues are long
  bursty,  ///< of each minute ten seconds at three and a half times the rate, the rest at half of it
};

struct Traffic {
  Pattern pattern = Pattern::steady;
  double packets_per_second = 1000;
};

Result<Pattern> parse_pattern(std::string_view name);

/// The packets that have come in `seconds` after this traffic began. It never falls, and depends on nothing else.
double packets_after(const Traffic& traffic, double seconds);

}  // namespace mixnet::simulator
