// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulator/exchange.h"

namespace mixnet::simulator {

class NetworkSite;

/// What the commands to the simulated network do and answer. Its lock is held.
Answer network_control(NetworkSite& site, const Request& request);

}  // namespace mixnet::simulator
