#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`mixnet-exporter doctor` beside a simulated node, with a real Prometheus and a real Alertmanager."""
import json
import pathlib
import tempfile
import unittest

import support

PROMETHEUS = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{folder}/rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{alertmanager}']}}]}}]}}
scrape_configs:
  - {{job_name: nym, static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]}}
  - {{job_name: gone, static_configs: [{{targets: ['127.0.0.1:{nobody}']}}]}}
"""
RULES = "groups: [{name: ours, rules: [{alert: MixnetNodeDown, expr: 'mixnet_node_process_up == 0'}, {alert: MixnetOther, expr: vector(1)}]}]\n"
ALERTMANAGER = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


def doctor(*arguments):
    """The exit status, and the lines of what it printed."""
    done = support.run_exporter("doctor", *support.staying_here(arguments), *arguments, timeout=120)
    return done.returncode, done.stdout.splitlines(), done.stderr


def line(lines, verdict, subject):
    """The first line with that verdict of that subject, and the remedy below it."""
    for at, text in enumerate(lines):
        if text.strip().startswith(verdict) and f" {subject}" in text:
            below = lines[at + 1].strip() if at + 1 < len(lines) else ""
            return text, below[3:] if below.startswith("-> ") else ""
    raise AssertionError(f"no {verdict} {subject} in:\n" + "\n".join(lines))


class Doctor(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text):
        path = pathlib.Path(self.folder.name, name)
        path.write_text(text, encoding="utf-8")
        return path

    def test_a_node_and_its_token(self):
        with support.Simulator() as node:
            entry = f"nodes: [{{name: test, http_url: '{node.url}', access_token_file: {self.folder.name}/token}}]\n"
            flags = [f"--config.file={self.file('c.yml', entry)}", "--web.listen-address=127.0.0.1:0"]
            status, lines, _ = doctor(*flags)
            self.assertEqual(1, status)
            line(lines, "good", "test")
            line(lines, "BAD", "test: access token")
            self.file("token", node.token).chmod(0o600)
            _, lines, _ = doctor(*flags)
            line(lines, "good", "test: access token")
            line(lines, "good", "node_api")
            self.assertNotIn(node.token, "\n".join(lines))

    def test_a_faulty_configuration(self):
        status, lines, _ = doctor(f"--config.file={self.file('c.yml', 'zebra: 1')}")
        self.assertEqual(1, status)
        self.assertIn('unknown key "zebra"', line(lines, "BAD", "configuration")[0])

    def test_a_port_that_is_taken(self):
        with support.exporter_server() as other:
            _, lines, _ = doctor(f"--web.listen-address=127.0.0.1:{other.port}")
            line(lines, "good", f"127.0.0.1:{other.port}")

    def test_prometheus_and_alertmanager(self):
        prometheus, alertmanager = support.program("prometheus"), support.program("prometheus-alertmanager")
        ports = {"prometheus": support.free_port(), "alertmanager": support.free_port(), "nobody": support.free_port()}
        folder = self.folder.name
        with support.exporter_server("--collector.disable-defaults", "--collector.time") as ours:
            self.file("rules.yml", RULES)
            self.file("p.yml", PROMETHEUS.format(folder=folder, exporter=ours.port, **ports))
            self.file("a.yml", ALERTMANAGER)
            told = [alertmanager, f"--config.file={folder}/a.yml", f"--storage.path={folder}/a", "--cluster.listen-address="]
            scraper = [prometheus, f"--config.file={folder}/p.yml", f"--storage.tsdb.path={folder}/p", "--rules.alert.resend-delay=1s"]
            with support.Server([*told, f"--web.listen-address=127.0.0.1:{ports['alertmanager']}"], ports["alertmanager"]) as a, \
                 support.Server([*scraper, f"--web.listen-address=127.0.0.1:{ports['prometheus']}"], ports["prometheus"]) as p:  # fmt: skip
                support.wait_for(lambda: json.loads(a.get("/api/v2/alerts").body), "an alert to arrive", 60)
                flags = ["--collector.disable-defaults", f"--prometheus=http://127.0.0.1:{p.port}", f"--alertmanager=http://127.0.0.1:{a.port}"]
                _, lines, _ = doctor(f"--web.listen-address=127.0.0.1:{ours.port}", *flags)
                self.assertIn("this exporter, up, every 1s", line(lines, "good", "target nym/")[0])
                self.assertNotIn("perhaps", "\n".join(lines))
                self.assertIn("2 alerting rules, 1 of them firing", line(lines, "good", "rules")[0])
                self.assertIn(str(a.port), line(lines, "good", "alertmanagers")[0])
                line(lines, "good", "status")
                self.assertIn("nobody", line(lines, "good", "receivers")[0])
                self.assertIn("1 of ours", line(lines, "good", "alerts")[0])
                # One that it does not reach, and one that it does not know.
                _, lines, _ = doctor(f"--web.listen-address=127.0.0.1:{ports['nobody']}", *flags)
                self.assertIn("connection refused", line(lines, "BAD", "target gone/")[0])
                _, lines, _ = doctor("--web.listen-address=127.0.0.1:1", *flags)
                self.assertIn("not among its 2 targets", line(lines, "BAD", "target")[0])

    def test_urls_are_checked(self):
        status, _, error = doctor("--prometheus=ftp://x")
        self.assertEqual(1, status)
        self.assertIn("--prometheus", error)


if __name__ == "__main__":
    unittest.main()
