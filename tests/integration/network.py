#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the exporter makes of the network's APIs, against the simulated network: values, politeness, memory, faults, proxies."""
import json
import os
import pathlib
import re
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import support
from support import SimulatedNetwork, wait_for

IDENTITY = "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1"
OURS = {"identity": IDENTITY, "id": 1324, "host": "127.0.0.1", "port": 8080, "version": "1.31.0"}
SMALL = ("--sim-nodes=100", "--sim-clock=manual")
LISTS = ("/api/v1/nym-nodes/bonded", "/api/v2/nym-nodes/described")
SATURATION_POINT = 254977903911.36
SAMPLE = re.compile(r"^([a-zA-Z_:]+)(?:\{(.*)\})? (\S+)$")


def parsed(text):
    """Samples by name, each a list of labels and a value."""
    out = {}
    for line in text.splitlines():
        match = SAMPLE.match(line)
        if match:
            labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or ""))
            out.setdefault(match[1], []).append((labels, float(match[3])))
    return out


class Scrape:
    """One run of `scrape`, with a state folder of its own unless one is given."""

    def __init__(self, base, *, state, watch=(IDENTITY,), more="", collectors=("nym_api",), environment=None):
        network = f"network:\n  environment: custom\n  nym_api: ['{base}']\n  watch: {json.dumps(list(watch))}\n{more}"
        file = pathlib.Path(state, "exporter.yml")
        file.write_text(network, encoding="utf-8")
        flags = [f"--collector.{name}" for name in collectors]
        command = [support.exporter(), "scrape", f"--config.file={file}", f"--path.state={state}/state",
                   "--collector.disable-defaults", *flags]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment) as process:
            self.text = process.stdout.read()
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0  # it has been waited for
        self.peak = usage.ru_maxrss << 10  # bytes
        self.samples = parsed(self.text)

    def value(self, name, **labels):
        """Of the one sample with these labels; None where there is none."""
        values = [value for its, value in self.samples.get(name, []) if labels.items() <= its.items()]
        assert len(values) <= 1, (name, labels, values)
        return values[0] if values else None

    def of_node(self, name, **labels):
        return self.value("mixnet_network_node_" + name, node=IDENTITY, **labels)


class WithNetwork(unittest.TestCase):
    flags = SMALL

    def setUp(self):
        self.network = self.enterContext(SimulatedNetwork(*self.flags, nodes=[OURS]))
        self.state = self.enterContext(tempfile.TemporaryDirectory())

    def scrape(self, base=None, fresh=True, **options):
        state = self.enterContext(tempfile.TemporaryDirectory()) if fresh else self.state
        return Scrape(base or self.network.nym_api, state=state, **options)

    def asked(self):
        return self.network.requests()["paths"]


class Values(WithNetwork):
    def test_are_the_apis(self):
        self.network.tell("annotate", id=1324, routing=0.9, pledge=250000000, delegated=100000000000, role="none")
        scrape = self.scrape()
        annotation = self.network.api("/v1/nym-nodes/annotation/1324")["annotation"]["detailed_performance"]
        self.assertEqual(annotation["performance_score"], scrape.of_node("performance_ratio"))
        self.assertEqual(annotation["routing_score"]["score"], scrape.of_node("routing_score_ratio"))
        self.assertEqual(annotation["config_score"]["score"], scrape.of_node("config_score_ratio"))
        bond = next(item for item in self.network.api("/v1/nym-nodes/bonded")["data"]
                    if item["bond_information"]["node_id"] == 1324)  # fmt: skip
        details = bond["rewarding_details"]
        self.assertAlmostEqual(float(details["delegates"]) / 1e6, scrape.of_node("delegated_nym"), places=9)
        # nym-api's own word for what the exporter works out.
        stake = self.network.api("/v1/nym-nodes/stake-saturation/1324")
        self.assertAlmostEqual(float(stake["saturation"]), scrape.of_node("stake_saturation_ratio"), places=9)
        self.assertAlmostEqual(float(stake["uncapped_saturation"]), scrape.of_node("stake_saturation_uncapped_ratio"), places=9)
        weight = min(float(stake["saturation"]), 1) * annotation["performance_score"] ** 20
        self.assertAlmostEqual(weight, scrape.of_node("selection_weight_ratio"), places=9)
        self.assertEqual(1, scrape.of_node("role", role="none"))
        self.assertEqual(0, scrape.of_node("in_rewarded_set"))
        epoch = self.network.api("/v1/epoch/current")
        self.assertEqual(epoch["total_elapsed_epochs"], scrape.value("mixnet_network_epoch"))
        history = self.network.api("/v1/nym-nodes/uptime-history/1324")["history"]["data"]
        self.assertEqual(history[-1]["uptime"] / 100, scrape.of_node("daily_uptime_ratio", days_ago="1"))

    def test_both_shapes_give_the_same(self):
        first = self.scrape().samples
        for shape in "v1", "v2":
            self.network.tell("shape", shape=shape)
            samples = self.scrape().samples
            missing = {name for name in first if name.startswith("mixnet_network_node_") and name not in samples}
            allowed = {"mixnet_network_node_performance_last_24h_ratio"} if shape == "v2" else set()
            self.assertLessEqual(missing, allowed, shape)

    def test_a_release_is_felt_before_the_api_has_noticed(self):
        self.assertEqual(1, self.scrape().of_node("expected_config_score_ratio"))
        self.network.tell("release", version="1.32.0")
        scrape = self.scrape()
        self.assertAlmostEqual(0.995 ** (10**1.65), scrape.of_node("expected_config_score_ratio"), places=12)
        self.assertEqual(1, scrape.of_node("releases_behind", component="minor"))
        self.assertEqual(1, scrape.value("mixnet_network_latest_release_info", version="1.32.0"))

    def test_a_node_that_is_dropped(self):
        self.network.tell("undescribe", id=1324)
        scrape = self.scrape()
        self.assertEqual(0, scrape.of_node("described"))
        self.assertEqual(0, scrape.of_node("self_described"))
        self.assertEqual(0, scrape.of_node("config_score_ratio"))

    def test_a_node_that_is_jailed(self):
        self.network.tell("jail", id=1324)
        scrape = self.scrape()
        self.assertEqual(0, scrape.of_node("routing_score_ratio"))
        self.assertEqual(0, scrape.of_node("selection_weight_ratio"))

    def test_a_node_that_leaves(self):
        self.network.tell("unbond", id=1324, pending=1)
        self.assertEqual(1, self.scrape().of_node("unbonding"))
        self.network.tell("unbond", id=1324)
        self.assertEqual(0, self.scrape().of_node("bonded"))

    def test_the_network(self):
        self.network.tell("overdue", seconds=1500)
        self.network.tell("chain", status="stalled")
        scrape = self.scrape()
        # Time stands still in the network, and goes on here.
        self.assertGreaterEqual(scrape.value("mixnet_network_epoch_overdue_seconds"), 1500)
        self.assertEqual(0, scrape.value("mixnet_network_chain_synced"))
        self.assertGreater(scrape.value("mixnet_network_chain_stalled_seconds"), 0)
        self.network.tell("chain", status="unknown")
        self.assertIsNone(self.scrape().value("mixnet_network_chain_synced"))

    def test_the_last_probe(self):
        more = f"  node_status_api: ['{self.network.node_status_api}']\n"
        for shape, outcome in ("newest", "no_ipv6"), ("oldest", "good"), ("future", "lp_failure"):
            self.network.tell("probe", id=1324, shape=shape, outcome=outcome)
            scrape = self.scrape(more=more, collectors=("node_status_api",))
            self.assertEqual(1, scrape.of_node("probe_success", part="as_entry", test="can_connect"), shape)
            if outcome == "no_ipv6":
                self.assertEqual(0, scrape.of_node("probe_success", part="as_exit", test="can_route_ip_v6"))
            if outcome == "lp_failure":
                self.assertEqual(0, min(v for l, v in scrape.samples["mixnet_network_node_probe_success"] if l["part"] == "lp"))
        self.network.tell("probe", id=1324, shape="none")
        scrape = self.scrape(more=more, collectors=("node_status_api",))
        self.assertIsNone(scrape.samples.get("mixnet_network_node_probe_success"))
        self.assertEqual(1, scrape.of_node("listed_as_gateway"))

    def test_promtool_has_nothing_to_say(self):
        more = f"  node_status_api: ['{self.network.node_status_api}']\n"
        scrape = self.scrape(more=more, collectors=("nym_api", "node_status_api"), watch=(IDENTITY, "7", "11"))
        check = subprocess.run([support.program("promtool"), "check", "metrics"], input=scrape.text,
                               capture_output=True, text=True, check=False)  # fmt: skip
        self.assertEqual("", check.stderr + check.stdout)


class Unknown(WithNetwork):
    def test_an_api_that_has_just_started_knows_nothing_which_is_not_bad(self):
        self.network.tell("cold", seconds=600)
        scrape = self.scrape()
        for name in "bonded", "described", "annotated", "performance_ratio", "self_described":
            self.assertIsNone(scrape.of_node(name), name)
        self.assertEqual(0, scrape.value("mixnet_network_api_up", resource="bonded"))
        self.assertEqual(1, scrape.value("mixnet_network_api_up", resource="health"))

    def test_what_is_known_stays_known(self):
        before = self.scrape(fresh=False)
        self.age(3600)
        self.network.tell("cold", seconds=600)
        after = self.scrape(fresh=False)
        self.assertEqual(before.of_node("performance_ratio"), after.of_node("performance_ratio"))
        self.assertEqual(1, after.of_node("bonded"))
        self.assertEqual(0, after.value("mixnet_network_api_up", resource="annotation"))
        known_at = after.value("mixnet_network_api_last_success_timestamp_seconds", resource="annotation")
        self.assertAlmostEqual(time.time() - 3600, known_at, delta=60)
        self.age(7200)
        dropped = self.scrape(fresh=False)
        self.assertIsNone(dropped.of_node("performance_ratio"), "two hours are too old")
        self.assertEqual(1, dropped.of_node("bonded"))

    def age(self, seconds):
        for file in pathlib.Path(self.state, "state").rglob("*"):
            if file.is_file():
                then = time.time() - seconds
                os.utime(file, (then, then))


class Polite(WithNetwork):
    flags = ("--sim-etag=on",)  # and 2,000 nodes

    def test_a_restart_asks_nothing(self):
        first = self.scrape(fresh=False)
        self.network.forget()
        second = self.scrape(fresh=False)
        self.assertEqual({}, self.asked())
        same = ("performance_ratio", "pledge_nym", "described", "daily_uptime_ratio", "expected_config_score_ratio")
        for name in same:
            name = "mixnet_network_node_" + name
            self.assertEqual(first.samples[name], second.samples[name])

    def test_what_has_not_changed_is_not_sent_again(self):
        self.scrape(fresh=False)
        then = time.time() - 20_000
        for file in pathlib.Path(self.state, "state").rglob("*.json"):
            os.utime(file, (then, then))
        self.network.forget()
        second = self.scrape(fresh=False)
        asked = self.asked()
        for path in LISTS:
            self.assertEqual({"304": 1}, asked[path]["statuses"], path)
        self.assertEqual(1, second.of_node("bonded"))
        known_at = second.value("mixnet_network_api_last_success_timestamp_seconds", resource="bonded")
        self.assertGreater(known_at, time.time() - 60, "confirmed")

    def test_two_hundred_nodes_share_the_lists(self):
        members = [item["bond_information"] for item in self.network.api("/v1/nym-nodes/bonded")["data"]]
        self.network.forget()
        watch = [str(member["node_id"]) for member in members[:100]] + [member["node"]["identity_key"] for member in members[100:200]]
        scrape = self.scrape(watch=watch)
        self.assertEqual(200, len(scrape.samples["mixnet_network_node_bonded"]))
        asked = self.asked()
        for path in LISTS:
            self.assertEqual(1, asked[path]["count"], path)
        self.assertLessEqual(sum(each["count"] for each in asked.values()), 65)
        for path, each in asked.items():
            agents = list(each["user_agents"])
            self.assertEqual(1, len(agents), path)
            self.assertRegex(agents[0], r"^mixnet-exporter/\d+\.\d+\.\d+$")
            self.assertEqual(["gzip"], list(each["accept_encodings"]), path)
        self.assertLessEqual(self.network.requests()["connections"]["most_open"], 4)


class Faults(WithNetwork):
    flags = ("--sim-nodes=300",)
    KINDS = {
        "broken": "malformed", "html": "malformed", "empty": "malformed", "deep": "malformed", "cut": "broken_off",
        "truncated": "malformed", "reset": "broken_off", "huge": "too_large", "bad_gzip": "broken_off",
    }  # fmt: skip

    def test_cost_their_own_values_only(self):
        whole = self.scrape().samples
        for kind, reason in self.KINDS.items():
            with self.subTest(kind):
                self.network.fault("/api/v1/nym-nodes/annotation/1324", kind)
                self.network.fault("/api/v2/nym-nodes/annotation/1324", kind)
                scrape = self.scrape()
                self.network.clear()
                self.assertIsNone(scrape.of_node("performance_ratio"))
                self.assertEqual(1, scrape.of_node("bonded"))
                self.assertEqual(1, scrape.value("mixnet_network_api_fault_info", resource="annotation", reason=reason))
                lost = {name for name in whole if name not in scrape.samples}
                self.assertTrue(all("node_" in name for name in lost), lost)

    def test_of_a_list_cost_no_memory(self):
        for kind in "huge", "bomb", "cut", "deep", "broken":
            with self.subTest(kind):
                for path in LISTS:
                    self.network.fault(path, kind)
                scrape = self.scrape()
                self.network.clear()
                self.assertIsNone(scrape.of_node("bonded"))
                self.assertEqual(0, scrape.value("mixnet_network_api_up", resource="bonded"))
                self.assertLess(scrape.peak, 48 << 20)

    def test_other_types_cost_their_field(self):
        self.network.fault("/api/*", "wrong_json")
        scrape = self.scrape()
        self.assertIsNotNone(scrape.samples["mixnet_network_api_requests_total"])
        self.assertIsNone(scrape.of_node("performance_ratio"))

    def test_the_next_base_stands_in(self):
        dead = f"http://127.0.0.1:{support.free_port()}"
        base = f"{dead}', '{self.network.nym_api}"
        scrape = self.scrape(base)
        self.assertEqual(1, scrape.of_node("bonded"))
        self.assertEqual(1, scrape.value("mixnet_network_api_base_info", url=self.network.nym_api))
        self.assertGreaterEqual(scrape.value("mixnet_network_api_failures_total", reason="unreachable"), 1)

    def test_every_api_down_does_not_hold_up_a_scrape(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(64)
            base = f"http://127.0.0.1:{silent.getsockname()[1]}"
            file = pathlib.Path(self.state, "exporter.yml")
            file.write_text(f"network: {{environment: custom, nym_api: ['{base}'], node_status_api: ['{base}'], watch: ['1']}}\n",
                            encoding="utf-8")  # fmt: skip
            flags = (f"--config.file={file}", f"--path.state={self.state}/state", "--collector.nym_api")
            with support.exporter_server(*flags) as exporter:
                took = []
                for _ in range(20):
                    begin = time.monotonic()
                    body = exporter.get("/metrics").body.decode()
                    took.append(time.monotonic() - begin)
                self.assertIn("node_cpu_seconds_total", body)
                self.assertLess(max(took), 5, "a request has ten seconds, and a scrape waits for none")
                wait_for(lambda: 'reason="timeout"' in exporter.metrics() and
                         "mixnet_network_api_fault_info" in exporter.metrics(), "the timeout", 40)  # fmt: skip


class Elsewhere(WithNetwork):
    """Proxies, and certificates."""

    def test_the_environment_names_no_proxy(self):
        dead = f"http://127.0.0.1:{support.free_port()}"
        environment = {**os.environ, "http_proxy": dead, "HTTP_PROXY": dead, "ALL_PROXY": dead, "all_proxy": dead}
        self.assertEqual(1, self.scrape(environment=environment).of_node("bonded"))

    def test_socks5h_looks_names_up_at_the_proxy(self):
        with Socks(self.network.about["port"]) as proxy:
            scrape = self.scrape("http://nym-api.invalid/api", more=f"  proxy: socks5h://127.0.0.1:{proxy.port}\n")
        self.assertEqual(1, scrape.of_node("bonded"))
        self.assertEqual({("nym-api.invalid", 80)}, set(proxy.asked))

    def test_certificates_are_verified(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        certificate(folder)
        with TlsFront(folder, self.network.about["port"]) as front:
            base = f"https://localhost:{front.port}/api"
            refused = self.scrape(base)
            self.assertIsNone(refused.of_node("bonded"))
            self.assertEqual(1, refused.value("mixnet_network_api_fault_info", resource="epoch", reason="tls"))
            trusted = self.scrape(base, more=f"  ca_file: {folder}/cert.pem\n")
            self.assertEqual(1, trusted.of_node("bonded"))
            other_name = self.scrape(f"https://127.0.0.1:{front.port}/api", more=f"  ca_file: {folder}/cert.pem\n")
            self.assertEqual(1, other_name.value("mixnet_network_api_fault_info", resource="epoch", reason="tls"))


class Targets(WithNetwork):
    flags = ("--sim-nodes=800",)

    def test_prometheus_discovers_them(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        config = pathlib.Path(folder, "exporter.yml")
        config.write_text(f"network: {{environment: custom, nym_api: ['{self.network.nym_api}']}}\n", encoding="utf-8")
        for file in "targets.json", "targets.yml":
            made = support.run_exporter("targets", f"--config.file={config}", f"--output={folder}/{file}", timeout=60)
            self.assertEqual(0, made.returncode, made.stderr)
            self.assertEqual(0o644, pathlib.Path(folder, file).stat().st_mode & 0o777)
        flags = (f"--config.file={config}", f"--path.state={folder}/state", "--web.sd-nodes", "--collector.nym_api")
        with support.exporter_server(*flags) as exporter:
            wait_for(lambda: exporter.get("/sd/nodes").status == 200, "the nodes")
            expected = len(json.loads(exporter.get("/sd/nodes").body))
            self.assertGreaterEqual(expected, 700)
            self.assertEqual(json.loads(pathlib.Path(folder, "targets.json").read_text()), json.loads(exporter.get("/sd/nodes").body))
            # Nothing is to be scraped: those are other people's addresses.
            jobs = [{"job_name": name, "relabel_configs": [{"action": "drop", "source_labels": ["__address__"], "regex": ".+"}], **sd}
                    for name, sd in (("file_json", {"file_sd_configs": [{"files": [f"{folder}/targets.json"]}]}),
                                     ("file_yaml", {"file_sd_configs": [{"files": [f"{folder}/targets.yml"]}]}),
                                     ("http", {"http_sd_configs": [{"url": f"http://127.0.0.1:{exporter.port}/sd/nodes"}]}))]  # fmt: skip
            for program in self.prometheus():
                with self.subTest(program):
                    self.discover(program, jobs, expected)

    def prometheus(self):
        return [support.program("prometheus")]

    def discover(self, program, jobs, expected):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        file = pathlib.Path(folder, "prometheus.yml")
        file.write_text(json.dumps({"scrape_configs": jobs}), encoding="utf-8")
        port = support.free_port()
        command = [program, f"--config.file={file}", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
        with support.Server(command, port) as prometheus:

            def found():
                targets = json.loads(prometheus.get("/api/v1/targets?state=dropped").body)["data"]["droppedTargets"]
                jobs_of = [target["discoveredLabels"]["job"] for target in targets]
                return {job: jobs_of.count(job) for job in ("file_json", "file_yaml", "http")}

            wait_for(lambda: set(found().values()) == {expected}, lambda: f"all targets, not {found()}", 60)
            targets = json.loads(prometheus.get("/api/v1/targets?state=dropped").body)["data"]["droppedTargets"]
            labels = next(t["discoveredLabels"] for t in targets if t["discoveredLabels"]["node_id"] == "1324")
            self.assertEqual("127.0.0.1:8080", labels["__address__"])
            self.assertEqual("/api/v1/metrics/prometheus", labels["__metrics_path__"])
            self.assertEqual("http", labels["__scheme__"])
            self.assertEqual((IDENTITY, "1.31.0", "custom"), (labels["identity_key"], labels["version"], labels["environment"]))


class NewerTargets(Targets):
    def prometheus(self):
        import newer_debian  # pylint: disable=import-outside-toplevel

        return [newer_debian.program("prometheus", "sid", "usr/bin/prometheus")]


def forward(source, target):
    """Until either side ends."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def join_both(one, other):
    threads = [threading.Thread(target=forward, args=pair, daemon=True) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


class Listener:
    """Serves each connection in a thread of its own."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(10)

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()


class Socks(Listener):
    """A SOCKS5 proxy that leads every name to one port of this host, and notes what it was asked for."""

    def __init__(self, target):
        super().__init__()
        self.target = target
        self.asked = []

    def serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            methods = stream.read(2)[1]
            stream.read(methods)
            connection.sendall(b"\x05\x00")
            kind = stream.read(4)[3]
            assert kind == 3, "an address: the name was looked up before"
            name = stream.read(stream.read(1)[0]).decode()
            self.asked.append((name, struct.unpack(">H", stream.read(2))[0]))
            connection.sendall(b"\x05\x00\x00\x01" + bytes(6))
            with socket.create_connection(("127.0.0.1", self.target)) as target:
                join_both(connection, target)


class TlsFront(Listener):
    """TLS before a port of this host."""

    def __init__(self, folder, target):
        super().__init__()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
        self.target = target

    def serve(self, connection):
        try:
            with self.context.wrap_socket(connection, server_side=True) as wrapped:
                with socket.create_connection(("127.0.0.1", self.target)) as target:
                    join_both(wrapped, target)
        except (ssl.SSLError, OSError):
            pass  # who does not trust us goes


def certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{folder}/key.pem",
         "-out", f"{folder}/cert.pem"],
        check=True, capture_output=True)  # fmt: skip


if __name__ == "__main__":
    support.scratch()
    unittest.main()
