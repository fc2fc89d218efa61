#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The node's unit with limits, under systemd on Debian's own kernel, which has all controllers of cgroups: the exporter, installed
and sandboxed as it is shipped, tells of memory, tasks, disks and the CPU what a known load has done. limits.sh is that load."""
import pathlib
import shutil
import subprocess
import unittest

import box  # noqa: F401, for the path of support
import node
import packages
import support
from machine import SystemdMachine

SECONDS = 400
CGROUP = "mixnet_node_cgroup_"
KIB = 1024


def prepare(root):
    """The package's files in the tree, which keeps its own links, and the simulators."""
    files = subprocess.run(["dpkg-deb", "--fsys-tarfile", packages.package()], capture_output=True, check=True).stdout
    subprocess.run(["tar", "--extract", "--keep-directory-symlink", f"--directory={root}"], input=files, check=True)
    (root / "node").mkdir()
    for program in (support.simulator(), support.simulated_network()):
        shutil.copy(program, root / "node")
    (root / "etc/systemd/system/nym-node.service").write_text(
        node.NODE_UNIT + "Restart=no\nIOAccounting=yes\nMemoryMax=64M\nCPUQuota=20%\nTasksMax=64\nOOMPolicy=continue\n", encoding="utf-8"
    )
    (root / "etc/mixnet-exporter/mixnet-exporter.yml").write_text(
        "collectors: {nym_api: false, node_status_api: false, reachability: false, self_description: false}\n", encoding="utf-8"
    )


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for program in ("mke2fs", "dpkg-deb"):
            box.needs(program)
        machine = SystemdMachine(packages.tree(), prepare)
        script = pathlib.Path(__file__).with_suffix(".sh").read_text(encoding="utf-8")
        told = machine.run(script, SECONDS)
        log = support.scratch() / "systemd" / "limits.log"
        log.write_text("".join(f"==== {name}\n{text}" for name, text in told.items()), encoding="utf-8")
        cls.told = told
        cls.samples = node.read(told["scrape"])

    def value(self, name, **labels):
        return node.value(self.samples, CGROUP + name, **labels)

    def file(self, when, name, key=None):
        text = self.told[f"{when} {name}"]
        return int(text) if key is None else int(dict(line.split() for line in text.splitlines())[key])

    def between(self, metric, name, key=None, unit=1):
        bounds = sorted(self.file(when, name, key) * unit for when in ("before", "after"))
        self.assertTrue(bounds[0] - 1e-9 <= self.value(metric) <= bounds[1] + 1e-9, (metric, self.value(metric), bounds))

    def test_the_units_limits(self):
        self.assertEqual(64 << 20, self.value("memory_max_bytes"))
        self.assertEqual(64, self.value("tasks_max"))
        self.assertAlmostEqual(0.2, self.value("cpu_quota_cores"))

    def test_the_load_on_memory(self):
        self.assertEqual(1, self.value("oom_kills_total"))
        self.between("memory_max_events_total", "memory.events", "max")
        self.between("memory_peak_bytes", "memory.peak")
        self.assertGreater(self.value("memory_peak_bytes"), 60 << 20)

    def test_the_load_on_tasks(self):
        self.between("tasks_refused_total", "pids.events", "max")
        self.assertGreaterEqual(self.value("tasks_refused_total"), 1)

    def test_the_load_on_disks(self):
        self.assertEqual(48 * 64 * KIB, self.value("io_written_bytes_total", device="vdb"))
        self.assertGreaterEqual(self.value("io_read_bytes_total", device="vdb"), 20 * 32 * KIB)

    def test_the_load_on_the_cpu(self):
        self.between("cpu_throttled_periods_total", "cpu.stat", "nr_throttled")
        self.between("cpu_throttled_seconds_total", "cpu.stat", "throttled_usec", 1e-6)
        self.assertGreater(self.value("cpu_throttled_periods_total"), 5)

    def test_the_exporters_own_limits_are_in_force(self):
        self.assertEqual(128 << 20, int(self.told["own memory.max"]))
        self.assertEqual(64, int(self.told["own pids.max"]))
        self.assertEqual(20, int(self.told["own cpu.weight"]))

    def test_no_collector_fails(self):
        success = node.labels(self.samples, "node_scrape_collector_success")
        self.assertGreater(len(success), 30)
        failed = [row for row in success if node.value(self.samples, "node_scrape_collector_success", **row) != 1]
        self.assertEqual([], failed)

    def test_nothing_failed(self):
        self.assertEqual("", self.told["failed"].strip())


if __name__ == "__main__":
    unittest.main()
