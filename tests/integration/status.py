#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The status page, /api/v1/status and the command status, beside a simulated node that is in a simulated network; and the page
in a real browser."""
import fcntl
import json
import os
import pathlib
import pty
import re
import shutil
import struct
import subprocess
import tempfile
import termios
import unittest

import support
from support import SimulatedNetwork, Simulator, exporter_server, wait_for

BROWSER_TESTS = support.TESTS / "browser"
LINE = re.compile(r"^CPU: \d+%, Memory: \d+%, Disk: \d+%, Connections: [\d,]+$", re.M)
ESCAPE = "\x1b["


class Watched:
    """An exporter that records once a second what a node and its network tell."""

    FLAGS = ("--history.interval=1s", "--collector.nym_api")

    def __init__(self, case):
        self.network = case.enter(SimulatedNetwork("--sim-nodes=20"))
        traffic = ("--sim-traffic", "bursty", "--sim-connections", "20", "--sim-uptime", "90000")
        self.node = case.enter(Simulator("--nym-api-urls", self.network.nym_api, *traffic))
        self.network.place(self.node, roles="entry+exit")
        self.folder = pathlib.Path(case.enter(tempfile.TemporaryDirectory(prefix="mixnet-test-")))
        token = self.folder / "token"
        token.write_text(self.node.token, encoding="utf-8")
        token.chmod(0o600)
        self.config = self.folder / "exporter.yml"
        self.config.write_text(f"""\
nodes:
  - name: demo
    http_url: {self.node.url}
    access_token_file: {token}
    config_file: {self.node.about["config"]}
collectors:
  node_api:
    interval: 1s
path:
  state: {self.folder}/state
""", encoding="utf-8")  # fmt: skip
        (self.folder / "state").mkdir()

    def serve(self, *flags):
        return exporter_server(f"--config.file={self.config}", *self.FLAGS, *flags)

    def status(self, *flags):
        """What the command prints, and its exit status."""
        done = support.run_exporter("status", f"--config.file={self.config}", "--collector.nym_api", *flags, timeout=60)
        return done.returncode, done.stdout, done.stderr


class WithNode(unittest.TestCase):
    maxDiff = None

    def enter(self, context):
        """As enterContext of Python 3.11, which not every system that this is run on has."""
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def setUp(self):
        self.watched = Watched(self)

    def serve(self, *flags):
        """With the exporter once it has recorded something of everything."""
        server = self.enter(self.watched.serve(*flags))
        has_all = lambda: all(f'id="{chart}"' in server.get("/").body.decode() for chart in ("packets", "score", "cpu"))  # noqa: E731
        wait_for(has_all, "the charts", 40)
        wait_for(lambda: self.values(server)["packets_received"], "a rate")
        return server

    def values(self, server):
        node = json.loads(server.get("/api/v1/status").body)["nodes"][0]
        return {value["name"]: value["value"] for value in node["values"]}


class Page(WithNode):
    def test_says_what_the_node_does(self):
        server = self.serve()
        page = server.get("/")
        self.assertEqual("text/html; charset=utf-8", page.headers["Content-Type"])
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        self.assertLess(len(page.body), 150 * 1024)
        text = page.body.decode()
        self.assertIn("<h3>Node demo</h3>", text)
        self.assertIn("gateway</dd>", text)
        self.assertEqual("gzip", server.get("/", {"Accept-Encoding": "gzip"}).headers["Content-Encoding"])
        for chosen in "24h", "7d":
            self.assertIn(f'aria-current="page" aria-label="the last {"24 hours" if chosen == "24h" else "seven days"}"',
                          server.get(f"/?range={chosen}").body.decode())  # fmt: skip
        self.assertEqual(200, server.get("/?range=../../etc&node=%3Cb%3E%22").status)
        self.assertIn("text/javascript", server.get("/status.js").headers["Content-Type"])

    def test_is_the_same_as_json(self):
        server = self.serve()
        status = json.loads(server.get("/api/v1/status").body)
        self.assertIn(status["status"], ("ok", "warning", "critical", "unknown"))
        self.assertEqual(status["summary"], re.search(r'<h2 id="verdict">(.*?)</h2>', server.get("/").body.decode())[1])
        self.assertRegex(status["line"], LINE)
        self.assertEqual(["demo"], [node["name"] for node in status["nodes"]])
        self.assertTrue(status["findings"])
        self.assertGreater(self.values(server)["connections"], 0)

    def test_tells_of_a_restart(self):
        server = self.serve()
        self.watched.node.stop()
        self.watched.node.start_again()
        pattern = re.compile(r">\d\d:\d\d</time> Node demo started")
        wait_for(lambda: pattern.search(server.get("/").body.decode()), "the restart to be told", 40)

    def test_goes_on_without_a_history(self):
        server = self.enter(self.watched.serve("--no-history.enabled"))
        drawn = lambda: 'id="packets"' in server.get("/").body.decode()  # noqa: E731
        wait_for(drawn, "the charts", 40)
        self.assertIn("There is no history: history is not kept.", server.get("/?range=24h").body.decode())
        self.assertEqual("history is not kept", json.loads(server.get("/api/v1/status").body)["history"])


class Command(WithNode):
    def test_from_the_history(self):
        server = self.serve()
        wait_for(lambda: self.watched.status()[0] == 0, "the file")
        code, text, _ = self.watched.status()
        self.assertEqual(0, code)
        self.assertRegex(text, LINE)
        self.assertIn("\nNode demo\n", text)
        self.assertNotIn("There is no history", text)
        self.assertNotIn(ESCAPE, text)
        status = json.loads(self.watched.status("--json")[1])
        self.assertEqual("on", status["history"])
        self.assertEqual({node["name"] for node in status["nodes"]},
                         {node["name"] for node in json.loads(server.get("/api/v1/status").body)["nodes"]})  # fmt: skip

    def test_of_a_sample_where_there_is_no_daemon(self):
        code, text, _ = self.watched.status()
        self.assertEqual(0, code)
        self.assertRegex(text, LINE)
        self.assertIn("There is no history", text)
        self.assertRegex(text, r"\n  Packets received +[\d.]+")

    def test_of_a_sample_where_the_history_is_old(self):
        with self.watched.serve() as server:
            wait_for(lambda: "mixnet_exporter_history" in server.metrics(), "the history")
            wait_for(lambda: (self.watched.folder / "state" / "history.sqlite").exists(), "the file")
        if "nothing has been recorded lately" not in (later := self.at_another_time("+1 hour"))[1]:
            self.fail(f"{later}")

    def at_another_time(self, offset):
        faketime = support.program("faketime")
        command = [faketime, offset, support.exporter(), "status", f"--config.file={self.watched.config}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, " ".join(done.stdout.split())

    def test_in_a_terminal_it_has_colours(self):
        self.assertIn(ESCAPE, self.in_terminal())
        self.assertNotIn(ESCAPE, self.in_terminal(NO_COLOR="1"))

    def test_in_a_terminal_it_has_its_width(self):
        for line in self.in_terminal(NO_COLOR="1").splitlines():
            self.assertLessEqual(len(line), 64, line)

    def in_terminal(self, **environment):
        """What it writes to a terminal of 64 columns."""
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 64, 0, 0))
        command = [support.exporter(), "status", f"--config.file={self.watched.config}"]
        plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        with subprocess.Popen(command, stdout=follower, env={**plain, **environment}) as process:
            os.close(follower)
            text = b""
            while True:
                try:
                    piece = os.read(leader, 65536)
                except OSError:  # the other end is closed
                    break
                if not piece:
                    break
                text += piece
            self.assertEqual(0, process.wait(30))
        os.close(leader)
        return text.decode()

    def test_again_and_again(self):
        self.serve()
        command = [support.exporter(), "status", f"--config.file={self.watched.config}", "--watch", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            lines = iter(process.stdout.readline, "")
            twice = [line for line, _ in zip((line for line in lines if line.startswith('  "time"')), range(2))]
            process.terminate()
        self.assertEqual(2, len(set(twice)), twice)

    def test_refuses_a_range_that_there_is_not(self):
        code, _, error = self.watched.status("--range=3h")
        self.assertEqual((1, '--range: "3h" is none of 1h, 24h and 7d\n'), (code, error))


class Browser(WithNode):
    """Needs Chromium and, to get two packages of npm, its registry or a cache of it."""

    def setUp(self):
        self.chromium = support.program("chromium")
        self.modules = self.installed()
        super().setUp()

    def installed(self):
        """A copy of the tests beside what they need, which is kept for the next time."""
        npm, folder = support.program("npm"), support.scratch() / "browser"
        folder.mkdir(exist_ok=True)
        lock = (BROWSER_TESTS / "package-lock.json").read_bytes()
        is_there = (folder / "installed").exists() and (folder / "installed").read_bytes() == lock
        for file in BROWSER_TESTS.glob("*.*"):
            shutil.copy(file, folder)
        if is_there:
            return folder
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or ["npm ci failed"]
            raise unittest.SkipTest(f"npm cannot get playwright-core and axe-core: {lines[0]}")
        (folder / "installed").write_bytes(lock)
        return folder

    def test_page(self):
        server = self.serve()
        sessions = json.dumps(self.watched.node.json("/api/v1/metrics/sessions"))
        secrets = set(re.findall(r"[0-9a-fA-F]{32,}", sessions))
        self.assertGreater(len(secrets), 10, "the node tells of users")
        environment = {**os.environ, "MIXNET_PAGE": f"http://127.0.0.1:{server.port}/", "MIXNET_CHROMIUM": self.chromium,
                       "MIXNET_SECRETS": " ".join(secrets)}  # fmt: skip
        command = [support.program("node"), "--test", "status_page.test.mjs"]
        done = subprocess.run(command, cwd=self.modules, env=environment, capture_output=True, text=True, timeout=400, check=False)
        self.assertEqual(0, done.returncode, done.stdout[-8000:] + done.stderr)
        passed = re.search(r"^# pass (\d+)$", done.stdout, re.M)
        self.assertTrue(passed and int(passed[1]) >= 15, done.stdout)


if __name__ == "__main__":
    unittest.main()
