// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "tests/simulator/network/call.h"

namespace mixnet::simulator {

/// The routes of nym-api, below its base.
std::span<const NetworkRoute> nym_api_routes();

/// What a route answers while nym-api has just been started and has nothing in its caches yet.
Answer cold_answer(const NetworkRoute& route);

/// As `current_role` prints a role.
std::string_view name_of(EpochRole role);

/// As the skimmed lists print what role a node has in this epoch.
Json skimmed_role(const Network& network, const Member& member);

/// What the contract has of the rewards of a node.
Json rewarding_details(const Network& network, const Member& member);

/// A made-up account on the chain.
std::string owner_of(const Member& member);

}  // namespace mixnet::simulator
