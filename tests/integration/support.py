# SPDX-License-Identifier: Apache-2.0
"""What the integration tests share: servers started on loopback ports of their own, and requests to them.

The environment names what is tested: MIXNET_EXPORTER the program, MIXNET_SIMULATOR the simulated node, MIXNET_NETWORK the
simulated network, MIXNET_FIXTURES the build's copy of the fixtures, MIXNET_SCRATCH a folder that may keep downloads.
"""
import atexit
import contextlib
import ctypes
import http.client
import json
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
import urllib.parse
from collections import namedtuple

TESTS = pathlib.Path(__file__).resolve().parents[1]
PROJECT = TESTS.parent
FIXTURES = pathlib.Path(os.environ.get("MIXNET_FIXTURES", PROJECT / "build" / "tests" / "fixtures"))
sys.path.insert(0, str(TESTS / "tools"))

Response = namedtuple("Response", "status headers body")


# What an exporter remembers goes with the tests: none of it belongs into this host's /var.
os.environ.setdefault("STATE_DIRECTORY", tempfile.mkdtemp(prefix="mixnet-state-"))
atexit.register(shutil.rmtree, os.environ["STATE_DIRECTORY"], ignore_errors=True)


def exporter():
    """The program that is tested."""
    return os.environ.get("MIXNET_EXPORTER", str(PROJECT / "build" / "mixnet-exporter"))


def simulator():
    """The simulated Nym node, which tests/simulator/README.md describes."""
    return os.environ.get("MIXNET_SIMULATOR", str(PROJECT / "build" / "tests" / "simulator" / "nym-node"))


def simulated_network():
    """The simulated nym-api and nym-node-status-api, of which the same file tells."""
    return os.environ.get("MIXNET_NETWORK", str(PROJECT / "build" / "tests" / "simulator" / "nym-network"))


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


def staying_here(arguments):
    """Flags that turn off what asks beyond this host: simulated nodes announce addresses that are somebody's. A test that
    wants one of them says so, and where to ask."""
    off_host = ("nym_api", "reachability", "self_description")
    return [f"--no-collector.{name}" for name in off_host if not any(f"collector.{name}" in flag for flag in arguments)]


def exporter_server(*arguments, environment=None):
    """The program, serving with these flags."""
    port = free_port()
    command = [exporter(), "run", f"--web.listen-address=127.0.0.1:{port}", *staying_here(arguments), *arguments]
    return Server(command, port, environment=environment)


class AskedOverHttp:
    """What a simulator is asked over HTTP, on its `http_port` of the loopback address."""

    def network(self):
        """The network that its ports are in, for the time of a `with` block."""
        return contextlib.nullcontext()

    def request(self, method, path, headers=None, timeout=30, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=timeout)
        try:
            with self.network():
                connection.connect()
            connection.request(method, path, body=body, headers=headers or {})
            return read(connection)
        finally:
            connection.close()

    def get(self, path, headers=None, timeout=30):
        return self.request("GET", path, headers, timeout)

    def json(self, path):
        response = self.get(path)
        assert response.status == 200, response
        return json.loads(response.body)


class Simulator(AskedOverHttp):
    """A simulated node on free loopback ports, ended when the `with` block is left. Its folder is there as `home`."""

    TOKEN = "a-token-of-the-tests"

    def __init__(self, *flags, mode="exit-gateway", wireguard=True, token=TOKEN):
        self.flags = flags
        self.mode = mode
        self.wireguard = wireguard
        self.token = token
        self.said = None  # where it says what is wrong, if not to the test's own output
        self.folder = None
        self.process = None
        self.about = None

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mixnet-test-")
        self.start()
        return self

    def start(self):
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=self.said, text=True, cwd="/")
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            self.__exit__()
            self.failed(status)
        self.about = json.loads(line)

    def start_again(self):
        """After it has ended: another process on the same home and ports."""
        self.process.stdout.close()
        ports = {role: port for role, port in self.ports.items() if port is not None}
        self.flags = [*self.flags, *(f"--sim-{role.replace('_', '-')}-port={port}" for role, port in ports.items())]
        self.start()

    def failed(self, status):
        raise AssertionError(f"the simulated node ended with {status}")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def command(self):
        words = [simulator(), "run", "--mode", self.mode, "--id", "test"]
        words += ["--accept-operator-terms-and-conditions", "--wireguard-enabled", str(self.wireguard).lower()]
        words += ["--http-access-token", self.token, "--config-file", f"{self.folder.name}/config/config.toml"]
        return [*words, *self.flags]

    @property
    def home(self):
        return pathlib.Path(self.folder.name)

    @property
    def pid(self):
        return self.process.pid

    @property
    def url(self):
        return self.about["url"]

    @property
    def ports(self):
        """The port of each role, None where the node has it not: http, mix, verloc, ws, lp_control, lp_data, wireguard."""
        return self.about["ports"]

    @property
    def http_port(self):
        return self.ports["http"]

    def exposition(self):
        response = self.get("/api/v1/metrics/prometheus", {"Authorization": f"Bearer {self.token}"})
        assert response.status == 200, response
        return response.body.decode("utf-8")

    def tell(self, command, **parameters):
        """One command of the control API."""
        response = self.request("POST", f"/simulator/{command}?{urllib.parse.urlencode(parameters)}")
        assert response.status == 200, response

    def fault(self, endpoint, kind, **parameters):
        self.tell("fault", endpoint=endpoint, kind=kind, **parameters)

    def clear(self):
        self.tell("clear")

    def restart(self):
        self.tell("restart")

    def advance(self, seconds):
        self.tell("advance", seconds=seconds)

    def requests(self):
        """How often each path has been asked for, and how often with an Authorization header."""
        return self.json("/simulator/requests")

    def opened(self):
        """How often each private file of the node has been opened by anybody."""
        return self.json("/simulator/opened")

    def stop(self, number=signal.SIGTERM, seconds=5):
        """The exit status, which must come within some seconds."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


class IsolatedSimulator(Simulator):
    """A simulated node on the real ports in a network namespace of its own, with the interfaces of an exit node, and in a
    cgroup of its own if one is wanted. The test is skipped where this machine cannot do it.
    """

    SCRIPT = TESTS / "simulator" / "in_namespace.sh"
    CANNOT = 77

    def __init__(self, *flags, cgroup=False, **options):
        ports = ("http=8080", "mix=1789", "verloc=1790", "ws=9000", "lp-control=41264", "lp-data=51264", "wireguard=51822")
        super().__init__("--sim-bind=::", *(f"--sim-{port.replace('=', '-port=')}" for port in ports), *flags, **options)
        self.cgroup = f"mixnet-test-{os.getpid()}-{id(self)}" if cgroup else None
        self.reason = None

    def __enter__(self):
        self.said = tempfile.TemporaryFile("w+", encoding="utf-8")
        return super().__enter__()

    def failed(self, status):
        if status == self.CANNOT:
            raise unittest.SkipTest(self.reason)
        raise AssertionError(f"the simulated node ended with {status}: {self.reason}")

    def __exit__(self, *_):
        folder = self.cgroup_folder()
        super().__exit__()
        self.said.seek(0)
        self.reason = self.said.read().strip()
        if folder is not None:
            folder.rmdir()
        self.said.close()

    def command(self):
        cgroup = ["--cgroup", self.cgroup] if self.cgroup else []
        return [self.SCRIPT, *cgroup, *super().command()]

    def cgroup_folder(self):
        """Where the kernel shows its cgroup; None where it has none of its own."""
        for line in pathlib.Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
            _, mount, kind, *_ = line.split()
            if self.cgroup and kind == "cgroup2" and pathlib.Path(mount, self.cgroup).is_dir():
                return pathlib.Path(mount, self.cgroup)
        return None

    @contextlib.contextmanager
    def network(self):
        with open("/proc/self/ns/net", "rb") as ours, open(f"/proc/{self.pid}/ns/net", "rb") as its:
            enter_namespace(its)
            try:
                yield
            finally:
                enter_namespace(ours)

    def run_inside(self, *command):
        """What runs a command in its network namespace, as subprocess wants it."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", "--", *command]


class SimulatedNetwork(AskedOverHttp):
    """nym-api and nym-node-status-api with some thousand nodes, those given as `nodes` among them, each a dict of what
    --sim-node takes. On a free loopback port, ended when the `with` block is left.
    """

    def __init__(self, *flags, nodes=()):
        self.flags = [*flags, *("--sim-node=" + ",".join(f"{name}={value}" for name, value in node.items()) for node in nodes)]
        self.process = None
        self.about = None

    @staticmethod
    def node(simulator, **more):
        """What places a running simulated node in the network, bonded with its own port."""
        return {"identity": simulator.about["identity"], "host": "127.0.0.1", "port": simulator.ports["http"], "id": 1324, **more}

    def command(self):
        return [simulated_network(), "run", *self.flags]

    def __enter__(self):
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, text=True, cwd="/")
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            self.__exit__()
            raise AssertionError(f"the simulated network ended with {status}")
        self.about = json.loads(line)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    @property
    def pid(self):
        return self.process.pid

    @property
    def nym_api(self):
        """The base of nym-api, as a node's config.toml has it."""
        return self.about["nym_api"]

    @property
    def node_status_api(self):
        return self.about["node_status_api"]

    @property
    def http_port(self):
        return self.about["port"]

    def api(self, path):
        """What nym-api answers below /v1 or /v2."""
        return self.json("/api" + path)

    def status(self, path):
        """What nym-node-status-api answers."""
        return self.json("/status" + path)

    def tell(self, command, **parameters):
        """One command of the control API."""
        response = self.request("POST", f"/simulator/{command}?{urllib.parse.urlencode(parameters)}")
        assert response.status == 200, response

    def place(self, simulator, **more):
        """Bonds a running simulated node."""
        self.tell("place", **self.node(simulator, **more))

    def fault(self, endpoint, kind, **parameters):
        self.tell("fault", endpoint=endpoint, kind=kind, **parameters)

    def clear(self):
        self.tell("clear")

    def forget(self):
        self.tell("forget")

    def requests(self):
        """Who asked for which path and how, and how many connections and requests there were at once."""
        return self.json("/simulator/requests")

    def state(self):
        return self.json("/simulator/state")

    def member(self, node_id):
        """What the network makes of one of its nodes."""
        return self.json(f"/simulator/member?id={node_id}")


def enter_namespace(file):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(file.fileno(), 0) != 0:
        raise OSError(ctypes.get_errno(), "setns")


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
