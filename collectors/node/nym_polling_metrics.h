// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/kit/metric.h"

/// What is exported of the polling itself.
namespace mixnet::nym {

inline constexpr Metric kApiUp =
    gauge("mixnet_node_api_up", "Whether the endpoint of the node's HTTP API gave a usable answer when it was last asked.");
inline constexpr Metric kApiFault = gauge(
    "mixnet_node_api_fault_info", "1 for each endpoint of the node's HTTP API that gave no usable answer, with the reason.");
inline constexpr Metric kApiLastSuccess = gauge("mixnet_node_api_last_success_timestamp_seconds",
                                                "When the endpoint of the node's HTTP API last gave a usable answer.");
inline constexpr Metric kApiDuration =
    gauge("mixnet_node_api_duration_seconds", "How long the endpoint of the node's HTTP API took when it was last asked.");
inline constexpr Metric kApiRequests =
    counter("mixnet_node_api_requests_total", "Requests to the node's HTTP API, all endpoints together.");
inline constexpr Metric kApiFailures =
    counter("mixnet_node_api_failures_total", "Requests to the node's HTTP API without a usable answer, by the reason.");
inline constexpr Metric kApiRestarts =
    counter("mixnet_node_api_restarts_total", "How often the node's uptime began anew since the exporter runs, from /health.");

}  // namespace mixnet::nym
