#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The history that the daemon keeps on disk: what is recorded, how it is given back, and what happens to it when the disk, the
file or the clock goes wrong. SQLite's own library, here Python's, looks into the file beside it."""
import contextlib
import csv
import io
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import support
from support import wait_for

FAST = ("--history.interval=1s", "--collector.disable-defaults", "--collector.loadavg", "--collector.meminfo")


def value_of(server, name):
    """The value of a metric without labels; None where it is not there."""
    found = re.search(rf"^{name} (\S+)$", server.metrics(), re.MULTILINE)
    return float(found[1]) if found else None


class Recording(contextlib.AbstractContextManager):
    """The daemon with a history in a folder of its own, a value a second."""

    def __init__(self, *flags, folder=None, environment=None):
        self.own = tempfile.TemporaryDirectory(prefix="mixnet-history-") if folder is None else None
        self.folder = pathlib.Path(self.own.name if self.own else folder)
        self.flags = (*FAST, f"--path.state={self.folder}", *flags)
        self.environment = environment
        self.server = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.own:
            self.own.cleanup()

    def start(self):
        self.server = support.exporter_server(*self.flags, environment=self.environment).__enter__()

    def stop(self):
        if self.server:
            self.server.__exit__()
        self.server = None

    @property
    def file(self):
        return self.folder / "history.sqlite"

    def metric(self, name):
        return value_of(self.server, f"mixnet_exporter_history_{name}")

    def wait_for(self, name, wanted, seconds=60):
        wait_for(lambda: wanted(self.metric(name)), f"mixnet_exporter_history_{name}: {self.server.output()}", seconds)

    def show(self, *arguments):
        run = support.run_exporter("history", *arguments, f"--path.state={self.folder}")
        assert run.returncode == 0, run.stderr
        return run.stdout

    def sql(self, text):
        with contextlib.closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as database:
            return database.execute(text).fetchall()

    def lines(self, text):
        return [line for line in self.server.output().splitlines() if text in line]


class GivenBack(unittest.TestCase):
    """What the daemon records comes out of every door, the same."""

    @classmethod
    def setUpClass(cls):
        cls.recording = Recording().__enter__()
        cls.addClassCleanup(cls.recording.__exit__)
        cls.recording.wait_for("ticks_total", lambda value: value >= 12)

    def test_list(self):
        series = self.recording.show("list").splitlines()
        self.assertIn("node_load1", series)
        self.assertIn("node_memory_MemTotal_bytes", series)
        self.assertEqual(self.recording.metric("series"), len(series))

    def test_show_is_what_a_scrape_says(self):
        total = value_of(self.recording.server, "node_memory_MemTotal_bytes")
        table = self.recording.show("show", "node_memory_MemTotal_bytes").splitlines()
        self.assertEqual("[1] node_memory_MemTotal_bytes", table[0])
        self.assertGreater(len(table), 10)
        self.assertTrue(all(float(line.split()[-1]) == total for line in table[2:]), table)
        rows = list(csv.reader(io.StringIO(self.recording.show("show", "node_memory_MemTotal_bytes", "--format=csv"))))
        self.assertEqual(["time", "node_memory_MemTotal_bytes"], rows[0])
        self.assertTrue(all(float(value) == total for _, value in rows[1:]))
        self.assertLess(abs(float(rows[-1][0]) - time.time()), 30)
        series = json.loads(self.recording.show("show", "node_memory_MemTotal_bytes", "--format=json"))["series"]
        self.assertEqual("gauge", series[0]["type"])
        self.assertEqual([[float(seconds), float(value)] for seconds, value in rows[1:]], series[0]["values"])

    def test_steps(self):
        rows = list(csv.reader(io.StringIO(self.recording.show("show", "node_load1", "--step=5s", "--since=1m", "--format=csv"))))
        self.assertEqual(["time", "min node_load1", "mean node_load1", "max node_load1"], rows[0])
        drawn = [[float(value) for value in row[1:]] for row in rows[1:] if row[1]]
        self.assertTrue(drawn)
        self.assertTrue(all(least <= mean + 1e-6 and mean <= greatest + 1e-6 for least, mean, greatest in drawn), drawn)

    def test_what_is_not_recorded(self):
        run = support.run_exporter("history", "show", "node_load99", f"--path.state={self.recording.folder}")
        self.assertEqual(1, run.returncode)
        self.assertIn("nothing is recorded of node_load99", run.stderr)
        with tempfile.TemporaryDirectory() as empty:
            run = support.run_exporter("history", "list", f"--path.state={empty}")
            self.assertEqual((1, f"{empty}/history.sqlite: nothing has been recorded\n"), (run.returncode, run.stderr))

    def test_over_http(self):
        server = self.recording.server
        listed = json.loads(server.get("/api/v1/history").body)["series"]
        self.assertIn({"metric": "node_load1", "labels": {}, "type": "gauge"}, listed)
        answer = json.loads(server.get("/api/v1/history?metric=node_memory_MemTotal_bytes&start=1m&step=2s").body)
        total = value_of(server, "node_memory_MemTotal_bytes")
        self.assertEqual(2, answer["step"])
        self.assertIn(total, answer["series"][0]["mean"])
        self.assertEqual({total, None}, set(answer["series"][0]["max"]) | {None})
        for query, reason in (
            ("start=yesterday", "start: "),
            ("start=1m&end=2m", "the end is not after the start"),
            ("start=365d&step=1s", "more than 11000 steps"),
            ("what=1", "what: there is no such parameter"),
        ):
            refused = server.get("/api/v1/history?" + query)
            self.assertEqual(400, refused.status, query)
            self.assertIn(reason, refused.body.decode())


class OutlivesRestarts(unittest.TestCase):
    def test_a_restart(self):
        with Recording() as recording:
            recording.wait_for("ticks_total", lambda value: value >= 1)
            recording.stop()
            before = recording.sql("SELECT count(*), max(time) FROM ticks")[0]
            recording.start()
            recording.wait_for("ticks_total", lambda value: value >= 1)
            count, newest = recording.sql("SELECT count(*), max(time) FROM ticks")[0]
            self.assertGreater(count, before[0])
            self.assertGreater(newest, before[1])
            self.assertEqual([("ok",)], recording.sql("PRAGMA integrity_check"))

    def test_nothing_is_kept_where_it_is_off(self):
        with Recording("--no-history.enabled") as recording:
            self.assertIsNone(recording.metric("up"))
            self.assertEqual(503, recording.server.get("/api/v1/history").status)
            self.assertFalse(recording.file.exists())

    def test_a_reload_records_what_is_new(self):
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "config.yml")
            config.write_text("history: {record: [node_load5]}\n", encoding="utf-8")
            with Recording(f"--config.file={config}") as recording:
                recording.wait_for("ticks_total", lambda value: value >= 1)
                config.write_text("history: {record: [node_load15]}\n", encoding="utf-8")
                recording.server.signal(signal.SIGHUP)
                wait_for(lambda: "node_load15" in recording.show("list"), "the new series", 40)
                self.assertIn("node_load5", recording.show("list"))

    def test_killed_at_any_moment(self):
        """The daemon as a whole; that the file bears being killed in the middle of writing, the unit tests try 200 times."""
        with tempfile.TemporaryDirectory() as folder:
            newest = 0
            for _ in range(10):
                recording = Recording(folder=folder)
                recording.start()
                recording.wait_for("ticks_total", lambda value: value >= 1)
                recording.server.process.kill()
                recording.server.process.wait()
                self.assertEqual([("ok",)], recording.sql("PRAGMA integrity_check"))
                now = recording.sql("SELECT max(time) FROM ticks")[0][0]
                self.assertGreater(now, newest)
                newest = now
                recording.stop()


class Backfilled(unittest.TestCase):
    """What is printed as OpenMetrics goes into a real Prometheus."""

    def test_into_prometheus(self):
        promtool, prometheus = support.program("promtool"), support.program("prometheus")
        with Recording(
            "--collector.cpu", "--history.record=node_load5"
        ) as recording, tempfile.TemporaryDirectory() as folder:
            recording.wait_for("ticks_total", lambda value: value >= 12)
            expected = {}
            for metric in ("node_load5", "node_cpu_seconds_total"):
                text = recording.show("show", metric, "--format=openmetrics")
                pathlib.Path(folder, "metrics.txt").write_text(text, encoding="utf-8")
                subprocess.run(
                    [promtool, "tsdb", "create-blocks-from", "openmetrics", f"{folder}/metrics.txt", f"{folder}/data"],
                    check=True,
                    capture_output=True,
                )
                for series in json.loads(recording.show("show", metric, "--format=json"))["series"]:
                    values = [(seconds, value) for seconds, value in series["values"] if value is not None]
                    expected[metric + series["labels"].get("mode", "")] = values
            pathlib.Path(folder, "prometheus.yml").write_text("{}", encoding="utf-8")
            port = support.free_port()
            command = [prometheus, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
            command += [f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=10y"]
            with support.Server(command, port) as server:
                query = urllib.parse.quote('{__name__=~"node_load5|node_cpu_seconds_total"}[1h]')
                result = json.loads(server.get(f"/api/v1/query?query={query}").body)["data"]["result"]
            self.assertGreater(len(result), 5)
            for series in result:
                wanted = expected[series["metric"]["__name__"] + series["metric"].get("mode", "")]
                had = [(seconds, float(value)) for seconds, value in series["values"]]
                common = [row for row in wanted if row[0] <= had[-1][0]]
                self.assertEqual(had[: len(common)], common[: len(had)])
                self.assertGreater(len(had), 5)


class Damaged(unittest.TestCase):
    """A file that cannot be used is set aside or left alone; the exporter exports all the while."""

    def recorded(self):
        recording = Recording("--history.record=node_load5")
        self.addCleanup(recording.__exit__)
        recording.start()
        recording.wait_for("ticks_total", lambda value: value >= 1)
        recording.stop()
        return recording

    def check_set_aside(self, damage):
        recording = self.recorded()
        damage(recording.file)
        damaged = recording.file.read_bytes()
        recording.start()
        recording.wait_for("ticks_total", lambda value: value >= 1)
        self.assertEqual(1, recording.metric("files_set_aside_total"))
        self.assertEqual(1, recording.metric("up"))
        self.assertEqual(1, len(recording.lines("the history's file is damaged")), recording.server.output())
        aside = list(recording.folder.glob("history.sqlite.damaged-*"))
        self.assertEqual(1, len(aside))
        self.assertEqual(damaged, aside[0].read_bytes())
        self.assertEqual([("ok",)], recording.sql("PRAGMA integrity_check"))

    def test_flipped_bytes(self):
        def flip(file):
            data = bytearray(file.read_bytes())
            for at in range(len(data) // 2, len(data) // 2 + 4096):
                data[at] ^= 0xFF
            file.write_bytes(data)

        self.check_set_aside(flip)

    def test_truncated(self):
        self.check_set_aside(lambda file: os.truncate(file, file.stat().st_size // 2))

    def test_not_a_database(self):
        self.check_set_aside(lambda file: file.write_text("a text of somebody's\n" * 100, encoding="utf-8"))

    def test_another_programs_database(self):
        def replace(file):
            file.unlink()
            with contextlib.closing(sqlite3.connect(file)) as database:
                database.execute("CREATE TABLE theirs (a)")

        self.check_set_aside(replace)

    def test_a_newer_version_wrote_it(self):
        recording = self.recorded()
        with contextlib.closing(sqlite3.connect(recording.file)) as database:
            database.execute("PRAGMA user_version = 99")
        before = recording.file.read_bytes()
        recording.start()
        wait_for(lambda: recording.lines("a newer version of mixnet-exporter wrote it"), "a line that says so")
        self.assertEqual(0, recording.metric("up"))
        time.sleep(3)
        self.assertEqual(1, len(recording.lines("a newer version of mixnet-exporter wrote it")))
        self.assertEqual(before, recording.file.read_bytes())
        self.assertEqual(503, recording.server.get("/api/v1/history").status)
        with contextlib.closing(sqlite3.connect(recording.file)) as database:
            database.execute("PRAGMA user_version = 1")
        recording.wait_for("up", lambda value: value == 1)
        self.assertEqual(1, len(recording.lines("history is written again")))

    def test_another_process_holds_the_lock(self):
        with Recording() as recording:
            recording.wait_for("ticks_total", lambda value: value >= 1)
            with contextlib.closing(sqlite3.connect(recording.file, isolation_level=None)) as database:
                database.execute("BEGIN EXCLUSIVE")
                recording.wait_for("up", lambda value: value == 0)
                time.sleep(2)
                database.execute("COMMIT")
            recording.wait_for("up", lambda value: value == 1)
            self.assertEqual(1, len(recording.lines("history cannot be written")))
            self.assertEqual(0, recording.metric("dropped_ticks_total"))
            times = [row[0] for row in recording.sql("SELECT time FROM ticks ORDER BY time")]
            self.assertLess(max(b - a for a, b in zip(times, times[1:])), 2500, "nothing was lost meanwhile")


class NoRoom(unittest.TestCase):
    """A small file system of its own, in a mount namespace of its own."""

    def start(self, options):
        if os.geteuid() != 0:
            self.skipTest("mounting takes root")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mixnet-history-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.state = self.folder / "state"
        self.state.mkdir()
        port = support.free_port()
        command = [support.exporter(), "run", f"--web.listen-address=127.0.0.1:{port}", *FAST, f"--path.state={self.state}"]
        script = f'mount -t tmpfs -o {options} tmpfs {self.state} && exec "$@"'
        self.server = support.Server(["unshare", "--mount", "sh", "-c", script, "sh", *command], port)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    @property
    def inside(self):
        return pathlib.Path(f"/proc/{self.server.process.pid}/root{self.state}")

    def metric(self, name):
        return value_of(self.server, f"mixnet_exporter_history_{name}")

    def wait_for(self, name, wanted):
        wait_for(lambda: wanted(self.metric(name)), f"mixnet_exporter_history_{name}: {self.server.output()}", 60)

    def count(self, text):
        return sum(text in line for line in self.server.output().splitlines())

    def in_its_namespace(self, *command):
        subprocess.run(["nsenter", f"--mount=/proc/{self.server.process.pid}/ns/mnt", *command], check=True)

    def test_a_full_disk(self):
        self.start("size=1200k")
        self.wait_for("ticks_total", lambda value: value >= 1)
        ballast = self.inside / "ballast"
        with self.assertRaises(OSError), open(ballast, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        self.wait_for("up", lambda value: value == 0)
        self.assertGreater(value_of(self.server, "node_memory_MemTotal_bytes"), 0)
        self.assertEqual(200, self.server.get("/api/v1/history?metric=node_load1").status, "what is there can be read")
        time.sleep(11)
        self.assertEqual(1, self.count("history cannot be written"), self.server.output())
        written = self.metric("ticks_total")
        ballast.unlink()
        self.wait_for("up", lambda value: value == 1)
        self.assertEqual(1, self.count("history is written again"))
        self.assertGreater(self.metric("ticks_total"), written + 10, "those that waited are written too")
        self.assertEqual(0, self.metric("dropped_ticks_total"))

    def test_a_disk_that_may_only_be_read(self):
        self.start("ro")
        wait_for(lambda: self.count("history cannot be written"), "a line that says so")
        self.assertEqual(0, self.metric("up"))
        self.assertGreater(value_of(self.server, "node_memory_MemTotal_bytes"), 0)
        self.assertEqual(503, self.server.get("/api/v1/history").status)
        self.in_its_namespace("mount", "-o", "remount,rw", str(self.state))
        self.wait_for("up", lambda value: value == 1)
        self.assertEqual(1, self.count("history is written again"))
        self.assertGreater(self.metric("ticks_total"), 5, "those that waited are written too")


class Clock(unittest.TestCase):
    """libfaketime tells the daemon another time, the monotonic clock goes on."""

    LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"

    def test_a_clock_that_jumps(self):
        if not os.path.exists(self.LIBRARY):
            self.skipTest("faketime is not installed")
        with tempfile.TemporaryDirectory() as folder:
            offset = pathlib.Path(folder, "offset")
            offset.write_text("+0", encoding="utf-8")
            environment = {
                **os.environ,
                "LD_PRELOAD": self.LIBRARY,
                "FAKETIME_TIMESTAMP_FILE": str(offset),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
            with Recording(environment=environment) as recording:
                recording.wait_for("ticks_total", lambda value: value >= 12)
                kept = {row[0] for row in recording.sql("SELECT time FROM ticks")}
                offset.write_text("+365d", encoding="utf-8")
                recording.wait_for("ticks_total", lambda value: value >= 24)
                newest = recording.sql("SELECT max(time) FROM ticks")[0][0] / 1000
                self.assertGreater(newest - time.time(), 364 * 86400)
                self.assertLessEqual(kept, {row[0] for row in recording.sql("SELECT time FROM ticks")}, "nothing is forgotten")
                offset.write_text("-1d", encoding="utf-8")
                recording.wait_for("dropped_ticks_total", lambda value: value >= 3)
                self.assertEqual(1, len(recording.lines("the clock is behind what was recorded")))
                self.assertEqual(200, recording.server.get("/").status)
                self.assertLessEqual(kept, {row[0] for row in recording.sql("SELECT time FROM ticks")})
                offset.write_text("+366d", encoding="utf-8")
                before = recording.metric("ticks_total")
                recording.wait_for("ticks_total", lambda value: value > before)


if __name__ == "__main__":
    unittest.main()
