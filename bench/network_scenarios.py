# SPDX-License-Identifier: Apache-2.0
"""What asking the network costs: ours beside a simulated node in a simulated network of 2,000, with and without the collectors
that ask it, and with every API silent."""
import contextlib
import pathlib
import re
import socket
import tempfile
import time

from measure import GZIP, Running, median
from node_scenarios import BESIDE, WITH, WITHOUT, added, cpu_in_turns, watching
from scenarios import Row
from support import SimulatedNetwork, Simulator

OFF_HOST = ("nym_api", "node_status_api", "reachability", "self_description")
OFF = [f"--no-collector.{name}" for name in (*OFF_HOST, "processes")]
ON = ["--no-collector.processes", "--collector.reachability.target=127.0.0.1"]
LISTS = ("/api/v1/nym-nodes/bonded", "/api/v2/nym-nodes/described")
WELL, SILENT = API_STATES = ("answers", "hangs")
IDLE_SECONDS = 330  # more than the five minutes between two annotations


def of_network(nym_api, node_status_api):
    return f"network:\n  environment: custom\n  nym_api: ['{nym_api}']\n  node_status_api: ['{node_status_api}']\n"


def peak(server):
    """The most memory that it ever had, in MB."""
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1e3


def wait_until_known(network, seconds=60):
    end = time.monotonic() + seconds
    while not all(path in network.requests()["paths"] for path in LISTS):
        if time.monotonic() > end:
            raise SystemExit("the lists of the network are not asked for")
        time.sleep(0.2)
    time.sleep(5)


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory() as made:
        yield [f"--path.state={made}"]


def network_beside(tools, path, scale):
    """Memory and CPU in turns with and without what asks the network."""
    with contextlib.ExitStack() as stack:
        beside = stack.enter_context(Simulator("--sim-uptime", "90000"))
        network = stack.enter_context(SimulatedNetwork(nodes=[SimulatedNetwork.node(beside)]))
        more = of_network(network.nym_api, network.node_status_api)
        servers = {
            WITHOUT: stack.enter_context(Running(watching(path, beside, *OFF, more=more))),
            WITH: stack.enter_context(Running(watching(path, beside, *ON, *stack.enter_context(folder()), more=more))),
        }
        wait_until_known(network)
        for server in servers.values():
            tools.scrape(server, "--count", 50, *GZIP)
        yield Row("RSS", "MB", added({name: server.memory()[0] for name, server in servers.items()}))
        yield Row("RSS at its most, both lists read", "MB", added({name: peak(server) for name, server in servers.items()}))
        yield from cpu_in_turns(tools, servers, scale)
        seconds = IDLE_SECONDS if scale.many_scrapes else 30
        before = {name: server.cpu() for name, server in servers.items()}
        time.sleep(seconds)
        spent = {name: 100 * (server.cpu() - before[name]) / seconds for name, server in servers.items()}
        yield Row(f"CPU in {seconds} s without a scrape, of one core", "%", added(spent))
        for name, cost in lists_once(path, beside, more).items():
            yield Row(name, "ms", {WITH: 1e3 * cost})


def lists_once(path, beside, more):
    """CPU of the first answer of every document, the lists among them, over and above that of a start that recalls them."""
    with folder() as state:
        cost = []
        for _ in range(2):
            with Running(watching(path, beside, *ON, *state, more=more)) as server:
                time.sleep(12)
                cost.append(server.cpu())
        return {"CPU of every document once, lists among them": cost[0] - cost[1]}


def network_silent(tools, path, scale):
    """Scrapes while every API answers, and while every one takes connections and never says a word."""
    found = {}
    with contextlib.ExitStack() as stack:
        beside = stack.enter_context(Simulator("--sim-uptime", "90000"))
        network = stack.enter_context(SimulatedNetwork(nodes=[SimulatedNetwork.node(beside)]))
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        nowhere = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for name, more in ((WELL, of_network(network.nym_api, network.node_status_api)), (SILENT, of_network(nowhere, nowhere))):
            runs = []
            for _ in range(3 if scale.many_scrapes else 1):
                with folder() as state, Running(watching(path, beside, *ON, *state, more=more)) as server:
                    time.sleep(3)
                    runs.append(tools.scrape(server, "--count", 600 if scale.many_scrapes else 200, "--delay-ms", 20, *GZIP))
            found[name] = {key: median([run[key] for run in runs]) for key in ("p50_us", "p99_us")}
    for key, what in (("p50_us", "latency p50"), ("p99_us", "latency p99")):
        yield Row(what, "ms", {name: values[key] / 1e3 for name, values in found.items()})


SECTIONS = (
    ("The network", network_beside, BESIDE),
    ("A network that is silent", network_silent, API_STATES),
)
