#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command `check` as cron, a monitoring system and an operator see it: beside a simulated node, with a daemon that records
and without, what it prints, what it exits with, and what it remembers."""
import json
import os
import pathlib
import re
import signal
import tempfile
import unittest
from collections import namedtuple

import support
from support import SimulatedNetwork, Simulator, exporter_server, wait_for

OK, WARNING, CRITICAL, UNKNOWN = range(4)
FAKETIME = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
NEGATE = pathlib.Path("/usr/lib/nagios/plugins/negate")

Measure = namedtuple("Measure", "value unit warning critical least most")


def perfdata(text):
    """What stands behind the bar of a plugin's first line, as the Monitoring Plugins guideline has it."""
    line, *_ = text.split("\n")
    _, bar, rest = line.partition("|")
    measures = {}
    pattern = re.compile(r"\s*(?:'((?:[^'=]|'')+)'|([^\s'=]+))=(-?[\d.]+|U)(s|us|ms|%|B|KB|MB|TB|c|)((?:;[^;\s]*){0,4})")
    while rest.strip():
        match = pattern.match(rest)
        assert match, f"no perfdata: {rest!r}"
        label = match[1].replace("''", "'") if match[1] else match[2]
        bounds = (match[5].split(";")[1:] + [""] * 4)[:4]
        for bound in bounds[:2]:
            assert re.fullmatch(r"@?((-?[\d.]+|~)?:)?(-?[\d.]+)?", bound), bound
        measures[label] = Measure(float(match[3]), match[4], *bounds)
        rest = rest[match.end() :]
    assert bool(bar) == bool(measures)
    return measures


class WithNode(unittest.TestCase):
    """A simulated node, a configuration that names it, and a state folder."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.node = self.enterContext(Simulator("--sim-traffic", "busy"))
        self.config = self.folder / "exporter.yml"
        self.configure()

    def configure(self, checks=""):
        off = "".join(f"  {name}: false\n" for name in ("nym_api", "reachability", "self_description"))
        self.config.write_text(
            f"nodes:\n  - name: exit1\n    http_url: {self.node.url}\n    config_file: {self.node.about['config']}\n"
            f"collectors:\n  node_api:\n    interval: 1s\n{off}{checks}",
            encoding="utf-8",
        )

    def check(self, *arguments, environment=None):
        command = ["check", *arguments, f"--config.file={self.config}", f"--path.state={self.folder}/state"]
        run = support.run_exporter(*command, environment=environment)
        self.assertEqual(run.stderr, "")
        return run

    def expect(self, status, *arguments):
        run = self.check(*arguments)
        self.assertEqual(run.returncode, status, run.stdout)
        return run.stdout


class Sampled(WithNode):
    """Without a daemon it looks itself."""

    def test_a_line_with_perfdata_and_an_exit_status_for_each_state(self):
        for status, word, limits in (
            (OK, "OK", ("--warning=1000", "--critical=1000")),
            (WARNING, "WARNING", ("--warning=@0:1000", "--critical", "none")),
            (CRITICAL, "CRITICAL", ("--warning=@0:1000", "--critical=@0:1000")),
        ):
            out = self.expect(status, "cpu.host", *limits)
            self.assertEqual(out.count("\n"), 1)
            self.assertRegex(out, rf"^CPU {word}: the host's \d+ CPUs? (is|are) busy [\d.]+ % of the time, over 3 s")
            self.assertIn("looked at just now", out)
            measures = perfdata(out)
            self.assertEqual(list(measures), ["host cpu"])
            self.assertEqual((measures["host cpu"].unit, measures["host cpu"].least), ("%", "0"))
        self.assertEqual(measures["host cpu"].critical, "@1000")

    def test_a_node_that_was_just_started_is_spared(self):
        self.configure("checks: {cpu: {host: false, steal: false}}\n")  # which are as busy as they are
        out = self.expect(OK, "cpu", "--warning=@0:1000", "--critical=@0:1000")
        self.assertRegex(out, r"^CPU OK: node exit1 takes [\d.]+ % of \d+ CPUs?, over 3 s; it was started \d+ s ago")
        self.assertIn("exit1 cpu", perfdata(out))

    def test_what_is_no_counter_is_looked_at_once(self):
        out = self.expect(OK, "fds")
        self.assertRegex(out, r"^FDS OK: node exit1 has \d+ of \d+ file descriptors open")
        self.assertIn("exit1 fds", perfdata(out))
        self.assertNotIn(", over ", out)

    def test_packets_are_seen_but_their_lack_is_not_told_from_a_moment(self):
        out = self.expect(OK, "packets")
        self.assertGreater(perfdata(out)["exit1 packets"].value, 0)
        self.assertGreater(perfdata(self.expect(OK, "drops", "--warning=100", "--critical=100"))["exit1 dropped"].value, -1)

    def test_of_all_there_is_a_line_for_each_below_the_first(self):
        run = self.check("all")
        first, *rest = run.stdout.splitlines()
        word = ("OK", "WARNING", "CRITICAL", "UNKNOWN")[run.returncode]
        self.assertTrue(first.startswith(f"MIXNET {word}: "), first)
        measures = perfdata(run.stdout)
        for label in ("exit1 cpu", "host cpu", "disk /", "exit1 memory", "exit1 fds", "exit1 up"):
            self.assertIn(label, measures)
        self.assertIn("[OK] node: node exit1 runs", rest)
        self.assertNotIn("|", "".join(rest))
        told = [line.split("]")[0] for line in rest if line.startswith("[")]
        order = ["[CRITICAL", "[WARNING", "[UNKNOWN", "[OK"]
        self.assertEqual(told, sorted(told, key=order.index))

    def test_quiet_where_all_is_fine(self):
        self.assertEqual(self.expect(OK, "memory.host", "--warning=1000", "--critical=1000", "--quiet-ok"), "")
        out = self.expect(WARNING, "memory.host", "--warning=@0:1000", "--critical=none", "--quiet-ok")
        self.assertRegex(out, "^MEMORY WARNING: ")

    def test_what_is_off_is_left_out_of_all_and_made_by_its_name(self):
        self.configure("checks:\n" + "".join(f"  {name}: false\n" for name in ("cpu", "memory", "disk", "conntrack", "clock", "drops", "peers")))
        out = self.check("all").stdout
        self.assertNotIn("host cpu", out)
        self.assertIn("exit1 fds", out)
        self.assertIn("host memory available", perfdata(self.check("memory").stdout))

    def test_a_wrong_call_is_unknown(self):
        for arguments, said in (
            (("cpuu",), 'unknown check "cpuu"; did you mean "cpu"?'),
            (("cpu", "--warning=80%"), '--warning: "80%" is not a range'),
            (("cpu", "--for=10"), '--for: "10" is not a duration'),
            (("all", "--warning=80"), "are for one check"),
            (("cpu", "--repeat=1h"), "--repeat goes with --state"),
        ):
            out = self.expect(UNKNOWN, *arguments)
            self.assertTrue(out.startswith("MIXNET UNKNOWN: "), out)
            self.assertIn(said, out)
        for arguments in (("check", "cpu", "--wrning=80"), ("check",)):
            run = support.run_exporter(*arguments)
            self.assertEqual(run.returncode, UNKNOWN)
            self.assertIn("error: ", run.stderr)
        self.config.write_text("checks: {cpu: {warnign: 5}}\n", encoding="utf-8")
        self.assertIn('did you mean "warning"?', self.expect(UNKNOWN, "cpu"))

    def test_a_host_without_a_node_is_no_good_news(self):
        self.config.write_text("nodes:\n  - name: gone\n    unit: gone-of-the-test.service\n    http_url: http://127.0.0.1:9\n", encoding="utf-8")
        self.assertNotEqual(self.check("node").returncode, OK)
        self.assertIn("node gone", self.check("all").stdout)

    @unittest.skipUnless(NEGATE.exists(), "monitoring-plugins-basic is not installed")
    def test_another_plugin_understands_it(self):
        command = [NEGATE, "--substitute", "--ok=CRITICAL", support.exporter(), "check", "fds", f"--config.file={self.config}",
                   f"--path.state={self.folder}/state"]  # fmt: skip
        run = support.subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(run.returncode, CRITICAL, run.stderr)
        self.assertRegex(run.stdout, "^FDS CRITICAL: node exit1 has ")


class Remembering(WithNode):
    """--state, as cron runs it."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "check.state"

    def run_with(self, critical, status, *more):
        return self.expect(status, "memory.host", f"--critical={critical}", "--warning=none", f"--state={self.state}", *more)

    def let_pass(self, minutes):
        """Makes the run before one of so many minutes ago."""
        earlier = lambda match: str(int(match[0]) - minutes * 60_000)  # noqa: E731
        self.state.write_text(re.sub(r"\b\d{13}\b", earlier, self.state.read_text(encoding="utf-8")), encoding="utf-8")

    def test_tells_once_again_after_a_while_and_when_it_is_over(self):
        self.assertEqual(self.run_with("1000", OK), "")
        self.let_pass(5)
        self.assertRegex(self.run_with("@0:1000", CRITICAL), r"\AMEMORY CRITICAL: .* is available.*\n\Z")
        self.let_pass(5)
        self.assertEqual(self.run_with("@0:1000", CRITICAL, "--repeat=1h"), "")
        self.let_pass(60)
        self.assertRegex(self.run_with("@0:1000", CRITICAL, "--repeat=1h"), r"\AMEMORY CRITICAL: for 65 min now: .* is available.*\n\Z")
        self.let_pass(5)
        self.assertEqual(self.run_with("1000", CRITICAL), "", "it may come back")
        self.let_pass(6)
        self.assertRegex(self.run_with("1000", OK), r"\AMEMORY OK: over after \d+ min: .* is available\n\Z")
        self.let_pass(5)
        self.assertEqual(self.run_with("1000", OK), "")

    def test_a_state_of_something_else_is_said_and_kept(self):
        self.state.write_text("mine\n", encoding="utf-8")
        self.assertIn("remove it to begin anew", self.run_with("1000", UNKNOWN))
        self.assertEqual(self.state.read_text(encoding="utf-8"), "mine\n")

    def test_one_that_cannot_be_written_is_said(self):
        self.state = self.folder / "nowhere" / "check.state"
        self.assertRegex(self.run_with("@0:1000", UNKNOWN), "^MIXNET UNKNOWN: .*nowhere")

    def test_the_file_of_one_check_is_not_anothers(self):
        self.run_with("1000", OK)
        self.assertIn('it is of the check "memory.host"', self.expect(UNKNOWN, "memory", f"--state={self.state}"))


class FromTheRecord(WithNode):
    """With a daemon that records, once a second here."""

    def setUp(self):
        super().setUp()
        self.daemon = exporter_server("--history.interval=1s", f"--config.file={self.config}", f"--path.state={self.folder}/state")
        self.enterContext(self.daemon)

    def recorded(self, *arguments, status):
        """The outcome once it is from the record and has that status."""

        def outcome():
            run = self.check(*arguments)
            return run.stdout if run.returncode == status and "looked at just now" not in run.stdout else None

        return wait_for(outcome, f"{arguments} to exit with {status}; now {self.check(*arguments).stdout}\n{self.daemon.output()}", 60)

    def test_a_node_that_is_killed_and_comes_back(self):
        out = self.recorded("packets", "--for=5s", status=OK)
        self.assertRegex(out, r"node exit1 receives \d+ packets/s, over [3-6] s")
        self.recorded("node", "--for=3s", status=OK)
        self.node.stop(signal.SIGKILL)
        out = self.recorded("node", "--for=3s", status=CRITICAL)
        self.assertIn("node exit1 does not run", out)
        self.assertEqual(perfdata(out)["exit1 up"].value, 0)
        self.assertNotIn("exit1 cpu", self.check("all").stdout, "what does not run takes no CPU")
        self.node.start_again()
        self.recorded("node", "--for=3s", status=OK)

    def test_an_old_record_is_left_alone(self):
        self.recorded("memory", status=OK)
        self.assertEqual(self.daemon.end(20), 0)
        self.assertNotIn("looked at just now", self.expect(OK, "memory"), "the last seconds are recorded still")
        if not FAKETIME.exists():
            self.skipTest("faketime is not installed")
        later = {**os.environ, "LD_PRELOAD": str(FAKETIME), "FAKETIME": "+5m"}
        self.assertIn("nothing has been recorded for 5 min", self.check("memory", environment=later).stdout)

    def test_a_damaged_record_is_said_and_done_without(self):
        self.assertEqual(self.daemon.end(20), 0)
        file = self.folder / "state" / "history.sqlite"
        for other in file.parent.glob("history.sqlite-*"):
            other.unlink()
        file.write_bytes(b"not a database, but long enough to be taken for one" * 100)
        out = self.expect(OK, "fds")
        self.assertIn("looked at just now: ", out)
        self.assertIn("history.sqlite", out)


class WhatTheNetworkSays(unittest.TestCase):
    IDENTITY = "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1"

    def test_a_silent_network_is_no_alarm(self):
        node = {"identity": self.IDENTITY, "id": 1324, "host": "127.0.0.1", "port": 8080, "version": "1.31.0", "routing": "0.5"}
        network = self.enterContext(SimulatedNetwork("--sim-nodes=100", "--sim-clock=manual", nodes=[node]))
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        config = folder / "exporter.yml"
        watch = json.dumps([self.IDENTITY])
        config.write_text(
            f"network:\n  environment: custom\n  nym_api: ['{network.nym_api}']\n  watch: {watch}\n"
            "collectors:\n  disable_defaults: true\n  nym_api: true\n  node: true\n",
            encoding="utf-8",
        )

        def check(state):
            return support.run_exporter("check", "score", f"--config.file={config}", f"--path.state={folder}/{state}", timeout=60)

        bad = check("state")
        self.assertEqual(bad.returncode, CRITICAL, bad.stdout)
        self.assertLess(perfdata(bad.stdout)[f"{self.IDENTITY} score"].value, 0.75)
        self.assertIn("has a score of 0.5", bad.stdout)
        network.__exit__()
        silent = check("other")
        self.assertEqual(silent.returncode, UNKNOWN, silent.stdout)


if __name__ == "__main__":
    unittest.main()
