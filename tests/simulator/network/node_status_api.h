// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "tests/simulator/network/call.h"

namespace mixnet::simulator {

/// The routes of nym-node-status-api, below its base.
std::span<const NetworkRoute> node_status_api_routes();

}  // namespace mixnet::simulator
