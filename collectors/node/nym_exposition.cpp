// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_exposition.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "collectors/node/nym_metrics.h"
#include "collectors/node/nym_samples.h"

namespace mixnet::nym {

struct KnownFamily {
  enum class Use {
    value,    ///< a gauge, or a counter that is always there
    lazy,     ///< a counter that the node makes when it first counts: missing, it is 0
    hist,     ///< a histogram
    packets,  ///< a total that /metrics/packets-stats has fresher
    never,    ///< wrong, or said better by another endpoint
  };
  std::string_view source;
  Use use = Use::never;
  const Metric* metric = nullptr;
  std::array<Label, 2> labels{};  ///< beside `node`; those without a name are none
  std::optional<std::uint64_t> PacketsStats::*total = nullptr;
};

namespace {

using Use = KnownFamily::Use;

constexpr std::string_view kVersionPrefix = "nym_node_mixnet_ingress_packet_version_";
constexpr std::string_view kSessionPrefix = "nym_node_entry_client_sessions_durations_";
constexpr std::string_view kEpochPrefix = "nym_credential_verification_ecash_epoch_";
constexpr std::string_view kEpochSuffix = "_verifications";
constexpr std::size_t kVersionsMax = 16;
constexpr std::size_t kUnknownSamplesMax = 2000;
constexpr std::size_t kUnknownBytesMax = 512 << 10;  // of names, helps and labels

constexpr KnownFamily packets(std::string_view source, std::optional<std::uint64_t> PacketsStats::*total) {
  return {source, Use::packets, nullptr, {}, total};
}

constexpr KnownFamily kKnown[] = {
    // clang-format off
    {"nym_node_mixnet_egress_stored_on_disk_final_hop_packets", Use::value, &kStored},
    {"nym_node_network_active_ingress_mixnet_connections", Use::value, &kIngressConnections},
    {"nym_node_process_forward_hop_packets_being_delayed", Use::value, &kDelayed},
    {"nym_node_process_packet_forwarder_queue_size", Use::value, &kQueue},
    {"nym_node_process_forward_hop_packets_pending_delivery", Use::value, &kPending, {{{"hop", "forward"}}}},
    {"nym_node_process_final_hop_packets_pending_delivery", Use::value, &kPending, {{{"hop", "final"}}}},
    {"nym_node_wireguard_total_peers", Use::value, &kWireguardPeers},
    {"nym_node_wireguard_active_peers", Use::value, &kWireguardActive},

    {"nym_node_process_topology_query_resolution_latency", Use::hist, &kTopologyDuration},
    {"nym_node_wireguard_defguard_peer_creation", Use::hist, &kPeerCreation},
    {"nym_node_peer_registration_credential_verification", Use::hist, &kCredentialDuration},
    {"nym_node_dvpn_authenticator_client_registration_msg1", Use::hist, &kRegistrationDuration, {{{"message", "1"}, {"via", "authenticator"}}}},
    {"nym_node_dvpn_authenticator_client_registration_msg2", Use::hist, &kRegistrationDuration, {{{"message", "2"}, {"via", "authenticator"}}}},
    {"nym_node_dvpn_lp_client_registration_msg1", Use::hist, &kRegistrationDuration, {{{"message", "1"}, {"via", "lp"}}}},
    {"nym_node_dvpn_lp_client_registration_msg2", Use::hist, &kRegistrationDuration, {{{"message", "2"}, {"via", "lp"}}}},

    {"nym_node_lp_registration_attempts_total", Use::lazy, &kLpAttempts},
    {"nym_node_lp_registration_dvpn_attempts", Use::lazy, &kLpDvpnAttempts},
    {"nym_node_lp_registration_success_total", Use::lazy, &kLpSuccesses},
    {"nym_node_lp_registration_failed_total", Use::lazy, &kLpFailures},
    {"nym_node_lp_registration_failed_timestamp", Use::lazy, &kLpClockFailures},
    {"nym_node_lp_registration_pending_more_data", Use::lazy, &kLpPending},
    {"nym_node_lp_registration_duration_seconds", Use::hist, &kLpRegistrationDuration},
    {"nym_node_lp_client_connections_total", Use::lazy, &kLpConnections, {{{"peer", "client"}}}},
    {"nym_node_lp_node_connections_total", Use::lazy, &kLpConnections, {{{"peer", "node"}}}},
    {"nym_node_lp_client_connections_completed_gracefully", Use::lazy, &kLpConnectionsCompleted, {{{"peer", "client"}}}},
    {"nym_node_lp_node_connections_completed_gracefully", Use::lazy, &kLpConnectionsCompleted, {{{"peer", "node"}}}},
    {"nym_node_lp_client_connections_completed_with_error", Use::lazy, &kLpConnectionsFailed, {{{"peer", "client"}}}},
    {"nym_node_lp_node_connections_completed_with_error", Use::lazy, &kLpConnectionsFailed, {{{"peer", "node"}}}},
    {"nym_node_lp_client_connection_bytes_received_total", Use::lazy, &kLpReceived, {{{"peer", "client"}}}},
    {"nym_node_lp_node_connection_bytes_received_total", Use::lazy, &kLpReceived, {{{"peer", "node"}}}},
    {"nym_node_lp_client_connection_bytes_sent_total", Use::lazy, &kLpSent, {{{"peer", "client"}}}},
    {"nym_node_lp_node_connection_bytes_sent_total", Use::lazy, &kLpSent, {{{"peer", "node"}}}},
    {"nym_node_lp_client_connection_duration_seconds", Use::hist, &kLpConnectionDuration, {{{"peer", "client"}}}},
    {"nym_node_lp_node_connection_duration_seconds", Use::hist, &kLpConnectionDuration, {{{"peer", "node"}}}},
    {"nym_node_lp_errors_receive_packet", Use::lazy, &kLpErrors, {{{"reason", "receive_packet"}}}},
    {"nym_node_lp_errors_receiver_idx_mismatch", Use::lazy, &kLpErrors, {{{"reason", "receiver_index_mismatch"}}}},
    {"nym_node_lp_errors_unknown_payload_type", Use::lazy, &kLpErrors, {{{"reason", "unknown_payload_type"}}}},
    {"nym_node_lp_forward_total", Use::lazy, &kLpForwardAttempts},
    {"nym_node_lp_forward_success", Use::lazy, &kLpForwardSuccesses},
    {"nym_node_lp_forward_failed", Use::lazy, &kLpForwardFailures},
    {"nym_node_lp_forward_rejected", Use::lazy, &kLpForwardRejections},
    {"nym_node_lp_forward_duration_seconds", Use::hist, &kLpForwardDuration},
    {"nym_node_lp_data_packets_received", Use::lazy, &kLpDataReceived},
    {"nym_node_lp_data_packet_errors", Use::lazy, &kLpDataErrors},
    {"nym_node_lp_data_recv_errors", Use::lazy, &kLpDataReceiveErrors},
    {"nym_node_lp_states_cleanup_session_removed", Use::lazy, &kLpSessionsRemoved},

    {"nym_gateway_wg_peer_controller_channel_latency_seconds", Use::hist, &kPeerChannelLatency},
    {"nym_wireguard_wg_peer_addition_attempts", Use::lazy, &kPeerAdditions},
    {"nym_wireguard_wg_peer_addition_success", Use::lazy, &kPeersAdded},
    {"nym_wireguard_wg_peer_addition_failed", Use::lazy, &kPeerAdditionFailures},
    {"nym_wireguard_wg_peer_removal_attempts", Use::lazy, &kPeerRemovals},
    {"nym_wireguard_wg_peer_removal_success", Use::lazy, &kPeersRemoved},
    {"nym_wireguard_wg_peer_removal_failed", Use::lazy, &kPeerRemovalFailures},
    {"nym_wireguard_wg_config_errors_total", Use::lazy, &kWireguardConfigErrors},
    {"nym_wireguard_wg_ip_allocation_attempts", Use::lazy, &kIpAttempts},
    {"nym_wireguard_wg_ip_allocation_success", Use::lazy, &kIpSuccesses},
    {"nym_wireguard_wg_stale_ips_cleaned", Use::lazy, &kStaleIps},

    {"nym_credential_verification_ecash_verification_attempts", Use::lazy, &kEcashAttempts},
    {"nym_credential_verification_ecash_verification_success", Use::lazy, &kEcashSuccesses},
    {"nym_credential_verification_ecash_verification_failures_double_spending", Use::lazy, &kEcashFailures, {{{"reason", "double_spending"}}}},
    {"nym_credential_verification_ecash_verification_failures_multiple_tickets", Use::lazy, &kEcashFailures, {{{"reason", "multiple_tickets"}}}},
    {"nym_credential_verification_ecash_verification_failures_invalid_spend_date", Use::lazy, &kEcashFailures, {{{"reason", "invalid_spend_date"}}}},
    {"nym_credential_verification_ecash_verification_failures_invalid_date_signature", Use::lazy, &kEcashFailures, {{{"reason", "invalid_date_signature"}}}},
    {"nym_credential_verification_ecash_verification_failures_signature", Use::lazy, &kEcashFailures, {{{"reason", "signature"}}}},
    {"nym_credential_verification_ecash_verification_key_cache_hits", Use::lazy, &kEcashCacheHits},
    {"nym_credential_verification_ecash_verification_key_cache_misses", Use::lazy, &kEcashCacheMisses},
    {"nym_credential_verification_ecash_verification_duration_seconds", Use::hist, &kEcashDuration},

    packets("nym_node_mixnet_ingress_forward_packets_received", &PacketsStats::received_forward),
    packets("nym_node_mixnet_ingress_final_hop_packets_received", &PacketsStats::received_final),
    packets("nym_node_mixnet_ingress_malformed_packets_received", &PacketsStats::malformed),
    packets("nym_node_mixnet_ingress_excessive_delay_packets_received", &PacketsStats::excessive_delay),
    packets("nym_node_mixnet_ingress_final_hop_packets_dropped", &PacketsStats::ingress_dropped_final),
    packets("nym_node_mixnet_ingress_test_packets_received", &PacketsStats::received_test),
    packets("nym_node_mixnet_egress_forward_packets_sent", &PacketsStats::sent),
    packets("nym_node_mixnet_egress_ack_sent", &PacketsStats::sent_acks),
    packets("nym_node_mixnet_egress_forward_packets_dropped", &PacketsStats::egress_dropped_forward),

    // Wrong: always 0, or another number than the name says.
    {"nym_node_mixnet_ingress_forward_packets_dropped"},
    {"nym_node_mixnet_ingress_replayed_packets_received"},
    {"nym_node_network_active_ingress_web_socket_connections"},
    {"nym_node_network_active_egress_mixnet_connections"},
    {"nym_statistics_common_real_packets_sent"},  // counted up to three times
    {"nym_statistics_common_real_packets_sent_size"},
    // Of the day before, as /metrics/sessions says with the day; and live on /metrics/wireguard-stats.
    {"nym_node_entry_client_unique_users"},
    {"nym_node_entry_client_sessions_started"},
    {"nym_node_entry_client_sessions_finished"},
    {"nym_node_wireguard_bytes_rx"},
    {"nym_node_wireguard_bytes_tx"},
    // rate() of counters says the same for any period.
    {"nym_node_mixnet_ingress_forward_packets_received_rate"},
    {"nym_node_mixnet_ingress_final_hop_packets_received_rate"},
    {"nym_node_mixnet_ingress_malformed_packets_received_rate"},
    {"nym_node_mixnet_ingress_excessive_delay_packets_received_rate"},
    {"nym_node_mixnet_ingress_forward_packets_dropped_rate"},
    {"nym_node_mixnet_ingress_final_hop_packets_dropped_rate"},
    {"nym_node_mixnet_egress_forward_packets_send_rate"},
    {"nym_node_mixnet_egress_ack_send_rate"},
    {"nym_node_mixnet_egress_forward_packets_dropped_rate"},
    {"nym_node_wireguard_bytes_rx_rate"},
    {"nym_node_wireguard_bytes_tx_rate"},
    // clang-format on
};

const KnownFamily* find_known(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kKnown), std::end(kKnown), [&](const auto& known) { return known.source == name; });
  return found == std::end(kKnown) ? nullptr : found;
}

/// The series without labels: as the node writes its families today, that is the only one.
Exposition::Series* plain_series(Exposition::Family& family) {
  const auto found =
      std::find_if(family.series.begin(), family.series.end(), [](const auto& each) { return each.labels.empty(); });
  return found == family.series.end() ? nullptr : &*found;
}

bool has_one_value(Type type) { return type != Type::histogram && type != Type::summary; }

/// Could `value` be a number of things?
bool is_amount(double value) { return std::isfinite(value) && value >= 0; }

/// As Prometheus counts them: each bucket, and the sum and the count.
std::size_t samples_of(const Exposition::Family& family) {
  std::size_t out = 0;
  for (const auto& series : family.series) out += has_one_value(family.type) ? 1 : series.points.size() + 2;
  return out;
}

class Sorter {
 public:
  Sorter(NodeExposition& out, std::string_view pass_on_as) : out_(out), node_(pass_on_as) {
    out_.values.resize(std::size(kKnown));
  }

  void take(Exposition::Family& family) {
    if (!take_known(family) && !take_named(family)) take_unknown(family);
  }

 private:
  /// False where the family is not in the table, or is there in another shape.
  bool take_known(Exposition::Family& family) {
    const auto* known = find_known(family.name);
    if (known == nullptr) return false;
    if (known->use == Use::never) return true;
    auto* series = plain_series(family);
    if (series == nullptr || (known->use == Use::hist) != (family.type == Type::histogram)) return false;
    if (known->use == Use::hist) {
      out_.histograms.emplace_back(known, std::move(*series));
    } else if (!has_one_value(family.type)) {
      return false;
    } else if (is_amount(series->value)) {
      if (known->use == Use::packets) {
        out_.packets.*known->total = static_cast<std::uint64_t>(std::min(series->value, 1e18));
      } else {
        out_.values[static_cast<std::size_t>(known - kKnown)] = series->value;
      }
    }
    return true;
  }

  /// Families that have what is a label to us in their names.
  bool take_named(Exposition::Family& family) {
    const std::string_view name = family.name;
    auto* series = plain_series(family);
    if (series == nullptr) return false;
    if (name.starts_with(kSessionPrefix) && family.type == Type::histogram) {
      auto& durations = out_.sessions[session_type(name.substr(kSessionPrefix.size()))];
      if (durations) return false;  // a second one that is "other" to us
      durations = std::move(*series);
      return true;
    }
    if (!has_one_value(family.type) || !is_amount(series->value)) return false;
    if (name.starts_with(kVersionPrefix) && out_.versions.size() < kVersionsMax) {
      out_.versions.emplace_back(name.substr(kVersionPrefix.size()), series->value);
      return true;
    }
    if (!name.starts_with(kEpochPrefix) || !name.ends_with(kEpochSuffix)) return false;
    out_.epoch_verifications += series->value;
    return true;
  }

  void take_unknown(Exposition::Family& family) {
    if (node_.empty()) return;
    const auto before = samples_of(family);
    drop_duplicates(family);
    if (!may_pass(family.name) || out_.unknown_samples + before > kUnknownSamplesMax ||
        bytes_ + bytes_of(family) > kUnknownBytesMax) {
      out_.dropped_samples += before;
      return;
    }
    bytes_ += bytes_of(family);
    const auto kept = samples_of(family);
    out_.unknown_samples += kept;
    out_.dropped_samples += before - kept;
    for (auto& series : family.series) add_node(series.labels);
    if (family.help) std::replace(family.help->begin(), family.help->end(), '\0', ' ');
    out_.unknown.push_back(std::move(family));
  }

  /// Names that this program has, or the collectors whose metrics are node_exporter's, are not to be had twice. A newer node
  /// has mixnet_packet_* of its own.
  static bool may_pass(std::string_view name) {
    if (name.starts_with("mixnet_")) return name.starts_with("mixnet_packet_");
    for (const std::string_view taken : {"node_", "process_", "scrape_"}) {
      if (name.starts_with(taken)) return false;
    }
    return name != "up";
  }

  void add_node(std::vector<Exposition::Label>& labels) const {
    const auto named = [&](std::string_view name) {
      return std::find_if(labels.begin(), labels.end(), [&](const auto& label) { return label.name == name; });
    };
    if (const auto own = named("node"); own != labels.end()) {
      if (named("exported_node") == labels.end()) {
        own->name = "exported_node";
      } else {
        labels.erase(own);
      }
    }
    labels.insert(labels.begin(), {"node", std::string(node_)});
  }

  static std::size_t bytes_of(const Exposition::Family& family) {
    std::size_t out = family.name.size() + family.help.value_or("").size();
    for (const auto& series : family.series) {
      std::size_t labels = 0;
      for (const auto& [name, value] : series.labels) labels += name.size() + value.size() + 4;
      out += labels * (1 + series.points.size());
    }
    return out;
  }

  /// Of series that stand there twice the first counts. Histograms and summaries the parser has put together already.
  static void drop_duplicates(Exposition::Family& family) {
    if (family.series.size() < 2 || !has_one_value(family.type)) return;
    std::set<std::string> seen;
    std::erase_if(family.series, [&](const Exposition::Series& series) {
      std::string key;
      for (const auto& [name, value] : series.labels) key.append(name).append("\xff").append(value).append("\xff");
      return !seen.insert(std::move(key)).second;
    });
  }

  NodeExposition& out_;
  const std::string_view node_;  ///< empty: nothing is passed on
  std::size_t bytes_ = 0;
};

/// "node", and what the table has beside it.
LabelSet labels_of(const KnownFamily& known, std::string_view node, Samples& out) {
  const Label labels[] = {{"node", node}, known.labels[0], known.labels[1]};
  const auto count = 1U + !known.labels[0].name.empty() + !known.labels[1].name.empty();
  return out.labels(std::span(labels, count));
}

void add_points(const Metric& metric, const Exposition::Series& series, std::span<Label> labels_and_le, Samples& out) {
  const auto family = out.family(metric.type, metric.name, metric.help);
  const auto labels = out.labels(labels_and_le.first(labels_and_le.size() - 1));
  for (const auto& point : series.points) {
    labels_and_le.back() = {"le", point.bound_text};
    out.add_to(family, point.value, out.labels(labels_and_le), Suffix::bucket);
  }
  out.add_to(family, series.sum, labels, Suffix::sum);
  out.add_to(family, series.count, labels, Suffix::count);
}

void add_histogram(const KnownFamily& known, const Exposition::Series& series, std::string_view node, Samples& out) {
  std::array<Label, 4> labels{Label{"node", node}};
  std::size_t count = 1;
  for (const auto& label : known.labels) {
    if (!label.name.empty()) labels[count++] = label;
  }
  add_points(*known.metric, series, std::span(labels).first(count + 1), out);
}

}  // namespace

Result<NodeExposition> parse_node_exposition(std::string_view body, std::string_view pass_on_as) {
  auto parsed = TRY(parse_exposition(body, Arrival::network));
  NodeExposition out;
  Sorter sorter(out, pass_on_as);
  for (auto& family : parsed.families) sorter.take(family);
  return out;
}

void add_known(const NodeExposition& exposition, std::string_view node, Samples& out) {
  for (std::size_t index = 0; index < exposition.values.size(); ++index) {
    const auto& known = kKnown[index];
    const auto& value = exposition.values[index];
    if (value || known.use == Use::lazy) out.add(*known.metric, value.value_or(0), labels_of(known, node, out));
  }
  for (const auto& [known, series] : exposition.histograms) add_histogram(*known, series, node, out);
  for (const auto& [version, packets] : exposition.versions)
    out.add(kVersions, packets, {{"node", node}, {"version", version}});
  out.add(kEcashEpochs, exposition.epoch_verifications, {{"node", node}});
  for (std::size_t type = 0; type < kSessionTypes.size(); ++type) {
    if (const auto& series = exposition.sessions[type]) {
      Label labels[] = {{"node", node}, {"type", kSessionTypes[type]}, {}};
      add_points(kSessionDurations, *series, labels, out);
    } else {
      add_durations(kSessionDurations, {}, kSessionTypes[type], node, out);  // the node makes it with the first session
    }
  }
}

std::size_t add_unknown(const NodeExposition& exposition, Samples& out, std::vector<Label>& scratch) {
  std::size_t dropped = 0;
  for (const auto& family : exposition.unknown) {
    const auto index = out.family(family.type, family.name, family.help ? *family.help : "From the node's own exposition.");
    if (out.families()[index].type != family.type) {
      dropped += samples_of(family);
      continue;
    }
    for (const auto& series : family.series) add_series(family.type, series, index, out, scratch);
  }
  return dropped;
}

}  // namespace mixnet::nym
