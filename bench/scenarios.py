# SPDX-License-Identifier: Apache-2.0
"""What is measured. Each scenario yields Rows; programs take turns in short rounds, so that a busy neighbour meets them all."""
import contextlib
import ctypes
import multiprocessing
import os
import select
import socket
import subprocess
import tempfile
import threading
import time
from collections import namedtuple

from measure import GZIP, Running, median

# A line of the table: a value (a number, or text) for each program by its name. `ratio`: is less better, and by what factor?
Row = namedtuple("Row", "name unit values ratio", defaults=(True,))

OUTCOMES = ("ok", "status_503", "other_status", "timed_out", "failed")  # of scrape.cpp
REQUEST = b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"


def running_all(programs, stack, extra=()):
    return {program.name: stack.enter_context(Running(program, extra)) for program in programs}


# CPU, memory, latency, size --------------------------------------------------------------------------------------------


def steady(tools, programs, scale):
    """One scraper in a closed loop, plain and gzip in turns; what the programs take and give for it."""
    yield first_scrape(programs, scale)
    with contextlib.ExitStack() as stack:
        servers = running_all(programs, stack)
        yield from memory(servers, "after the start")
        bodies = {name: tools.scrape(server, "--count", 50) for name, server in servers.items()}
        gzipped = {name: tools.scrape(server, "--count", 50, *GZIP) for name, server in servers.items()}
        yield from memory(servers, "after 100 scrapes")
        done = 100 + (yield from cpu_per_scrape(tools, servers, scale))
        if done < scale.many_scrapes:
            for server in servers.values():
                tools.scrape(server, "--count", scale.many_scrapes - done, *GZIP)
        yield from memory(servers, f"after {max(done, scale.many_scrapes):,} scrapes")
        yield Row("size of an answer, plain", "bytes", {name: body["body_bytes"] for name, body in bodies.items()})
        yield Row("size of an answer, gzip", "bytes", {name: body["body_bytes"] for name, body in gzipped.items()})
        yield Row("series", "", {name: body["series"] for name, body in bodies.items()}, ratio=False)
        yield system_calls(tools, servers)


def first_scrape(programs, scale):
    times = {program.name: [] for program in programs}
    for _ in range(scale.starts):
        for program in programs:
            with Running(program) as server:
                while server.get() != 200:
                    pass
                times[program.name].append(time.monotonic() - server.started)
    return Row("start to first scrape", "ms", {name: 1e3 * median(values) for name, values in times.items()})


def memory(servers, when):
    measured = {name: server.memory() for name, server in servers.items()}
    yield Row(f"RSS {when}", "MB", {name: rss for name, (rss, _) in measured.items()})
    yield Row(f"PSS {when}", "MB", {name: pss for name, (_, pss) in measured.items()})


def cpu_per_scrape(tools, servers, scale):
    """Yields the rows of CPU and latency; returns how many scrapes each server was asked for."""
    rounds = {(name, how): [] for name in servers for how in ("plain", "gzip")}
    latency = {name: [] for name in servers}
    before = {name: server.ticks() for name, server in servers.items()}
    for _ in range(scale.rounds):
        for how, options in (("plain", ()), ("gzip", GZIP)):
            for name, server in servers.items():
                begin = server.cpu()
                result = tools.scrape(server, "--count", scale.scrapes, *options)
                rounds[name, how].append((server.cpu() - begin) / scale.scrapes)
                if how == "gzip":
                    latency[name].append(result)
    for how in ("plain", "gzip"):
        yield Row(f"CPU per scrape, {how}, median", "ms", {name: 1e3 * median(rounds[name, how]) for name in servers})
        yield Row(f"CPU per scrape, {how}, least", "ms", {name: 1e3 * min(rounds[name, how]) for name in servers})
    scrapes = 2 * scale.rounds * scale.scrapes
    spent = {name: ticks_since(before[name], server) for name, server in servers.items()}
    for mode, place in (("in user mode", 0), ("in the kernel", 1)):
        yield Row(f"… {mode}, plain and gzip, mean", "ms", {name: 1e3 * both[place] / scrapes for name, both in spent.items()})
    for percentile in ("p50", "p99"):
        values = {name: median([result[percentile + "_us"] for result in latency[name]]) / 1e3 for name in servers}
        yield Row(f"latency {percentile}, gzip", "ms", values)
    return scrapes


def ticks_since(before, server):
    """The seconds spent in user mode and in the kernel since then."""
    return [now - then for now, then in zip(server.ticks(), before)]


def system_calls(tools, servers):
    counts = {name: sum(tools.system_calls(server, 20).values()) for name, server in servers.items()}
    return Row("system calls per scrape", "", counts)


def floor(tools, programs, scale):
    """What the kernel alone takes for the sources that each program reads in a scrape."""
    with contextlib.ExitStack() as stack:
        servers = running_all(programs, stack)
        for server in servers.values():
            tools.scrape(server, "--count", 3)
        sources = {name: tools.sources(server) for name, server in servers.items()}
    times = {(name, mode): [] for name in sources for mode in ("keep", "reopen")}
    for _ in range(scale.rounds):
        for name, mode in times:
            times[name, mode].append(1e3 * tools.floor(sources[name], mode, scale.scrapes))
    yield Row("sources read", "", {name: len(found) for name, found in sources.items()}, ratio=False)
    for mode, words in (("keep", "kept open"), ("reopen", "opened each time")):
        values = {name: median(times[name, mode]) for name in sources}
        yield Row(f"floor: the kernel's part for these sources, {words}", "ms", values)


# One scrape every so often ---------------------------------------------------------------------------------------------


def paced(tools, programs, scale):
    """A scrape a second by all at once, and then none: a core's share at one scrape in 15 s, as Prometheus does it."""
    with contextlib.ExitStack() as stack:
        servers = running_all(programs, stack)
        for server in servers.values():
            tools.scrape(server, "--count", 20, *GZIP)
        idle = cpu_during(servers, lambda: time.sleep(scale.paced_seconds / 3))
        idle = {name: spent / (scale.paced_seconds / 3) for name, spent in idle.items()}
        paced_cpu = cpu_during(servers, lambda: scrape_paced(tools, servers, scale.paced_seconds))
        each = {name: spent / scale.paced_seconds for name, spent in paced_cpu.items()}
        yield Row("idle, nobody scrapes", "µs/s", {name: 1e6 * spent for name, spent in idle.items()}, ratio=False)
        yield Row("CPU per scrape, gzip, one a second", "ms", {name: 1e3 * spent for name, spent in each.items()})
        share = {name: 100 * (each[name] - idle[name] + 15 * idle[name]) / 15 for name in servers}
        yield Row("extrapolated: of one core at a scrape in 15 s", "%", share)


def scrape_paced(tools, servers, count):
    waiting = [tools.start_scrape(server, "--count", count, "--delay-ms", 1000, *GZIP) for server in servers.values()]
    for wait in waiting:
        wait()


def cpu_during(servers, action):
    before = {name: server.cpu() for name, server in servers.items()}
    action()
    return {name: server.cpu() - before[name] for name, server in servers.items()}


# Many and bad clients --------------------------------------------------------------------------------------------------


def many_scrapers(tools, programs, scale):
    """50 at once in a closed loop."""
    results = {}
    for program in programs:
        with Running(program) as server:
            tools.scrape(server, "--count", 5)
            results[program.name] = tools.scrape(server, "--connections", 50, "--seconds", scale.load_seconds, *GZIP)
    answered = {name: result["ok"] / result["seconds"] for name, result in results.items()}
    yield Row("50 scrapers in a closed loop: served", "1/s", {name: f"{value:,.0f}" for name, value in answered.items()}, ratio=False)
    yield Row("… refused or failed", "%", {name: 100 * failed_share(result) for name, result in results.items()}, ratio=False)
    yield Row("… latency p99", "ms", {name: result["p99_us"] / 1e3 for name, result in results.items()})


def failed_share(result):
    asked = sum(result[outcome] for outcome in OUTCOMES)
    return 1 - result["ok"] / max(asked, 1)


def never_reading(tools, programs, scale):
    """60 clients that ask 300 times and never read an answer; an honest one scrapes beside them."""
    yield from beside_bad_clients(tools, programs, "60 clients that never read", lambda port: Flood(port, 60, REQUEST * 300), scale)


def dripping(tools, programs, scale):
    """200 clients that send their request a byte every half second; an honest one scrapes beside them."""
    yield from beside_bad_clients(tools, programs, "200 clients that send a byte per half second", lambda port: Drip(port, 200), scale)


def beside_bad_clients(tools, programs, what, attack, scale):
    served, slowest, rss = {}, {}, {}
    for program in programs:
        with Running(program) as server:
            tools.scrape(server, "--count", 5)
            with attack(server.port):
                time.sleep(1)
                limits = ("--count", 40, "--seconds", 2 * scale.load_seconds, "--timeout", 5)
                result = tools.scrape(server, "--delay-ms", 50, *limits)
                rss[program.name] = server.memory()[0]
            asked = sum(result[outcome] for outcome in OUTCOMES)
            served[program.name] = f"{result['ok']} of {asked}"
            slowest[program.name] = result["max_us"] / 1e3 if result["ok"] else "—"
    yield Row(f"{what}: honest scrapes served", "", served, ratio=False)
    yield Row("… the slowest of them", "ms", slowest, ratio=False)
    yield Row("… RSS meanwhile", "MB", rss)


class Connections:
    """Many connections, held open for as long as the `with` block is."""

    def __init__(self, port, count):
        self.sockets = []
        for _ in range(count):
            with contextlib.suppress(OSError):
                self.sockets.append(socket.create_connection(("127.0.0.1", port), timeout=10))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in self.sockets:
            each.close()


class Flood(Connections):
    """Each sends all of `data` as far as the server takes it, and reads nothing."""

    def __init__(self, port, count, data):
        super().__init__(port, count)
        for each in self.sockets:
            each.setblocking(False)
            with contextlib.suppress(OSError):
                each.send(data)


class Drip(Connections):
    """Each sends the bytes of a request that has no end, one every half second."""

    def __init__(self, port, count):
        super().__init__(port, count)
        self.end = threading.Event()
        self.thread = threading.Thread(target=self.drip)
        self.thread.start()

    def drip(self):
        at = 0
        endless = b"GET /metrics HTTP/1.1\r\nX-Drip: " + b"x" * 1000
        while not self.end.wait(0.5):
            for each in self.sockets:
                with contextlib.suppress(OSError):
                    each.send(endless[at : at + 1])
            at += 1

    def __exit__(self, *_):
        self.end.set()
        self.thread.join()
        super().__exit__()


def many_connections(tools, programs, scale):
    """2,000 connections at once, a scrape on each."""
    answered, seconds, rss = {}, {}, {}
    for program in programs:
        with Running(program) as server:
            tools.scrape(server, "--count", 5)
            with Connections(server.port, 2000) as clients:
                begin = time.monotonic()
                statuses = ask_all(clients.sockets, begin + 60)
                took = time.monotonic() - begin
                rss[program.name] = server.memory()[0]
            answered[program.name] = statuses.count(b"200")
            seconds[program.name] = took
    yield Row("2,000 connections, a scrape on each: answered with 200", "", answered, ratio=False)
    yield Row("… until the last answer", "s", seconds)
    yield Row("… RSS then", "MB", rss)


def ask_all(sockets, deadline):
    """Sends a request on every connection; gives the status of each answer that was begun by the deadline."""
    waiting = {}
    poll = select.poll()
    for each in sockets:
        with contextlib.suppress(OSError):
            each.send(REQUEST)
            each.setblocking(False)
            poll.register(each, select.POLLIN)
            waiting[each.fileno()] = each
    statuses = []
    while waiting and time.monotonic() < deadline:
        for number, _ in poll.poll(1000):
            each = waiting.pop(number)
            poll.unregister(each)
            with contextlib.suppress(OSError):
                statuses.append(each.recv(65536)[9:12])
    return statuses


# Machines of other shapes, in namespaces of their own ------------------------------------------------------------------

CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET = 0x00020000, 0x20000000, 0x40000000


def in_namespaces(flags, action, *arguments):
    """What an action gives in a process with namespaces of its own; None where that cannot be done."""

    def run(pipe):
        libc = ctypes.CDLL(None, use_errno=True)
        # Mounts are read of process 1, so there must be one inside; all others end with it.
        if libc.unshare(flags | CLONE_NEWNS | CLONE_NEWPID) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        if child := os.fork():
            os.waitpid(child, 0)
            return
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        subprocess.run(["mount", "-t", "proc", "proc", "/proc"], check=True)
        pipe.send(action(*arguments))
        os._exit(0)

    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()
    process = fork.Process(target=run, args=(theirs,))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        return None
    finally:
        process.join()


def dead_mount(tools, programs, _scale):
    """A mount whose statfs never answers, as that of a dead NFS server."""
    first, later = {}, {}
    for program in programs:
        with tempfile.TemporaryDirectory() as folder:
            seen = in_namespaces(0, beside_dead_mount, tools, program, folder)
        first[program.name], later[program.name] = seen or ("not measured, needs root",) * 2
    yield Row("dead mount: the first scrape", "", first, ratio=False)
    yield Row("… a scrape some seconds later", "", later, ratio=False)


def beside_dead_mount(tools, program, folder):
    hangfs = subprocess.Popen([tools.hangfs(), folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if hangfs.stdout.readline() != "mounted\n":
        return None
    with Running(program) as server:
        first = timed_scrape(server)
        time.sleep(2)
        later = timed_scrape(server)
        hangfs.stdin.close()  # it unmounts, which frees who waits
        hangfs.wait(10)
    return first, later


def timed_scrape(server):
    begin = time.monotonic()
    status = server.get(timeout=10)
    return f"{time.monotonic() - begin:.2f} s" if status == 200 else "lost (10 s)"


def interfaces(tools, programs, scale):
    """What one more network interface costs: veth pairs in a network namespace."""
    rows = in_namespaces(CLONE_NEWNET, with_more_interfaces, tools, programs, scale)
    return rows or [Row("not measured: needs root", "", {}, ratio=False)]


def with_more_interfaces(tools, programs, scale):
    subprocess.run(["mount", "-t", "sysfs", "sysfs", "/sys"], check=True)  # shows the namespace it is mounted from
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    few, many = len(os.listdir("/sys/class/net")) + 2 * 2, 201
    costs = {}
    for count in (few, many):
        add_interfaces(count)
        costs[count] = cpu_in_turns(tools, programs, max(scale.rounds // 2, 2), max(scale.scrapes // 10, 5))
    added = len(os.listdir("/sys/class/net")) - few
    rows = []
    for count, cost in costs.items():
        rows.append(Row(f"CPU per scrape, plain, {count} interfaces", "ms", {name: 1e3 * value for name, value in cost.items()}))
    each = {name: 1e6 * (costs[many][name] - value) / added for name, value in costs[few].items()}
    return [*rows, Row("CPU per network interface and scrape", "µs", each)]


def add_interfaces(wanted):
    """Brings the number of interfaces up to `wanted`, or one more: they come in pairs."""
    have = len(os.listdir("/sys/class/net"))
    lines = [f"link add bench{number} type veth peer name peer{number}" for number in range(have, wanted, 2)]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)


def cpu_in_turns(tools, programs, rounds, scrapes):
    """{name: CPU seconds per plain scrape}, the median of interleaved rounds."""
    times = {program.name: [] for program in programs}
    with contextlib.ExitStack() as stack:
        servers = running_all(programs, stack)
        for server in servers.values():
            tools.scrape(server, "--count", 5)
        for _ in range(rounds):
            for name, server in servers.items():
                begin = server.cpu()
                tools.scrape(server, "--count", scrapes)
                times[name].append((server.cpu() - begin) / scrapes)
    return {name: median(values) for name, values in times.items()}
