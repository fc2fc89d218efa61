// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulator/commands.h"
#include "tests/simulator/network/member.h"

namespace mixnet::simulator {

/// What a probe found, as the prober prints it: newest is today's, older has no milliseconds, sizes, metadata, SOCKS5 and Lewes
/// Protocol, oldest has neither IPv6 nor names that end in _v4; future has more than anybody knows. null where there was none.
Json probe_result(const Member& member);

/// null, or what the prober wrote while it worked.
Json probe_log(const Member& member);

/// high, medium, low or offline: what the VPN's applications show of a gateway of this share of performance.
std::string_view visual_score(const Member& member, double performance);

/// The same of its load: low is good.
std::string_view load_of(const Member& member);

}  // namespace mixnet::simulator
