# SPDX-License-Identifier: Apache-2.0
"""What watching a node costs: ours beside the simulated node, with and without the collectors of nodes, and beside one that
misbehaves."""
import contextlib
import itertools
import subprocess
import threading
import time

from measure import GZIP, Program, Running, median
from scenarios import Connections, Row
from support import Simulator

CONNECTIONS, CLIENTS = 300, 200
WITHOUT, WITH, ADDED = BESIDE = ("without the node's collectors", "with them", "added")
POLLED_EVERY_SECONDS = 15
# Off in all: the first costs what the host happens to run, which would hide any difference, the others ask beyond this host.
SAME = [f"--no-collector.{name}" for name in ("processes", "nym_api", "reachability", "self_description")]
HURRIED = "collectors:\n  node_api:\n    interval: 1s\n"  # as often as it can be asked, so that more goes wrong

# What is done to every endpoint, one after another and each for a while; None: nothing is wrong meanwhile.
FAULTS = {
    "well": (None,),
    "hangs": ("hang",),
    "floods": ("huge",),
    "flaps": ("reset", None),
    "sends garbage": ("html", "broken", "deep", "wrong_json", "truncated", "empty"),
}
BEHAVIOURS = tuple(FAULTS)
EACH_SECONDS = 1.5


@contextlib.contextmanager
def node():
    """With connections of both kinds: of clients that it connects itself, 200 at most, and of other nodes."""
    with Simulator("--sim-connections", str(CLIENTS), "--sim-traffic", "busy", "--sim-uptime", "90000") as beside:
        with Connections(beside.ports["mix"], CONNECTIONS - CLIENTS):
            yield beside


def watching(path, beside, *arguments, more=""):
    """Ours, with a configuration that names the node."""
    token, config = beside.home / "token", beside.home / "exporter.yml"
    token.write_text(beside.token, encoding="utf-8")
    token.chmod(0o600)
    config.write_text(
        f"nodes:\n  - name: bench\n    http_url: {beside.url}\n    access_token_file: {token}\n"
        f"    config_file: {beside.about['config']}\n{more}",
        encoding="utf-8",
    )
    return Program("mixnet-exporter", path, ["run", f"--config.file={config}", *arguments])


def collectors_of_nodes(path):
    listed = subprocess.run([path, "collectors"], capture_output=True, text=True, check=True).stdout
    return [line.split()[0] for line in listed.splitlines() if line.startswith("node")]


def wait_until_asked(server, beside):
    """Until the node has been asked for everything once."""
    end = time.monotonic() + 20
    while "/api/v1/metrics/verloc" not in beside.requests():
        if time.monotonic() > end:
            raise SystemExit(f"{server.program.name} does not ask the node")
        time.sleep(0.1)
    time.sleep(1)


# With and without ------------------------------------------------------------------------------------------------------


def node_beside(tools, path, scale):
    """A node with 300 connections: CPU and memory in turns with and without the collectors that watch it."""
    off = [f"--no-collector.{name}" for name in collectors_of_nodes(path)]
    with contextlib.ExitStack() as stack:
        beside = stack.enter_context(node())
        servers = {
            WITHOUT: stack.enter_context(Running(watching(path, beside, *SAME, *off))),
            WITH: stack.enter_context(Running(watching(path, beside, *SAME))),
        }
        wait_until_asked(servers[WITH], beside)
        seconds = 60 if scale.many_scrapes else POLLED_EVERY_SECONDS
        share = {name: 100 * spent / seconds for name, spent in idle(servers, seconds).items()}
        yield from cpu_in_turns(tools, servers, scale)
        yield Row(f"CPU with a poll every {POLLED_EVERY_SECONDS} s and no scrape, of one core", "%", added(share))
        for place, what in enumerate(("RSS", "PSS")):
            yield Row(f"{what} after that", "MB", added({name: server.memory()[place] for name, server in servers.items()}))
        yield Row("descriptors", "", added({name: server.descriptors() for name, server in servers.items()}))
        answers = {name: tools.scrape(server) for name, server in servers.items()}
        yield Row("series", "", added({name: answer["series"] for name, answer in answers.items()}))
        calls = {name: sum(tools.system_calls(server, 20).values()) for name, server in servers.items()}
        yield Row("system calls per scrape", "", added(calls))


def added(values):
    return {**values, ADDED: values[WITH] - values[WITHOUT]}


def idle(servers, seconds):
    before = {name: server.cpu() for name, server in servers.items()}
    time.sleep(seconds)
    return {name: server.cpu() - before[name] for name, server in servers.items()}


def cpu_in_turns(tools, servers, scale):
    rounds = {(name, how): [] for name in servers for how in ("plain", "gzip")}
    for server in servers.values():
        tools.scrape(server, "--count", 100)
    for _ in range(2 * scale.rounds):
        for how, options in (("plain", ()), ("gzip", GZIP)):
            for name, server in servers.items():
                begin = server.cpu()
                tools.scrape(server, "--count", scale.scrapes, *options)
                rounds[name, how].append((server.cpu() - begin) / scale.scrapes)
    for how in ("plain", "gzip"):
        for word, of_rounds in (("median", median), ("least", min)):
            values = {name: 1e3 * of_rounds(rounds[name, how]) for name in servers}
            yield Row(f"CPU per scrape, {how}, {word}", "ms", added(values))


# Misbehaving -----------------------------------------------------------------------------------------------------------


class Misbehaving:
    """A node that does one thing after another for as long as the `with` block is."""

    def __init__(self, beside, kinds):
        self.beside, self.kinds = beside, kinds
        self.end = threading.Event()
        self.thread = threading.Thread(target=self.misbehave)

    def misbehave(self):
        for kind in itertools.cycle(self.kinds):
            self.beside.clear()
            if kind is not None:
                self.beside.fault("*", kind)
            if self.end.wait(EACH_SECONDS):
                return

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        self.thread.join()
        self.beside.clear()


def node_misbehaving(tools, path, scale):
    """Scrapes while the node misbehaves, 50 a second; the node is asked once a second."""
    scrapes = 600 if scale.many_scrapes else 200
    runs = {name: [] for name in BEHAVIOURS}
    for _ in range(3 if scale.many_scrapes else 1):
        for name in BEHAVIOURS:
            runs[name].append(one_behaviour(tools, path, FAULTS[name], scrapes))
    for key, what, unit in (
        ("p50", "latency p50", "ms"),
        ("p99", "latency p99", "ms"),
        ("cpu", "CPU per scrape, polling included", "ms"),
        ("failed", "scrapes without an answer of 200", ""),
        ("series", "series meanwhile", ""),
    ):
        yield Row(what, unit, {name: median([run[key] for run in found]) for name, found in runs.items()})
    for key, what, unit in (("rss", "RSS", "MB"), ("descriptors", "descriptors", "")):
        for place, when in enumerate(("before", "after")):
            yield Row(f"{what} {when}", unit, {name: median([run[key][place] for run in found]) for name, found in runs.items()})


def one_behaviour(tools, path, kinds, scrapes):
    with node() as beside, Running(watching(path, beside, *SAME, more=HURRIED)) as server:
        wait_until_asked(server, beside)
        tools.scrape(server, "--count", 300, *GZIP)
        before = server.memory()[0], server.descriptors()
        with Misbehaving(beside, kinds):
            time.sleep(2 * EACH_SECONDS)
            begin = server.cpu()
            result = tools.scrape(server, "--count", scrapes, "--delay-ms", 20, *GZIP)
            cpu = server.cpu() - begin
            after = server.memory()[0], server.descriptors()
            series = tools.scrape(server)["series"]
        return {
            "p50": result["p50_us"] / 1e3,
            "p99": result["p99_us"] / 1e3,
            "cpu": 1e3 * cpu / scrapes,
            "failed": scrapes - result["ok"],
            "series": series,
            "rss": (before[0], after[0]),
            "descriptors": (before[1], after[1]),
        }
