// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "collectors/kit/samples.h"
#include "collectors/node/nym_bodies.h"
#include "collectors/node/nym_exposition.h"
#include "collectors/node/nym_samples.h"

namespace mixnet::nym {

/// The last good answer of each endpoint of one node.
struct Answers {
  std::string node;          ///< its name, label `node`
  bool passthrough = false;  ///< keep what is not known of the exposition

  std::optional<Health> health;
  std::optional<Load> load;
  std::optional<BuildInformation> build_information;
  std::optional<HostInformation> host_information;
  std::optional<SystemInformation> system_information;
  std::optional<Roles> roles;
  std::optional<Description> description;
  std::optional<AuxiliaryDetails> auxiliary_details;
  std::optional<Gateway> gateway;
  std::optional<LewesProtocol> lewes_protocol;
  std::optional<UpgradeMode> upgrade_mode;
  std::optional<PacketsStats> packets_stats;
  std::optional<WireguardStats> wireguard_stats;
  std::optional<Sessions> sessions;
  std::optional<Verloc> verloc;
  std::optional<NodeExposition> exposition;

  SentForward sent_forward, sent_forward_of_exposition;
};

/// How often an endpoint is asked.
enum class Rate : std::uint8_t {
  live,      ///< at the interval that the operator sets
  constant,  ///< every 10 minutes, and when the node has restarted
  hourly,    ///< what the node makes anew once or twice a day, and is long; likewise after a restart
};

/// An endpoint of the node's HTTP API.
struct Endpoint {
  std::string_view path;  ///< below /api/v1, and label `endpoint`
  Rate rate;
  std::size_t body_bytes_max;
  /// Makes an answer of a body.
  Result<void> (*take)(Answers& answers, std::string_view body);
  void (*forget)(Answers& answers);
  /// Adds the answer's samples; to be called where there is one.
  void (*add)(const Answers& answers, Samples& out);
};

/// Every endpoint that is asked.
std::span<const Endpoint> all_endpoints();

inline constexpr std::string_view kHealthPath = "/health", kPacketsPath = "/metrics/packets-stats",
                                  kExpositionPath = "/metrics/prometheus", kSystemPath = "/system-info";

/// The packets of the exposition, for a node that has no endpoint for them.
void add_packets_of_exposition(const Answers& answers, Samples& out);

}  // namespace mixnet::nym
