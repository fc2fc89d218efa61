#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon runs a program that stands for nym-gateway-probe: when it may, with limits, and without telling the mnemonic."""
import contextlib
import os
import pathlib
import re
import signal
import tempfile
import time
import unittest

import support
from exposition import parse

PROGRAM = support.TESTS / "support" / "nym-gateway-probe"
KEY = "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1"
WORDS = "abandon zebra error wagon limit vault abandon zebra error wagon limit vault"
HOUR = 3600


def gone(pid):
    """Is it no more, or a zombie that nobody has taken away?"""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return True
    return stat.rsplit(")", 1)[1].split()[0] == "Z"


def value(text, name, **labels):
    """Of one series; None where it is not there."""
    families, _ = parse(text)
    for family in families.values():
        for series, found in family.series.items():
            if series.name == name and set(labels.items()) <= set(series.labels):
                return found.number
    return None


class GatewayProbe(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mixnet-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.state = self.folder / "state"
        self.mnemonic = self.folder / "mnemonic"
        self.mnemonic.write_text(WORDS + "\n", encoding="ascii")
        self.mnemonic.chmod(0o600)

    def configured(self, **settings):
        settings = {"program": PROGRAM, "mnemonic_file": self.mnemonic, "start_delay": "1s", **settings}
        lines = ["collectors:", "  gateway_probe:"]
        lines += [f"    {key}: {text}" for key, text in settings.items()]
        lines += ["nodes:", "  - name: exit1", "    http_url: http://127.0.0.1:9", f"    identity_key: {KEY}"]
        file = self.folder / "mixnet-exporter.yml"
        file.write_text("\n".join(lines) + "\n", encoding="ascii")
        return [
            f"--config.file={file}",
            f"--path.state={self.state}",
            "--collector.disable-defaults",
            "--collector.node",
            "--collector.gateway_probe",
        ]

    def daemon(self, fake="", **settings):
        environment = {**os.environ, "PROBE_FAKE": fake}
        environment.pop("STATE_DIRECTORY", None)
        return support.exporter_server(*self.configured(**settings), environment=environment)

    @property
    def probe_folder(self):
        return self.state / "gateway_probe"

    def said(self, name):
        """What the program has written down; empty where it has not run."""
        try:
            return (self.probe_folder / "config" / name).read_text(encoding="ascii")
        except FileNotFoundError:
            return ""

    def wait_for(self, what, is_there, server, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if is_there():
                return
            time.sleep(0.1)
        self.fail(f"{what} did not come; the log is\n{server.output()}")

    def wait_for_value(self, server, expected, name, **labels):
        self.wait_for(f"{name} {labels} {expected}", lambda: value(server.metrics(), name, node="exit1", **labels) == expected, server)

    def wait_until_it_looked_twice(self, server):
        """After its second look the daemon runs what may be run."""
        began = time.monotonic()
        self.wait_for("the second look", lambda: time.monotonic() > began + 12, server)

    def test_it_runs_once_and_is_remembered_over_restarts(self):
        with self.daemon() as server:
            self.wait_for_value(server, 1, "mixnet_gateway_probe_runs_total")
            text = server.metrics()
        self.assertEqual(value(text, "mixnet_network_node_probe_success", part="as_entry", test="can_route"), 1)
        self.assertEqual(value(text, "mixnet_network_node_probe_ping_ratio", target="addresses", ip_version="4"), 0.8)
        self.assertEqual(value(text, "mixnet_network_node_probe_download_seconds", ip_version="4"), 1.893)
        probed = value(text, "mixnet_network_node_probe_timestamp_seconds", source="gateway_probe")
        self.assertEqual(self.said("runs"), f"{KEY} core\n")
        started = int(re.fullmatch(rf"{KEY} (\d+)\n", (self.probe_folder / "started").read_text(encoding="ascii"))[1])

        with self.daemon(interval="1h") as server:  # as after a crash
            self.wait_until_it_looked_twice(server)
            text = server.metrics()
        remembered = value(text, "mixnet_network_node_probe_timestamp_seconds", source="gateway_probe")
        self.assertLess(abs(remembered - probed), 2, "the file has whole seconds")
        self.assertGreaterEqual(value(text, "mixnet_gateway_probe_next_run_timestamp_seconds"), started + HOUR - 1)
        self.assertEqual(value(text, "mixnet_gateway_probe_runs_total"), 0)
        self.assertEqual(self.said("runs").count("\n"), 1)

        (self.probe_folder / "started").write_text(f"{KEY} {started - 2 * HOUR}\n", encoding="ascii")
        with self.daemon("fail", interval="1h") as server:
            self.wait_for_value(server, 0, "mixnet_network_node_probe_success", part="as_entry", test="can_route")
        self.assertEqual(self.said("runs").count("\n"), 2)

        saved = support.run_exporter("probe", f"--file={self.probe_folder / KEY}.json", "--node=exit1")
        self.assertEqual(saved.returncode, 0, saved.stderr)
        self.assertEqual(value(saved.stdout, "mixnet_network_node_probe_success", part="as_entry", test="can_route"), 0)

    def test_the_mnemonic_is_an_argument_of_the_program_and_nowhere_else(self):
        with self.daemon("hang") as server:
            self.wait_for("a run", lambda: self.said("below"), server)
            self.wait_for_value(server, 1, "mixnet_gateway_probe_running")
            probe = pathlib.Path(f"/proc/{int(self.said('pid'))}")
            self.assertIn(WORDS.encode(), (probe / "cmdline").read_bytes().split(b"\0"))
            self.assertNotIn(b"zebra", (probe / "environ").read_bytes())
            exporter = pathlib.Path(f"/proc/{server.process.pid}")
            for file in ("cmdline", "environ"):
                self.assertNotIn(b"zebra", (exporter / file).read_bytes())
            self.assertEqual((probe / "oom_score_adj").read_text(encoding="ascii"), "1000\n")
            self.assertEqual(os.getpgid(int(probe.name)), int(probe.name))
            self.assertGreaterEqual(os.getpriority(os.PRIO_PROCESS, int(probe.name)), 10)
            self.assertEqual(server.end(5), 0)
            self.assertNotIn("zebra", server.output())
            for path in self.state.rglob("*"):
                if path.is_file():
                    self.assertNotIn(b"zebra", path.read_bytes(), path)
            self.assertTrue(gone(int(probe.name)))
            self.assertTrue(gone(int(self.said("below"))), "what it started is ended with it")

    def test_an_error_that_repeats_the_mnemonic_is_not_logged(self):
        with self.daemon("reveal") as server:
            self.wait_for_value(server, 1, "mixnet_gateway_probe_failures_total", reason="status")
            self.wait_for("the log", lambda: "names the mnemonic, so it is not shown" in server.output(), server)
            self.assertNotIn("zebra", server.output() + server.metrics())
            self.assertEqual(server.get("/").body.count(b"zebra"), 0)

    def test_it_is_ended_when_its_time_is_up(self):
        with self.daemon("hang", timeout="1s") as server:
            self.wait_for_value(server, 1, "mixnet_gateway_probe_failures_total", reason="timeout")
            self.assertTrue(gone(int(self.said("pid"))))
            self.assertTrue(gone(int(self.said("below"))))
            self.wait_for("the log", lambda: "all the time it is given" in server.output(), server)

    def test_it_is_ended_when_it_floods(self):
        with self.daemon("flood") as server:
            self.wait_for_value(server, 1, "mixnet_gateway_probe_failures_total", reason="flood")
            self.assertTrue(gone(int(self.said("pid"))))

    def test_it_does_not_outlive_a_daemon_that_is_killed(self):
        with self.daemon("hang") as server:
            self.wait_for("a run", lambda: self.said("below"), server)
            pid, below = int(self.said("pid")), int(self.said("below"))
            try:
                server.signal(signal.SIGKILL)
                server.process.wait()
                self.wait_for("its end", lambda: gone(pid), server)
            finally:
                with contextlib.suppress(ProcessLookupError):  # of a killed daemon what the program started stays: systemd's task
                    os.killpg(pid, signal.SIGKILL)
            self.wait_for("the end of what it started", lambda: gone(below), server)
        with self.daemon("") as server:
            self.wait_until_it_looked_twice(server)
        self.assertEqual(self.said("runs").count("\n"), 1, "a run that was cut short counts")

    def test_it_is_not_run_where_that_cannot_be_written_down(self):
        self.state.write_text("no folder", encoding="ascii")
        with self.daemon() as server:
            self.wait_for("the log", lambda: "nym-gateway-probe is not run" in server.output(), server)
            self.assertEqual(value(server.metrics(), "mixnet_gateway_probe_runs_total"), 0)
            self.assertRegex(server.output(), r"/state/gateway_probe/started")

    def test_an_interval_below_an_hour_is_a_fault(self):
        refused = support.run_exporter("config", "check", *self.configured(interval="59m"))
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stderr, r'\.yml:6:15: "59m" is less than 1h\n$')

    def test_without_a_program_it_is_absent(self):
        listed = support.run_exporter("collectors")
        self.assertRegex(listed.stdout, r"(?m)^gateway_probe +on .* absent: not asked for: gateway_probe.program is not set$")


if __name__ == "__main__":
    unittest.main()
