// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tests/simulator/commands.h"
#include "tests/simulator/node.h"

namespace mixnet::simulator {

/// What each endpoint of the node's API says; nothing where the node has no such thing.
namespace bodies {

Json health(const Node& node);
Json load(Node& node);
Json build_information(const Node& node);
Json host_information(const Node& node);
Json system_info(const Node& node);
Json roles(const Node& node);
Json description(const Node& node);
Json auxiliary_details(const Node& node);

Json gateway(const Node& node);
Json client_interfaces(const Node& node);
Json mixnet_websockets(const Node& node);
std::optional<Json> wireguard(const Node& node);

Json network_requester(const Node& node);
Json exit_policy(const Node& node);
Json ip_packet_router(const Node& node);
Json authenticator(const Node& node);
std::optional<Json> lewes_protocol(const Node& node);
std::optional<Json> bridge_client_params(const Node& node);
std::optional<Json> upgrade_mode_status(const Node& node);

Json packets_stats(const Node& node);
Json mixing(const Node& node);
Json wireguard_stats(const Node& node);
Json sessions(const Node& node);
Json verloc(const Node& node);

}  // namespace bodies

/// The node's ed25519 identity.
std::string identity(const Node& node);

/// Adds to every object of `body` a key that no reader can know yet.
void add_unknown_keys(Json& body);

}  // namespace mixnet::simulator
