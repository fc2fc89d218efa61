// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks/subjects.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using Names = std::string_view[];
using Young = Check::Young;

constexpr Names kCpuNames = {kHostCpu, kProcessCpu, kQuota, kPeriods, kThrottledPeriods};
constexpr Names kHostCpuNames = {kHostCpu};
constexpr Names kThrottlingNames = {kQuota, kPeriods, kThrottledPeriods};
constexpr Names kMemoryNames = {kMemTotal, kResident, kCgroupAnon, kCgroupShmem, kCgroupKernel, kCgroupMemoryMax};
constexpr Names kHostMemoryNames = {kMemTotal, kMemAvailable};
constexpr Names kDiskNames = {kAvail, kSize, kDataAvail, kDataSize};
constexpr Names kFdsNames = {kOpenFds, kMaxFds};
constexpr Names kDropsNames = {kSent, kDropped};
constexpr Names kUdpNames = {kUdpDrops};
constexpr Names kPacketsNames = {kReceived, kInRewardedSet, kRole, kNetworkApiUpMetric};
constexpr Names kUnitNames = {kUnitState};
constexpr Names kRestartsNames = {kRestarts, kUnitRestarts};
constexpr Names kClockNames = {kClockOffset, kClockSynchronised, kServerOffset};
constexpr Names kConntrackNames = {kConntrackEntries, kConntrackLimit};
constexpr Names kCertificateNames = {kCertificateExpiry};
constexpr Names kScoreNames = {kPerformanceRatio, kNetworkApiUpMetric};
constexpr Names kDescribedNames = {kSelfDescribed, kDescribed, kBondedInNetwork, kNetworkApiUpMetric};
constexpr Names kVersionNames = {kExpectedConfigScore, kNetworkApiUpMetric};
constexpr Names kPeersNames = {kActivePeers, kReportedPeers, kTunnelSent, kWireguardSent};

constexpr Range up_to(double most) { return {0, most}; }
constexpr Range from(double least) { return {least}; }
constexpr std::nullopt_t kNone = std::nullopt;

constexpr Check kChecks[] = {
    {"node", "", "MixnetNodeDown", "1 while the node's process runs.", {kNone, from(1), 3min}, {}, check_down},
    {"node",
     "api",
     "MixnetNodeApiDown",
     "1 while the node's HTTP API says that it is up.",
     {from(1), kNone, 5min},
     {},
     check_api,
     Young::spared},
    {"node",
     "unit",
     "MixnetNodeUnitFailed",
     "1 where the node's systemd unit has failed.",
     {kNone, up_to(0), 1min},
     kUnitNames,
     check_unit},
    {"node",
     "restarts",
     "MixnetNodeRestarting",
     "Restarts of the node in that time.",
     {up_to(1), up_to(4), 1h},
     kRestartsNames,
     check_restarts},
    {"packets",
     "",
     "MixnetNodeNoPackets",
     "Packets received in that time, while in the rewarded set.",
     {kNone, from(1), 10min},
     kPacketsNames,
     check_packets,
     Young::spared,
     false},
    {"drops",
     "",
     "MixnetNodePacketsDropped",
     "Packets dropped, in percent of all to be sent on; from 10 a second on.",
     {up_to(2), up_to(10), 10min},
     kDropsNames,
     check_dropped_packets,
     Young::spared},
    {"drops",
     "udp",
     "MixnetNodeUdpDrops",
     "Datagrams a second that did not fit into the node's UDP sockets.",
     {up_to(1), kNone, 10min},
     kUdpNames,
     check_udp_drops,
     Young::spared},
    {"peers",
     "",
     "MixnetNodeWireguardIdle",
     "Bytes a second sent to each active WireGuard peer; from 3 peers on.",
     {from(10), kNone, 15min},
     kPeersNames,
     check_peers,
     Young::spared,
     false},
    {"cpu",
     "",
     "MixnetNodeCpuHigh",
     "The node's share of the machine's CPUs, or of its cgroup's limit, in percent.",
     {up_to(80), up_to(95), 10min},
     kCpuNames,
     check_node_cpu,
     Young::spared},
    {"cpu",
     "host",
     "MixnetHostCpuHigh",
     "CPU time that is not idle, iowait or steal, in percent.",
     {up_to(90), kNone, 15min},
     kHostCpuNames,
     check_host_cpu},
    {"cpu",
     "steal",
     "MixnetHostCpuSteal",
     "CPU time that the hypervisor withholds, in percent.",
     {up_to(10), up_to(25), 10min},
     kHostCpuNames,
     check_steal},
    {"cpu",
     "throttling",
     "MixnetNodeCpuThrottled",
     "Periods in which the node's CPU quota held it back, in percent.",
     {up_to(10), up_to(25), 10min},
     kThrottlingNames,
     check_throttling,
     Young::spared},
    {"memory",
     "",
     "MixnetNodeMemoryHigh",
     "The node's share of the machine's memory, or of its cgroup's limit, in percent.",
     {up_to(85), up_to(95), 10min},
     kMemoryNames,
     check_node_memory,
     Young::spared},
    {"memory",
     "host",
     "MixnetHostMemoryLow",
     "Memory of the host that is available, in percent.",
     {from(10), from(5), 10min},
     kHostMemoryNames,
     check_host_memory},
    {"disk",
     "",
     "MixnetDiskSpaceLow",
     "Used share of / and of the node's data, in percent; filling up within 48 h is a warning too.",
     {up_to(85), up_to(95), 10min},
     kDiskNames,
     check_disk,
     Young::judged,
     true,
     kDiskLooksBack},
    {"fds",
     "",
     "MixnetNodeFileDescriptorsHigh",
     "Open file descriptors, in percent of the node's limit.",
     {up_to(70), up_to(90), 10min},
     kFdsNames,
     check_fds,
     Young::spared},
    {"clock",
     "",
     "MixnetHostClockWrong",
     "By how many seconds the clock is off; not being kept by a time service is a warning too.",
     {up_to(0.5), up_to(5), 10min},
     kClockNames,
     check_clock},
    {"conntrack",
     "",
     "MixnetHostConntrackFull",
     "How full the kernel's table of connections is, in percent.",
     {up_to(80), up_to(95), 5min},
     kConntrackNames,
     check_conntrack},
    {"certificate",
     "",
     "MixnetNodeCertificateExpires",
     "Days until the first of the node's certificates expires.",
     {from(14), from(3), 0min},
     kCertificateNames,
     check_certificate,
     Young::held},
    {"score",
     "",
     "MixnetNodeScoreLow",
     "The node's performance as nym-api has it, 0 to 1.",
     {from(0.9), from(0.75), 1h},
     kScoreNames,
     check_score,
     Young::held},
    {"score",
     "described",
     "MixnetNodeNotDescribed",
     "1 while nym-api has the node's description.",
     {kNone, from(1), 10min},
     kDescribedNames,
     check_described,
     Young::held},
    {"version",
     "",
     "MixnetNodeVersionBehind",
     "The config score that the node's version is worth, 0 to 1.",
     {from(1), from(0.8), 1h},
     kVersionNames,
     check_version,
     Young::held},
};

}  // namespace

std::span<const Check> all_checks() { return kChecks; }

}  // namespace mixnet
