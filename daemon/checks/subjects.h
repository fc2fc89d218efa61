// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include "daemon/checks/look.h"

namespace mixnet {

// The metrics that the checks look at, each recorded by default.
inline constexpr std::string_view kHostCpu = "node_cpu_seconds_total";
inline constexpr std::string_view kProcessCpu = "mixnet_node_process_cpu_seconds_total";
inline constexpr std::string_view kQuota = "mixnet_node_cgroup_cpu_quota_cores";
inline constexpr std::string_view kPeriods = "mixnet_node_cgroup_cpu_periods_total";
inline constexpr std::string_view kThrottledPeriods = "mixnet_node_cgroup_cpu_throttled_periods_total";
inline constexpr std::string_view kMemTotal = "node_memory_MemTotal_bytes";
inline constexpr std::string_view kMemAvailable = "node_memory_MemAvailable_bytes";
inline constexpr std::string_view kResident = "mixnet_node_process_resident_memory_bytes";
inline constexpr std::string_view kCgroupAnon = "mixnet_node_cgroup_memory_anon_bytes";
inline constexpr std::string_view kCgroupShmem = "mixnet_node_cgroup_memory_shmem_bytes";
inline constexpr std::string_view kCgroupKernel = "mixnet_node_cgroup_memory_kernel_bytes";
inline constexpr std::string_view kCgroupMemoryMax = "mixnet_node_cgroup_memory_max_bytes";
inline constexpr std::string_view kAvail = "node_filesystem_avail_bytes";
inline constexpr std::string_view kSize = "node_filesystem_size_bytes";
inline constexpr std::string_view kDataAvail = "mixnet_node_data_filesystem_avail_bytes";
inline constexpr std::string_view kDataSize = "mixnet_node_data_filesystem_size_bytes";
inline constexpr std::string_view kOpenFds = "mixnet_node_process_open_fds";
inline constexpr std::string_view kMaxFds = "mixnet_node_process_max_fds";
inline constexpr std::string_view kReceived = "mixnet_node_packets_received_total";
inline constexpr std::string_view kSent = "mixnet_node_packets_sent_total";
inline constexpr std::string_view kDropped = "mixnet_node_packets_dropped_total";
inline constexpr std::string_view kUdpDrops = "mixnet_node_udp_receive_drops_total";
inline constexpr std::string_view kProcessUp = "mixnet_node_process_up";
inline constexpr std::string_view kApiUp = "mixnet_node_api_up";
inline constexpr std::string_view kUnitState = "mixnet_node_unit_state";
inline constexpr std::string_view kRestarts = "mixnet_node_restarts_total";
inline constexpr std::string_view kUnitRestarts = "mixnet_node_unit_restarts_total";
inline constexpr std::string_view kClockOffset = "mixnet_host_clock_offset_seconds";
inline constexpr std::string_view kClockSynchronised = "mixnet_host_clock_synchronised";
inline constexpr std::string_view kServerOffset = "mixnet_network_clock_offset_seconds";
inline constexpr std::string_view kConntrackEntries = "node_nf_conntrack_entries";
inline constexpr std::string_view kConntrackLimit = "node_nf_conntrack_entries_limit";
inline constexpr std::string_view kCertificateExpiry = "mixnet_network_node_tls_certificate_expiry_timestamp_seconds";
inline constexpr std::string_view kNetworkApiUpMetric = "mixnet_network_api_up";
inline constexpr std::string_view kPerformanceRatio = "mixnet_network_node_performance_ratio";
inline constexpr std::string_view kExpectedConfigScore = "mixnet_network_node_expected_config_score_ratio";
inline constexpr std::string_view kBondedInNetwork = "mixnet_network_node_bonded";
inline constexpr std::string_view kDescribed = "mixnet_network_node_described";
inline constexpr std::string_view kSelfDescribed = "mixnet_network_node_self_described";
inline constexpr std::string_view kInRewardedSet = "mixnet_network_node_in_rewarded_set";
inline constexpr std::string_view kRole = "mixnet_network_node_role";
inline constexpr std::string_view kActivePeers = "mixnet_node_wireguard_active_peers";
inline constexpr std::string_view kReportedPeers = "mixnet_node_wireguard_reported_active_peers";
inline constexpr std::string_view kTunnelSent = "mixnet_node_tunnel_transmit_bytes_total";
inline constexpr std::string_view kWireguardSent = "mixnet_node_wireguard_sent_bytes_total";

inline constexpr std::chrono::hours kDiskLooksBack{3};

// What each row of the table does; a file for each subject.
void check_node_cpu(const Look& look);
void check_host_cpu(const Look& look);
void check_steal(const Look& look);
void check_throttling(const Look& look);
void check_node_memory(const Look& look);
void check_host_memory(const Look& look);
void check_disk(const Look& look);
void check_fds(const Look& look);
void check_dropped_packets(const Look& look);
void check_udp_drops(const Look& look);
void check_packets(const Look& look);
void check_down(const Look& look);
void check_api(const Look& look);
void check_unit(const Look& look);
void check_restarts(const Look& look);
void check_clock(const Look& look);
void check_conntrack(const Look& look);
void check_certificate(const Look& look);
void check_score(const Look& look);
void check_described(const Look& look);
void check_version(const Look& look);
void check_peers(const Look& look);

}  // namespace mixnet
