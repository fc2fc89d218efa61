// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/collector.h"

namespace mixnet {

/// Does the node's process live in another network namespace than we do? Its sockets and interfaces are then to be read below
/// /proc/PID/net: netlink answers for our own. Takes no right: each namespace has files of its own there. Looked at once for
/// each edition of the nodes.
bool is_in_another_network_namespace(Context& context, const Node& node);

}  // namespace mixnet
