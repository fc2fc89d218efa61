#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the exporter makes of a node's HTTP API, and what a node that misbehaves costs: its own metrics and nothing else."""
import os
import pathlib
import re
import time
import unittest

from support import Simulator, exporter_server, scratch, wait_for

LIVE = "/metrics/packets-stats"
PACKETS = "/api/v1/metrics/packets-stats"
EXPOSITION = "/api/v1/metrics/prometheus"


class NodeApi(unittest.TestCase):
    """The exporter beside a simulated node, which it asks every second."""

    def setUp(self):
        self.node = self.enterContext_(Simulator("--sim-uptime", "5000"))
        self.folder = pathlib.Path(self.node.home)
        self.token = self.folder / "token"
        self.write_token(Simulator.TOKEN)
        self.start()

    def enterContext_(self, context):
        """As of Python 3.11, which not every system that this is run on has."""
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def write_token(self, token):
        self.token.write_text(token + "\n", encoding="utf-8")
        self.token.chmod(0o600)

    def start(self, passthrough="false"):
        config = self.folder / "exporter.yml"
        config.write_text(
            "nodes:\n"
            f"  - name: sim\n    http_url: {self.node.url}\n    access_token_file: {self.token}\n    passthrough: {passthrough}\n"
            "collectors:\n  node_api:\n    interval: 1s\n",
            encoding="utf-8",
        )
        self.exporter = self.enterContext_(exporter_server(f"--config.file={config}"))

    def value(self, name, **labels):
        """Of the sim's sample with these labels; None where there is none."""
        wanted = {f'{key}="{text}"' for key, text in {**labels, "node": "sim"}.items()}
        for line in self.exporter.metrics().splitlines():
            match = re.match(rf"{name}{{(.*)}} (\S+)$", line)
            if match and wanted <= set(re.findall(r'\w+="[^"]*"', match[1])):
                return float(match[2])
        return None

    def wait_for_value(self, expected, name, **labels):
        wait_for(lambda: self.value(name, **labels) == expected, f"{name}{labels} is {expected}", 30)

    def wait_for_reason(self, reason, endpoint=LIVE):
        self.wait_for_value(1, "mixnet_node_api_fault_info", endpoint=endpoint, reason=reason)

    def wait_until_well(self):
        self.wait_for_value(1, "mixnet_node_api_up", endpoint="/health")
        self.wait_for_value(1, "mixnet_node_api_up", endpoint=LIVE)
        wait_for(lambda: "mixnet_node_api_fault_info{" not in self.exporter.metrics(), "no endpoint fails", 90)

    def test_counters_move_and_begin_anew(self):
        self.wait_until_well()
        before = self.value("mixnet_node_packets_received_total", hop="final")
        wait_for(lambda: self.value("mixnet_node_packets_received_total", hop="final") > before, "packets are counted")
        self.assertGreater(self.value("mixnet_node_uptime_seconds"), 5000)
        self.assertEqual(self.value("mixnet_node_build_info", version="1.31.0"), 1)
        self.node.restart()
        wait_for(lambda: self.value("mixnet_node_packets_received_total", hop="final") < before, "the counters began anew")
        self.assertLess(self.value("mixnet_node_uptime_seconds"), 100)
        self.wait_for_value(1, "mixnet_node_build_info", version="1.31.0")

    def test_each_fault_has_its_reason(self):
        self.wait_until_well()
        for kind, parameters, reason in (
            ("status", {"status": 500}, "server_error"),
            ("cut", {}, "broken_off"),
            ("reset", {}, "broken_off"),
            ("hang", {}, "timeout"),
            ("stall", {}, "timeout"),
            ("huge", {}, "too_large"),
            ("html", {}, "malformed"),
            ("empty", {}, "malformed"),
            ("deep", {}, "too_large"),
            ("broken", {}, "malformed"),
            ("redirect", {"location": "http://192.0.2.1/"}, "redirected"),
            ("status", {"status": 404}, "not_found"),
        ):
            with self.subTest(kind=kind, **parameters):
                self.node.fault(PACKETS, kind, **parameters)
                self.wait_for_reason(reason)
                self.assertEqual(self.value("mixnet_node_healthy"), 1, "the other endpoints go on")
                self.node.clear()
        self.assertIn("source failed", self.exporter.output())

    def test_values_of_other_types_cost_themselves_only(self):
        self.wait_until_well()
        self.node.fault(PACKETS, "wrong_json")
        wait_for(lambda: self.value("mixnet_node_packets_received_total", hop="final") is None, "the counters are gone")
        self.assertEqual(self.value("mixnet_node_api_up", endpoint=LIVE), 1)

    def test_a_truncated_exposition_is_refused_whole(self):
        self.wait_until_well()
        self.node.fault(EXPOSITION, "truncated")
        self.wait_for_reason("malformed", "/metrics/prometheus")
        wait_for(lambda: self.value("mixnet_node_packets_stored_total") is None, "nothing of it is given")

    def test_a_killed_node_is_one_line_and_comes_back(self):
        self.wait_until_well()
        self.node.process.kill()
        self.node.process.wait()
        self.wait_for_reason("unreachable", "/health")
        self.wait_for_value(0, "mixnet_node_api_up", endpoint="/health")
        wait_for(lambda: self.value("mixnet_node_packets_received_total", hop="final") is None, "old counters are not given")
        failed = [line for line in self.exporter.output().splitlines() if "source failed" in line and "sim: " in line]
        self.assertEqual(len(failed), 1, failed)

    def test_tokens(self):
        self.wait_until_well()
        self.assertIsNotNone(self.value("mixnet_node_packets_stored_total"))
        self.write_token("another")
        self.wait_for_reason("unauthorized", "/metrics/prometheus")
        self.node.tell("token", token="")
        # Refused endpoints are asked once a minute.
        wait_for(lambda: self.value("mixnet_node_api_fault_info", endpoint="/metrics/prometheus", reason="not_found"), "404", 90)
        self.assertIsNone(self.value("mixnet_node_api_up", endpoint="/metrics/prometheus"))
        self.assertNotIn(Simulator.TOKEN, self.exporter.output())
        self.assertNotIn("another", self.exporter.output())

    def test_a_misbehaving_node_costs_no_memory_and_no_descriptors(self):
        self.wait_until_well()
        seconds = int(os.environ.get("MIXNET_MISBEHAVE_SECONDS", "20"))

        def misbehave(length):
            end = time.monotonic() + length
            while time.monotonic() < end:
                for kind in ("huge", "hang", "reset", "html", "cut", "deep", "stall"):
                    self.node.fault("*", kind)
                    time.sleep(0.7)
                    self.exporter.metrics()
                self.node.clear()
                time.sleep(0.7)

        misbehave(8)
        before = self.footprint()
        misbehave(seconds)
        after = self.footprint()
        self.assertLessEqual(after["descriptors"], before["descriptors"] + 8)
        self.assertLess(after["resident"], before["resident"] + (8 << 20))
        self.node.clear()
        self.wait_until_well()

    def footprint(self):
        process = pathlib.Path("/proc") / str(self.exporter.process.pid)
        pages = int((process / "statm").read_text().split()[1])
        return {"descriptors": len(list((process / "fd").iterdir())), "resident": pages * os.sysconf("SC_PAGE_SIZE")}


if __name__ == "__main__":
    scratch()
    unittest.main()
