#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts without Prometheus: a real Alertmanager, a webhook and a command are told what tests/support/alert_driver.cpp finds."""
import contextlib
import http.server
import json
import os
import pathlib
import stat
import subprocess
import tempfile
import threading
import time
import unittest

import support

DRIVER = os.environ.get("MIXNET_ALERT_DRIVER", str(support.PROJECT / "build" / "tests" / "alert_driver"))
LONG = 60  # seconds that a test would wait for what does not come
BCRYPT = "$2y$04$MHUQ1c4zcOeaKLWsuCDnjejYdw0oVRcPRqe/VzWzuDz3X6gJpj4SC"  # of "secret", at the least cost
ALERTMANAGER = """\
route:
  receiver: hook
  group_by: ['...']
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
  routes:
    - {{matchers: [severity="critical"], receiver: pager}}
receivers:
  - name: hook
    webhook_configs: [{{url: '{hook}'}}]
  - name: pager
    webhook_configs: [{{url: '{hook}'}}]
inhibit_rules:
  - source_matchers: [alertname="MixnetNodeDown"]
    target_matchers: [severity="warning"]
    equal: [node, instance]
"""


def in_the_end(condition, what):
    """Waits until `condition()` is true, and gives what it gave."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not in {LONG} s: {what}")


class Hook(http.server.ThreadingHTTPServer):
    """A webhook: notes the bodies that it gets, and answers with `status`."""

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), HookHandler)
        self.bodies = []
        self.status = 200
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook?key=1"

    def told(self):
        """What each body tells of: [("firing", "MixnetNodeDown", "critical")] and so on."""
        return [
            (alert["status"], alert["labels"]["alertname"], alert["labels"]["severity"])
            for body in self.bodies
            for alert in body["alerts"]
        ]


class HookHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.status == 200:
            self.server.bodies.append(body)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Alertmanager(support.Server):
    """The real one, which forgets everything at its end."""

    def __init__(self, hook, port=None, web_config=None):
        port = port or support.free_port()
        self.folder = tempfile.TemporaryDirectory(prefix="mixnet-test-")
        folder = pathlib.Path(self.folder.name)
        (folder / "alertmanager.yml").write_text(ALERTMANAGER.format(hook=hook), encoding="utf-8")
        flags = [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", f"--storage.path={folder}"]
        flags.append(f"--config.file={folder}/alertmanager.yml")
        if web_config:
            (folder / "web.yml").write_text(web_config, encoding="utf-8")
            flags.append(f"--web.config.file={folder}/web.yml")
        super().__init__([support.program("prometheus-alertmanager"), *flags], port)
        self.protected = web_config is not None

    def __exit__(self, *_):
        super().__exit__()
        self.folder.cleanup()

    def wait_until_ready(self, seconds=30):
        if not self.protected:
            return super().wait_until_ready(seconds)
        return in_the_end(lambda: "Listening on" in self.output(), "Alertmanager listens")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def alerts(self):
        """Those that fire, suppressed ones among them, by name and severity."""
        alerts = json.loads(self.get("/api/v2/alerts").body)
        return {(alert["labels"]["alertname"], alert["labels"]["severity"]): alert for alert in alerts}

    def amtool(self, *words):
        command = [support.program("amtool"), f"--alertmanager.url={self.url}", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Driver:
    """Findings, and the daemon's own alarms and sender. What it remembers is in `folder`, for the next one."""

    def __init__(self, folder, configuration):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "mixnet-exporter.yml"
        self.config.write_text(configuration, encoding="utf-8")
        self.process = None

    def __enter__(self):
        command = [DRIVER, str(self.config), str(self.folder / "state")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
        self.tell("evaluate")  # the first one after a restart finds nothing to be over
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(20)
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def find(self, *findings):
        for line in findings:
            self.tell(line)
        return self.tell("evaluate")

    def report(self):
        """(attempts, failures, lost) of each receiver."""
        words = self.tell("report").split()
        return {name: tuple(map(int, counts.split("/"))) for name, counts in (word.split("=") for word in words)}

    def successes(self, receiver):
        attempts, failures, _ = self.report()[receiver]
        return attempts - failures


class Alerts(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mixnet-test-"))
        self.hook = stack.enter_context(Hook())
        self.enter = stack.enter_context

    def driver(self, *alertmanagers, webhook=None, more="", resend="60s"):
        lines = ["alerts:", "  external_labels: {instance: 'exit1.example:10087'}", f"  resend_delay: {resend}"]
        if alertmanagers:
            lines += ["  alertmanagers:", *(f"    - url: {url}" for url in alertmanagers)]
        if webhook:
            lines += ["  webhooks:", f"    - url: {webhook}"]
        return Driver(self.folder, "\n".join(lines) + "\n" + more)

    def test_fires_and_resolves(self):
        alertmanager = self.enter(Alertmanager(self.hook.url))
        driver = self.enter(self.driver(alertmanager.url))
        self.assertEqual("1 changes", driver.find("warning MixnetNodeCpuHigh exit1 node exit1 takes 83 % of 2 CPUs"))
        alert = in_the_end(alertmanager.alerts, "the alert")["MixnetNodeCpuHigh", "warning"]
        labels = {"alertname": "MixnetNodeCpuHigh", "severity": "warning", "node": "exit1"}
        self.assertEqual({**labels, "instance": "exit1.example:10087", "job": "mixnet-exporter"}, alert["labels"])
        self.assertEqual("node exit1 takes 83 % of 2 CPUs", alert["annotations"]["summary"])
        self.assertTrue(alert["annotations"]["runbook_url"].endswith("/MixnetNodeCpuHigh.md"))
        self.assertEqual("active", alert["status"]["state"])
        self.assertEqual(["hook"], [receiver["name"] for receiver in alert["receivers"]])

        driver.find("critical MixnetNodeCpuHigh exit1 node exit1 takes 97 % of 2 CPUs")
        in_the_end(lambda: set(alertmanager.alerts()) == {("MixnetNodeCpuHigh", "critical")}, "it is critical, and no warning")
        alert = alertmanager.alerts()["MixnetNodeCpuHigh", "critical"]
        self.assertEqual(["pager"], [receiver["name"] for receiver in alert["receivers"]], "as the rules' alerts are routed")
        driver.find("ok MixnetNodeCpuHigh exit1 fine")
        in_the_end(lambda: not alertmanager.alerts(), "it is over")
        expected = {("firing", "MixnetNodeCpuHigh", severity) for severity in ("warning", "critical")}
        expected |= {("resolved", "MixnetNodeCpuHigh", severity) for severity in ("warning", "critical")}
        in_the_end(lambda: set(self.hook.told()) == expected, "Alertmanager tells all of it")
        self.assertEqual(4, len(self.hook.told()))

    def test_is_inhibited_and_silenced_as_others_are(self):
        alertmanager = self.enter(Alertmanager(self.hook.url))
        driver = self.enter(self.driver(alertmanager.url))
        driver.find("warning MixnetNodeApiDown exit1 no answer", "critical MixnetNodeDown exit1 not running")
        driver.find("warning MixnetNodeApiDown exit2 no answer", "warning MixnetHostCpuSteal - 12 %")
        in_the_end(lambda: len(json.loads(alertmanager.get("/api/v2/alerts").body)) == 4, "the alerts")
        query = ("alert", "query", "--output=json")
        suppressed = in_the_end(lambda: json.loads(alertmanager.amtool(*query, "--inhibited")), "one is inhibited")
        self.assertEqual(["exit1"], [alert["labels"]["node"] for alert in suppressed])
        self.assertEqual("MixnetNodeApiDown", suppressed[0]["labels"]["alertname"])
        active = json.loads(alertmanager.amtool(*query, "--active"))
        self.assertEqual(
            ["MixnetHostCpuSteal", "MixnetNodeApiDown", "MixnetNodeDown"], sorted(alert["labels"]["alertname"] for alert in active)
        )
        alertmanager.amtool("silence", "add", "--author=test", "--comment=test", "--duration=1h", "alertname=MixnetHostCpuSteal")
        silenced = in_the_end(lambda: json.loads(alertmanager.amtool(*query, "--silenced")), "one is silenced")
        self.assertEqual({"MixnetHostCpuSteal"}, {alert["labels"]["alertname"] for alert in silenced})
        self.assertNotIn("node", silenced[0]["labels"])
        driver.find("ok MixnetNodeDown exit1 running")
        in_the_end(lambda: not json.loads(alertmanager.amtool(*query, "--inhibited")), "it is inhibited no more")

    def test_a_restart_sends_nothing_twice(self):
        alertmanager = self.enter(Alertmanager(self.hook.url))
        with Hook() as told:
            fields = ("startsAt", "labels", "annotations", "fingerprint")
            with self.driver(alertmanager.url, webhook=told.url) as driver:
                driver.find("critical MixnetNodeDown exit1 not running")
                in_the_end(lambda: told.bodies and self.hook.bodies, "both are told")
                in_the_end(lambda: driver.successes("webhook1") == 1, "it is known to have been told")
                before = {field: alertmanager.alerts()["MixnetNodeDown", "critical"][field] for field in fields}
            with self.driver(alertmanager.url, webhook=told.url) as driver:
                driver.find("critical MixnetNodeDown exit1 not running")
                in_the_end(lambda: driver.successes("alertmanager1") == 1, "Alertmanager is told again")
                driver.kill()
            with self.driver(alertmanager.url, webhook=told.url) as driver:
                driver.find("critical MixnetNodeDown exit1 not running")
                in_the_end(lambda: driver.successes("alertmanager1") == 1, "Alertmanager is told again")
                after = {field: alertmanager.alerts()["MixnetNodeDown", "critical"][field] for field in fields}
                self.assertEqual(before, after)
                self.assertEqual(0, driver.successes("webhook1"))
            with self.driver(alertmanager.url, webhook=told.url) as driver:
                driver.find("ok MixnetNodeDown exit1 running")
                in_the_end(lambda: not alertmanager.alerts(), "it is over")
                in_the_end(lambda: len(told.bodies) == 2 and len(self.hook.bodies) == 2, "both are told")
            expected = [("firing", "MixnetNodeDown", "critical"), ("resolved", "MixnetNodeDown", "critical")]
            self.assertEqual(expected, told.told())
            self.assertEqual(expected, self.hook.told())

    def test_outlives_an_alertmanager_that_is_down(self):
        port = support.free_port()
        driver = self.enter(self.driver(f"http://127.0.0.1:{port}", resend="1s"))
        driver.find("warning MixnetNodeCpuHigh exit1 high", "critical MixnetNodeDown exit2 not running")
        in_the_end(lambda: driver.report()["alertmanager1"][1] > 1, "it has failed twice")
        driver.find("ok MixnetNodeDown exit2 running")
        with Alertmanager(self.hook.url, port) as alertmanager:
            in_the_end(alertmanager.alerts, "the alert")
            self.assertEqual({("MixnetNodeCpuHigh", "warning")}, set(alertmanager.alerts()))
        with Alertmanager(self.hook.url, port) as alertmanager:
            in_the_end(alertmanager.alerts, "one that forgot everything is told again")
        driver.find("ok MixnetNodeCpuHigh exit1 fine")
        with Alertmanager(self.hook.url, port) as alertmanager:
            successes = driver.successes("alertmanager1")
            in_the_end(lambda: driver.successes("alertmanager1") > successes, "it is told what is over")
            self.assertEqual({}, alertmanager.alerts())

    def test_does_not_expire_while_it_goes_on(self):
        alertmanager = self.enter(Alertmanager(self.hook.url))
        driver = self.enter(self.driver(alertmanager.url, resend="1s"))
        driver.find("warning MixnetNodeCpuHigh exit1 high")
        first = in_the_end(alertmanager.alerts, "the alert")["MixnetNodeCpuHigh", "warning"]["endsAt"]
        in_the_end(lambda: driver.successes("alertmanager1") >= 6, "it was told for longer than it would last")
        self.assertGreater(alertmanager.alerts()["MixnetNodeCpuHigh", "warning"]["endsAt"], first)
        self.assertEqual(1, len(self.hook.bodies))
        driver.kill()
        in_the_end(lambda: not alertmanager.alerts(), "it expires where nobody tells of it any more")

    def test_tells_several_alertmanagers(self):
        one, two = self.enter(Alertmanager(self.hook.url)), self.enter(Alertmanager(self.hook.url))
        driver = self.enter(self.driver(one.url, f"http://127.0.0.1:{support.free_port()}", two.url))
        driver.find("warning MixnetNodeCpuHigh exit1 high")
        in_the_end(lambda: one.alerts() and two.alerts(), "both have it")
        self.assertGreater(driver.report()["alertmanager2"][1], 0)

    def test_says_who_it_is(self):
        web_config = f"basic_auth_users: {{exporter: '{BCRYPT}'}}\n"
        alertmanager = self.enter(Alertmanager(self.hook.url, web_config=web_config))
        password = pathlib.Path(self.folder, "password")
        more = f"      basic_auth: {{username: exporter, password_file: {password}}}\n"
        driver = self.enter(self.driver(alertmanager.url, more=more))
        password.write_text("wrong\n", encoding="utf-8")
        driver.find("warning MixnetNodeCpuHigh exit1 high")
        in_the_end(lambda: driver.report()["alertmanager1"][1] > 0, "the wrong password is refused")
        password.write_text("secret\n", encoding="utf-8")
        in_the_end(lambda: driver.successes("alertmanager1") > 0, "the right one, read anew, is taken")

    def test_a_webhook_gets_what_alertmanager_would_send(self):
        alertmanager = self.enter(Alertmanager(self.hook.url))
        told = self.enter(Hook())
        driver = self.enter(self.driver(alertmanager.url, webhook=told.url))
        driver.find("critical MixnetNodeDown exit1 it does\tnot \"run\" \\ ü")
        in_the_end(lambda: told.bodies and self.hook.bodies, "both are told")
        (ours,), (theirs,) = told.bodies, self.hook.bodies
        self.assertEqual({"id", "change"}, set(ours) - set(theirs))
        self.assertEqual(set(), set(theirs) - set(ours))
        for name in ("version", "status", "commonLabels", "commonAnnotations", "truncatedAlerts"):
            self.assertEqual(theirs[name], ours[name])
        self.assertEqual(set(theirs["alerts"][0]), set(ours["alerts"][0]))
        for name in ("status", "labels", "annotations", "startsAt", "endsAt", "fingerprint", "generatorURL"):
            self.assertEqual(theirs["alerts"][0][name], ours["alerts"][0][name], name)

    def test_a_webhook_that_is_away_gets_all_of_it_once(self):
        told = self.enter(Hook())
        told.status = 503
        with self.driver(webhook=told.url) as driver:
            driver.find("warning MixnetNodeCpuHigh exit1 high")
            driver.find("critical MixnetNodeCpuHigh exit1 higher")
            in_the_end(lambda: driver.report()["webhook1"][1] > 1, "it has failed twice")
        with self.driver(webhook=told.url) as driver:
            driver.find("ok MixnetNodeCpuHigh exit1 fine")
            told.status = 200
            in_the_end(lambda: len(told.bodies) == 3, "it is told")
            in_the_end(lambda: driver.successes("webhook1") == 3, "and that is known")
            self.assertEqual("0 changes", driver.find())
        self.assertEqual(["began", "changed", "over"], [body["change"] for body in told.bodies])
        self.assertEqual(3, len({body["id"] for body in told.bodies}))

    def test_a_command_gets_each_change(self):
        notes, script = pathlib.Path(self.folder, "notes"), pathlib.Path(self.folder, "notify")
        script.write_text(f"#!/bin/sh\n(cat; echo \" $1\") >> {notes}\n", encoding="utf-8")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        more = f"  commands:\n    - command: [{script}, 'an argument']\n      timeout: 5s\n"
        for line in ("warning MixnetNodeCpuHigh exit1 high", "critical MixnetNodeCpuHigh exit1 higher", "ok MixnetNodeCpuHigh exit1"):
            with self.driver(more=more) as driver:
                driver.find(line)
                in_the_end(lambda: driver.successes("command1") == 1, "it is told")
        lines = notes.read_text(encoding="utf-8").splitlines()
        self.assertTrue(all(line.endswith("} an argument") for line in lines), lines)
        bodies = [json.loads(line.removesuffix(" an argument")) for line in lines]
        self.assertEqual(["began", "changed", "over"], [body["change"] for body in bodies])
        self.assertEqual(["firing", "firing", "resolved"], [body["status"] for body in bodies])
        self.assertEqual([("critical", "firing"), ("warning", "resolved")],
                         [(alert["labels"]["severity"], alert["status"]) for alert in bodies[1]["alerts"]])


class Daemon(unittest.TestCase):
    """The daemon itself, with a limit that every host exceeds."""

    CONFIGURATION = """\
history: {{interval: 1s}}
checks: {{memory: {{host: {{warning: '200:', critical: none, for: 2s}}}}}}
alerts:
  alertmanagers: [{{url: '{alertmanager}'}}]
  webhooks: [{{url: '{webhook}'}}]
"""

    def test_tells_what_its_checks_find_and_not_again_after_a_restart(self):
        with Hook() as hook, Hook() as told, tempfile.TemporaryDirectory(prefix="mixnet-test-") as folder:
            with Alertmanager(hook.url) as alertmanager:
                config = pathlib.Path(folder, "c.yml")
                config.write_text(self.CONFIGURATION.format(alertmanager=alertmanager.url, webhook=told.url), encoding="utf-8")
                flags = (f"--config.file={config}", f"--path.state={folder}/state")
                starts = set()
                for end in (support.signal.SIGTERM, support.signal.SIGKILL, support.signal.SIGTERM):
                    with support.exporter_server(*flags) as server:
                        sent = 'mixnet_exporter_alert_notifications_total{receiver="alertmanager1"} 0\n'
                        in_the_end(lambda: sent not in server.metrics(), "Alertmanager is told")
                        in_the_end(lambda: told.bodies, "the webhook is told")
                        in_the_end(lambda: ("MixnetHostMemoryLow", "warning") in alertmanager.alerts(), "the alert")
                        starts.add(alertmanager.alerts()["MixnetHostMemoryLow", "warning"]["startsAt"])
                        self.assertRegex(server.metrics(), r'mixnet_exporter_alerts_firing\{severity="warning"\} [1-9]')
                        state = pathlib.Path(folder, "state", "alerts")
                        in_the_end(lambda: "pending" not in state.read_text(encoding="utf-8"), "that is kept")
                        server.signal(end)
                        server.process.wait(10)
                self.assertEqual(1, len(starts), "it is one alert all the time")
                for each in (told, hook):  # this host may have other troubles
                    alerts = [alert for alert in each.told() if alert[1] == "MixnetHostMemoryLow"]
                    self.assertEqual([("firing", "MixnetHostMemoryLow", "warning")], alerts)

    def test_tells_of_its_receivers_in_metrics_and_takes_others_at_a_reload(self):
        with tempfile.TemporaryDirectory(prefix="mixnet-test-") as folder:
            config = pathlib.Path(folder, "c.yml")
            config.write_text("{}\n", encoding="utf-8")
            with support.exporter_server(f"--config.file={config}") as server:
                self.assertNotIn("mixnet_exporter_alert_notifications_total{", server.metrics())
                config.write_text("alerts: {alertmanagers: [{url: http://127.0.0.1:1}], webhooks: [{url_file: /x}]}\n", encoding="utf-8")
                server.signal(support.signal.SIGHUP)
                in_the_end(lambda: "mixnet_exporter_alert_notifications_total{" in server.metrics(), "the receivers")
                metrics = server.metrics()
                for receiver in ("alertmanager1", "webhook1"):
                    for name in ("total", "failed_total", "lost_total"):
                        self.assertIn(f'mixnet_exporter_alert_notifications_{name}{{receiver="{receiver}"}} 0\n', metrics)
                self.assertEqual(0, server.end(5))


if __name__ == "__main__":
    unittest.main()
