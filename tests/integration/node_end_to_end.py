#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The exporter beside simulated nodes, from their sockets and files to what a real Prometheus makes of it: what it shows, what
it hides, and what becomes of it when a node is killed, hangs and comes back."""
import fcntl
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import struct
import subprocess
import tempfile
import time
import unittest

import prometheus_scrape
import promtool_check
import support
from support import IsolatedSimulator, Simulator, exporter_server, wait_for

PACKETS = "/metrics/packets-stats"
DEMO_FLAGS = ("--sim-traffic", "bursty", "--sim-connections", "20", "--sim-uptime", "90000")
SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Exposition:
    """The samples of one scrape."""

    def __init__(self, text):
        self.text = text
        self.samples = []
        for line in text.splitlines():
            if match := SAMPLE.match(line):
                self.samples.append((match[1], dict(LABEL.findall(match[2] or "")), float(match[3])))

    def all(self, name, **labels):
        return [(have, value) for each, have, value in self.samples if each == name and labels.items() <= have.items()]

    def value(self, name, **labels):
        """Of the one sample with these labels; None where there is none."""
        found = self.all(name, **labels)
        assert len(found) <= 1, found
        return found[0][1] if found else None

    def names(self, prefix, **labels):
        return {name for name, have, _ in self.samples if name.startswith(prefix) and labels.items() <= have.items()}


def config_of(nodes, passthrough=False):
    """What names these nodes; {name: simulator}."""
    text = "nodes:\n"
    for name, node in nodes.items():
        token = node.home / "token-of-the-test"
        token.write_text(node.token, encoding="utf-8")
        token.chmod(0o600)
        text += f"  - name: {name}\n    http_url: {node.url}\n    access_token_file: {token}\n"
        text += f"    config_file: {node.about['config']}\n    passthrough: {str(passthrough).lower()}\n"
    return f"{text}collectors:\n  node_api:\n    interval: 1s\n"


class BesideNodes(unittest.TestCase):
    maxDiff = None

    def enter(self, context):
        """As enterContext of Python 3.11, which not every system that this is run on has."""
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def exporter_beside(self, *flags, passthrough=False, **nodes):
        folder = self.enter(tempfile.TemporaryDirectory(prefix="mixnet-test-"))
        config = pathlib.Path(folder, "exporter.yml")
        config.write_text(config_of(nodes, passthrough), encoding="utf-8")
        server = self.enter(exporter_server(f"--config.file={config}", *flags))
        for name in nodes:
            self.wait_until_watched(server, name)
        return server

    def wait_until_watched(self, server, name):
        wait_for(lambda: self.scrape(server).names("mixnet_node_packets_", node=name), f"{name} to be asked")
        wait_for(lambda: self.scrape(server).value("mixnet_node_process_up", node=name), f"{name} to be found")

    def scrape(self, server):
        return Exposition(server.metrics())


class OneNode(BesideNodes):
    """What is told is what the node and the kernel say."""

    def setUp(self):
        self.node = self.enter(Simulator("--mode", "mixnode", *DEMO_FLAGS, "--sim-clock", "manual"))
        self.server = self.exporter_beside(sim=self.node)

    def assert_becomes(self, expected, name, **labels):
        """That the sample has the value of expected() at some time; both may move."""
        found = lambda: self.scrape(self.server).value(name, node="sim", **labels)  # noqa: E731
        wait_for(lambda: found() == expected(), f"{name}{labels} to be {expected()}")

    def test_counters_are_the_nodes_own_and_move(self):
        self.assert_counters()
        before = self.scrape(self.server).value("mixnet_node_packets_received_total", hop="final")
        self.node.advance(60)
        self.assert_counters()
        self.assertGreater(self.scrape(self.server).value("mixnet_node_packets_received_total", hop="final"), before)
        exposition = Exposition(self.node.exposition())
        said = exposition.value("nym_node_network_active_ingress_mixnet_connections")
        self.assert_becomes(lambda: said, "mixnet_node_ingress_mixnet_connections")

    def assert_counters(self):
        said = self.node.json("/api/v1/metrics/packets-stats")
        received, sent = said["ingress_mixing"], said["egress_mixing"]
        self.assert_becomes(lambda: received["final_hop_packets_received"], "mixnet_node_packets_received_total", hop="final")
        self.assert_becomes(lambda: received["forward_hop_packets_received"], "mixnet_node_packets_received_total", hop="forward")
        self.assert_becomes(lambda: sent["ack_packets_sent"], "mixnet_node_packets_sent_total", type="ack")
        self.assert_becomes(lambda: received["malformed_packets_received"], "mixnet_node_packets_malformed_total")
        wireguard = self.node.json("/api/v1/metrics/wireguard-stats")
        self.assert_becomes(lambda: wireguard["bytes_rx"], "mixnet_node_wireguard_received_bytes_total")

    def test_process_is_the_kernels_view(self):
        proc = pathlib.Path(f"/proc/{self.node.pid}")
        stat = lambda: proc.joinpath("stat").read_text(encoding="ascii").rpartition(")")[2].split()  # noqa: E731
        boot = int(re.search(r"^btime (\d+)$", pathlib.Path("/proc/stat").read_text(encoding="ascii"), re.M)[1])
        self.assert_becomes(lambda: boot + int(stat()[19]) / 100, "mixnet_node_process_start_time_seconds")
        self.assert_becomes(lambda: len(list(proc.joinpath("task").iterdir())), "mixnet_node_process_threads")
        self.assert_becomes(lambda: len(list(proc.joinpath("fd").iterdir())), "mixnet_node_process_open_fds")
        status = lambda: proc.joinpath("status").read_text(encoding="ascii")  # noqa: E731
        self.assert_becomes(lambda: int(re.search(r"VmRSS:\s+(\d+)", status())[1]) * 1024, "mixnet_node_process_resident_memory_bytes")
        user = self.scrape(self.server).value("mixnet_node_process_cpu_seconds_total", mode="user")
        self.assertLessEqual(user, int(stat()[11]) / 100)
        self.assertEqual(1, self.scrape(self.server).value("mixnet_node_accepts_terms", node="sim"))

    def test_sockets_are_the_kernels_view(self):
        found = self.scrape(self.server)
        roles = {"http": "http", "mix": "mix", "verloc": "verloc", "ws": "client_ws", "lp_control": "lp_control",
                 "lp_data": "lp_data", "wireguard": "wireguard"}  # fmt: skip
        for role in roles.values():
            self.assertEqual(1, found.value("mixnet_node_port_listening", node="sim", port=role), role)
        for role in "mix", "ws":
            port = self.node.ports[role]
            self.assert_becomes(lambda port=port: established(port), "mixnet_node_connections", port=roles[role], state="established")
        self.assertGreater(established(self.node.ports["mix"]) + established(self.node.ports["ws"]), 0)
        with socket.create_connection(("127.0.0.1", self.node.ports["mix"])):
            self.assert_becomes(lambda: established(self.node.ports["mix"]), "mixnet_node_connections", port="mix", state="established")
        self.node.tell("listener", role="verloc", open="false")
        self.assert_becomes(lambda: 0, "mixnet_node_port_listening", port="verloc")

    def test_data_and_what_the_node_is(self):
        data = self.node.home / "data"
        databases = sum(path.stat().st_size for path in data.iterdir() if ".sqlite" in path.name)
        filters = sum(path.stat().st_size for path in (data / "replay-detection").iterdir())
        found = self.scrape(self.server)
        self.assertEqual(databases, sum(value for _, value in found.all("mixnet_node_data_database_bytes", node="sim")))
        self.assertEqual(filters, found.value("mixnet_node_data_replay_filters_bytes", node="sim"))
        self.assertEqual(os.statvfs(data).f_blocks * os.statvfs(data).f_frsize, found.value("mixnet_node_data_filesystem_size_bytes"))
        self.assertEqual(1, len(found.all("mixnet_node_identity_info", identity_key=self.node.about["identity"])))
        for mode in "mixnode", "entry", "exit", "wireguard":
            self.assertEqual(1, found.value("mixnet_node_mode", node="sim", mode=mode), mode)

    def test_promtool_and_prometheus_have_nothing_to_say(self):
        said = subprocess.run(
            [support.program("promtool"), "check", "metrics"], input=self.server.metrics(), capture_output=True, text=True, check=False
        )
        lines = [re.sub(r"\s+", " ", line.strip()) for line in (said.stdout + said.stderr).splitlines() if line.strip()]
        known = list(promtool_check.historical())
        self.assertEqual([], [line for line in lines if not any(regex.fullmatch(line) for regex in known)])
        with tempfile.TemporaryDirectory() as folder:
            self.check_prometheus(pathlib.Path(folder))

    def check_prometheus(self, folder):
        file = folder / "prometheus.yml"
        targets = f"static_configs: [{{targets: ['127.0.0.1:{self.server.port}']}}]"
        file.write_text(f"global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs:\n  - job_name: node\n    {targets}\n")
        port = support.free_port()
        command = [support.program("prometheus"), f"--config.file={file}", f"--storage.tsdb.path={folder}/data"]
        with support.Server([*command, f"--web.listen-address=127.0.0.1:{port}"], port) as prometheus:
            ask = lambda expression: prometheus_scrape.query(prometheus, expression)  # noqa: E731
            wait_for(lambda: ask("count_over_time(up[1m]) > 3"), "Prometheus to scrape")
            self.assertTrue(ask("min_over_time(up[1m]) == 1"))
            self.assertTrue(ask('mixnet_node_packets_received_total{node="sim"} > 0'))
            self.assertTrue(ask('histogram_quantile(0.9, mixnet_node_session_duration_seconds_bucket{node="sim"}) > 0'))
            (target,) = prometheus_scrape.api(prometheus, "targets")["activeTargets"]
            self.assertEqual(("up", ""), (target["health"], target["lastError"]))
            self.assertNotRegex(prometheus.output(), r"(?i)level=(warn|error)[^\n]*scrape")


def established(port):
    """Of TCP connections to a local port, in /proc/net."""
    count = 0
    for name in "tcp", "tcp6":
        file = pathlib.Path("/proc/net", name)
        lines = file.read_text(encoding="ascii").splitlines()[1:] if file.exists() else []
        count += sum(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "01" for line in lines)
    return count


class KilledAndBack(BesideNodes):
    def test_a_killed_node_is_seen_at_the_next_scrape_and_its_successor_is_followed(self):
        node = self.enter(Simulator(*DEMO_FLAGS))
        server = self.exporter_beside(sim=node)
        usual = self.scrape_seconds(server)
        node.stop(signal.SIGKILL)
        found = self.scrape(server)
        self.assertEqual(0, found.value("mixnet_node_process_up", node="sim"))
        self.assertEqual({"mixnet_node_process_up"}, found.names("mixnet_node_process_", node="sim"))
        wait_for(lambda: self.scrape(server).value("mixnet_node_api_up", node="sim", endpoint="/health") == 0, "the API to be down")
        wait_for(lambda: not self.scrape(server).names("mixnet_node_packets_", node="sim"), "old counters to go")
        self.assertEqual(0, self.scrape(server).value("mixnet_node_port_listening", node="sim", port="mix"))
        self.assertLess(self.scrape_seconds(server), max(1, 20 * usual), "a scrape waits for no node")
        before = node.pid
        node.start_again()
        self.assertNotEqual(before, node.pid)
        wait_for(lambda: self.scrape(server).value("mixnet_node_process_up", node="sim"), "the new process to be found", 60)
        found = self.scrape(server)
        self.assertEqual(1, found.value("mixnet_node_restarts_total", node="sim"))
        wait_for(lambda: self.scrape(server).value("mixnet_node_api_up", node="sim", endpoint="/health"), "the API to be back")
        wait_for(lambda: "mixnet_node_packets_received_total" in self.scrape(server).names("mixnet_node_packets_"), "counters to be back")

    def scrape_seconds(self, server):
        def one():
            begin = time.monotonic()
            self.assertEqual(200, server.get("/metrics").status)
            return time.monotonic() - begin

        return statistics.median(one() for _ in range(15))


class SeveralNodes(BesideNodes):
    def test_one_that_hangs_does_not_make_another_stale(self):
        nodes = {"one": self.enter(Simulator("--sim-seed", "1")), "two": self.enter(Simulator("--sim-seed", "2", mode="mixnode"))}
        server = self.exporter_beside(**nodes)
        found = self.scrape(server)
        self.assertEqual(2, found.value("mixnet_nodes"))
        for name, node in nodes.items():
            self.assertEqual(1, len(found.all("mixnet_node_identity_info", node=name, identity_key=node.about["identity"])))
            self.assertEqual(1, found.value("mixnet_node_mode", node=name, mode="mixnode" if name == "two" else "entry"))
            self.assertEqual(1, found.value("mixnet_node_port_listening", node=name, port="mix"))
        nodes["one"].fault("*", "hang")
        wait_for(lambda: self.reason(server, "one") == "timeout", "the hanging node to be noticed")
        seen = self.last(server, "two")
        for _ in range(4):
            wait_for(lambda: self.last(server, "two") > seen, "a fresh answer", 5)
            seen = self.last(server, "two")
        self.assertEqual("timeout", self.reason(server, "one"))
        self.assertEqual(1, self.scrape(server).value("mixnet_node_api_up", node="two", endpoint=PACKETS))
        self.assertFalse(self.scrape(server).names("mixnet_node_packets_", node="one"))
        self.assertTrue(self.scrape(server).value("mixnet_node_process_up", node="one"))

    def reason(self, server, node):
        found = self.scrape(server).all("mixnet_node_api_fault_info", node=node, endpoint=PACKETS)
        return found[0][0]["reason"] if found else None

    def last(self, server, node):
        return self.scrape(server).value("mixnet_node_api_last_success_timestamp_seconds", node=node, endpoint=PACKETS)


class Signals(BesideNodes):
    def test_reloads_and_ends_at_once_while_the_node_hangs(self):
        node = self.enter(Simulator())
        server = self.exporter_beside(sim=node)
        node.fault("*", "hang")
        node.tell("forget")
        wait_for(lambda: any(path.startswith("/api/") for path in node.requests()), "a request to hang")
        before = self.scrape(server).value("mixnet_exporter_config_last_reload_success_timestamp_seconds")
        server.signal(signal.SIGHUP)
        reloaded = lambda: self.scrape(server).value("mixnet_exporter_config_last_reload_success_timestamp_seconds") > before  # noqa: E731
        wait_for(reloaded, "the reload", 1)
        node.tell("forget")
        wait_for(lambda: any(path.startswith("/api/") for path in node.requests()), "a request to hang again")
        self.assertEqual(0, server.end(2))


class NobodyIsTold(BesideNodes):
    """No client of the node can be made out in anything that the exporter gives away."""

    CLIENT = "127.83.61.47"

    def test_clients(self):
        node = self.enter(Simulator(*DEMO_FLAGS))
        server = self.exporter_beside("--log.level=debug", passthrough=True, sim=node)
        client = self.enter(socket.create_connection(("127.0.0.1", node.ports["mix"]), source_address=(self.CLIENT, 0)))
        at_websocket = self.enter(socket.create_connection(("127.0.0.1", node.ports["ws"]), source_address=(self.CLIENT, 0)))
        mix = {"port": "mix", "state": "established"}
        both = established(node.ports["mix"])
        wait_for(lambda: self.scrape(server).value("mixnet_node_connections", **mix) == both, "the client to be counted")
        secrets = {self.CLIENT, str(client.getsockname()[1]), str(at_websocket.getsockname()[1]), node.token}
        secrets |= strings_like(r"[0-9a-fA-F]{32,}", node.json("/api/v1/metrics/sessions"))
        self.assertGreater(len(secrets), 40, "the node tells of users")
        others = strings_like(r"[1-9A-HJ-NP-Za-km-z]{40,}", node.json("/api/v1/metrics/verloc")) - {node.about["identity"]}
        for path in "/metrics", "/", "/?range=24h", "/api/v1/status":
            self.check(server.get(path).body.decode(), secrets | others, path)
        openmetrics = server.get("/metrics", {"Accept": "application/openmetrics-text"}).body.decode()
        self.check(openmetrics, secrets | others, "OpenMetrics")
        node.fault("*", "html")
        wait_for(lambda: "source failed" in server.output(), "something in the log")
        self.check(server.output(), secrets | others, "the log")

    def check(self, text, secrets, where):
        # A port is a short number, which a value may well be, but no label.
        shown = [secret for secret in secrets if (f'"{secret}"' if secret.isdigit() else secret) in text]
        self.assertEqual([], shown, where)


def strings_like(regex, value):
    """All strings of the form in a JSON value, keys too."""
    if isinstance(value, dict):
        return set().union(*(strings_like(regex, each) for pair in value.items() for each in pair))
    if isinstance(value, list):
        return set().union(*(strings_like(regex, each) for each in value))
    return {value} if isinstance(value, str) and re.fullmatch(regex, value) else set()


class InItsNamespace(BesideNodes):
    """The exporter in the network namespace of a node that has its real ports and tunnels. Needs root."""

    def setUp(self):
        self.folder = pathlib.Path(self.enter(tempfile.TemporaryDirectory(prefix="mixnet-test-")))

    def scrape_inside(self, node, *flags):
        config = self.folder / "exporter.yml"
        config.write_text(config_of({"exit": node}), encoding="utf-8")
        command = node.run_inside(support.exporter(), "scrape", f"--config.file={config}", *flags)
        return Exposition(subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=30, check=False).stdout)

    def test_tunnels_and_ports(self):
        node = self.enter(IsolatedSimulator(*DEMO_FLAGS))
        shown = subprocess.run(node.run_inside("ip", "-json", "-details", "address"), capture_output=True, check=True).stdout
        links = {link["ifname"]: link for link in json.loads(shown)}
        for interface in "nymwg", "nymtun0":
            if links[interface]["linkinfo"]["info_kind"] == "tun":
                self.enter(HeldTun(node, interface))
        found = self.scrape_inside(node)
        for interface in "nymwg", "nymtun0":
            labels = {"node": "exit", "device": interface}
            self.assertEqual(1, found.value("mixnet_node_tunnel_present", **labels))
            self.assertEqual(1, found.value("mixnet_node_tunnel_up", **labels))
            global_ipv6 = [item for item in links[interface]["addr_info"] if item["family"] == "inet6" and item["scope"] == "global"]
            self.assertEqual(bool(global_ipv6), found.value("mixnet_node_tunnel_global_ipv6", **labels))
            self.assertIsNotNone(found.value("mixnet_node_tunnel_receive_bytes_total", **labels))
        for role in "mix", "verloc", "http", "client_ws", "lp_control", "lp_data", "wireguard":
            self.assertEqual(1, found.value("mixnet_node_port_listening", node="exit", port=role), role)
        self.assertGreater(found.value("mixnet_node_packets_received_total", node="exit", hop="final"), 0)
        self.assertEqual(1, found.value("mixnet_node_process_up", node="exit"))

    def test_cgroup(self):
        node = self.enter(IsolatedSimulator(*DEMO_FLAGS, cgroup=True))
        group = node.cgroup_folder()
        found = self.scrape_inside(node, f"--path.cgroupfs={group.parent}")
        self.assertEqual(1, found.value("mixnet_node_cgroup_processes", node="exit"))
        self.assertEqual(2, len(found.all("mixnet_node_cgroup_cpu_seconds_total", node="exit")))
        wait_for(lambda: self.scrape_inside(node, f"--path.cgroupfs={group.parent}").value("mixnet_node_process_threads", node="exit")
                 == len(list(pathlib.Path(f"/proc/{node.pid}/task").iterdir())), "the threads of the process")  # fmt: skip


class HeldTun:
    """A program that holds a TUN interface, as the node does: without one it is down."""

    TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000

    def __init__(self, node, interface):
        self.node, self.interface = node, interface

    def __enter__(self):
        with self.node.network():
            self.file = open("/dev/net/tun", "r+b", buffering=0)
            request = struct.pack("16sH22x", self.interface.encode(), self.IFF_TUN | self.IFF_NO_PI)
            fcntl.ioctl(self.file, self.TUNSETIFF, request)
        return self

    def __exit__(self, *_):
        self.file.close()


class Demo(unittest.TestCase):
    """`scripts/run --demo` as it is built: nothing is installed, both programs say what they are, and both end when told."""

    def test_says_that_it_is_one_and_ends(self):
        for number in signal.SIGTERM, signal.SIGINT:
            with self.subTest(signal=number.name), tempfile.TemporaryDirectory() as folder:
                self.run_demo(number, pathlib.Path(folder))

    def setUp(self):
        build = support.PROJECT / "build"
        if pathlib.Path(support.exporter()).resolve() != build / "mixnet-exporter":
            raise unittest.SkipTest(f"{support.exporter()} is not what scripts/run runs")
        if "CMAKE_BUILD_TYPE:STRING=Release" not in (build / "CMakeCache.txt").read_text(encoding="utf-8"):
            raise unittest.SkipTest("scripts/run would build all anew, as a Release")

    def run_demo(self, number, folder):
        port, log = support.free_port(), folder / "log"
        for name in "apt-get", "sudo":
            (folder / name).write_text('#!/bin/sh\necho "installs: $*"\nexit 1\n', encoding="utf-8")
            (folder / name).chmod(0o755)
        environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TMPDIR": str(folder)}
        command = [support.PROJECT / "scripts/run", "--demo", f"--web.listen-address=127.0.0.1:{port}"]
        with open(log, "wb") as out:
            demo = subprocess.Popen(command, stdout=out, stderr=out, env=environment, start_new_session=True)
        try:
            url = f"127.0.0.1:{port}"
            wait_for(lambda: demo.poll() is not None or f"url=http://{url}/metrics" in log.read_text(), "the demo to start", 60)
            self.assertIsNone(demo.poll(), log.read_text())
            server = support.Server([], port)
            self.assertIn("<title>mixnet-exporter demo: a simulated Nym node</title>", server.get("/").body.decode())
            found = lambda: Exposition(server.metrics())  # noqa: E731
            wait_for(lambda: found().value("mixnet_node_packets_received_total", node="demo", hop="final"), "the node's packets")
            wait_for(lambda: found().value("mixnet_node_process_up", node="demo") == 1, "the node's process")
            self.assertTrue(found().value("mixnet_node_port_listening", node="demo", port="mix"))
            children = descendants(demo.pid)
            self.assertGreaterEqual(len(children), 2)
            os.kill(demo.pid, number)
            self.assertEqual(0, demo.wait(10), log.read_text())
            self.assertEqual([], [pid for pid in children if pathlib.Path(f"/proc/{pid}").exists()])
        finally:
            if demo.poll() is None:
                os.killpg(demo.pid, signal.SIGKILL)
                demo.wait()
        said = log.read_text(encoding="utf-8")
        self.assertIn("this is a demo: the Nym node is simulated", said)
        self.assertIn("mixnet-exporter demo: a simulated Nym node", said)
        self.assertNotIn("installs:", said)
        self.assertEqual([], [path.name for path in folder.glob("tmp.*")], "its folder is left behind")


def descendants(pid):
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children] + [each for child in children for each in descendants(child)]


if __name__ == "__main__":
    unittest.main()
