#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The scrape examples of prometheus/ and what `config prometheus` prints: valid for every Prometheus that there is here, and each
scraped with by a real one, our exporter, its TLS and the simulated network behind it.
"""
import crypt
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import support
import yaml
from support import SimulatedNetwork, wait_for

FOLDER = support.PROJECT / "prometheus"
EXAMPLES = ("one-node", "several-nodes", "fleet", "tls", "wireguard", "agent")
PASSWORD = "correct horse"
SECRETS = ("mixnet-exporters.password", "remote-write.password", "nym-node.token")
QUIET = ("--no-collector.nym_api", "--no-collector.reachability", "--no-collector.self_description")


def make_certificate(folder, name="exporter", subject="localhost"):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         f"/CN={subject}", "-addext", f"subjectAltName=DNS:{subject}", "-keyout", f"{name}.key", "-out", f"{name}.crt"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class WithFolder(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        """A copy of what an operator has, with the secrets that the examples name."""
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="mixnet-test-"))) / "prometheus"
        shutil.copytree(FOLDER, self.folder)
        for name in SECRETS:
            (self.folder / name).write_text(PASSWORD, encoding="utf-8")
        make_certificate(self.folder)
        shutil.copy(self.folder / "exporter.crt", self.folder / "mixnet-exporters.crt")
        shutil.copy(self.folder / "targets/nodes.yml", self.folder / "targets/others.yml")
        (self.folder / "targets/none.json").write_text("[]", encoding="utf-8")

    def web_config(self):
        file = self.folder / "web.yml"
        hashed = crypt.crypt(PASSWORD, "$2b$05$" + "abcdefghijklmnopqrstuu")
        tls = {"cert_file": "exporter.crt", "key_file": "exporter.key"}
        file.write_text(json.dumps({"tls_server_config": tls, "basic_auth_users": {"prometheus": hashed}}), encoding="utf-8")
        return file


class Valid(WithFolder):
    def promtool(self):
        return support.program("promtool")

    def test_examples(self):
        for name in EXAMPLES:
            with self.subTest(name):
                agent = ["--agent"] if name == "agent" else []
                status, said = run(self.promtool(), "check", "config", "--lint=all", "--lint-fatal", *agent, self.folder / f"{name}.yml")
                self.assertEqual(0, status, said)
                self.assertNotRegex(said, "WARNING|FAILED")

    def test_files_named_are_known(self):
        """promtool lets files of passwords and authorities be missing."""
        known = {*SECRETS, "mixnet-exporters.crt", "targets/*.yml", "targets/*.json", "rules/mixnet-*.yml"}
        for name in EXAMPLES:
            text = (self.folder / f"{name}.yml").read_text(encoding="utf-8")
            named = set(re.findall(r"^ +(?:\w+_file: |- )([\w./*-]+\.(?:yml|json|crt|key|password|token))$", text, re.M))
            self.assertLessEqual(named, known, name)

    def test_rules_are_loaded(self):
        for name in set(EXAMPLES) - {"agent"}:
            config = yaml.safe_load((self.folder / f"{name}.yml").read_text(encoding="utf-8"))
            self.assertEqual(["rules/mixnet-*.yml"], config["rule_files"])
            self.assertIn("mixnet", [job["job_name"] for job in config["scrape_configs"]])

    def test_config_prometheus(self):
        cases = {
            "as it is": (),
            "elsewhere": ("--web.listen-address=127.0.0.1:1", "--web.listen-address=[2001:db8::7]:9100", "--web.telemetry-path=/a/b"),
            "protected": (f"--web.config.file={self.web_config()}", "--web.listen-address=:10087"),
            "protected loopback": (f"--web.config.file={self.web_config()}",),
        }
        (self.folder / "mixnet-exporter.crt").touch()
        (self.folder / "mixnet-exporter.password").touch()
        for name, flags in cases.items():
            with self.subTest(name):
                made = support.run_exporter("config", "prometheus", *flags)
                self.assertEqual(0, made.returncode, made.stderr)
                (self.folder / "entry.yml").write_text(made.stdout, encoding="utf-8")
                status, said = run(self.promtool(), "check", "config", "--lint=all", "--lint-fatal", self.folder / "entry.yml")
                self.assertEqual(0, status, said + made.stdout)

    def test_config_prometheus_refuses_what_the_server_would(self):
        broken = self.folder / "broken.yml"
        broken.write_text("tls_server_config: {cert_file: nowhere.crt, key_file: exporter.key}\n", encoding="utf-8")
        made = support.run_exporter("config", "prometheus", f"--web.config.file={broken}")
        self.assertEqual((1, ""), (made.returncode, made.stdout))
        self.assertIn("nowhere.crt", made.stderr)


class NewerValid(Valid):
    suite = "trixie"

    def promtool(self):
        import newer_debian  # pylint: disable=import-outside-toplevel

        return newer_debian.program("promtool", self.suite, "usr/bin/promtool")


class NewestValid(NewerValid):
    suite = "sid"


class Scrapes(WithFolder):
    """With a real Prometheus."""

    def program(self):
        return support.program("prometheus")

    def prometheus(self, config, *flags, agent=False):
        """Serving with the configuration, scraping and evaluating each second."""
        text = re.sub(r"^(  (?:scrape|evaluation)_interval): .*", r"\1: 1s", config, flags=re.M)
        text = re.sub(r"^    scrape_interval: .*", "    scrape_interval: 1s", text, flags=re.M)
        file = self.folder / f"config-{support.free_port()}.yml"
        file.write_text(text, encoding="utf-8")
        port = support.free_port()
        storage = "--storage.agent.path" if agent else "--storage.tsdb.path"
        command = [self.program(), f"--config.file={file}", f"{storage}={file}.data", f"--web.listen-address=127.0.0.1:{port}"]
        return self.enterContext(support.Server([*command, *flags], port))

    def example(self, name, **replaced):
        text = (self.folder / f"{name}.yml").read_text(encoding="utf-8")
        for before, after in replaced.items():
            self.assertIn(before, text)
            text = text.replace(before, str(after))
        return text

    def api(self, prometheus, path):
        answer = json.loads(prometheus.get("/api/v1/" + path).body)
        self.assertEqual("success", answer["status"], answer)
        return answer["data"]

    def query(self, prometheus, expression):
        result = self.api(prometheus, "query?query=" + urllib.parse.quote(expression))["result"]
        return [(row["metric"], float(row["value"][1])) for row in result]

    def wait_until_up(self, prometheus, job="mixnet"):
        """The labels `instance` of the job's targets, once all answer."""

        def instances():
            targets = [t for t in self.api(prometheus, "targets?state=active")["activeTargets"] if t["labels"]["job"] == job]
            return targets and all(t["health"] == "up" for t in targets) and sorted(t["labels"]["instance"] for t in targets)

        said = lambda: [t["lastError"] for t in self.api(prometheus, "targets?state=active")["activeTargets"]]  # noqa: E731
        try:
            return wait_for(instances, "all targets to be up", 60)
        except AssertionError as failed:
            raise AssertionError(f"{failed}: {said()}") from failed

    def test_one_node_and_its_rules(self):
        exporter = self.enterContext(support.exporter_server())
        prometheus = self.prometheus(self.example("one-node", **{"127.0.0.1:10087": f"127.0.0.1:{exporter.port}"}))
        self.assertEqual(["nym1"], self.wait_until_up(prometheus))
        wait_for(lambda: self.query(prometheus, "instance:node_cpu_busy:ratio_rate5m"), "recorded values")
        groups = self.api(prometheus, "rules")["groups"]
        self.assertEqual({"exporter", "host", "network", "node", "packets", "tunnels"}, {g["name"].removeprefix("mixnet-") for g in groups})
        rules = [rule for group in groups for rule in group["rules"]]
        wait_for(lambda: all(r["health"] == "ok" for g in self.api(prometheus, "rules")["groups"] for r in g["rules"]),
                 "all rules to be evaluated")  # fmt: skip
        self.assertGreater(len(rules), 70)
        self.assertTrue(self.query(prometheus, 'ALERTS{alertname="MixnetWatchdog", alertstate="firing"}'))

    def test_several_nodes(self):
        exporter = self.enterContext(support.exporter_server())
        for file in self.folder.joinpath("targets").glob("*.yml"):
            file.unlink()
        prometheus = self.prometheus(self.example("several-nodes"))
        time.sleep(2)
        targets = self.folder / "targets/nodes.yml"  # as is written while Prometheus runs
        text = (FOLDER / "targets/nodes.yml").read_text(encoding="utf-8")
        for number, port in enumerate(re.findall(r"nym\d\.example\.\w+:10087", text)):
            text = text.replace(port, f"127.0.0.{number + 1}:{exporter.port}", 1) if number == 0 else text.replace(f"    - {port}\n", "")
        text = re.sub(r"- targets:\n  labels:\n    provider: other\n", "", text)
        targets.write_text(text, encoding="utf-8")
        self.assertEqual(["127.0.0.1"], self.wait_until_up(prometheus))
        self.assertTrue(self.query(prometheus, 'mixnet_nodes{instance="127.0.0.1", provider="example"}'))

    def test_tls_and_password(self):
        exporter = self.enterContext(self.protected_exporter())
        config = self.example("tls", **{"nym1.example.org:10087": f"localhost:{exporter.port}", "          - nym2.example.org:10087\n": ""})
        self.assertEqual(["localhost"], self.wait_until_up(self.prometheus(config)))

    def protected_exporter(self):
        port = support.free_port()
        command = [support.exporter(), "run", f"--web.listen-address=127.0.0.1:{port}", *QUIET, f"--web.config.file={self.web_config()}"]
        return TlsServer(command, port)

    def test_config_prometheus_of_a_protected_exporter(self):
        exporter = self.enterContext(self.protected_exporter())
        flags = (f"--web.config.file={self.web_config()}", f"--web.listen-address=127.0.0.1:{exporter.port}")
        entry = support.run_exporter("config", "prometheus", *flags).stdout
        shutil.copy(self.folder / "exporter.crt", self.folder / "mixnet-exporter.crt")
        (self.folder / "mixnet-exporter.password").write_text(PASSWORD, encoding="utf-8")
        name = re.search(r"server_name: (\S+)", entry)[1]
        self.assertEqual(subprocess.run(["hostname"], capture_output=True, text=True, check=True).stdout.strip(), name.strip("'"))
        # The certificate is for localhost, as this machine's name may be none that a certificate can have.
        prometheus = self.prometheus(entry.replace(f"server_name: {name}", "server_name: localhost"))
        self.assertEqual([name.strip("'")], self.wait_until_up(prometheus))

    def test_fleet(self):
        ours = {"identity": "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1", "id": 1324, "host": "localhost", "port": 8080}
        network = self.enterContext(SimulatedNetwork("--sim-nodes=100", nodes=[ours]))
        protected = self.enterContext(self.protected_exporter())
        config = self.folder / "exporter.yml"
        config.write_text(f"network: {{environment: custom, nym_api: ['{network.nym_api}']}}\nweb: {{sd_nodes: true}}\n", encoding="utf-8")
        monitor = self.enterContext(support.exporter_server(f"--config.file={config}", f"--path.state={self.folder}/state", "--collector.nym_api"))
        wait_for(lambda: monitor.get("/sd/nodes").status == 200, "the nodes")
        text = self.example("fleet", **{
            "&port=10087": f"&port={protected.port}", "127.0.0.1:10087": f"127.0.0.1:{monitor.port}",
            "owner=n1example0wner0address0of0your0wallet00": "identity=1324",
        })  # fmt: skip
        prometheus = self.prometheus(text)
        self.assertEqual(["1324"], self.wait_until_up(prometheus))
        self.assertEqual(["monitor"], self.wait_until_up(prometheus, "mixnet-monitor"))
        ((labels, _),) = self.query(prometheus, 'up{job="mixnet"}')
        self.assertEqual({"__name__", "job", "instance", "environment"}, set(labels))

    def test_agent_and_a_store(self):
        exporter = self.enterContext(support.exporter_server())
        store = self.prometheus("global: {}\n", "--web.enable-remote-write-receiver")
        text = self.example("agent", **{
            "127.0.0.1:10087": f"127.0.0.1:{exporter.port}",
            "https://metrics.example.org/api/v1/write": f"http://127.0.0.1:{store.port}/api/v1/write",
        })  # fmt: skip
        agent = self.prometheus(text, *self.agent_flags(), agent=True)
        wait_for(lambda: self.query(store, 'up{agent="nym1", job="mixnet", instance="nym1"} == 1'), "the agent's samples", 60)
        wait_for(lambda: self.query(store, "node_memory_MemTotal_bytes"), "the host's")
        self.assertEqual([], self.query(store, "node_cpu_guest_seconds_total"))
        self.assertEqual(200, agent.get("/-/ready").status)

    def agent_flags(self):
        return ("--enable-feature=agent",)


class NewestScrapes(Scrapes):
    def program(self):
        import newer_debian  # pylint: disable=import-outside-toplevel

        return newer_debian.program("prometheus", "sid", "usr/bin/prometheus")

    def agent_flags(self):
        return ("--agent",)


class TlsServer(support.Server):
    """One that answers over TLS, and 401 to whoever has no password."""

    def wait_until_ready(self, seconds=30):
        wait_for(self.answers, "the exporter to listen", seconds)

    def answers(self):
        import http.client
        import ssl

        context = ssl._create_unverified_context()  # pylint: disable=protected-access
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=context)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().status == 401
        except OSError:
            return False
        finally:
            connection.close()


if __name__ == "__main__":
    unittest.main()
