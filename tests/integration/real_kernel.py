#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the kernel itself says of WireGuard, cgroups and the firewall, on a kernel that has them all: Debian's, in a virtual
machine. real_kernel.sh is what is done there. Needs network the first time, for 50 MB of packages."""
import pathlib
import unittest

import support
from exposition import parse
from virtual_machine import VirtualMachine

SECONDS = 180
PACKAGES = ("iproute2", "iptables", "wireguard-tools")
PROGRAMS = ("ip", "wg", "xtables-nft-multi")
MODULES = ("wireguard", "veth", "loop", "nf_tables", "nft_compat", "nft_chain_nat", "xt_tcpudp", "ipt_REJECT", "ip6t_REJECT")
CGROUP = "mixnet_node_cgroup_"
SUCCESS = "node_scrape_collector_success"

# Each metric's file, the key in it and how much of the metric's unit one of the file is.
OF_FILES = {
    "memory_bytes": ("memory.current", None, 1),
    "memory_peak_bytes": ("memory.peak", None, 1),
    "memory_high_bytes": ("memory.high", None, 1),
    "memory_max_bytes": ("memory.max", None, 1),
    "memory_anon_bytes": ("memory.stat", "anon", 1),
    "memory_file_bytes": ("memory.stat", "file", 1),
    "memory_inactive_file_bytes": ("memory.stat", "inactive_file", 1),
    "memory_file_mapped_bytes": ("memory.stat", "file_mapped", 1),
    "memory_shmem_bytes": ("memory.stat", "shmem", 1),
    "memory_kernel_bytes": ("memory.stat", "kernel", 1),
    "memory_kernel_stack_bytes": ("memory.stat", "kernel_stack", 1),
    "memory_page_tables_bytes": ("memory.stat", "pagetables", 1),
    "memory_slab_bytes": ("memory.stat", "slab", 1),
    "memory_sock_bytes": ("memory.stat", "sock", 1),
    "page_faults_total": ("memory.stat", "pgfault", 1),
    "major_page_faults_total": ("memory.stat", "pgmajfault", 1),
    "memory_high_events_total": ("memory.events", "high", 1),
    "memory_max_events_total": ("memory.events", "max", 1),
    "oom_events_total": ("memory.events", "oom", 1),
    "oom_kills_total": ("memory.events", "oom_kill", 1),
    "tasks": ("pids.current", None, 1),
    "tasks_max": ("pids.max", None, 1),
    "tasks_refused_total": ("pids.events", "max", 1),
    "cpu_periods_total": ("cpu.stat", "nr_periods", 1),
    "cpu_throttled_periods_total": ("cpu.stat", "nr_throttled", 1),
    "cpu_throttled_seconds_total": ("cpu.stat", "throttled_usec", 1e-6),
}
OF_IO = {"io_read_bytes_total": "rbytes", "io_written_bytes_total": "wbytes", "io_reads_total": "rios", "io_writes_total": "wios"}


class Scrape:
    def __init__(self, text):
        families, faults = parse(text)
        assert not faults, faults
        self.series = {series: value.number for family in families.values() for series, value in family.series.items()}

    def value(self, name, **labels):
        """Of the one series of that name that has these labels; None without one."""
        of_name = ((dict(series.labels), value) for series, value in self.series.items() if series.name == name)
        found = [value for own, value in of_name if labels.items() <= own.items()]
        assert len(found) <= 1, (name, found)
        return found[0] if found else None


class RealKernel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        machine = VirtualMachine(PACKAGES, (*PROGRAMS, support.exporter(), support.simulator()), MODULES)
        script = pathlib.Path(__file__).with_suffix(".sh").read_text(encoding="utf-8")
        cls.told = machine.run(script, SECONDS)
        cls.scrapes = {name: Scrape(cls.told[name]) for name in ("without WireGuard", "scrape", "later")}

    def value(self, name, *, of="scrape", **labels):
        return self.scrapes[of].value(name, **labels)

    def number(self, when, file, key):
        """A file's number, or that of a line `KEY NUMBER`."""
        text = self.told[f"{when} {file}"]
        return int(text) if key is None else int(dict(line.split() for line in text.splitlines())[key])

    def test_no_collector_fails(self):
        for name, scrape in self.scrapes.items():
            success = {series.labels: value for series, value in scrape.series.items() if series.name == SUCCESS}
            self.assertGreater(len(success), 30, name)
            self.assertEqual([], [labels for labels, value in success.items() if value != 1], name)

    def test_peers_with_and_without_a_handshake(self):
        handshakes = [int(when) for when in self.told["handshakes"].split()]
        self.assertEqual(2, len(handshakes))
        self.assertEqual(0, min(handshakes))
        self.assertLess(int(self.told["now"]) - max(handshakes), 180)
        self.assertEqual(2, self.value("mixnet_node_wireguard_peers", node="test", device="nymwg"))
        self.assertEqual(1, self.value("mixnet_node_wireguard_active_peers", node="test", device="nymwg"))

    def test_a_handshake_three_minutes_ago_is_none(self):
        self.assertEqual(2, self.value("mixnet_node_wireguard_peers", of="later"))
        self.assertEqual(0, self.value("mixnet_node_wireguard_active_peers", of="later"))

    def test_no_interface_is_no_peers(self):
        self.assertIsNone(self.value("mixnet_node_wireguard_peers", of="without WireGuard"))

    def test_the_tunnel_is_up(self):
        self.assertEqual(1, self.value("mixnet_node_tunnel_up", device="nymwg"))
        self.assertGreater(self.value("mixnet_node_tunnel_receive_bytes_total", device="nymwg"), 0)
        self.assertEqual(0, self.value("mixnet_node_tunnel_present", of="without WireGuard", device="nymwg"))

    def test_cgroup_files(self):
        for metric, (file, key, unit) in OF_FILES.items():
            bounds = sorted(self.number(when, file, key) * unit for when in ("before", "after"))
            value = self.value(CGROUP + metric, node="test")
            with self.subTest(metric):
                self.assertIsNotNone(value)
                self.assertTrue(bounds[0] - 1e-9 <= value <= bounds[1] + 1e-9, (value, bounds))

    def test_limits_were_met(self):
        self.assertEqual(1.5, self.value(CGROUP + "cpu_quota_cores"))
        self.assertEqual(128 << 20, self.value(CGROUP + "memory_max_bytes"))
        self.assertEqual(96 << 20, self.value(CGROUP + "memory_high_bytes"))
        self.assertEqual(1, self.value(CGROUP + "oom_kills_total"))
        self.assertGreaterEqual(self.value(CGROUP + "tasks_refused_total"), 1)
        self.assertEqual(1, self.value(CGROUP + "processes"))

    def test_disk(self):
        (line,) = self.told["after io.stat"].splitlines()
        device, *words = line.split()
        self.assertEqual("7:0", device)
        counts = dict(word.split("=") for word in words)
        for metric, key in OF_IO.items():
            self.assertEqual(int(counts[key]), self.value(CGROUP + metric, device="loop0"), metric)
        self.assertEqual(48 * 65536, self.value(CGROUP + "io_written_bytes_total"))
        self.assertGreaterEqual(self.value(CGROUP + "io_read_bytes_total"), 20 * 32768)

    def test_firewall(self):
        for family, rules, refuses in (("ipv4", 3, 1), ("ipv6", 2, 0)):
            with self.subTest(family):
                self.assertEqual(1, self.value("mixnet_host_exit_firewall_present", family=family))
                self.assertEqual(rules, self.value("mixnet_host_exit_firewall_rules", family=family))
                self.assertEqual(1, self.value("mixnet_host_exit_firewall_jumps", family=family))
                self.assertEqual(refuses, self.value("mixnet_host_exit_firewall_refuses_rest", family=family))
        self.assertEqual(0, self.value("mixnet_host_exit_firewall_present", of="without WireGuard", family="ipv4"))


if __name__ == "__main__":
    unittest.main()
