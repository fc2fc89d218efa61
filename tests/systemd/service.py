#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The installed service beside a node, under a running systemd: what it sees of the node's unit, what it may not do, how it is
watched over, and how it gets its token and its sockets."""
import json
import re
import tempfile
import unittest

import box
import node
import packages
import support

UNIT = "mixnet-exporter.service"
DROP_IN = f"/run/systemd/system/{UNIT}.d/test.conf"
EXPOSURE_MAX = 1.7
CONFIGURATION = """\
nodes:
  - name: test
    unit: nym-node.service
    http_url: http://127.0.0.1:8080
{token}network:
  nym_api: ['http://127.0.0.1:18000/api']
  node_status_api: ['http://127.0.0.1:18000/status']
collectors:
  reachability:
    target: [127.0.0.1]
"""


class Service(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.debs = tempfile.TemporaryDirectory(prefix="mixnet-debs-")
        packages.changed(cls.debs.name, "1")
        tree = packages.tree()
        shared = {"/debs": cls.debs.name, **node.shared()}
        cls.box = box.Box(tree, shared, log=support.scratch() / "systemd" / "service.log")
        cls.box.__enter__()
        cls.addClassCleanup(cls.debs.cleanup)
        cls.addClassCleanup(cls.box.__exit__)
        node.start(cls.box)
        cls.box.apt("install", "/debs/mixnet-exporter_1.deb")

    def setUp(self):
        """As it is installed, but that it asks the simulated network."""
        self.box.run("rm", "-rf", DROP_IN)
        self.box.run("sh", "-c", "rm -f /etc/mixnet-exporter/tokens/*")
        self.box.write("/etc/default/mixnet-exporter", 'ARGS=""\n')
        self.configure("")

    def configure(self, token):
        self.box.write("/etc/mixnet-exporter/mixnet-exporter.yml", CONFIGURATION.format(token=token))

    def restart(self, *lines):
        """The service, with these lines in its [Service]."""
        if lines:
            self.box.write(DROP_IN, "\n".join(("[Service]", *lines, "")))
        self.box.run("systemctl", "daemon-reload")
        self.box.run("systemctl", "reset-failed", UNIT)
        self.box.run("systemctl", "restart", UNIT)

    def scrape_with(self, name, **labels):
        """A scrape in which that metric is there."""

        def wanted():
            samples = node.scrape(self.box)
            return samples if node.value(samples, name, **labels) is not None else None

        return support.wait_for(wanted, f"{name} to be there")

    def test_it_is_sandboxed(self):
        self.restart()
        said = self.box.run("systemd-analyze", "security", "--no-pager", UNIT)
        exposure = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)[1])
        self.assertLessEqual(exposure, EXPOSURE_MAX, said)
        self.assertEqual("", self.box.run("systemd-analyze", "verify", "--man=no", f"/lib/systemd/system/{UNIT}"))
        status = self.box.run("cat", f"/proc/{self.box.show(UNIT, 'MainPID')}/status")
        for capabilities in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertRegex(status, rf"(?m)^{capabilities}:\s+0+$")
        self.assertRegex(status, r"(?m)^NoNewPrivs:\s+1$")
        self.assertRegex(status, r"(?m)^Seccomp:\s+2$")
        self.assertEqual("500", self.box.run("cat", f"/proc/{self.box.show(UNIT, 'MainPID')}/oom_score_adj").strip())
        for name in ("MemoryMax", "TasksMax", "CPUWeight"):
            self.assertRegex(self.box.show(UNIT, name), r"^[0-9]+$")

    def test_the_node_without_configuration(self):
        """The package as it is: the node is found, its unit told of, and nothing fails for want of a right."""
        self.box.write("/etc/mixnet-exporter/mixnet-exporter.yml", "collectors: {reachability: {target: [127.0.0.1]}}\n")
        self.restart()
        samples = self.scrape_with("mixnet_node_unit_state", state="active")
        self.assertEqual(1, node.value(samples, "mixnet_nodes"))
        self.assertEqual(1, node.value(samples, "mixnet_node_process_up"))
        self.assertEqual(1, node.value(samples, "mixnet_node_unit_state", state="active"))
        samples = self.scrape_with("mixnet_node_api_up", endpoint="/health")
        self.assertEqual(1, node.value(samples, "mixnet_node_api_up", endpoint="/health"))
        failed = [row["collector"] for row in node.labels(samples, "node_scrape_collector_success")
                  if node.value(samples, "node_scrape_collector_success", **row) != 1]  # fmt: skip
        self.assertEqual([], failed)
        self.assertEqual(0, node.value(samples, "node_filesystem_readonly", mountpoint="/run"))

    def test_the_units_numbers(self):
        """Those of systemd and of the kernel, for the node's unit."""
        self.restart()
        samples = self.scrape_with("mixnet_node_unit_restarts_total")
        self.assertEqual(int(self.box.show("nym-node.service", "NRestarts")), node.value(samples, "mixnet_node_unit_restarts_total"))
        pid = int(self.box.show("nym-node.service", "MainPID"))
        limits = self.box.run("cat", f"/proc/{pid}/limits")
        self.assertRegex(limits, r"Max open files +8192 ")
        self.assertEqual(8192, node.value(samples, "mixnet_node_process_max_fds"))
        before = int(re.search(r"usage_usec (\d+)", self.cpu_stat())[1]) / 1e6
        samples = node.scrape(self.box)
        seconds = sum(node.value(samples, "mixnet_node_cgroup_cpu_seconds_total", mode=mode) for mode in ("user", "system"))
        after = int(re.search(r"usage_usec (\d+)", self.cpu_stat())[1]) / 1e6
        self.assertTrue(before - 1e-5 <= seconds <= after + 1e-5, (before, seconds, after))

    def cpu_stat(self):
        return self.box.run("cat", "/sys/fs/cgroup/system.slice/nym-node.service/cpu.stat")

    def test_a_node_killed_comes_back(self):
        self.restart()
        self.scrape_with("mixnet_node_unit_restarts_total")
        restarts = int(self.box.show("nym-node.service", "NRestarts"))
        self.box.write("/run/systemd/system/nym-node.service.d/restart.conf", "[Service]\nRestart=on-failure\nRestartSec=100ms\n")
        self.box.run("systemctl", "daemon-reload")
        self.box.run("systemctl", "kill", "--signal=SIGKILL", "nym-node.service")
        support.wait_for(lambda: int(self.box.show("nym-node.service", "NRestarts")) == restarts + 1, "systemd to restart the node")
        support.wait_for(
            lambda: node.value(node.scrape(self.box), "mixnet_node_unit_restarts_total") == restarts + 1, "the restart to be told", 40
        )
        node.tell(self.box, 8080, "token", token=node.TOKEN)

    def test_the_watchdog_kills_a_stuck_daemon_and_it_comes_back(self):
        self.restart("WatchdogSec=2s", "RestartSec=100ms")
        before = self.box.show(UNIT, "MainPID")
        self.box.run("systemctl", "kill", "--signal=SIGSTOP", UNIT)
        support.wait_for(lambda: self.box.show(UNIT, "NRestarts") == "1", "systemd to restart the daemon", 40)
        support.wait_for(lambda: self.box.show(UNIT, "ActiveState") == "active", "the daemon to be back")
        self.assertNotEqual(before, self.box.show(UNIT, "MainPID"))
        self.assertIn("watchdog", self.box.run("journalctl", f"--unit={UNIT}", "--no-pager").lower())
        self.scrape_with("node_load1")

    def test_a_token_as_a_credential(self):
        """root's file, which the service's user cannot read, through systemd."""
        self.configure("    access_token_file: token_test\n")
        self.restart()
        self.scrape_with("mixnet_node_api_up", endpoint="/health")
        self.assertFalse(self.prometheus_endpoint_works())
        self.box.write("/etc/mixnet-exporter/tokens/test", node.TOKEN + "\n", 0o600)
        self.assertFalse(self.box.succeeds("runuser", "-u", "mixnet-exporter", "--", "cat", "/etc/mixnet-exporter/tokens/test"))
        self.restart()
        support.wait_for(self.prometheus_endpoint_works, "the token to be used")
        self.assertNotIn(node.TOKEN, self.box.get(f"{node.URL}/metrics") + self.box.run("journalctl", f"--unit={UNIT}"))

    def prometheus_endpoint_works(self):
        return node.value(node.scrape(self.box), "mixnet_node_api_up", endpoint="/metrics/prometheus") == 1

    def test_no_folder_of_tokens(self):
        """An optional credential does not fail the start."""
        self.box.run("mv", "/etc/mixnet-exporter/tokens", "/etc/mixnet-exporter/elsewhere")
        try:
            self.restart()
            self.scrape_with("node_load1")
        finally:
            self.box.run("sh", "-c", "rm -rf /etc/mixnet-exporter/tokens; mv /etc/mixnet-exporter/elsewhere /etc/mixnet-exporter/tokens")

    def test_sockets_of_systemd(self):
        """No scrape is lost over a restart."""
        self.box.write("/etc/default/mixnet-exporter", 'ARGS="--web.systemd-socket"\n')
        self.box.run("systemctl", "stop", UNIT)
        self.box.run("systemctl", "start", "mixnet-exporter.socket")
        try:
            self.restart()
            self.box.write("/run/scrapes", "for i in $(seq 50); do curl -fsS -o /dev/null --max-time 20 http://127.0.0.1:10087/metrics || echo lost; done\n")
            self.box.write("/run/restarts", "sh /run/scrapes & for i in 1 2 3; do systemctl restart mixnet-exporter; done; wait\n")
            self.assertEqual("", self.box.run("sh", "/run/restarts"))
        finally:
            self.box.run("systemctl", "stop", UNIT, "mixnet-exporter.socket", check=False)

    def test_reload(self):
        self.restart()
        pid = self.box.show(UNIT, "MainPID")
        self.box.write("/etc/mixnet-exporter/mixnet-exporter.yml", "collectors: {loadavg: false}\n")
        self.box.run("systemctl", "reload", UNIT)
        support.wait_for(lambda: node.value(node.scrape(self.box), "node_load1") is None, "the reload to be in force")
        self.assertEqual(pid, self.box.show(UNIT, "MainPID"))

    def test_a_faulty_configuration_is_told_and_given_up_on(self):
        self.box.write("/etc/mixnet-exporter/mixnet-exporter.yml", "zebra: 1\n")
        self.box.run("systemctl", "daemon-reload")
        self.box.run("systemctl", "restart", UNIT, check=False)
        self.assertIn('unknown key "zebra"', self.box.run("journalctl", f"--unit={UNIT}", "--no-pager"))
        self.box.run("systemctl", "stop", UNIT)
        self.box.run("systemctl", "reset-failed", UNIT)

    def test_more_rights_by_the_examples(self):
        """With the drop-in for the process's details, those are there."""
        example = "/usr/share/doc/mixnet-exporter/examples/mixnet-exporter.service.d/10-process-details.conf"
        self.restart()
        samples = self.scrape_with("mixnet_node_process_up")
        self.assertIsNone(node.value(samples, "mixnet_node_process_read_bytes_total"))
        self.restart(*self.box.run("cat", example).splitlines())
        self.scrape_with("mixnet_node_process_read_bytes_total")

    def test_doctor_looks_as_the_services_user(self):
        """Started by root, it may no more than the service, and tells what that lacks; and sees the service's token."""
        self.configure("    access_token_file: token_test\n")
        self.box.write("/etc/mixnet-exporter/tokens/test", node.TOKEN + "\n", 0o600)
        self.restart()
        said = self.box.run("mixnet-exporter", "doctor", check=False)
        self.assertIn("as the user mixnet-exporter, without capabilities", said)
        self.assertRegex(said, r"(?m)^  good +mixnet-exporter.service +active, process ")
        self.assertRegex(said, r"(?m)^  good +127\.0\.0\.1:10087 +answers$")
        self.assertRegex(said, r"(?m)^  good +test: access token +there$")
        self.assertRegex(said, r"(?m)^  not permitted +node_firewall .*\n +-> .*CAP_NET_ADMIN|^  not permitted +node_firewall .*CAP_NET_ADMIN")
        self.assertNotIn(node.TOKEN, said)
        self.restart("AmbientCapabilities=CAP_NET_ADMIN", "CapabilityBoundingSet=CAP_NET_ADMIN")
        said = self.box.run("mixnet-exporter", "doctor", check=False)
        self.assertIn("with CAP_NET_ADMIN as its unit has", said)
        self.assertNotRegex(said, r"(?m)^  not permitted +node_firewall")

    def test_the_package_of_the_tests_is_its_own(self):
        """What the program says of itself is what the package says of it."""
        version = self.box.run("mixnet-exporter", "--version").split()[2]
        self.assertEqual(packages.field(packages.package(), "Version"), version)
        self.assertTrue(json.dumps(version))


if __name__ == "__main__":
    unittest.main()
