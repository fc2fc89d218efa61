// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_samples.h"

#include <algorithm>

#include "collectors/kit/text.h"
#include "collectors/node/nym_metrics.h"

namespace mixnet::nym {
namespace {

template <class T>
void add_if(const Metric& metric, const std::optional<T>& value, LabelSet labels, Samples& out) {
  if (value) out.add(metric, static_cast<double>(*value), labels);
}

template <class T>
void add_if(const Metric& metric, const std::optional<T>& value, std::initializer_list<Label> labels, Samples& out) {
  if (value) out.add(metric, static_cast<double>(*value), labels);
}

void add_port(const std::optional<std::uint16_t>& port, std::string_view name, std::string_view node, Samples& out) {
  add_if(kPort, port, {{"node", node}, {"port", name}}, out);
}

void add_tier(const std::optional<std::string>& tier, std::string_view part, std::string_view node, Samples& out) {
  if (!tier) return;
  for (const auto each : kLoadTiers) {
    out.add(kLoad, each == *tier ? 1 : 0, {{"node", node}, {"part", part}, {"tier", each}});
  }
}

}  // namespace

void add(const Health& health, std::string_view node, Samples& out) {
  const auto labels = out.labels({{"node", node}});
  add_if(kHealthy, health.up, labels, out);
  add_if(kUptime, health.uptime_s, labels, out);
}

void add(const Load& load, std::string_view node, Samples& out) {
  add_tier(load.total, "total", node, out);
  add_tier(load.machine, "machine", node, out);
  add_tier(load.network, "network", node, out);
}

void add(const BuildInformation& build, std::string_view node, Samples& out) {
  if (build.version.empty()) return;
  out.add(kBuild, 1,
          {{"node", node},
           {"binary", build.binary},
           {"version", build.version},
           {"commit", build.commit},
           {"branch", build.branch},
           {"target", build.target}});
}

void add(const HostInformation& host, std::string_view node, Samples& out) {
  const auto labels = out.labels({{"node", node}});
  if (!host.identity_key.empty()) out.add(kIdentity, 1, {{"node", node}, {"identity_key", host.identity_key}});
  for (const auto& address : host.addresses) out.add(kHost, 1, {{"node", node}, {"host", address}, {"type", "address"}});
  if (!host.hostname.empty()) out.add(kHost, 1, {{"node", node}, {"host", host.hostname}, {"type", "name"}});
  add_if(kRotation, host.rotation_id, labels, out);
  add_if(kNextKey, host.next_key_announced, labels, out);
}

void add(const SystemInformation& system, std::string_view node, Samples& out) {
  const auto labels = out.labels({{"node", node}});
  if (!system.system.empty() || !system.kernel.empty()) {
    out.add(kSystem, 1,
            {{"node", node},
             {"system", system.system},
             {"os_version", system.os_version},
             {"kernel", system.kernel},
             {"architecture", system.architecture}});
  }
  add_if(kSystemCpus, system.cpus, labels, out);
  add_if(kSystemMemory, system.memory_bytes, labels, out);
}

void add(const Roles& roles, std::string_view node, Samples& out) {
  add_if(kRole, roles.mixnode, {{"node", node}, {"role", "mixnode"}}, out);
  add_if(kRole, roles.gateway, {{"node", node}, {"role", "gateway"}}, out);
  add_if(kRole, roles.network_requester, {{"node", node}, {"role", "network_requester"}}, out);
  add_if(kRole, roles.ip_packet_router, {{"node", node}, {"role", "ip_packet_router"}}, out);
}

void add(const Description& description, std::string_view node, Samples& out) {
  if (description.moniker.empty() && description.website.empty()) return;
  out.add(kDescription, 1, {{"node", node}, {"moniker", description.moniker}, {"website", description.website}});
}

void add(const AuxiliaryDetails& details, std::string_view node, Samples& out) {
  if (!details.location.empty()) out.add(kLocation, 1, {{"node", node}, {"location", details.location}});
  add_port(details.mix_port, "mix", node, out);
  add_port(details.verloc_port, "verloc", node, out);
  add_if(kTerms, details.terms_accepted, {{"node", node}}, out);
}

void add(const Gateway& gateway, std::string_view node, Samples& out) {
  add_if(kZkNyms, gateway.enforces_zk_nyms, {{"node", node}}, out);
  add_if(kOffersWireguard, gateway.offers_wireguard, {{"node", node}}, out);
  add_port(gateway.ws_port, "client_ws", node, out);
  add_port(gateway.wss_port, "client_wss", node, out);
  add_port(gateway.wireguard_port, "wireguard", node, out);
  add_port(gateway.wireguard_metadata_port, "wireguard_metadata", node, out);
}

void add(const LewesProtocol& lp, std::string_view node, Samples& out) {
  add_if(kLpEnabled, lp.enabled, {{"node", node}}, out);
  add_port(lp.control_port, "lp_control", node, out);
  add_port(lp.data_port, "lp_data", node, out);
}

void add(const UpgradeMode& mode, std::string_view node, Samples& out) {
  const auto labels = out.labels({{"node", node}});
  add_if(kUpgradeMode, mode.declared, labels, out);
  add_if(kUpgradeModeWatched, mode.watched, labels, out);
  add_if(kUpgradeModeQueried, mode.last_queried_s, labels, out);
}

void add(const PacketsStats& stats, std::optional<std::uint64_t> sent_forward, std::string_view node, Samples& out) {
  const auto labels = out.labels({{"node", node}});
  add_if(kReceived, stats.received_forward, {{"node", node}, {"hop", "forward"}}, out);
  add_if(kReceived, stats.received_final, {{"node", node}, {"hop", "final"}}, out);
  add_if(kSent, sent_forward, {{"node", node}, {"type", "forward"}}, out);
  add_if(kSent, stats.sent_acks, {{"node", node}, {"type", "ack"}}, out);
  add_if(kDropped, stats.ingress_dropped_forward, {{"node", node}, {"direction", "ingress"}, {"hop", "forward"}}, out);
  add_if(kDropped, stats.ingress_dropped_final, {{"node", node}, {"direction", "ingress"}, {"hop", "final"}}, out);
  add_if(kDropped, stats.egress_dropped_forward, {{"node", node}, {"direction", "egress"}, {"hop", "forward"}}, out);
  add_if(kMalformed, stats.malformed, labels, out);
  if (stats.replayed.value_or(0) > 0) add_if(kReplayed, stats.replayed, labels, out);
  add_if(kExcessiveDelay, stats.excessive_delay, labels, out);
  add_if(kTest, stats.received_test, labels, out);
}

void add(const WireguardStats& stats, std::string_view node, Samples& out) {
  const auto labels = out.labels({{"node", node}});
  add_if(kWireguardReceived, stats.received_bytes, labels, out);
  add_if(kWireguardSent, stats.sent_bytes, labels, out);
}

void add(const Sessions& sessions, std::string_view node, Samples& out) {
  const auto labels = out.labels({{"node", node}});
  add_if(kDay, sessions.day_s, labels, out);
  add_if(kDayUsers, sessions.unique_users, labels, out);
  add_if(kDayStarted, sessions.started, labels, out);
  add_if(kDayFinished, sessions.finished, labels, out);
  if (!sessions.durations) return;
  for (std::size_t type = 0; type < kSessionTypes.size(); ++type) {
    add_durations(kDayDurations, (*sessions.durations)[type], kSessionTypes[type], node, out);
  }
}

void add_durations(const Metric& metric, const SessionDurations& durations, std::string_view type, std::string_view node,
                   Samples& out) {
  const auto family = out.family(metric.type, metric.name, metric.help);
  std::uint64_t up_to_here = 0;
  for (std::size_t bucket = 0; bucket < durations.buckets.size(); ++bucket) {
    up_to_here += durations.buckets[bucket];
    const bool last = bucket == kSessionBounds.size();
    const Decimal bound(last ? 0 : static_cast<std::uint64_t>(kSessionBounds[bucket]));
    const auto labels = out.labels({{"node", node}, {"type", type}, {"le", last ? std::string_view("+Inf") : bound}});
    out.add_to(family, static_cast<double>(up_to_here), labels, Suffix::bucket);
  }
  const auto labels = out.labels({{"node", node}, {"type", type}});
  out.add_to(family, durations.sum_s, labels, Suffix::sum);
  out.add_to(family, static_cast<double>(durations.count), labels, Suffix::count);
}

void add(const Verloc& verloc, std::string_view node, Samples& out) {
  const auto labels = out.labels({{"node", node}});
  add_if(kVerlocTested, verloc.tested, labels, out);
  add_if(kVerlocMeasured, verloc.measured, labels, out);
  add_if(kVerlocUnmeasured, verloc.unmeasured, labels, out);
  add_if(kVerlocMinimum, verloc.minimum_s, labels, out);
  add_if(kVerlocMean, verloc.mean_s, labels, out);
  add_if(kVerlocMedian, verloc.median_s, labels, out);
  add_if(kVerlocStarted, verloc.started_s, labels, out);
  add_if(kVerlocFinished, verloc.finished_s, labels, out);
  add_if(kVerlocInProgress, verloc.in_progress, labels, out);
}

void SentForward::take(const PacketsStats& stats) {
  if (!stats.sent || !stats.sent_acks) {
    value_.reset();
    return;
  }
  const auto now = *stats.sent - std::min(*stats.sent, *stats.sent_acks);
  value_ = *stats.sent < sent_ ? now : std::max(now, value_.value_or(0));
  sent_ = *stats.sent;
}

}  // namespace mixnet::nym
