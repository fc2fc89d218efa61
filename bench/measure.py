# SPDX-License-Identifier: Apache-2.0
"""Programs under measurement: started on loopback ports of their own, scraped, and asked of the kernel what they took."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections import namedtuple

# What is measured: `arguments` without the address it listens on.
Program = namedtuple("Program", "name path arguments")

GZIP = ("--header", "Accept-Encoding: gzip")
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """A program that runs while its `with` block does."""

    def __init__(self, program, extra=()):
        self.program = program
        self.extra = extra
        self.port = free_port()
        self.first_scrape = None  # seconds from its start
        self.process = None
        self.log = None

    def __enter__(self):
        command = [self.program.path, *self.program.arguments, f"--web.listen-address=127.0.0.1:{self.port}", *self.extra]
        self.log = tempfile.TemporaryFile()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd="/"
        )
        self.wait_for_port()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    @property
    def pid(self):
        return self.process.pid

    def wait_for_port(self, seconds=20):
        """Until it accepts connections; nothing is asked of it yet."""
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > self.started + seconds:
                    self.log.seek(0)
                    raise SystemExit(f"{self.program.name} did not start: {self.log.read().decode(errors='replace')}") from None
                time.sleep(0.0005)

    def get(self, timeout=15):
        """One scrape on a connection of its own; gives its status, or None where no answer came in time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", "/metrics")
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except OSError:
            return None
        finally:
            connection.close()

    def cpu(self):
        """CPU seconds of all its threads since its start, ended ones included: its CPU clock, to the nanosecond."""
        per_process_clock = 2  # CPUCLOCK_SCHED of linux/posix-timers.h; the clock's id holds the process's
        return time.clock_gettime(~self.pid << 3 | per_process_clock)

    def ticks(self):
        """(user, system) CPU seconds, sampled at the kernel's ticks: good for their ratio over seconds only."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return int(fields[11]) / TICKS, int(fields[12]) / TICKS

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def memory(self):
        """(RSS, PSS) in MB."""
        text = pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="ascii")
        return tuple(int(re.search(rf"^{field}:\s+(\d+)", text, re.M)[1]) / 1024 for field in ("Rss", "Pss"))


class Tools:
    """The measuring programs of this folder, as built, and a few of the system."""

    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()

    def scrape(self, running, *options):
        """Scrapes in a closed loop; see scrape.cpp for the options and for what is in the result."""
        return self.start_scrape(running, *options)()

    def start_scrape(self, running, *options):
        """The same in the background: call what it returns for the result."""
        command = [self.build / "bench/bench_scrape", "--port", running.port, *options]
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
        return lambda: json.loads(process.communicate()[0])

    def floor(self, sources, mode, iterations):
        """CPU seconds to get all these sources once from the kernel."""
        with tempfile.NamedTemporaryFile("w", prefix="mixnet-floor-") as names:
            names.write("\n".join(sources) + "\n")
            names.flush()
            result = subprocess.run(
                [self.build / "bench/bench_floor", names.name, mode, str(iterations)], capture_output=True, text=True, check=True
            )
        return json.loads(result.stdout)["cpu_us"] / 1e6

    def hangfs(self):
        return self.build / "bench/bench_hangfs"

    def system_calls(self, running, count):
        """{name: calls a scrape}, of `count` scrapes on one connection."""
        with tempfile.NamedTemporaryFile("r", prefix="mixnet-strace-") as table:
            with Traced(running, "-c", "-U", "name,calls", "-o", table.name):
                self.scrape(running, "--count", count)
            rows = re.findall(r"^(\w+)\s+(\d+)$", table.read(), re.M)
        return {name: int(calls) / count for name, calls in rows if name != "total"}

    def sources(self, running):
        """What one scrape reads, as floor.cpp takes it: each once, in order."""
        with tempfile.NamedTemporaryFile("r", prefix="mixnet-strace-") as calls:
            trace = "trace=pread64,read,getdents64,statfs,openat,sendto"
            with Traced(running, "-y", "-qq", "-s", "64", "-e", trace, "-o", calls.name):
                self.scrape(running)
            found = re.findall(
                r"""(?:pread64|read|getdents64)\(\d+<(/(?:proc|sys|etc|run)/[^>]*)>"""
                r"""|(statfs)\("([^"]+)"|(RTM_GETLINK)""",
                calls.read(),
            )
        own = re.compile(rf"^/proc/{running.pid}/")
        sources = {}
        for path, is_statfs, mount, is_links in found:
            sources["links" if is_links else f"statfs {mount}" if is_statfs else own.sub("/proc/self/", path)] = None
        return list(sources)


class Traced:
    """strace on a running program for as long as the `with` block is."""

    def __init__(self, running, *options):
        self.command = ["strace", "-f", *options, "-p", str(running.pid)]

    def __enter__(self):
        self.strace = subprocess.Popen(self.command, stderr=subprocess.PIPE, text=True)
        time.sleep(1)  # until it is attached to every thread
        return self

    def __exit__(self, *_):
        self.strace.send_signal(signal.SIGINT)
        self.strace.communicate(timeout=20)


def median(values):
    return statistics.median(values)
