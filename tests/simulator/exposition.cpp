// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/exposition.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <span>
#include <string_view>

namespace mixnet::simulator {
namespace {

/// The node copies its counters into these gauges each half minute.
constexpr double kUpdatePeriod = 30;

/// Families by their name, which is the order in which the node prints them.
class Families {
 public:
  /// A family of one sample. The metrics of macros have their own name for help.
  void add(const std::string& name, std::string_view help, std::string_view type, double value) {
    begin(name, help, type).append(name).append(" ").append(rust_number(value)).append("\n");
  }

  void add_histogram(const std::string& name, std::string_view help, std::span<const double> bounds,
                     std::span<const double> fractions, double count, double mean) {
    std::string& out = begin(name, help, "histogram");
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      add_bucket(name, rust_number(bounds[i]), std::floor(count * fractions[i]), out);
    }
    add_bucket(name, "+Inf", count, out);
    out.append(name).append("_sum ").append(rust_number(count * mean)).append("\n");
    out.append(name).append("_count ").append(rust_number(count)).append("\n");
  }

  std::string text() const {
    std::string out;
    for (const auto& [name, family] : families_) out += family;
    return out;
  }

 private:
  std::string& begin(const std::string& name, std::string_view help, std::string_view type) {
    std::string& out = families_[name];
    out.append("# HELP ").append(name).append(" ").append(help).append("\n");
    out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
    return out;
  }

  static void add_bucket(const std::string& name, const std::string& bound, double count, std::string& out) {
    out.append(name).append("_bucket{le=\"").append(bound).append("\"} ").append(rust_number(count)).append("\n");
  }

  std::map<std::string, std::string> families_;
};

/// What the node knew at its last update, and at the one before.
struct Update {
  explicit Update(const Node& node)
      : done(node.last_update(kUpdatePeriod) > 0),
        now(node.counters_at(node.last_update(kUpdatePeriod))),
        before(node.counters_at(std::max(0.0, node.last_update(kUpdatePeriod) - kUpdatePeriod))),
        levels(node.levels_at(node.last_update(kUpdatePeriod))),
        day(node.yesterday()),
        connections(node.connections()) {}

  double total(Counter counter) const { return static_cast<double>(now[counter]); }
  double rate(Counter counter) const { return static_cast<double>(now[counter] - before[counter]) / kUpdatePeriod; }

  bool done;
  Counters now, before;
  Levels levels;
  Day day;
  Connections connections;
};

template <Counter C>
double total(const Update& update) {
  return update.total(C);
}

template <Counter C>
double rate(const Update& update) {
  return update.rate(C);
}

double never(const Update&) { return 0; }

struct Gauge {
  std::string_view name, help;  // the name without nym_node_
  double (*value)(const Update&);
};

constexpr Gauge kGauges[] = {
    {"mixnet_ingress_forward_packets_received", "The number of ingress forward hop sphinx packets received",
     total<Counter::forward_received>},
    {"mixnet_ingress_final_hop_packets_received", "The number of ingress final hop sphinx packets received",
     total<Counter::final_received>},
    {"mixnet_ingress_replayed_packets_received", "The number of ingress replayed sphinx packets received", never},
    {"mixnet_ingress_malformed_packets_received", "The number of ingress malformed sphinx packets received",
     total<Counter::malformed>},
    {"mixnet_ingress_excessive_delay_packets_received",
     "The number of ingress forward sphinx packets that specified excessive delay received", total<Counter::excessive_delay>},
    // The node puts this one into the gauge of the egress, and there overwrites it at once.
    {"mixnet_ingress_forward_packets_dropped", "The number of ingress forward hop sphinx packets dropped", never},
    {"mixnet_ingress_final_hop_packets_dropped", "The number of ingress final hop sphinx packets dropped",
     total<Counter::final_dropped_at_ingress>},
    {"mixnet_ingress_forward_packets_received_rate", "The current rate of receiving ingress forward hop sphinx packets",
     rate<Counter::forward_received>},
    {"mixnet_ingress_final_hop_packets_received_rate", "The current rate of receiving ingress final hop sphinx packets",
     rate<Counter::final_received>},
    {"mixnet_ingress_malformed_packets_received_rate", "The current rate of receiving ingress malformed sphinx packets",
     rate<Counter::malformed>},
    {"mixnet_ingress_excessive_delay_packets_received_rate",
     "The current rate of receiving ingress sphinx packets that specified excessive delay", rate<Counter::excessive_delay>},
    {"mixnet_ingress_forward_packets_dropped_rate", "The current rate of dropping ingress forward hop sphinx packets",
     rate<Counter::forward_dropped_at_ingress>},
    {"mixnet_ingress_final_hop_packets_dropped_rate", "The current rate of dropping ingress final hop sphinx packets",
     rate<Counter::final_dropped_at_ingress>},
    {"mixnet_egress_stored_on_disk_final_hop_packets",
     "The number of unwrapped final hop packets stored on disk for offline clients", total<Counter::stored_on_disk>},
    {"mixnet_egress_forward_packets_sent", "The number of egress forward hop sphinx packets sent/forwarded",
     total<Counter::forward_sent>},
    {"mixnet_egress_ack_sent", "The number of egress forward hop sphinx packets sent/forwarded (acks only)",
     total<Counter::acks_sent>},
    {"mixnet_egress_forward_packets_dropped", "The number of egress forward hop sphinx packets dropped",
     total<Counter::forward_dropped_at_egress>},
    {"mixnet_egress_forward_packets_send_rate", "The current rate of sending/forwarding egress forward hop sphinx packets",
     rate<Counter::forward_sent>},
    {"mixnet_egress_ack_send_rate", "The current rate of sending/forwarding egress forward hop sphinx packets (acks only)",
     rate<Counter::acks_sent>},
    {"mixnet_egress_forward_packets_dropped_rate", "The current rate of dropping egress forward hop sphinx packets",
     rate<Counter::forward_dropped_at_egress>},
    {"entry_client_unique_users", "The number of unique users",
     [](const Update& update) { return static_cast<double>(update.day.users); }},
    {"entry_client_sessions_started", "The number of client sessions started",
     [](const Update& update) { return static_cast<double>(update.day.started); }},
    {"entry_client_sessions_finished", "The number of client sessions finished",
     [](const Update& update) { return static_cast<double>(update.day.finished); }},
    {"wireguard_bytes_tx", "The amount of bytes transmitted via wireguard", total<Counter::wireguard_sent>},
    {"wireguard_bytes_rx", "The amount of bytes received via wireguard", total<Counter::wireguard_received>},
    {"wireguard_total_peers", "The current number of all registered wireguard peers",
     [](const Update& update) { return static_cast<double>(update.levels.peers); }},
    {"wireguard_active_peers", "The current number of active wireguard peers",
     [](const Update& update) { return static_cast<double>(update.levels.active_peers); }},
    {"wireguard_bytes_tx_rate", "The current sending rate of wireguard", rate<Counter::wireguard_sent>},
    {"wireguard_bytes_rx_rate", "The current receiving rate of wireguard", rate<Counter::wireguard_received>},
    {"network_active_ingress_mixnet_connections", "The number of active ingress mixnet connections",
     [](const Update& update) { return static_cast<double>(update.connections.mix); }},
    // The node overwrites the number of websockets with that of the egress connections, whose own gauge is never set.
    {"network_active_ingress_web_socket_connections", "The number of active ingress websocket connections",
     [](const Update& update) { return static_cast<double>(update.levels.egress_connections); }},
    {"network_active_egress_mixnet_connections", "The number of active egress mixnet connections", never},
    {"process_forward_hop_packets_being_delayed", "The current number of packets being delayed",
     [](const Update& update) { return static_cast<double>(update.levels.packets_delayed); }},
    {"process_packet_forwarder_queue_size",
     "The current number of packets waiting in the queue to get delayed and sent into the mixnet",
     [](const Update& update) { return static_cast<double>(update.levels.forwarder_queue); }},
    {"process_final_hop_packets_pending_delivery",
     "The current number of final hop packets stuck in channels waiting to get delivered to appropriate websocket connections",
     [](const Update& update) { return static_cast<double>(update.levels.final_pending); }},
    {"process_forward_hop_packets_pending_delivery",
     "The current number of forward hop packets stuck in channels waiting to get delivered to appropriate TCP connections",
     [](const Update& update) { return static_cast<double>(update.levels.forward_pending); }},
};

constexpr double kRegistrationBounds[] = {0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2};
constexpr double kRegistrationFractions[] = {0, 0.01, 0.2, 0.8, 0.95, 0.99, 1, 1, 1};
constexpr double kVerificationBounds[] = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5};
constexpr double kTopologyBounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
constexpr double kTopologyFractions[] = {0, 0, 0, 0, 0.06, 0.85, 0.99, 1, 1, 1, 1};
constexpr double kSessionBounds[] = {3, 15, 70, 120, 300, 900, 3600, 43200, 84600, 88200, 259200};
constexpr double kSessionFractions[] = {0, 0.02, 0.07, 0.12, 0.24, 0.44, 0.73, 0.98, 0.985, 0.99, 1};
constexpr double kStageBounds[] = {0.0001, 0.0016, 0.0256, 0.4096, 6.5536};
constexpr double kStageFractions[] = {0.1, 0.6, 0.9, 0.99, 1};

struct RegistrationHistogram {
  std::string_view name, help;
  double mean;
  double (*count)(const Counters& counters);
};

double registrations(const Counters& counters) { return static_cast<double>(counters[Counter::registrations]); }

double lp_registrations(const Counters& counters) {
  return std::floor(static_cast<double>(counters[Counter::lp_connections]) * 0.45);
}

constexpr RegistrationHistogram kRegistrationHistograms[] = {
    {"wireguard_defguard_peer_creation", "The distribution of defguard peer creation time", 0.0178, registrations},
    {"peer_registration_credential_verification",
     "The distribution of time it takes to verify a credential during peer registration", 0.0573, registrations},
    {"dvpn_authenticator_client_registration_msg1",
     "The distribution of time for client dvpn registration through the authenticator for msg1", 0.0218, registrations},
    {"dvpn_authenticator_client_registration_msg2",
     "The distribution of time for client dvpn registration through the authenticator for msg2", 0.1042, registrations},
    {"dvpn_lp_client_registration_msg1", "The distribution of time for client dvpn registration through the lp for msg1",
     0.0412, lp_registrations},
    {"dvpn_lp_client_registration_msg2", "The distribution of time for client dvpn registration through the lp for msg2",
     0.0977, lp_registrations},
};

/// Made by macros where something happens, and not there before it first did.
struct Event {
  std::string_view name;
  double share;  // of the counter
  Counter counter;
};

constexpr Event kEvents[] = {
    {"nym_credential_verification_ecash_epoch_31_verifications", 1, Counter::registrations},
    {"nym_credential_verification_ecash_verification_attempts", 1, Counter::registrations},
    {"nym_credential_verification_ecash_verification_failures_double_spending", 0.002, Counter::registrations},
    {"nym_credential_verification_ecash_verification_key_cache_hits", 0.99, Counter::registrations},
    {"nym_credential_verification_ecash_verification_key_cache_misses", 0.01, Counter::registrations},
    {"nym_credential_verification_ecash_verification_success", 0.998, Counter::registrations},
    {"nym_node_lp_client_connection_bytes_received_total", 5120, Counter::lp_connections},
    {"nym_node_lp_client_connection_bytes_sent_total", 9216, Counter::lp_connections},
    {"nym_node_lp_client_connections_completed_gracefully", 0.9, Counter::lp_connections},
    {"nym_node_lp_client_connections_completed_with_error", 0.1, Counter::lp_connections},
    {"nym_node_lp_client_connections_total", 1, Counter::lp_connections},
    {"nym_node_lp_registration_attempts_total", 0.5, Counter::lp_connections},
    {"nym_node_lp_registration_failed_timestamp", 0.05, Counter::lp_connections},
    {"nym_node_lp_registration_failed_total", 0.05, Counter::lp_connections},
    {"nym_node_lp_registration_success_total", 0.45, Counter::lp_connections},
    {"nym_statistics_common_cover_packets_sent", 0.6, Counter::embedded_sent},
    {"nym_statistics_common_cover_packets_sent_size", 0.6 * 2413, Counter::embedded_sent},
    {"nym_statistics_common_real_packets_sent", 0.4, Counter::embedded_sent},
    {"nym_statistics_common_real_packets_sent_size", 0.4 * 2413, Counter::embedded_sent},
    {"nym_wireguard_wg_ip_allocation_attempts", 1, Counter::registrations},
    {"nym_wireguard_wg_ip_allocation_success", 1, Counter::registrations},
    {"nym_wireguard_wg_peer_addition_attempts", 1, Counter::registrations},
    {"nym_wireguard_wg_peer_addition_failed", 0.002, Counter::registrations},
    {"nym_wireguard_wg_peer_addition_success", 0.998, Counter::registrations},
    {"nym_wireguard_wg_peer_removal_attempts", 0.9, Counter::registrations},
    {"nym_wireguard_wg_peer_removal_success", 0.9, Counter::registrations},
};

void add_gauges(const Update& update, Families& out) {
  for (const auto& gauge : kGauges) {
    out.add("nym_node_" + std::string(gauge.name), gauge.help, "gauge", update.done ? gauge.value(update) : 0);
  }
}

/// One family for each version seen, so none before the first packet.
void add_packet_versions(const Update& update, Families& out) {
  constexpr std::string_view kHelp = "The number of ingress packets received with the particular version";
  const double second = update.total(Counter::second_version);
  const double first = update.total(Counter::forward_received) + update.total(Counter::final_received) - second;
  if (!update.done) return;
  if (first > 0) out.add("nym_node_mixnet_ingress_packet_version_sphinx_1", kHelp, "gauge", first);
  if (second > 0) out.add("nym_node_mixnet_ingress_packet_version_sphinx_2", kHelp, "gauge", second);
}

void add_session_durations(const Update& update, Families& out) {
  constexpr std::string_view kHelp = "The distribution of client sessions duration of the specified type";
  if (!update.done || update.day.finished == 0) return;
  const auto vpn = std::floor(static_cast<double>(update.day.finished) / 4);
  const auto mixnet = static_cast<double>(update.day.finished) - vpn;
  out.add_histogram("nym_node_entry_client_sessions_durations_Mixnet", kHelp, kSessionBounds, kSessionFractions, mixnet,
                    8894.9);
  if (vpn > 0) {
    out.add_histogram("nym_node_entry_client_sessions_durations_Vpn", kHelp, kSessionBounds, kSessionFractions, vpn, 5311.2);
  }
}

/// Histograms are fed when something happens, not at the updates.
void add_histograms(const Node& node, Families& out) {
  const auto counters = node.counters();
  for (const auto& histogram : kRegistrationHistograms) {
    out.add_histogram("nym_node_" + std::string(histogram.name), histogram.help, kRegistrationBounds, kRegistrationFractions,
                      histogram.count(counters), histogram.mean);
  }
  constexpr double kTopologyPeriod = 1200;
  out.add_histogram("nym_node_process_topology_query_resolution_latency",
                    "The latency distribution of attempting to retrieve network topology (from nym-api)", kTopologyBounds,
                    kTopologyFractions, 1 + std::floor(node.uptime() / kTopologyPeriod), 0.2021);
}

void add_events(const Node& node, Families& out) {
  const auto counters = node.counters();
  for (const auto& event : kEvents) {
    const double value = std::floor(static_cast<double>(counters[event.counter]) * event.share);
    if (value > 0) out.add(std::string(event.name), event.name, "counter", value);
  }
  const double tickets = registrations(counters);
  if (tickets == 0) return;
  const std::string duration = "nym_credential_verification_ecash_verification_duration_seconds";
  out.add_histogram(duration, duration, kVerificationBounds, kRegistrationFractions, tickets, 0.0211);
}

/// What releases to come are known to bring; nobody knows what else.
void add_future(const Node& node, const Update& update, Families& out) {
  out.add("nym_node_mixnet_ingress_test_packets_received", "The number of ingress test packets received", "gauge",
          std::floor(update.total(Counter::forward_received) / 1000));
  out.add("nym_node_network_idle_closed_ingress_mixnet_connections", "Idle ingress connections closed", "gauge", 3);
  out.add("nym_node_tokio_runtime_num_workers", "Worker threads of the runtime", "gauge", 4);
  out.add("nym_node_tokio_runtime_alive_tasks", "Tasks alive", "gauge", 512);
  out.add("nym_node_tokio_runtime_global_queue_depth", "Tasks queued", "gauge", 0);
  out.add("nym_node_tokio_runtime_busy_ratio", "Part of the time that workers are busy", "gauge",
          std::numeric_limits<double>::quiet_NaN());
  out.add("nym_node_tokio_runtime_worker_poll_count", "Polls of all workers", "gauge", std::floor(node.uptime() * 1000));
  out.add("mixnet_never_heard_of", "", "gauge", std::numeric_limits<double>::infinity());
  const double traced = std::floor(update.total(Counter::forward_received) / 100);
  for (const std::string_view stage :
       {"unwrap", "replay_check", "forwarder_queue", "delay_queue", "delay_queue_overrun", "egress_queue", "socket_write"}) {
    const auto name = "mixnet_packet_stage_" + std::string(stage) + "_seconds";
    out.add_histogram(name, name, kStageBounds, kStageFractions, traced, 0.0123);
  }
  const std::string latency = "mixnet_packet_total_latency_seconds";
  out.add_histogram(latency, latency, kStageBounds, kStageFractions, traced, 0.0861);
}

}  // namespace

std::string rust_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 400> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  return {text.data(), end.ptr};
}

std::string exposition(const Node& node) {
  const Update update(node);
  Families out;
  add_gauges(update, out);
  add_packet_versions(update, out);
  add_session_durations(update, out);
  add_histograms(node, out);
  add_events(node, out);
  if (node.options().future) add_future(node, update, out);
  return out.text();
}

}  // namespace mixnet::simulator
