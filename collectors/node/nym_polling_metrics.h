// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/kit/metric.h"

/// What is exported of the polling itself.
namespace mixnet::nym {

inline constexpr Metric kApiUp =
    gauge("mixnet_node_api_up",
          "Whether the endpoint of the node's HTTP API answered well when it was last asked; none of those it does not offer.");
inline constexpr Metric kApiFault =
    gauge("mixnet_node_api_fault_info", "1 for each endpoint that gave nothing when it was last asked, with the reason.");
inline constexpr Metric kApiLastSuccess =
    gauge("mixnet_node_api_last_success_timestamp_seconds", "When the endpoint last answered well.");
inline constexpr Metric kApiDuration =
    gauge("mixnet_node_api_duration_seconds", "How long the endpoint took when it was last asked.");
inline constexpr Metric kApiRequests = counter("mixnet_node_api_requests_total", "Requests to the node's HTTP API.");
inline constexpr Metric kApiFailures =
    counter("mixnet_node_api_failures_total", "Those of them that gave nothing, by the reason.");
inline constexpr Metric kApiRestarts =
    counter("mixnet_node_api_restarts_total",
            "How often the node's uptime began anew since the exporter runs, from /health; where its process is on this "
            "host, mixnet_node_restarts_total is more exact.");

}  // namespace mixnet::nym
