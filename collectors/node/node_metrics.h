// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/kit/metric.h"
#include "collectors/node/nodes.h"

namespace mixnet {

// Metrics that one collector gives of some nodes and another one of the rest.

/// Who counts a node's restarts: node_process where it is known as a process of this host, else whoever asks its HTTP API.
inline bool restarts_are_seen_in_processes(const Node& node) { return node.process.pid != 0; }

inline constexpr Metric kNodeRestarts =
    counter("mixnet_node_restarts_total", "How often the node was seen to have been started again since the exporter runs.");

}  // namespace mixnet
