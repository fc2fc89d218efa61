# SPDX-License-Identifier: Apache-2.0
"""What the integration tests share: servers started on loopback ports of their own, and requests to them.

The environment names what is tested: MIXNET_EXPORTER the program, MIXNET_FIXTURES the build's copy of the fixtures,
MIXNET_SCRATCH a folder that may keep downloads.
"""
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from collections import namedtuple

TESTS = pathlib.Path(__file__).resolve().parents[1]
PROJECT = TESTS.parent
FIXTURES = pathlib.Path(os.environ.get("MIXNET_FIXTURES", PROJECT / "build" / "tests" / "fixtures"))
sys.path.insert(0, str(TESTS / "tools"))

Response = namedtuple("Response", "status headers body")


def exporter():
    """The program that is tested."""
    return os.environ.get("MIXNET_EXPORTER", str(PROJECT / "build" / "mixnet-exporter"))


def scratch():
    """A folder that outlives the tests, for what is dear to get."""
    folder = pathlib.Path(os.environ.get("MIXNET_SCRATCH", PROJECT / "build" / "integration"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def program(name):
    """The path of a program of this system; the test is skipped without it."""
    path = shutil.which(name)
    if path is None:
        raise unittest.SkipTest(f"{name} is not installed")
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_exporter(*arguments, timeout=30, environment=None):
    """Runs the program to its end; gives its exit status and what it printed."""
    command = [exporter(), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment, check=False)


class Server:
    """A server process on a loopback port, ended when the `with` block is left."""

    def __init__(self, command, port, ready="/-/ready", environment=None):
        self.command = [str(word) for word in command]
        self.port = port
        self.ready = ready
        self.environment = environment
        self.log = None
        self.process = None

    def __enter__(self):
        self.log = tempfile.NamedTemporaryFile(prefix="mixnet-test-", suffix=".log")
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=subprocess.STDOUT, cwd="/", env=self.environment)
        try:
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def wait_until_ready(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"{self.command[0]} ended with {self.process.returncode}:\n{self.output()}")
            try:
                if self.get(self.ready).status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise AssertionError(f"{self.command[0]} does not answer {self.ready}:\n{self.output()}")

    def get(self, path, headers=None, timeout=30):
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers=headers or {})
            return read(connection)
        finally:
            connection.close()

    def metrics(self):
        response = self.get("/metrics")
        assert response.status == 200, response
        return response.body.decode("utf-8")

    def output(self):
        return pathlib.Path(self.log.name).read_text(encoding="utf-8", errors="replace")

    def signal(self, number):
        self.process.send_signal(number)

    def end(self, seconds):
        """SIGTERM, and the exit status, which must come within some seconds."""
        self.signal(signal.SIGTERM)
        return self.process.wait(seconds)


def read(connection):
    answer = connection.getresponse()
    return Response(answer.status, answer.headers, answer.read())


def exporter_server(*arguments, environment=None):
    """The program, serving with these flags."""
    port = free_port()
    command = [exporter(), "run", f"--web.listen-address=127.0.0.1:{port}", *arguments]
    return Server(command, port, environment=environment)


def wait_for(condition, what, seconds=20):
    """Waits until condition() gives something true, and gives it back."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.05)
