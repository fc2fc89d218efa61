// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/kit/tree.h"
#include "collectors/node/nodes.h"

namespace mixnet {

/// Does the node's process live in another network namespace than we do? Its sockets and interfaces are then to be read below
/// /proc/PID/net: netlink answers for our own. Takes no right: each namespace has files of its own there.
bool is_in_another_network_namespace(const Tree& proc, const Node& node);

}  // namespace mixnet
