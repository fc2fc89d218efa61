// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/kit/samples.h"
#include "collectors/node/nym_bodies.h"

namespace mixnet::nym {

// Each adds what a body says as samples with the label `node`; what the body lacks has no sample.

void add(const Health& health, std::string_view node, Samples& out);
void add(const Load& load, std::string_view node, Samples& out);
void add(const BuildInformation& build, std::string_view node, Samples& out);
void add(const HostInformation& host, std::string_view node, Samples& out);
void add(const SystemInformation& system, std::string_view node, Samples& out);
void add(const Roles& roles, std::string_view node, Samples& out);
void add(const Description& description, std::string_view node, Samples& out);
void add(const AuxiliaryDetails& details, std::string_view node, Samples& out);
void add(const Gateway& gateway, std::string_view node, Samples& out);
void add(const LewesProtocol& lp, std::string_view node, Samples& out);
void add(const UpgradeMode& mode, std::string_view node, Samples& out);
/// `sent_forward`: packets sent without acks, see SentForward.
void add(const PacketsStats& stats, std::optional<std::uint64_t> sent_forward, std::string_view node, Samples& out);
void add(const WireguardStats& stats, std::string_view node, Samples& out);
void add(const Sessions& sessions, std::string_view node, Samples& out);
void add(const Verloc& verloc, std::string_view node, Samples& out);

/// A histogram of durations.
void add_durations(const Metric& metric, const SessionDurations& durations, std::string_view type, std::string_view node,
                   Samples& out);

/// Packets sent without acks, worked out of two counters that the node does not read at the same moment: a step back by a few
/// packets would be taken for a restart, so it is held until the counter of all packets itself begins anew.
class SentForward {
 public:
  void take(const PacketsStats& stats);
  std::optional<std::uint64_t> value() const { return value_; }

 private:
  std::uint64_t sent_ = 0;
  std::optional<std::uint64_t> value_;
};

}  // namespace mixnet::nym
