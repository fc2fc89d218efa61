#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the exporter finds when it tries a simulated node's ports, and what it makes of an NTP server's time."""
import os
import re
import socket
import struct
import threading
import time
import unittest

from support import Simulator, exporter_server, wait_for

PREFIX = "mixnet_network_"
SINCE_1900 = 2208988800


class NtpServer:
    """Answers with a time so many seconds ahead of this host's, or not at all where that is None."""

    def __init__(self, ahead):
        self.ahead = ahead
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.asked = []

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()

    def now(self):
        return struct.pack(">Q", int((time.time() + self.ahead + SINCE_1900) * 2**32) % 2**64)

    def serve(self):
        while True:
            packet, client = self.socket.recvfrom(512)
            if not packet:
                return
            self.asked.append(packet)
            if self.ahead is not None:
                head = struct.pack(">BBbb", 0x24, 2, 6, -20) + bytes(8) + b"GPS "
                self.socket.sendto(head + self.now() + packet[40:48] + self.now() + self.now(), client)


class Reachability(unittest.TestCase):
    def node(self, *flags, public="127.0.0.1,127.0.0.9"):
        return self.enterContext(Simulator("--public-ips", public, "--hostname", "localhost", *flags))

    def found(self, node, *flags):
        """A round's samples, of a fresh exporter: values by name and labels."""
        config = node.home / "exporter.yml"
        config.write_text(f"nodes:\n  - name: sim\n    http_url: {node.url}\n", encoding="utf-8")
        collectors = ("--collector.disable-defaults", "--collector.node", "--collector.reachability")
        with exporter_server(f"--config.file={config}", *collectors, *flags) as exporter:
            done = PREFIX + 'node_address_is_local{node="sim"'
            wait_for(lambda: done in exporter.metrics() and 'port="http"' in exporter.metrics(), "a round", 40)
            text = exporter.metrics()
            descriptors = len(os.listdir(f"/proc/{exporter.process.pid}/fd"))
            self.assertLess(descriptors, 40)
        samples = {}
        for line in text.splitlines():
            match = re.fullmatch(rf"{PREFIX}(\w+)(?:{{(.*)}})? (\S+)", line)
            if match:
                labels = frozenset(re.findall(r'(\w+)="([^"]*)"', match[2] or ""))
                samples[match[1], labels] = float(match[3])
        return samples

    def value(self, samples, name, **labels):
        values = [value for (its, all_labels), value in samples.items() if its == name and labels.items() <= dict(all_labels).items()]
        self.assertLessEqual(len(values), 1, (name, labels))
        return values[0] if values else None

    def test_a_node_that_listens_at_one_of_two_addresses(self):
        node = self.node()
        samples = self.found(node)
        for port in "http", "client_ws", "lp_control":
            here, there = {"port": port, "address": "127.0.0.1"}, {"port": port, "address": "127.0.0.9"}
            self.assertEqual(1, self.value(samples, "node_reachable", **here), port)
            self.assertEqual(0, self.value(samples, "node_reachable", **there), port)
            self.assertEqual(1, self.value(samples, "node_reach_fault_info", reason="refused", **there), port)
            self.assertIsNone(self.value(samples, "node_reach_fault_info", **here), port)
        for port, seconds in ("http", "node_http_seconds"), ("client_ws", "node_websocket_seconds"):
            self.assertEqual(1, self.value(samples, "node_answers", port=port, address="127.0.0.1"))
            self.assertGreater(self.value(samples, seconds, port=port, address="127.0.0.1"), 0)
        self.assertEqual(1, self.value(samples, "node_address_is_local", address="127.0.0.1"))
        self.assertEqual(1, self.value(samples, "node_dns_resolves"))
        self.assertEqual(0, self.value(samples, "node_dns_matches", family="ipv4"), "localhost is one of the two")

    def test_a_listener_that_is_gone(self):
        node = self.node()
        node.tell("listener", role="ws", open="false")
        samples = self.found(node)
        self.assertEqual(0, self.value(samples, "node_reachable", port="client_ws", address="127.0.0.1"))
        self.assertEqual(0, self.value(samples, "node_answers", port="client_ws", address="127.0.0.1"))
        self.assertEqual(1, self.value(samples, "node_reachable", port="lp_control", address="127.0.0.1"))

    def test_a_node_that_misbehaves(self):
        for kind, reason in ("hang", "timeout"), ("reset", "broken_off"), ("status", "status"):
            with self.subTest(kind=kind):
                node = self.node()
                node.fault("/api/v1/health", kind)
                samples = self.found(node)
                http = {"port": "http", "address": "127.0.0.1"}
                self.assertEqual(1, self.value(samples, "node_reachable", **http))
                self.assertEqual(0, self.value(samples, "node_answers", **http))
                self.assertEqual(1, self.value(samples, "node_reach_fault_info", reason=reason, **http))
                self.assertEqual(1, self.value(samples, "node_answers", port="client_ws", address="127.0.0.1"))

    def test_only_the_operators_target_is_tried_where_there_is_one(self):
        node = self.node(public="203.0.113.17")
        samples = self.found(node, "--collector.reachability.target=sim=127.0.0.1")
        self.assertEqual(1, self.value(samples, "node_reachable", port="http"))
        self.assertNotIn("203.0.113.17", str(samples))

    def test_the_clock(self):
        node = self.node()
        with NtpServer(ahead=2.5) as server:
            samples = self.found(node, f"--collector.reachability.ntp-server={server.address}")
            self.assertEqual(1, self.value(samples, "clock_server_up", server=server.address))
            error = self.value(samples, "clock_round_trip_seconds") / 2 + 0.001
            self.assertAlmostEqual(2.5, self.value(samples, "clock_offset_seconds"), delta=error)
            self.assertEqual(1, len(server.asked))
            self.assertEqual(48, len(server.asked[0]))
        with NtpServer(ahead=None) as server:
            samples = self.found(node, f"--collector.reachability.ntp-server={server.address}")
            self.assertEqual(0, self.value(samples, "clock_server_up"))
            self.assertEqual(1, self.value(samples, "clock_fault_info", reason="timeout"))


if __name__ == "__main__":
    unittest.main()
