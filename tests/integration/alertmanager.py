#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example for Alertmanager: valid, each alert of prometheus/rules goes where it should, and a real Alertmanager keeps quiet
about what follows from something else and sends the rest to its webhooks."""
import datetime
import http.client
import http.server
import json
import pathlib
import re
import shutil
import tempfile
import threading
import unittest

import prometheus_rules
import support
import yaml
from prometheus_rules import run
from support import wait_for

FOLDER = support.PROJECT / "prometheus/alertmanager"
RECEIVERS = {"critical": "on-call", "warning": "mail", "info": "digest"}


class WithFolder(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="mixnet-test-"))) / "alertmanager"
        shutil.copytree(FOLDER, self.folder)
        (self.folder / "smtp.password").write_text("secret", encoding="utf-8")
        self.file = self.folder / "alertmanager.yml"

    def tool(self, name):
        return support.program({"alertmanager": "prometheus-alertmanager"}.get(name, name))


class Config(WithFolder):
    def test_is_valid(self):
        status, said = run([self.tool("amtool"), "check-config", self.file])
        self.assertEqual(0, status, said)
        self.assertIn("1 templates", said)

    def test_each_alert_goes_where_it_should(self):
        known = {(rule["alert"], rule["labels"]["severity"]) for rule in prometheus_rules.alerts()}
        for alert, severity in known:
            labels = [f"alertname={alert}", f"severity={severity}", "job=mixnet", "instance=host"]
            if not alert.startswith("MixnetHost"):
                labels.append("node=exit1")
            self.check_route(RECEIVERS.get(severity, "dead-mans-switch"), labels)
        # As the exporter sends them itself.
        self.check_route("on-call", ["alertname=MixnetNodeDown", "severity=critical", "node=exit1"])
        self.check_route("mail", ["alertname=MixnetNodeDown", "severity=critical", "node=sandbox-1"])
        self.check_route("mail", ["alertname=SomethingElse"])

    def check_route(self, receiver, labels):
        command = [self.tool("amtool"), "config", "routes", "test", f"--config.file={self.file}", f"--verify.receivers={receiver}"]
        status, said = run([*command, *labels])
        self.assertEqual(0, status, f"{labels}: {said}")

    def test_alerts_that_it_names_are_there(self):
        """A renamed alert would be inhibited by nothing, and nobody would notice."""
        known = {rule["alert"] for rule in prometheus_rules.alerts()}
        for rule in yaml.safe_load(self.file.read_text(encoding="utf-8"))["inhibit_rules"]:
            for matcher in rule["source_matchers"] + rule["target_matchers"]:
                name, operator, value = re.fullmatch(r'(\w+)(=~?)"(.*)"', matcher).groups()
                if name == "alertname":
                    for part in alternatives(value) if operator == "=~" else [value]:
                        self.assertTrue([a for a in known if re.fullmatch(part, a)], part)


def alternatives(regex):
    """MixnetNode(Down|Missing) as two; others as they are."""
    if match := re.fullmatch(r"(\w+)\(([\w|]+)\)(.*)", regex):
        return [match[1] + part + match[3] for part in match[2].split("|")]
    return regex.split("|")


class NewerConfig(Config):
    suite = "trixie"

    def tool(self, name):
        import newer_debian  # pylint: disable=import-outside-toplevel

        path = {"alertmanager": "usr/bin/prometheus-alertmanager"}.get(name, f"usr/bin/{name}")
        return newer_debian.program("prometheus-alertmanager", self.suite, path)


class NewestConfig(NewerConfig):
    suite = "sid"


class Webhooks(http.server.ThreadingHTTPServer):
    """Keeps what is posted, by path."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), WebhookHandler)
        self.received = {}

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class WebhookHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.setdefault(self.path, []).append(body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Running(WithFolder):
    """Real ones."""

    def setUp(self):
        super().setUp()
        self.hooks = self.enterContext(Webhooks())
        base = f"http://127.0.0.1:{self.hooks.server_address[1]}"
        text = self.file.read_text(encoding="utf-8")
        text = text.replace("http://127.0.0.1:8008/mixnet", f"{base}/on-call")
        text = text.replace("https://hc.example.org/ping/your-uuid", f"{base}/alive")
        # No mail and no Telegram from here; and at once.
        text = re.sub(r"^    (email|telegram)_configs:\n(?:      .*\n|    #.*\n)+", "", text, flags=re.M)
        text = re.sub(r"group_wait: (30s|1m|1h)", "group_wait: 1s", text)
        self.file.write_text(text, encoding="utf-8")
        port = support.free_port()
        self.manager = self.enterContext(support.Server(
            [self.tool("alertmanager"), f"--config.file={self.file}", f"--storage.path={self.folder}/data",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="], port))  # fmt: skip

    def send(self, *alerts):
        now = datetime.datetime.now(datetime.timezone.utc)
        body = [{"labels": {"job": "mixnet", "instance": "host", **labels}, "startsAt": now.isoformat(),
                 "annotations": {"summary": "What", "description": "What to do."}} for labels in alerts]  # fmt: skip
        connection = http.client.HTTPConnection("127.0.0.1", self.manager.port, timeout=10)
        connection.request("POST", "/api/v2/alerts", json.dumps(body), {"Content-Type": "application/json"})
        self.assertEqual(200, connection.getresponse().status)
        connection.close()

    def quiet_about(self, *alerts):
        """Which of the alerts, by name and node, are inhibited once all are known."""
        self.send(*alerts)
        known = lambda: json.loads(self.manager.get("/api/v2/alerts").body)  # noqa: E731
        wait_for(lambda: len(known()) == len(alerts) and all(a["status"]["state"] != "unprocessed" for a in known()), "all to be known")
        return {(a["labels"]["alertname"], a["labels"].get("node"), a["labels"]["severity"]) for a in known() if a["status"]["inhibitedBy"]}

    @staticmethod
    def alert(name, severity="critical", node="a", **labels):
        return {"alertname": name, "severity": severity, **({"node": node} if node else {}), **labels}

    def test_a_node_that_is_down_silences_what_follows(self):
        quiet = self.quiet_about(
            self.alert("MixnetNodeDown"), self.alert("MixnetNodeNoPackets"), self.alert("MixnetNodeScoreLow", "warning"),
            self.alert("MixnetNodeNoPackets", node="b"), self.alert("MixnetHostCpuHigh", "warning", node=None),
        )  # fmt: skip
        self.assertEqual({("MixnetNodeNoPackets", "a", "critical"), ("MixnetNodeScoreLow", "a", "warning")}, quiet)

    def test_a_stalled_epoch_silences_scores(self):
        quiet = self.quiet_about(self.alert("MixnetNetworkEpochStalled", "info", node=None), self.alert("MixnetNodeScoreLow"),
                                 self.alert("MixnetNodeCpuHigh"))  # fmt: skip
        self.assertEqual({("MixnetNodeScoreLow", "a", "critical")}, quiet)

    def test_critical_silences_the_warning_and_a_dead_exporter_everything(self):
        quiet = self.quiet_about(
            self.alert("MixnetNodeCpuHigh"), self.alert("MixnetNodeCpuHigh", "warning"), self.alert("MixnetNodeCpuHigh", "warning", "b"),
            self.alert("MixnetExporterDown", node=None, instance="other"), self.alert("MixnetNodeDown", instance="other"),
        )  # fmt: skip
        self.assertEqual({("MixnetNodeCpuHigh", "a", "warning"), ("MixnetNodeDown", "a", "critical")}, quiet)

    def test_messages_arrive(self):
        self.send(self.alert("MixnetWatchdog", "none", node=None), self.alert("MixnetNodeDown"), self.alert("MixnetNodeCpuHigh", "warning"))
        wait_for(lambda: {"/on-call", "/alive"} <= set(self.hooks.received), "both webhooks to be called")
        ((message,), (alive, *_)) = self.hooks.received["/on-call"], self.hooks.received["/alive"]
        self.assertEqual(["MixnetNodeDown"], [alert["labels"]["alertname"] for alert in json.loads(message)["alerts"]])
        self.assertEqual(["MixnetWatchdog"], [alert["labels"]["alertname"] for alert in json.loads(alive)["alerts"]])

    def test_texts(self):
        """What mail and messengers show, written by amtool."""
        self.assertIn("mixnet.text", (self.folder / "mixnet.tmpl").read_text(encoding="utf-8"))
        for name in "subject", "text":
            status, said = run([self.tool("amtool"), "template", "render", f"--template.glob={self.folder}/*.tmpl",
                                "--template.text={{ template \"mixnet." + name + "\" . }}"])  # fmt: skip
            self.assertEqual(0, status, said)
            self.assertNotIn("no value", said)


class NewestRunning(Running):
    def tool(self, name):
        return NewestConfig.tool(NewestConfig(), name)


if __name__ == "__main__":
    unittest.main()
