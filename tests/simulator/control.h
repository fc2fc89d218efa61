// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulator/simulation.h"

namespace mixnet::simulator {

/// What the commands below /simulator/ do and answer. Only this host may give them.
Answer control(Simulation& simulation, const Request& request);

}  // namespace mixnet::simulator
