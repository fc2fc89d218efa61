// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulator/commands.h"
#include "tests/simulator/network/network.h"

namespace mixnet::simulator {

/// 2026-05-16 09:48:03.635274187 +00:00:00, as the time crate prints a time that nobody told it how to.
std::string offset_date_time(Time time, std::uint64_t nanoseconds = 0);

/// A node in the lists of descriptions. Of the two versions only the second has the Lewes Protocol.
Json described_item(const Network& network, const Member& member, int version);

/// What such an item has below `description`.
Json self_description(const Network& network, const Member& member, int version);

/// Which roles a node says it can have.
Json declared_roles(const Member& member);

/// null, or where clients reach it.
Json entry_information(const Member& member);

/// Its sphinx key of the present rotation, and its key of the noise protocol.
std::string sphinx_key_of(const Network& network, const Member& member);
Json noise_key_of(const Member& member);

Json build_information_of(const Member& member);
Json lewes_protocol_of(const Member& member);
/// IDENTITY.KEY@GATEWAY of one of its service providers.
Json provider_of(const Member& member, std::string_view name);
Json addresses_of(const Member& member);

}  // namespace mixnet::simulator
