// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/kit/metric.h"

/// What is exported of a probe's result, whoever ran it: label `source` tells.
namespace mixnet::network {

inline constexpr Metric kProbeSuccess =
    gauge("mixnet_network_node_probe_success", "Whether the last probe could do this; missing where it did not try.");
inline constexpr Metric kProbePing = gauge("mixnet_network_node_probe_ping_ratio",
                                           "Pings through the tunnel that were answered, of host names and of addresses.");
inline constexpr Metric kProbeDownloadBytes =
    gauge("mixnet_network_node_probe_download_bytes", "What the last probe downloaded through the tunnel.");
inline constexpr Metric kProbeDownloadSeconds = gauge("mixnet_network_node_probe_download_seconds", "How long that took.");
inline constexpr Metric kProbeSocks5Latency =
    gauge("mixnet_network_node_probe_socks5_latency_seconds", "Mean time of HTTPS requests through the network requester.");
inline constexpr Metric kProbeTime = gauge("mixnet_network_node_probe_timestamp_seconds", "When the last probe ended.");

}  // namespace mixnet::network
