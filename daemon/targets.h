// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "collectors/network/fleet.h"

namespace mixnet {

/// Which nodes become targets, and at which port.
struct TargetOptions {
  FleetFilter filter;
  std::optional<std::uint16_t> port;  ///< of exporters on those hosts; nothing: the nodes' own metrics
};

/// The nodes of one network.
struct TargetSource {
  std::string environment;  ///< label `environment`
  const Fleet* fleet;
};

/// Takes one filter, as flag of `targets` and parameter of /sd/nodes alike: role, owner, identity, version, country
/// (repeatable), bonded, rewarded (true or false) and port. malformed with the reason; absent where there is no filter of that
/// name.
Result<void> take_target_option(TargetOptions& options, std::string_view name, std::string_view value);

enum class TargetFormat { json, yaml };

/// Targets as Prometheus's file_sd and http_sd want them, sorted by environment and node id; `left_out` counts the nodes whose
/// host is no address or name. A target per node:
///
///     {"targets":["203.0.113.17:8080"],"labels":{"__metrics_path__":"/api/v1/metrics/prometheus","__scheme__":"http",
///      "node_id":"1324","identity_key":"2w5R…","role":"exit_gateway","version":"1.31.0","country":"CH","environment":"mainnet"}}
std::string targets_text(std::span<const TargetSource> sources, const TargetOptions& options, TargetFormat format,
                         std::size_t& left_out);

}  // namespace mixnet
