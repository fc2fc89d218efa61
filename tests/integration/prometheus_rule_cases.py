# SPDX-License-Identifier: Apache-2.0
"""When each alert of prometheus/rules is to fire: hand-made series of a minute's step, and from which minute on they mean it.

A host with four CPUs and one node, `a`, that has run for a day and is well, is behind each case (HEALTHY); a case replaces some
of its series or adds some.
"""
import dataclasses

HOST = 'job="mixnet",instance="host:10087"'
NODE = HOST + ',node="a"'
RESET_AT = 20  # minutes


@dataclasses.dataclass(frozen=True)
class Steady:
    """A gauge that does not change."""

    value: float

    def text(self, minutes, _reset=False):
        return f"{self.value}+0x{minutes}"


@dataclasses.dataclass(frozen=True)
class Growing:
    """A counter that grows by so much a minute. With `reset` it begins anew at 0 in between, as its process does."""

    a_minute: float
    start: float = 1e7

    def text(self, minutes, reset=False):
        if not reset:
            return f"{self.start}+{self.a_minute}x{minutes}"
        return f"{self.start}+{self.a_minute}x{RESET_AT - 1} 0+{self.a_minute}x{minutes}"


@dataclasses.dataclass(frozen=True)
class Written:
    """As promtool writes it."""

    values: str

    def text(self, _minutes, _reset=False):
        return self.values


@dataclasses.dataclass(frozen=True)
class Case:
    """One rule, by its alert's name and severity."""

    alert: str
    severity: str
    series: dict  # beside HEALTHY; None takes a series of it away
    holds: int = 0  # the first minute at which the condition is true; the rule's `for` is counted from there
    quiet: dict = dataclasses.field(default_factory=dict)  # the same, just not bad enough
    labels: str = NODE  # those of the alert, but for its name and severity
    also: tuple = ()  # other alerts that the series mean
    masked: bool = True  # a node that has just been restarted is left alone
    without: tuple = ()  # metrics of the case without which the alert fires all the same


def cpu_modes(**a_second):
    """Growth of the host's CPU counters: how many seconds of each second all four CPUs together are in a mode."""
    out = {}
    for mode in ("user", "nice", "system", "iowait", "irq", "softirq", "steal", "idle"):
        for cpu in range(4):
            out[f'node_cpu_seconds_total{{{HOST},cpu="{cpu}",mode="{mode}"}}'] = Growing(a_second.get(mode, 0) * 15)
    return out


def node(name, more=""):
    return f"{name}{{{NODE}{',' + more if more else ''}}}"


def host(name, more=""):
    return f"{name}{{{HOST}{',' + more if more else ''}}}"


START = node("mixnet_node_process_start_time_seconds")
DAY = 86400
GIB = 1 << 30

HEALTHY = {
    host("up"): Steady(1),
    host("mixnet_nodes"): Steady(1),
    host("mixnet_exporter_config_last_reload_successful"): Steady(1),
    host("mixnet_exporter_web_config_last_reload_successful"): Steady(1),
    host("node_scrape_collector_success", 'collector="cpu"'): Steady(1),
    **cpu_modes(user=0.8, system=0.2, idle=3),
    host("node_memory_MemTotal_bytes"): Steady(16 * GIB),
    host("node_memory_MemAvailable_bytes"): Steady(8 * GIB),
    host("node_filesystem_size_bytes", 'device="/dev/vda1",fstype="ext4",mountpoint="/"'): Steady(100 * GIB),
    host("node_filesystem_avail_bytes", 'device="/dev/vda1",fstype="ext4",mountpoint="/"'): Steady(60 * GIB),
    host("node_vmstat_oom_kill"): Steady(0),
    host("mixnet_host_clock_synchronised"): Steady(1),
    host("mixnet_host_clock_offset_seconds"): Steady(0.001),
    host("mixnet_host_ip_forwarding", 'family="ipv4"'): Steady(1),
    host("mixnet_host_ip_forwarding", 'family="ipv6"'): Steady(1),
    node("mixnet_node_info", 'kind="nym",id="a",unit="nym-node.service"'): Steady(1),
    node("mixnet_node_process_up"): Steady(1),
    START: Steady(-DAY),
    node("mixnet_node_restarts_total"): Steady(0),
    node("mixnet_node_unit_restarts_total"): Steady(0),
    node("mixnet_node_unit_state", 'state="active"'): Steady(1),
    node("mixnet_node_unit_state", 'state="failed"'): Steady(0),
    node("mixnet_node_unit_result", 'result="success"'): Steady(1),
    node("mixnet_node_unit_result", 'result="oom-kill"'): Steady(0),
    node("mixnet_node_api_up", 'endpoint="/health"'): Steady(1),
    node("mixnet_node_healthy"): Steady(1),
    node("mixnet_node_mode", 'mode="exit"'): Steady(1),
    node("mixnet_node_mode", 'mode="wireguard"'): Steady(1),
    node("mixnet_node_process_cpu_seconds_total", 'mode="user"'): Growing(40),
    node("mixnet_node_process_cpu_seconds_total", 'mode="system"'): Growing(10),
    node("mixnet_node_process_resident_memory_bytes"): Steady(2 * GIB),
    node("mixnet_node_process_open_fds"): Steady(1000),
    node("mixnet_node_process_max_fds"): Steady(65536),
    node("mixnet_node_data_filesystem_size_bytes"): Steady(100 * GIB),
    node("mixnet_node_data_filesystem_avail_bytes"): Steady(70 * GIB),
    node("mixnet_node_port_listening", 'port="mix"'): Steady(1),
    node("mixnet_node_connections", 'port="mix",state="close_wait"'): Steady(1),
    node("mixnet_node_packets_received_total", 'hop="forward"'): Growing(60_000),
    node("mixnet_node_packets_received_total", 'hop="final"'): Growing(30_000),
    node("mixnet_node_packets_sent_total", 'type="forward"'): Growing(90_000),
    node("mixnet_node_packets_sent_total", 'type="ack"'): Growing(30_000),
    node("mixnet_node_packets_dropped_total", 'direction="egress",hop="forward"'): Growing(20),
    node("mixnet_node_packets_dropped_total", 'direction="ingress",hop="final"'): Growing(0),
    node("mixnet_node_packets_malformed_total"): Growing(10),
    node("mixnet_node_udp_receive_drops_total", 'port="wireguard"'): Growing(0),
    node("mixnet_node_udp_receive_drops_total", 'port="lp_data"'): Growing(0),
    node("mixnet_node_forwarder_queue_packets"): Steady(3),
    node("mixnet_node_tunnel_present", 'device="nymwg"'): Steady(1),
    node("mixnet_node_tunnel_up", 'device="nymwg"'): Steady(1),
    node("mixnet_node_tunnel_global_ipv6", 'device="nymwg"'): Steady(1),
    node("mixnet_node_tunnel_transmit_bytes_total", 'device="nymwg"'): Growing(1e8),
    node("mixnet_node_tunnel_transmit_bytes_total", 'device="nymtun0"'): Growing(1e7),
    node("mixnet_node_wireguard_active_peers"): Steady(40),
    node("mixnet_node_announced_terms_accepted"): Steady(1),
    host("mixnet_network_epoch_overdue_seconds"): Steady(0),
    host("mixnet_network_chain_synced"): Steady(1),
    host("mixnet_network_api_up", 'api="nym_api",resource="epoch"'): Steady(1),
    host("mixnet_network_api_up", 'api="nym_api",resource="health"'): Steady(1),
    host("mixnet_network_api_up", 'api="nym_api",resource="key_rotation"'): Steady(1),
    node("mixnet_network_node_bonded"): Steady(1),
    node("mixnet_network_node_described"): Steady(1),
    node("mixnet_network_node_self_described"): Steady(1),
    node("mixnet_network_node_self_description_ok"): Steady(1),
    node("mixnet_network_node_performance_ratio"): Steady(0.98),
    node("mixnet_network_node_expected_config_score_ratio"): Steady(1),
    node("mixnet_network_node_key_rotation_matches"): Steady(1),
    node("mixnet_network_node_in_rewarded_set"): Steady(1),
    node("mixnet_network_node_stake_saturation_ratio"): Steady(0.8),
    node("mixnet_network_node_stake_saturation_uncapped_ratio"): Steady(0.8),
    node("mixnet_network_node_change_pending", 'change="cost"'): Steady(0),
    node("mixnet_network_node_unbonding"): Steady(0),
}

ROOT = 'device="/dev/vda1",fstype="ext4",mountpoint="/"'
DROPPED = node("mixnet_node_packets_dropped_total", 'direction="egress",hop="forward"')
SENT = node("mixnet_node_packets_sent_total", 'type="forward"')
ACKS = node("mixnet_node_packets_sent_total", 'type="ack"')
FINAL = node("mixnet_node_packets_received_total", 'hop="final"')
FORWARD = node("mixnet_node_packets_received_total", 'hop="forward"')
FIREWALL = tuple("mixnet_host_exit_firewall_" + name for name in ("present", "jumps", "refuses_rest"))
PROBE = 'source="node_status_api",part="wg",test="can_handshake_v4"'


def cores(count):
    """The node's CPU time where it keeps so many CPUs busy."""
    return {node("mixnet_node_process_cpu_seconds_total", 'mode="user"'): Growing(count * 60 - 10)}


def quota(cores_used, limit):
    return {
        node("mixnet_node_cgroup_cpu_seconds_total", 'mode="user"'): Growing(cores_used * 60),
        node("mixnet_node_cgroup_cpu_quota_cores"): Steady(limit),
    }


def throttled(percent):
    return {
        node("mixnet_node_cgroup_cpu_periods_total"): Growing(600),
        node("mixnet_node_cgroup_cpu_throttled_periods_total"): Growing(6 * percent),
    }


def cgroup_memory(anon, kernel, shmem=0):
    """Of a limit of 1000 bytes."""
    return {
        node("mixnet_node_cgroup_memory_anon_bytes"): Steady(anon),
        node("mixnet_node_cgroup_memory_kernel_bytes"): Steady(kernel),
        node("mixnet_node_cgroup_memory_shmem_bytes"): Steady(shmem),
        node("mixnet_node_cgroup_memory_max_bytes"): Steady(1000),
    }


def descriptors(open_fds):
    return {node("mixnet_node_process_open_fds"): Steady(open_fds), node("mixnet_node_process_max_fds"): Steady(1000)}


def root_left(gib):
    return {host("node_filesystem_avail_bytes", ROOT): Steady(gib * GIB)}


def data_left(gib):
    return {node("mixnet_node_data_filesystem_avail_bytes"): Steady(gib * GIB)}


def clock(offset):
    return {host("mixnet_host_clock_offset_seconds"): Steady(offset)}


def conntrack(entries):
    return {host("node_nf_conntrack_entries"): Steady(entries), host("node_nf_conntrack_entries_limit"): Steady(1000)}


def drops(dropped, sent):
    """So many packets a minute; acks are sent too."""
    return {DROPPED: Growing(dropped), SENT: Growing(sent), ACKS: Growing(0)}


def restarts(counts):
    """The exporter's count over the minutes, then as it is."""
    return {node("mixnet_node_restarts_total"): Written(counts)}


def score(value):
    return {node("mixnet_network_node_performance_ratio"): Steady(value)}


def version(value):
    return {node("mixnet_network_node_expected_config_score_ratio"): Steady(value)}


def certificate(days):
    expiry = node("mixnet_network_node_tls_certificate_expiry_timestamp_seconds", 'port="https",address="192.0.2.1",family="ipv4"')
    return {expiry: Steady(days * DAY)}


def probe(success, age=3600):
    """Tried again and again, so that its age stays the same."""
    return {
        node("mixnet_network_node_probe_success", PROBE): Steady(success),
        node("mixnet_network_node_probe_timestamp_seconds", 'source="node_status_api"'): Written(f"{-age}+60x600"),
    }


def additions(attempts, failures):
    """WireGuard peers a minute."""
    return {
        node("mixnet_node_wireguard_peer_addition_attempts_total"): Growing(attempts),
        node("mixnet_node_wireguard_peer_addition_failures_total"): Growing(failures),
    }


def addresses(attempts, successes):
    return {
        node("mixnet_node_wireguard_ip_allocation_attempts_total"): Growing(attempts),
        node("mixnet_node_wireguard_ip_allocation_successes_total"): Growing(successes),
    }


def wireguard(bytes_a_second, peers):
    return {
        node("mixnet_node_tunnel_transmit_bytes_total", 'device="nymwg"'): Growing(bytes_a_second * 60),
        node("mixnet_node_wireguard_active_peers"): Steady(peers),
    }


def policy(present, jumps, refuses):
    """Of IPv4; that of IPv6 is as it should be."""
    out = {}
    for family, values in (("ipv4", (present, jumps, refuses)), ("ipv6", (1, 2, 1))):
        for name, value in zip(FIREWALL, values):
            out[host(name, f'family="{family}"')] = Steady(value)
    return out


def out_of_set(performance, saturation=0.8):
    """For a day and a half, of which the test sees ten hours: time begins there after a day."""
    hours = f"0+0x{36 * 60}"
    return {
        node("mixnet_network_node_in_rewarded_set"): Written(hours),
        node("mixnet_network_node_performance_ratio"): Written(hours.replace("0", str(performance), 1)),
        node("mixnet_network_node_stake_saturation_ratio"): Written(hours.replace("0", str(saturation), 1)),
    }


NOTHING_RECEIVED = {FINAL: Growing(0), FORWARD: Growing(0)}

CASES = [
    # The host
    Case("MixnetHostCpuHigh", "warning", cpu_modes(user=3.7, steal=0.1, idle=0.2), holds=1, labels=HOST, masked=False,
         quiet=cpu_modes(user=3.5, iowait=0.4, idle=0.1)),
    Case("MixnetHostCpuSteal", "warning", cpu_modes(steal=0.5, user=1, idle=2.5), holds=1, labels=HOST, masked=False,
         quiet=cpu_modes(steal=0.3, user=1, idle=2.7)),
    Case("MixnetHostCpuSteal", "critical", cpu_modes(steal=1.1, user=1, idle=1.9), holds=1, labels=HOST, masked=False,
         quiet=cpu_modes(steal=0.9, user=1, idle=2.1)),
    Case("MixnetHostMemoryLow", "warning", {host("node_memory_MemAvailable_bytes"): Steady(1.5 * GIB)}, labels=HOST, masked=False,
         quiet={host("node_memory_MemAvailable_bytes"): Steady(1.7 * GIB)}),
    Case("MixnetHostMemoryLow", "critical", {host("node_memory_MemAvailable_bytes"): Steady(0.7 * GIB)}, labels=HOST, masked=False,
         quiet={host("node_memory_MemAvailable_bytes"): Steady(0.9 * GIB)}),
    Case("MixnetHostOomKill", "warning", {host("node_vmstat_oom_kill"): Written("0+0x99 1+0x60")}, holds=100, labels=HOST,
         masked=False, quiet={host("node_vmstat_oom_kill"): Steady(7)}),
    Case("MixnetDiskSpaceLow", "warning", root_left(14), labels=HOST, masked=False, quiet=root_left(16)),
    Case("MixnetDiskSpaceLow", "critical", root_left(4), labels=HOST, masked=False, quiet=root_left(6)),
    # 39 GiB left, and 1.2 GiB less each hour: in 48 hours there is none. Seen from three hours on.
    Case("MixnetDiskSpaceLow", "warning",
         {host("node_filesystem_avail_bytes", ROOT): Written(f"{39 * GIB}-{GIB // 50}x600")}, holds=180, labels=HOST,
         masked=False, quiet={host("node_filesystem_avail_bytes", ROOT): Written(f"{39 * GIB}-{GIB // 100}x600")}),
    Case("MixnetHostClockWrong", "warning", {host("mixnet_host_clock_synchronised"): Steady(0)}, labels=HOST, masked=False),
    Case("MixnetHostClockWrong", "warning", clock(-0.6), labels=HOST, masked=False, quiet=clock(0.4)),
    Case("MixnetHostClockWrong", "critical", clock(-6), labels=HOST, masked=False, quiet=clock(-4)),
    Case("MixnetHostClockWrong", "critical", {host("mixnet_network_clock_offset_seconds", 'server="192.0.2.9:123"'): Steady(7)},
         labels=HOST, masked=False, quiet={host("mixnet_network_clock_offset_seconds", 'server="192.0.2.9:123"'): Steady(3)}),
    Case("MixnetHostConntrackFull", "warning", conntrack(810), labels=HOST, masked=False, quiet=conntrack(790)),
    Case("MixnetHostConntrackFull", "critical", conntrack(960), labels=HOST, masked=False, quiet=conntrack(940)),
    Case("MixnetHostNetworkDrops", "warning", {host("node_softnet_dropped_total", 'cpu="0"'): Growing(600)}, holds=1, labels=HOST,
         masked=False, quiet={host("node_softnet_dropped_total", 'cpu="0"'): Growing(50)}),
    Case("MixnetHostNetworkDrops", "warning",
         {host("node_network_receive_drop_total", 'device="eth0"'): Growing(60 * 300),
          host("node_network_receive_errs_total", 'device="eth0"'): Growing(0),
          host("node_network_receive_packets_total", 'device="eth0"'): Growing(60 * 10_000)}, holds=1, labels=HOST, masked=False,
         quiet={host("node_network_receive_drop_total", 'device="eth0"'): Growing(60 * 300),
                host("node_network_receive_errs_total", 'device="eth0"'): Growing(0),
                host("node_network_receive_packets_total", 'device="eth0"'): Growing(60 * 40_000)}),

    # The node
    Case("MixnetNodeDown", "critical", {node("mixnet_node_process_up"): Steady(0)}, masked=False),
    Case("MixnetNodeMissing", "critical",
         {node("mixnet_node_info", 'kind="nym",id="a",unit="nym-node.service"'): Written("1+0x59 stale"),
          node("mixnet_node_process_up"): Written("1+0x59 stale")}, holds=60, masked=False,
         without=("mixnet_node_process_up",)),
    Case("MixnetNodeApiDown", "warning", {node("mixnet_node_api_up", 'endpoint="/health"'): Steady(0),
                                          node("mixnet_node_healthy"): None}),
    Case("MixnetNodeApiDown", "warning", {node("mixnet_node_healthy"): Steady(0)}),
    Case("MixnetNodeUnitFailed", "critical", {node("mixnet_node_unit_state", 'state="failed"'): Steady(1)}, masked=False),
    Case("MixnetNodeRestarting", "warning", restarts("0+0x99 1+0x9 2+0x400"), holds=110, masked=False,
         quiet=restarts("0+0x99 1+0x69 2+0x300")),
    Case("MixnetNodeRestarting", "critical", restarts("0+0x99 1+0x1 2+0x1 3+0x1 4+0x1 5+0x400"), holds=108, masked=False,
         quiet=restarts("0+0x99 1+0x1 2+0x1 3+0x1 4+0x400")),
    Case("MixnetNodeRestarting", "warning", {node("mixnet_node_unit_restarts_total"): Written("0+0x99 3+0x60 0+0x60")}, holds=100,
         masked=False, quiet={node("mixnet_node_unit_restarts_total"): Written("7+0x99 0+0x60 1+0x60")}),
    Case("MixnetNodeRestarting", "warning",
         {node("mixnet_node_restarts_total"): None, node("mixnet_node_unit_restarts_total"): None,
          node("mixnet_node_api_restarts_total"): Written("0+0x99 2+0x60")}, holds=100, masked=False),
    Case("MixnetNodeCpuHigh", "warning", cores(3.4), holds=4, quiet=cores(3.1)),
    Case("MixnetNodeCpuHigh", "critical", cores(3.9), holds=4, quiet=cores(3.7)),
    Case("MixnetNodeCpuHigh", "warning", quota(1.8, 2), holds=4, quiet=quota(1.5, 2)),
    Case("MixnetNodeCpuThrottled", "warning", throttled(12), holds=1, quiet=throttled(9)),
    Case("MixnetNodeCpuThrottled", "critical", throttled(30), holds=1, quiet=throttled(20)),
    Case("MixnetNodeMemoryHigh", "warning", {node("mixnet_node_process_resident_memory_bytes"): Steady(14 * GIB)},
         quiet={node("mixnet_node_process_resident_memory_bytes"): Steady(13 * GIB)}),
    Case("MixnetNodeMemoryHigh", "critical", {node("mixnet_node_process_resident_memory_bytes"): Steady(15.5 * GIB)},
         quiet={node("mixnet_node_process_resident_memory_bytes"): Steady(15 * GIB)}),
    Case("MixnetNodeMemoryHigh", "warning", cgroup_memory(700, 100, 100), quiet=cgroup_memory(700, 100, 40)),
    # A kernel that does not tell of its own memory.
    Case("MixnetNodeMemoryHigh", "critical",
         {**cgroup_memory(900, 0, 60), node("mixnet_node_cgroup_memory_kernel_bytes"): None}, quiet=cgroup_memory(900, 0, 40)),
    Case("MixnetNodeOomKilled", "warning", {node("mixnet_node_cgroup_oom_kills_total"): Written("0+0x99 1+0x60")}, holds=100,
         masked=False, quiet={node("mixnet_node_cgroup_oom_kills_total"): Steady(3)}),
    Case("MixnetNodeOomKilled", "warning", {node("mixnet_node_unit_result", 'result="oom-kill"'): Steady(1)}, masked=False),
    Case("MixnetNodeFileDescriptorsHigh", "warning", descriptors(710), quiet=descriptors(690)),
    Case("MixnetNodeFileDescriptorsHigh", "critical", descriptors(910), quiet=descriptors(890)),
    Case("MixnetDiskSpaceLow", "warning", data_left(14), quiet=data_left(16)),
    Case("MixnetDiskSpaceLow", "critical", data_left(4), quiet=data_left(6)),
    # The data is in /, which one alert is enough for.
    Case("MixnetDiskSpaceLow", "critical", {**root_left(4), **data_left(4.1)}, labels=HOST, masked=False,
         without=("node_filesystem_avail_bytes", "mixnet_node_data_filesystem_avail_bytes"),
         quiet={host("node_filesystem_avail_bytes", ROOT): None, **data_left(60)}),
    Case("MixnetDiskSpaceLow", "warning",
         {node("mixnet_node_data_filesystem_avail_bytes"): Written(f"{39 * GIB}-{GIB // 50}x600")}, holds=180,
         masked=False, quiet={node("mixnet_node_data_filesystem_avail_bytes"): Written(f"{39 * GIB}-{GIB // 100}x600")}),
    Case("MixnetNodePortClosed", "critical", {node("mixnet_node_port_listening", 'port="mix"'): Steady(0)},
         labels=NODE + ',port="mix"'),
    Case("MixnetNodeConnectionsStuck", "warning", {node("mixnet_node_connections", 'port="mix",state="close_wait"'): Steady(101)},
         quiet={node("mixnet_node_connections", 'port="mix",state="close_wait"'): Steady(100)}),

    # Packets
    Case("MixnetNodePacketsDropped", "warning", drops(3_000, 97_000), holds=1, quiet=drops(1_900, 98_100)),
    Case("MixnetNodePacketsDropped", "critical", drops(11_000, 89_000), holds=1, quiet=drops(9_000, 91_000)),
    Case("MixnetNodePacketsDropped", "critical", drops(300, 400), holds=4, quiet=drops(250, 340)),  # 11.7 and 9.8 a second
    Case("MixnetNodeUdpDrops", "warning", {node("mixnet_node_udp_receive_drops_total", 'port="lp_data"'): Growing(600)}, holds=1,
         quiet={node("mixnet_node_udp_receive_drops_total", 'port="lp_data"'): Growing(59)}),
    Case("MixnetNodeNoPackets", "critical", NOTHING_RECEIVED, holds=1,
         quiet={FINAL: Growing(0), FORWARD: Growing(1)}),
    Case("MixnetNodeDelayQueueHigh", "warning", {node("mixnet_node_forwarder_queue_packets"): Steady(501)},
         quiet={node("mixnet_node_forwarder_queue_packets"): Steady(500)}),
    Case("MixnetNodePacketsMalformed", "warning", {node("mixnet_node_packets_malformed_total"): Growing(600)}, holds=1,
         quiet={node("mixnet_node_packets_malformed_total"): Growing(400)}),

    # Tunnels
    Case("MixnetNodeTunnelBroken", "critical",
         {node("mixnet_node_tunnel_present", 'device="nymwg"'): Steady(0), node("mixnet_node_tunnel_up", 'device="nymwg"'): None,
          node("mixnet_node_tunnel_global_ipv6", 'device="nymwg"'): None}, labels=NODE + ',device="nymwg"'),
    Case("MixnetNodeTunnelBroken", "critical", {node("mixnet_node_tunnel_up", 'device="nymwg"'): Steady(0)},
         labels=NODE + ',device="nymwg"'),
    Case("MixnetNodeTunnelBroken", "warning", {node("mixnet_node_tunnel_global_ipv6", 'device="nymwg"'): Steady(0)},
         labels=NODE + ',device="nymwg"',
         quiet={node("mixnet_node_tunnel_global_ipv6", 'device="nymwg"'): Steady(0),
                host("mixnet_host_ip_forwarding", 'family="ipv6"'): None}),
    Case("MixnetNodeWireguardIdle", "warning", wireguard(100, 40), holds=1, quiet=wireguard(2_000, 40)),
    Case("MixnetNodeWireguardIdle", "warning", wireguard(0, 3), holds=1, quiet=wireguard(0, 2)),
    Case("MixnetNodeWireguardIdle", "warning", {**wireguard(0, 0), node("mixnet_node_wireguard_active_peers"): None,
                                                node("mixnet_node_wireguard_reported_active_peers"): Steady(5)}, holds=1),
    Case("MixnetNodeWireguardPeersRefused", "warning", additions(10, 2), holds=1, quiet=additions(10, 0.9)),
    Case("MixnetNodeWireguardPeersRefused", "warning", addresses(10, 8), holds=1, quiet=addresses(10, 9.5)),
    Case("MixnetHostForwardingOff", "critical", {host("mixnet_host_ip_forwarding", 'family="ipv4"'): Steady(0)}, labels=HOST,
         masked=False,
         quiet={host("mixnet_host_ip_forwarding", 'family="ipv4"'): Steady(0), node("mixnet_node_mode", 'mode="exit"'): Steady(0),
                node("mixnet_node_mode", 'mode="wireguard"'): Steady(0)}),
    Case("MixnetHostForwardingOff", "warning", {host("mixnet_host_ip_forwarding", 'family="ipv6"'): Steady(0)}, labels=HOST,
         masked=False, quiet={host("mixnet_host_ip_forwarding", 'family="ipv6"'): None}),
    Case("MixnetHostExitPolicyMissing", "critical", policy(0, 0, 0), labels=HOST, masked=False,
         without=FIREWALL,
         quiet={**policy(0, 0, 0), host("mixnet_host_ip_forwarding", 'family="ipv4"'): None}),
    Case("MixnetHostExitPolicyMissing", "critical", policy(1, 0, 1), labels=HOST, masked=False, quiet=policy(1, 1, 1),
         without=(FIREWALL[0], FIREWALL[2])),
    Case("MixnetHostExitPolicyMissing", "critical", policy(1, 1, 0), labels=HOST, masked=False,
         without=FIREWALL[:2],
         quiet={**policy(1, 1, 0), node("mixnet_node_mode", 'mode="exit"'): Steady(0)}),

    # The network
    Case("MixnetNetworkEpochStalled", "info", {host("mixnet_network_epoch_overdue_seconds"): Steady(1201)}, labels=HOST, masked=False,
         quiet={host("mixnet_network_epoch_overdue_seconds"): Steady(9000),
                host("mixnet_network_api_up", 'api="nym_api",resource="epoch"'): Steady(0)}),
    Case("MixnetNetworkEpochStalled", "info", {host("mixnet_network_chain_synced"): Steady(0)}, labels=HOST, masked=False),
    Case("MixnetNodeScoreLow", "warning", score(0.89), quiet=score(0.9)),
    Case("MixnetNodeScoreLow", "critical", score(0.74), quiet=score(0.76)),
    Case("MixnetNodeNotDescribed", "critical", {node("mixnet_network_node_described"): Steady(0)},
         quiet={node("mixnet_network_node_described"): Steady(0), node("mixnet_network_node_bonded"): Steady(0)}),
    Case("MixnetNodeNotDescribed", "critical", {node("mixnet_network_node_self_described"): Steady(0)}),
    Case("MixnetNodeSelfDescriptionFails", "critical", {node("mixnet_network_node_self_description_ok"): Written("1+0x9 0+0x300")},
         holds=10, quiet={node("mixnet_network_node_self_description_ok"): Steady(0)}),
    Case("MixnetNodeTermsNotAccepted", "critical", {node("mixnet_node_announced_terms_accepted"): Steady(0)}),
    Case("MixnetNodeVersionBehind", "warning", version(0.995), quiet=version(1)),
    Case("MixnetNodeVersionBehind", "critical", version(0.7994), quiet=version(0.9844)),
    Case("MixnetNodeKeyRotationWrong", "critical", {node("mixnet_network_node_key_rotation_matches"): Steady(0)},
         quiet={node("mixnet_network_node_key_rotation_matches"): Steady(0),
                host("mixnet_network_api_up", 'api="nym_api",resource="key_rotation"'): Steady(0)}),
    Case("MixnetNodeCertificateExpires", "warning", certificate(13.9), quiet=certificate(14.1)),
    Case("MixnetNodeCertificateExpires", "critical", certificate(2.9), quiet=certificate(3.1)),
    Case("MixnetNodeProbeFails", "warning", probe(0), labels=NODE + ',source="node_status_api"', quiet=probe(0, age=90_000)),
    Case("MixnetNodeOutOfRewardedSet", "info", out_of_set(0.96), holds=1440, quiet=out_of_set(0.94), masked=False),
    Case("MixnetNodeOversaturated", "info", {node("mixnet_network_node_stake_saturation_uncapped_ratio"): Steady(1.01)}, masked=False,
         quiet={node("mixnet_network_node_stake_saturation_uncapped_ratio"): Steady(1)}),
    Case("MixnetNodeStakeFalling", "info",
         {node("mixnet_network_node_stake_saturation_uncapped_ratio"): Written("0.8+0x1439 0.7+0x600")}, holds=1440, masked=False,
         quiet={node("mixnet_network_node_stake_saturation_uncapped_ratio"): Written("0.8+0x1439 0.73+0x600")}),
    Case("MixnetNodeChangePending", "info", {node("mixnet_network_node_change_pending", 'change="cost"'): Steady(1)}, masked=False),
    Case("MixnetNodeChangePending", "info", {node("mixnet_network_node_unbonding"): Steady(1)}, masked=False),

    # The exporter
    Case("MixnetExporterDown", "critical", {host("up"): Steady(0)}, labels=HOST, masked=False),
    Case("MixnetExporterDown", "critical", {'up{job="others",instance="b:10087"}': Steady(0),
                                            'mixnet_nodes{job="others",instance="b:10087"}': Written("1 stale")},
         labels='job="others",instance="b:10087"', masked=False,
         quiet={'up{job="others",instance="b:10087"}': Steady(0)}),
    Case("MixnetExporterAbsent", "critical", {host("up"): None}, labels='job="mixnet"', masked=False, without=("up",)),
    Case("MixnetExporterCollectorFailing", "warning", {host("node_scrape_collector_success", 'collector="cpu"'): Steady(0)},
         labels=HOST + ',collector="cpu"', masked=False,
         quiet={'node_scrape_collector_success{job="node",instance="host:9100",collector="cpu"}': Steady(0)}),
    Case("MixnetExporterConfigInvalid", "warning", {host("mixnet_exporter_config_last_reload_successful"): Steady(0)}, labels=HOST,
         masked=False),
    Case("MixnetExporterConfigInvalid", "warning", {host("mixnet_exporter_web_config_last_reload_successful"): Steady(0)},
         labels=HOST, masked=False),
]  # fmt: skip
