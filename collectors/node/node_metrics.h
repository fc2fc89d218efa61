// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/kit/metric.h"

namespace mixnet {

/// Metrics that more than one collector of a node gives, each for nodes that the other cannot tell of.
inline constexpr Metric kNodeRestarts = counter(
    "mixnet_node_restarts_total",
    "Restarts of the node since this program began to look, by its process; of a node whose process is not known by the "
    "uptime that it gives.");

}  // namespace mixnet
