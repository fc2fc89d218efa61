// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/kit/metric.h"

/// What is exported of asking the network's APIs itself.
namespace mixnet {

inline constexpr Metric kNetworkApiUp =
    gauge("mixnet_network_api_up", "Whether the API gave a usable answer when this resource was last asked for.");
inline constexpr Metric kNetworkApiFault =
    gauge("mixnet_network_api_fault_info", "1 with the reason, for each resource without a usable answer when last asked for.");
inline constexpr Metric kNetworkApiLastSuccess =
    gauge("mixnet_network_api_last_success_timestamp_seconds", "When this resource was last had or confirmed.");
inline constexpr Metric kNetworkApiDuration =
    gauge("mixnet_network_api_duration_seconds", "How long this resource took when it was last asked for.");
inline constexpr Metric kNetworkApiRequests = counter("mixnet_network_api_requests_total", "Requests to the API.");
inline constexpr Metric kNetworkApiFailures =
    counter("mixnet_network_api_failures_total", "Requests to the API without a usable answer, by the reason.");
inline constexpr Metric kNetworkApiBase =
    gauge("mixnet_network_api_base_info", "The base URL that the API is asked under now; always 1.");

}  // namespace mixnet
