// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/kit/metric.h"

/// All that is exported of a Nym node's HTTP API. Where a number of the node is known to be wrong it is not here, or its HELP
/// says what it is. Paths are below /api/v1. The node refreshes most of /metrics/prometheus every 30 s.
namespace mixnet::nym {

consteval Metric histogram(std::string_view name, std::string_view help) { return {Type::histogram, name, help}; }

// /health
inline constexpr Metric kHealthy = gauge("mixnet_node_healthy", "Whether the node says it is up, from /health.");
inline constexpr Metric kUptime =
    gauge("mixnet_node_uptime_seconds", "How long the node's HTTP API has been up, from /health: uptime.");

// /load
inline constexpr Metric kLoad =
    gauge("mixnet_node_load", "1 for the tier that each part of the node's load is in, from /load.");

// what the node says of itself
inline constexpr Metric kBuild = gauge("mixnet_node_build_info", "The node's program, from /build-information.");
inline constexpr Metric kIdentity =
    gauge("mixnet_node_identity_info", "The node's identity key, from /host-information: ed25519_identity.");
inline constexpr Metric kHost =
    gauge("mixnet_node_announced_host_info", "Each address and host name that the node announces, from /host-information.");
inline constexpr Metric kRotation =
    gauge("mixnet_node_key_rotation_id", "Which rotation the node's sphinx key is of, from /host-information: rotation_id.");
inline constexpr Metric kNextKey = gauge("mixnet_node_next_key_announced",
                                         "Whether the sphinx key of the next rotation is announced, from /host-information.");
inline constexpr Metric kSystem =
    gauge("mixnet_node_system_info", "The system as the node saw it at its start, from /system-info.");
inline constexpr Metric kSystemCpus = gauge("mixnet_node_system_cpus", "CPUs that the node announces, from /system-info.");
inline constexpr Metric kSystemMemory =
    gauge("mixnet_node_system_memory_bytes", "Memory that the node announces, from /system-info: total_memory.");
inline constexpr Metric kRole = gauge("mixnet_node_role_enabled", "Whether the node runs the role, from /roles.");
inline constexpr Metric kDescription =
    gauge("mixnet_node_description_info", "How the operator describes the node, from /description.");
inline constexpr Metric kLocation =
    gauge("mixnet_node_location_info", "Country that the node announces, from /auxiliary-details: location.");
inline constexpr Metric kTerms = gauge("mixnet_node_announced_terms_accepted",
                                       "Whether the node announces that it accepts the terms, from /auxiliary-details.");
inline constexpr Metric kPort = gauge("mixnet_node_announced_port",
                                      "Ports that the node announces, from /auxiliary-details, /gateway and /lewes-protocol.");
inline constexpr Metric kZkNyms =
    gauge("mixnet_node_enforces_zk_nyms", "Whether clients have to pay, from /gateway: enforces_zk_nyms.");
inline constexpr Metric kOffersWireguard =
    gauge("mixnet_node_offers_wireguard", "Whether the node offers WireGuard to clients, from /gateway: client_interfaces.");
inline constexpr Metric kLpEnabled =
    gauge("mixnet_node_lp_enabled", "Whether the Lewes Protocol (LP) is on, from /lewes-protocol: enabled.");

// /network/upgrade-mode-status
inline constexpr Metric kUpgradeMode =
    gauge("mixnet_node_upgrade_mode", "Whether the node knows of an attested upgrade mode, from /network/upgrade-mode-status.");
inline constexpr Metric kUpgradeModeWatched = gauge(
    "mixnet_node_upgrade_mode_watched", "Whether the node looks out for an upgrade mode, from /network/upgrade-mode-status.");
inline constexpr Metric kUpgradeModeQueried =
    gauge("mixnet_node_upgrade_mode_last_queried_timestamp_seconds",
          "When the node last looked for an upgrade mode, from /network/upgrade-mode-status.");

// /metrics/packets-stats
inline constexpr Metric kReceived =
    counter("mixnet_node_packets_received_total",
            "Packets received, to be forwarded or delivered to a client (hop final), from /metrics/packets-stats.");
inline constexpr Metric kSent =
    counter("mixnet_node_packets_sent_total", "Packets sent to other nodes by type, from /metrics/packets-stats.");
inline constexpr Metric kDropped =
    counter("mixnet_node_packets_dropped_total", "Packets dropped on ingress or egress, from /metrics/packets-stats.");
inline constexpr Metric kMalformed =
    counter("mixnet_node_packets_malformed_total", "Packets that could not be unwrapped, from /metrics/packets-stats.");
inline constexpr Metric kReplayed =
    counter("mixnet_node_packets_replayed_total", "Packets received again, from /metrics/packets-stats; absent while it is 0.");
inline constexpr Metric kExcessiveDelay =
    counter("mixnet_node_packets_excessive_delay_total",
            "Packets whose delay was too long and was shortened, from /metrics/packets-stats.");
inline constexpr Metric kTest =
    counter("mixnet_node_packets_test_total", "Test packets received, from /metrics/packets-stats; not of older nodes.");

// /metrics/wireguard-stats
inline constexpr Metric kWireguardReceived =
    counter("mixnet_node_wireguard_received_bytes_total",
            "Bytes from WireGuard clients as the node counts them, from /metrics/wireguard-stats.");
inline constexpr Metric kWireguardSent =
    counter("mixnet_node_wireguard_sent_bytes_total",
            "Bytes to WireGuard clients as the node counts them, from /metrics/wireguard-stats.");

// /metrics/sessions
inline constexpr Metric kDay = gauge("mixnet_node_day_timestamp_seconds",
                                     "Beginning of the UTC day that the mixnet_node_day_* are of, from /metrics/sessions.");
inline constexpr Metric kDayUsers =
    gauge("mixnet_node_day_unique_users", "Clients of that day, from /metrics/sessions: unique_active_users.");
inline constexpr Metric kDayStarted =
    gauge("mixnet_node_day_sessions_started", "Sessions that began on that day, from /metrics/sessions.");
inline constexpr Metric kDayFinished =
    gauge("mixnet_node_day_sessions_finished", "Sessions that ended on that day, from /metrics/sessions.");
inline constexpr Metric kDayDurations =
    histogram("mixnet_node_day_session_duration_seconds",
              "How long the sessions of that day were, from /metrics/sessions; begins anew each day.");

// /metrics/verloc
inline constexpr Metric kVerlocTested =
    gauge("mixnet_node_verloc_tested_nodes", "Nodes that the last finished run of /metrics/verloc measured, or tried to.");
inline constexpr Metric kVerlocMeasured =
    gauge("mixnet_node_verloc_measured_nodes", "Nodes that answered in the last finished run of /metrics/verloc.");
inline constexpr Metric kVerlocUnmeasured =
    gauge("mixnet_node_verloc_unmeasured_nodes", "Nodes that did not answer in the last finished run of /metrics/verloc.");
inline constexpr Metric kVerlocMinimum =
    gauge("mixnet_node_verloc_rtt_minimum_seconds",
          "The shortest of the nodes' mean round trips, from the last finished run of /metrics/verloc.");
inline constexpr Metric kVerlocMean =
    gauge("mixnet_node_verloc_rtt_mean_seconds",
          "The mean of the nodes' mean round trips, from the last finished run of /metrics/verloc.");
inline constexpr Metric kVerlocMedian =
    gauge("mixnet_node_verloc_rtt_median_seconds",
          "The median of the nodes' mean round trips, from the last finished run of /metrics/verloc.");
inline constexpr Metric kVerlocStarted = gauge("mixnet_node_verloc_run_started_timestamp_seconds",
                                               "When the last finished run of /metrics/verloc began: run_started.");
inline constexpr Metric kVerlocFinished = gauge("mixnet_node_verloc_run_finished_timestamp_seconds",
                                                "When the last finished run of /metrics/verloc ended: run_finished.");
inline constexpr Metric kVerlocInProgress =
    gauge("mixnet_node_verloc_run_in_progress", "Whether another run of /metrics/verloc is under way: current.");

// /metrics/prometheus
inline constexpr Metric kVersions =
    counter("mixnet_node_packets_by_version_total",
            "Packets by the version of their format, from /metrics/prometheus: mixnet_ingress_packet_version_*.");
inline constexpr Metric kStored =
    counter("mixnet_node_packets_stored_total", "Packets stored for clients that were offline, from /metrics/prometheus.");
inline constexpr Metric kIngressConnections =
    gauge("mixnet_node_ingress_mixnet_connections",
          "Connections from other nodes as the node counts them, from /metrics/prometheus.");
inline constexpr Metric kDelayed =
    gauge("mixnet_node_delayed_packets",
          "Packets being delayed, from /metrics/prometheus: process_forward_hop_packets_being_delayed.");
inline constexpr Metric kQueue =
    gauge("mixnet_node_forwarder_queue_packets",
          "Packets waiting to be delayed, from /metrics/prometheus: process_packet_forwarder_queue_size.");
inline constexpr Metric kPending =
    gauge("mixnet_node_pending_packets",
          "Packets in the buffers of connections, from /metrics/prometheus: process_*_packets_pending_delivery.");
inline constexpr Metric kWireguardPeers = gauge("mixnet_node_wireguard_reported_peers",
                                                "WireGuard peers registered, from /metrics/prometheus: wireguard_total_peers.");
inline constexpr Metric kWireguardActive = gauge("mixnet_node_wireguard_reported_active_peers",
                                                 "WireGuard peers that the node calls active, from /metrics/prometheus.");
inline constexpr Metric kTopologyDuration =
    histogram("mixnet_node_topology_query_duration_seconds",
              "How long getting the topology from nym-api took, from /metrics/prometheus.");
inline constexpr Metric kSessionDurations =
    histogram("mixnet_node_session_duration_seconds",
              "How long sessions were, counted once a day, from /metrics/prometheus: entry_client_sessions_durations_*.");
inline constexpr Metric kPeerCreation = histogram("mixnet_node_wireguard_peer_creation_duration_seconds",
                                                  "How long creating a WireGuard peer took, from /metrics/prometheus.");
inline constexpr Metric kCredentialDuration =
    histogram("mixnet_node_peer_credential_verification_duration_seconds",
              "How long verifying a credential of a peer took, from /metrics/prometheus.");
inline constexpr Metric kRegistrationDuration =
    histogram("mixnet_node_client_registration_duration_seconds",
              "How long each message of a registration took, from /metrics/prometheus: dvpn_*_client_registration_msg*.");

// LP, whose counters the node makes when it first needs them: those missing are 0.
inline constexpr Metric kLpAttempts =
    counter("mixnet_node_lp_registration_attempts_total", "Registrations begun over LP, from /metrics/prometheus.");
inline constexpr Metric kLpDvpnAttempts = counter("mixnet_node_lp_registration_dvpn_attempts_total",
                                                  "Registrations begun over LP for the dVPN, from /metrics/prometheus.");
inline constexpr Metric kLpSuccesses =
    counter("mixnet_node_lp_registration_successes_total", "Registrations over LP that succeeded, from /metrics/prometheus.");
inline constexpr Metric kLpFailures =
    counter("mixnet_node_lp_registration_failures_total", "Registrations over LP that failed, from /metrics/prometheus.");
inline constexpr Metric kLpClockFailures =
    counter("mixnet_node_lp_registration_clock_failures_total",
            "Registrations over LP refused as the client's clock is > 30 s off, from /metrics/prometheus.");
inline constexpr Metric kLpPending = counter("mixnet_node_lp_registration_pending_total",
                                             "Registrations over LP that had to wait for more data, from /metrics/prometheus.");
inline constexpr Metric kLpRegistrationDuration =
    histogram("mixnet_node_lp_registration_duration_seconds", "How long registrations over LP took, from /metrics/prometheus.");
inline constexpr Metric kLpConnections =
    counter("mixnet_node_lp_connections_total", "LP connections from clients and from nodes, from /metrics/prometheus.");
inline constexpr Metric kLpConnectionsCompleted = counter(
    "mixnet_node_lp_connections_completed_total", "LP connections that ended as they should, from /metrics/prometheus.");
inline constexpr Metric kLpConnectionsFailed =
    counter("mixnet_node_lp_connections_failed_total", "LP connections that ended with an error, from /metrics/prometheus.");
inline constexpr Metric kLpReceived =
    counter("mixnet_node_lp_received_bytes_total", "Bytes received in LP connections, from /metrics/prometheus.");
inline constexpr Metric kLpSent =
    counter("mixnet_node_lp_sent_bytes_total", "Bytes sent in LP connections, from /metrics/prometheus.");
inline constexpr Metric kLpConnectionDuration =
    histogram("mixnet_node_lp_connection_duration_seconds", "How long LP connections lasted, from /metrics/prometheus.");
inline constexpr Metric kLpErrors =
    counter("mixnet_node_lp_errors_total", "Errors in LP connections, from /metrics/prometheus: lp_errors_*.");
inline constexpr Metric kLpForwardAttempts =
    counter("mixnet_node_lp_forward_attempts_total", "LP packets to be forwarded, from /metrics/prometheus: lp_forward_total.");
inline constexpr Metric kLpForwardSuccesses =
    counter("mixnet_node_lp_forward_successes_total", "LP packets forwarded, from /metrics/prometheus.");
inline constexpr Metric kLpForwardFailures =
    counter("mixnet_node_lp_forward_failures_total", "LP packets that could not be forwarded, from /metrics/prometheus.");
inline constexpr Metric kLpForwardRejections =
    counter("mixnet_node_lp_forward_rejections_total", "LP packets that were not to be forwarded, from /metrics/prometheus.");
inline constexpr Metric kLpForwardDuration =
    histogram("mixnet_node_lp_forward_duration_seconds", "How long forwarding LP packets took, from /metrics/prometheus.");
inline constexpr Metric kLpDataReceived =
    counter("mixnet_node_lp_data_packets_received_total", "LP data packets received, from /metrics/prometheus.");
inline constexpr Metric kLpDataErrors =
    counter("mixnet_node_lp_data_packet_errors_total", "LP data packets that were broken, from /metrics/prometheus.");
inline constexpr Metric kLpDataReceiveErrors =
    counter("mixnet_node_lp_data_receive_errors_total", "Failures to receive LP data, from /metrics/prometheus.");
inline constexpr Metric kLpSessionsRemoved =
    counter("mixnet_node_lp_sessions_removed_total", "LP sessions removed as they were idle, from /metrics/prometheus.");

// WireGuard peers and ecash, likewise
inline constexpr Metric kPeerChannelLatency =
    histogram("mixnet_node_wireguard_peer_controller_latency_seconds",
              "How long requests waited for the node's controller of peers, from /metrics/prometheus.");
inline constexpr Metric kPeerAdditions =
    counter("mixnet_node_wireguard_peer_addition_attempts_total", "WireGuard peers to be added, from /metrics/prometheus.");
inline constexpr Metric kPeersAdded =
    counter("mixnet_node_wireguard_peer_addition_successes_total", "WireGuard peers added, from /metrics/prometheus.");
inline constexpr Metric kPeerAdditionFailures = counter("mixnet_node_wireguard_peer_addition_failures_total",
                                                        "WireGuard peers that could not be added, from /metrics/prometheus.");
inline constexpr Metric kPeerRemovals =
    counter("mixnet_node_wireguard_peer_removal_attempts_total", "WireGuard peers to be removed, from /metrics/prometheus.");
inline constexpr Metric kPeersRemoved =
    counter("mixnet_node_wireguard_peer_removal_successes_total", "WireGuard peers removed, from /metrics/prometheus.");
inline constexpr Metric kPeerRemovalFailures = counter("mixnet_node_wireguard_peer_removal_failures_total",
                                                       "WireGuard peers that could not be removed, from /metrics/prometheus.");
inline constexpr Metric kWireguardConfigErrors =
    counter("mixnet_node_wireguard_config_errors_total", "Errors in configuring WireGuard, from /metrics/prometheus.");
inline constexpr Metric kIpAttempts =
    counter("mixnet_node_wireguard_ip_allocation_attempts_total", "Tunnel addresses asked for, from /metrics/prometheus.");
inline constexpr Metric kIpSuccesses =
    counter("mixnet_node_wireguard_ip_allocation_successes_total", "Tunnel addresses given out, from /metrics/prometheus.");
inline constexpr Metric kStaleIps =
    counter("mixnet_node_wireguard_stale_ips_cleaned_total", "Tunnel addresses taken back, from /metrics/prometheus.");
inline constexpr Metric kEcashAttempts =
    counter("mixnet_node_ecash_verification_attempts_total", "Credentials to be verified, from /metrics/prometheus.");
inline constexpr Metric kEcashSuccesses =
    counter("mixnet_node_ecash_verification_successes_total", "Credentials found good, from /metrics/prometheus.");
inline constexpr Metric kEcashFailures =
    counter("mixnet_node_ecash_verification_failures_total", "Credentials refused, from /metrics/prometheus.");
inline constexpr Metric kEcashCacheHits =
    counter("mixnet_node_ecash_key_cache_hits_total", "Verification keys that were at hand, from /metrics/prometheus.");
inline constexpr Metric kEcashCacheMisses =
    counter("mixnet_node_ecash_key_cache_misses_total", "Verification keys that had to be fetched, from /metrics/prometheus.");
inline constexpr Metric kEcashEpochs = counter("mixnet_node_ecash_epoch_verifications_total",
                                               "Credentials verified, of all ecash epochs together, from /metrics/prometheus.");
inline constexpr Metric kEcashDuration = histogram("mixnet_node_ecash_verification_duration_seconds",
                                                   "How long verifying credentials took, from /metrics/prometheus.");

// what is passed on
inline constexpr Metric kPassthroughSeries = gauge(
    "mixnet_node_passthrough_series", "Series of the node's /metrics/prometheus that are passed on, each bucket counted.");
inline constexpr Metric kPassthroughDropped =
    gauge("mixnet_node_passthrough_dropped_series",
          "Series of the node's /metrics/prometheus that could not be passed on, each bucket counted.");
inline constexpr Metric kPassedCounter = counter("<any>", "As the node's /metrics/prometheus says, with passthrough: true.");
inline constexpr Metric kPassedGauge = gauge("<any>", "As the node's /metrics/prometheus says, with passthrough: true.");
inline constexpr Metric kPassedUntyped = untyped("<any>", "As the node's /metrics/prometheus says, with passthrough: true.");
inline constexpr Metric kPassedHistogram =
    histogram("<any>", "As the node's /metrics/prometheus says, with passthrough: true.");
inline constexpr Metric kPassedSummary = {Type::summary, "<any>",
                                          "As the node's /metrics/prometheus says, with passthrough: true."};

}  // namespace mixnet::nym
