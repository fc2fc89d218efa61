#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon over time and under signals: memory and descriptors stay, it ends and reloads as asked, refuses what is wrong."""
import contextlib
import gzip
import http.client
import os
import pathlib
import re
import resource
import select
import signal
import socket
import tempfile
import threading
import time
import unittest

import support
from exposition import parse

SCRAPES = 20_000
WARM_UP = 1_000
RESIDENT_KIB_MAX = 12 * 1024
CLIENTS = 8


def resident_kib(process):
    # VmRSS:	    7240 kB
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def descriptors(process):
    """What is open, sorted. Closed between the listing and the look: not there."""
    found = []
    for entry in os.scandir(f"/proc/{process.pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            found.append(re.sub(r"\[\d+\]$", "", os.readlink(entry.path)))
    return sorted(found)


def threads(process):
    return len(os.listdir(f"/proc/{process.pid}/task"))


def scrape_often(server, count):
    """Scrapes over connections that are kept for a hundred requests each, every second time compressed."""
    for first in range(0, count, 100):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        for number in range(first, min(first + 100, count)):
            connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"} if number % 2 else {})
            answer = support.read(connection)
            assert answer.status == 200, answer.status
        connection.close()


class Steadiness(unittest.TestCase):
    def test_memory_descriptors_and_threads_are_flat(self):
        # Nodes of other tests on this host come and go, and each has files and connections of its own.
        with support.exporter_server("--no-collector.node") as server:
            scrape_often(server, WARM_UP)
            time.sleep(1)  # the server has yet to see that the last client left
            before = descriptors(server.process), threads(server.process)
            memory = resident_kib(server.process)
            scrape_often(server, SCRAPES)
            time.sleep(1)
            self.assertEqual(before, (descriptors(server.process), threads(server.process)))
            self.assertLessEqual(resident_kib(server.process), memory + 256)
            self.assertLessEqual(resident_kib(server.process), RESIDENT_KIB_MAX)

    def test_compressed_is_the_same_text(self):
        with support.exporter_server("--collector.disable-defaults", "--collector.uname") as server:
            plain = server.get("/metrics", {"Accept-Encoding": "identity"})
            packed = server.get("/metrics", {"Accept-Encoding": "gzip"})
        self.assertEqual("gzip", packed.headers["Content-Encoding"])
        names = [set(parse(body.decode())[0]) for body in (plain.body, gzip.decompress(packed.body))]
        self.assertEqual(*names)


class Ending(unittest.TestCase):
    def test_ends_within_two_seconds_when_asked(self):
        with support.exporter_server() as server:
            self.assertEqual(0, server.end(2))

    def test_ends_within_two_seconds_under_load(self):
        with support.exporter_server() as server:
            stop = threading.Event()
            clients = [threading.Thread(target=keep_asking, args=(server, stop)) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            try:
                scrape_often(server, 200)
                self.assertEqual(0, server.end(2))
            finally:
                stop.set()
                for client in clients:
                    client.join()


def keep_asking(server, stop):
    """Asks until told to stop; when the server is gone there is nothing more to ask."""
    while not stop.is_set():
        try:
            server.get("/metrics")
        except (OSError, http.client.HTTPException):
            stop.wait(0.01)


class Reloading(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name, "mixnet-exporter.yml")

    def write(self, text):
        self.file.write_text(text, encoding="utf-8")

    def families(self, server):
        return parse(server.metrics())[0]

    def test_a_good_file_takes_effect_and_a_bad_one_does_not(self):
        self.write("collectors:\n  loadavg: true\n")
        with support.exporter_server(f"--config.file={self.file}") as server:
            self.assertIn("node_load1", self.families(server))
            self.write("collectors:\n  loadavg: false\n")
            server.signal(signal.SIGHUP)
            support.wait_for(lambda: "node_load1" not in self.families(server), "the new file to take effect")
            self.assertEqual(1, self.last_reload(server))

            self.write("collectors:\n  loadavgg: true\n")
            server.signal(signal.SIGHUP)
            support.wait_for(lambda: self.last_reload(server) == 0, "the bad file to be refused in a metric")
            self.assertRegex(server.output(), r"3?.*loadavgg.*loadavg")
            self.assertNotIn("node_load1", self.families(server))

            self.write("collectors:\n  loadavg: true\n")
            server.signal(signal.SIGHUP)
            support.wait_for(lambda: "node_load1" in self.families(server), "the mended file to take effect")
            self.assertEqual(1, self.last_reload(server))

    def last_reload(self, server):
        (value,) = self.families(server)["mixnet_exporter_config_last_reload_successful"].series.values()
        return value.number


class ServiceManager(unittest.TestCase):
    """What systemd is told, on a socket that stands in for its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(str(self.folder / "notify"))
        self.socket.settimeout(30)

    def started(self, *arguments, watchdog=None):
        environment = {**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify")}
        for name in ("WATCHDOG_PID", "WATCHDOG_USEC"):
            environment.pop(name, None)
        if watchdog is not None:
            environment["WATCHDOG_USEC"] = str(watchdog)
        return support.exporter_server(*arguments, environment=environment)

    def told(self):
        """The next message, as {name: value}."""
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())

    def test_is_told_of_readiness_reloading_and_stopping(self):
        with self.started() as server:
            ready = {"READY": "1", "STATUS": f"serving http://127.0.0.1:{server.port}/metrics"}
            self.assertEqual(ready, self.told())
            server.signal(signal.SIGHUP)
            reloading = self.told()
            self.assertEqual("1", reloading["RELOADING"])
            self.assertGreater(int(reloading["MONOTONIC_USEC"]), 0)
            self.assertEqual(ready, self.told())
            server.signal(signal.SIGTERM)
            self.assertEqual({"STOPPING": "1"}, self.told())
            self.assertEqual(0, server.process.wait(20))

    def test_is_told_that_all_is_well_while_the_self_check_passes(self):
        with self.started(watchdog=100_000) as server:
            self.assertIn("READY", self.told())
            for _ in range(3):
                self.assertEqual({"WATCHDOG": "1"}, self.told())
            soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (3, hard))  # the check has no socket to ask with
            self.wait_for_failed_checks(server, 1)
            self.forget_what_was_told()
            self.wait_for_failed_checks(server, 3)
            self.assertFalse(self.anything_told())
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (soft, hard))
            self.assertEqual({"WATCHDOG": "1"}, self.told())

    def wait_for_failed_checks(self, server, count):
        support.wait_for(lambda: server.output().count("self-check of the scrape path failed") >= count, "failed self-checks")

    def anything_told(self):
        return bool(select.select([self.socket], [], [], 0)[0])

    def forget_what_was_told(self):
        while self.anything_told():
            self.told()


class Refusing(unittest.TestCase):
    def refused(self, *arguments):
        """What the program says of an error; it must not start."""
        result = support.run_exporter(*arguments, timeout=10)
        self.assertEqual(1, result.returncode, result)
        return result.stderr

    def test_a_bad_configuration(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "bad.yml")
            file.write_text("web:\n  listen_adresses: ['127.0.0.1:0']\nlog:\n  level: loud\n", encoding="utf-8")
            for command in (["run"], ["config", "check"]):
                said = self.refused(*command, f"--config.file={file}")
                self.assertIn(f"{file}:2:3: ", said)
                self.assertIn('"listen_adresses"', said)
                self.assertIn('"listen_addresses"', said)
                self.assertIn(f"{file}:4:", said)

    def test_a_file_that_is_not_there(self):
        self.assertIn("No such file", self.refused("run", "--config.file=/does/not/exist.yml"))

    def test_an_unknown_flag_or_command(self):
        self.assertIn("--web.listen-adress", self.refused("run", "--web.listen-adress=127.0.0.1:0"))
        self.assertIn("walk", self.refused("walk"))

    def test_an_address_that_is_taken(self):
        with support.exporter_server() as server:
            said = self.refused("run", f"--web.listen-address=127.0.0.1:{server.port}")
        self.assertIn(f"127.0.0.1:{server.port}", said)
        self.assertIn("in use", said)

    def test_strangers_without_tls_and_authentication(self):
        address = f"--web.listen-address=0.0.0.0:{support.free_port()}"
        self.assertIn("web.allow_unprotected: true", self.refused("run", address))
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write("http_server_config: {headers: {X-Frame-Options: deny}}\n")
            file.flush()
            for command in (["run"], ["config", "check"]):
                said = self.refused(*command, address, f"--web.config.file={file.name}")
                self.assertIn("web.allow_unprotected: true", said)


if __name__ == "__main__":
    unittest.main()
