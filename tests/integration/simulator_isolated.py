#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The simulated node in a network namespace, and a cgroup, of its own. Needs root."""
import json
import pathlib
import socket
import subprocess
import unittest

from support import IsolatedSimulator


class Isolated(unittest.TestCase):
    def test_has_the_real_ports_for_itself(self):
        with IsolatedSimulator() as node, IsolatedSimulator() as other:
            self.assertEqual("up", node.json("/api/v1/health")["status"])
            self.assertEqual("up", other.json("/api/v1/health")["status"])
            sockets = pathlib.Path(f"/proc/{node.pid}/net/tcp6").read_text(encoding="utf-8")
            for port in 1789, 1790, 41264:
                self.assertIn(f":{port:04X} 00000000000000000000000000000000:0000 0A", sockets)

    def test_has_the_interfaces_of_an_exit(self):
        with IsolatedSimulator() as node:
            with node.network():
                names = {name for _, name in socket.if_nameindex()}
            self.assertLessEqual({"lo", "nymwg", "nymtun0"}, names)
            listed = subprocess.run(node.run_inside("ip", "-json", "address"), capture_output=True, check=True).stdout
            addresses = {link["ifname"]: [item["local"] for item in link["addr_info"]] for link in json.loads(listed)}
            self.assertIn("10.1.0.1", addresses["nymwg"])
            self.assertIn("10.0.0.1", addresses["nymtun0"])

    def test_has_a_cgroup(self):
        with IsolatedSimulator(cgroup=True) as node:
            self.assertEqual(f"{node.pid}\n", (node.cgroup_folder() / "cgroup.procs").read_text(encoding="utf-8"))
        self.assertIsNone(node.cgroup_folder())


if __name__ == "__main__":
    unittest.main()
