// SPDX-License-Identifier: Apache-2.0
#include "collectors/all_collectors.h"

#include "collectors/host/arp.h"
#include "collectors/host/bonding.h"
#include "collectors/host/conntrack.h"
#include "collectors/host/cpu.h"
#include "collectors/host/cpufreq.h"
#include "collectors/host/diskstats.h"
#include "collectors/host/entropy.h"
#include "collectors/host/filefd.h"
#include "collectors/host/filesystem.h"
#include "collectors/host/hwmon.h"
#include "collectors/host/loadavg.h"
#include "collectors/host/mdadm.h"
#include "collectors/host/meminfo.h"
#include "collectors/host/netclass.h"
#include "collectors/host/netdev.h"
#include "collectors/host/netstat.h"
#include "collectors/host/nvme.h"
#include "collectors/host/os.h"
#include "collectors/host/pressure.h"
#include "collectors/host/processes.h"
#include "collectors/host/schedstat.h"
#include "collectors/host/sockstat.h"
#include "collectors/host/softnet.h"
#include "collectors/host/stat.h"
#include "collectors/host/tcpstat.h"
#include "collectors/host/textfile.h"
#include "collectors/host/thermal_zone.h"
#include "collectors/host/time.h"
#include "collectors/host/timex.h"
#include "collectors/host/udp_queues.h"
#include "collectors/host/uname.h"
#include "collectors/host/vmstat.h"
#include "collectors/network/gateway_probe.h"
#include "collectors/network/node_status_api.h"
#include "collectors/network/nym_api.h"
#include "collectors/network/reachability.h"
#include "collectors/network/self_description.h"
#include "collectors/node/cgroup.h"
#include "collectors/node/data.h"
#include "collectors/node/discovery.h"
#include "collectors/node/firewall.h"
#include "collectors/node/host.h"
#include "collectors/node/node_api.h"
#include "collectors/node/process.h"
#include "collectors/node/sockets.h"
#include "collectors/node/tunnels.h"
#include "collectors/node/unit.h"
#include "collectors/node/wireguard.h"

namespace mixnet {
namespace {

// One a line, so that two changes seldom meet.
// clang-format off
constexpr const Collector* kCollectors[] = {
    &kArp,
    &kBonding,
    &kConntrack,
    &kCpu,
    &kCpufreq,
    &kDiskstats,
    &kEntropy,
    &kFilefd,
    &kFilesystem,
    &kGatewayProbe,
    &kHwmon,
    &kLoadavg,
    &kMdadm,
    &kMeminfo,
    &kNetclass,
    &kNetdev,
    &kNetstat,
    &kNode,
    &kNodeApi,
    &kNodeCgroup,
    &kNodeData,
    &kNodeFirewall,
    &kNodeHost,
    &kNodeProcess,
    &kNodeSockets,
    &kNodeStatusApi,
    &kNodeTunnels,
    &kNodeUnit,
    &kNodeWireguard,
    &kNvme,
    &kNymApi,
    &kOs,
    &kPressure,
    &kProcesses,
    &kReachability,
    &kSchedstat,
    &kSelfDescription,
    &kSockstat,
    &kSoftnet,
    &kStat,
    &kTcpstat,
    &kTextfile,
    &kThermalZone,
    &kTime,
    &kTimex,
    &kUdpQueues,
    &kUname,
    &kVmstat,
};
// clang-format on

}  // namespace

std::span<const Collector* const> all_collectors() { return kCollectors; }

}  // namespace mixnet
