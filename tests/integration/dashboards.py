#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The dashboards of grafana-dashboards: as make.py writes them, linted by Grafana's own schemas, and drawn by Grafana's own libraries
in headless Chromium (tests/dashboards) from a real Prometheus, whose data of six hours is made of real scrapes of simulated nodes.

`dashboards.py --draw FOLDER` draws all states into a folder, for a look.
"""
import datetime
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import prometheus_rules
import support
from prometheus_healthy import Healthy, Scrape, scrape_of_a_host

FOLDER = support.PROJECT / "grafana-dashboards"
HARNESS = support.TESTS / "dashboards"
UIDS = ("mixnet-fleet", "mixnet-node", "mixnet-host")
STEP_SECONDS = 60
HOURS = 6
VARIABLES = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "6h"}


def dashboards():
    return {uid: json.loads((FOLDER / f"{uid}.json").read_text(encoding="utf-8")) for uid in UIDS}


def panels_of(dashboard):
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def expressions_of(dashboard):
    """Those of panels and annotations, with Grafana's variables filled in."""
    raw = [target["expr"] for panel in panels_of(dashboard) for target in panel.get("targets", [])]
    for text in [*raw, *(annotation["expr"] for annotation in dashboard["annotations"]["list"])]:
        for name, value in VARIABLES.items():
            text = text.replace(name, value)
        yield re.sub(r"\$(job|instance|node)\b", ".+", text)


class Files(unittest.TestCase):
    """What can be said without npm."""

    maxDiff = None

    def test_are_as_they_are_made(self):
        status, said = prometheus_rules.run([sys.executable, FOLDER / "make.py", "--check"])
        self.assertEqual(0, status, "grafana-dashboards/make.py writes them anew\n" + said)

    def test_expressions_are_promql(self):
        rules = [{"record": f"rule_{n}", "expr": text} for n, text in enumerate(e for d in dashboards().values() for e in expressions_of(d))]
        self.assertGreater(len(rules), 100)
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            json.dump({"groups": [{"name": "dashboards", "rules": rules}]}, file)
            file.flush()
            status, said = prometheus_rules.run([support.program("promtool"), "check", "rules", file.name])
        self.assertEqual(0, status, said)

    def test_metrics_are_documented(self):
        rows = re.findall(r"^\| `([\w<>]+)` \| \w+ \|", (support.PROJECT / "docs/metrics.md").read_text(encoding="utf-8"), re.M)
        known = re.compile("|".join({re.sub("<[a-z]+>", r"\\w+", name) for name in rows} - {r"\w+"}))
        for uid, dashboard in dashboards().items():
            for text in expressions_of(dashboard):
                for name in re.findall(r"\b(?:mixnet|node|process)_\w+", re.sub(r'"[^"]*"', '""', text)):
                    self.assertTrue(known.fullmatch(name), f"{uid}: {name} in {text}")

    def test_panels_say_what_they_are(self):
        for uid, dashboard in dashboards().items():
            self.assertLess((FOLDER / f"{uid}.json").stat().st_size, 120_000)
            for panel in panels_of(dashboard):
                if panel["type"] == "row":
                    continue
                self.assertTrue(panel["title"] and panel["description"].endswith("."), panel["title"])
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"], panel["title"])
                self.assertIn(panel["fieldConfig"]["defaults"]["noValue"], ("unknown", "no data", "none"), panel["title"])
                for link in panel["links"]:
                    name = link["url"].removeprefix(prometheus_rules.RUNBOOKS).removesuffix(".md")
                    self.assertIn(name, {rule["alert"] for rule in prometheus_rules.alerts()})

    def test_links_lead_to_dashboards(self):
        for dashboard in dashboards().values():
            for uid in re.findall(r'"/d/([\w-]+)/', json.dumps(dashboard)):
                self.assertIn(uid, UIDS)


class WithHarness(unittest.TestCase):
    """tests/dashboards with its libraries, in the build folder: the test is skipped where they cannot be had."""

    @classmethod
    def setUpClass(cls):
        for name in "node", "npm":
            support.program(name)
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.lstrip("v").split(".")[0]) < 20:
            raise unittest.SkipTest(f"Node.js 20 is needed, this is {version.strip()}")
        cls.harness = support.scratch() / "dashboards"
        shutil.copytree(HARNESS, cls.harness, dirs_exist_ok=True)
        if not (cls.harness / "node_modules/.package-lock.json").is_file():
            done = subprocess.run(["npm", "install", "--no-save"], cwd=cls.harness, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise unittest.SkipTest("npm cannot install Grafana's libraries: " + done.stderr[-300:])

    def run_node(self, script, *arguments):
        command = ["node", script, *(str(word) for word in arguments)]
        done = subprocess.run(command, cwd=self.harness, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


class Linted(WithHarness, Healthy):
    def test_schemas_and_labels(self):
        """By Grafana's schemas; labels by real scrapes, of what these simulated nodes have."""
        node = self.node(mode="exit-gateway")
        network = self.network_with(node, "entry+exit")
        network.tell("probe", id=1324, shape="newest")
        self.configure({"a": node}, network)
        extra = "".join(f"{name} 1\n" for name in UNSEEN)
        scrape = self.folder / "scrape.prom"
        scrape.write_text(self.scrape().text + scrape_of_a_host().text + extra, encoding="utf-8")
        files = [FOLDER / f"{uid}.json" for uid in UIDS]
        status, said = self.run_node("lint.mjs", *files, "--metrics", scrape, "--promtool", support.program("promtool"))
        self.assertEqual(0, status, said)


# Not of these simulated nodes, which have neither cgroups nor tunnels.
UNSEEN = [
    'mixnet_node_cgroup_pressure_cpu_waiting_seconds_total{node="a"}', 'mixnet_node_cgroup_cpu_throttled_periods_total{node="a"}',
    'mixnet_node_cgroup_cpu_periods_total{node="a"}', 'mixnet_node_tunnel_receive_bytes_total{node="a",device="d"}',
    'mixnet_node_tunnel_transmit_bytes_total{node="a",device="d"}', 'mixnet_node_wireguard_active_peers{node="a"}',
    'mixnet_node_cgroup_cpu_quota_cores{node="a"}', 'mixnet_node_cgroup_memory_max_bytes{node="a"}',
    'process_cpu_seconds_total 1', 'process_resident_memory_bytes 1', "mixnet_exporter_config_last_reload_successful",
]  # fmt: skip
UNSEEN = [name.removesuffix(" 1") for name in UNSEEN]


def used():
    texts = [text for dashboard in dashboards().values() for text in expressions_of(dashboard)]
    return {"mixnet_nodes", "mixnet_node_info", *(name for text in texts for name in re.findall(r"\b[a-z]\w+", text))}


class History:
    """Samples of six hours, for `promtool tsdb create-blocks-from openmetrics`."""

    def __init__(self, step=STEP_SECONDS):
        self.end, self.step = int(time.time()), step
        self.times = range(self.end - HOURS * 3600, self.end + 1, step)
        self.families = {}
        self.used = used()

    def add(self, name, kind, labels, value):
        """`value` of each time's part of the whole, from 0 to 1; None where there is none."""
        if name not in self.used:
            return
        text = ",".join(f"{key}={json.dumps(each, ensure_ascii=False)}" for key, each in labels.items())
        family = self.families.setdefault(name, (kind, []))
        for at in self.times:
            number = value((at - self.times[0]) / (HOURS * 3600))
            if number is not None:
                family[1].append(f"{name}{{{text}}} {number!r} {at}")

    def add_scrape(self, before, after, more, change=lambda name, labels, value: value):
        """A minute lies between the two; counters go on as they did, up and down a little as traffic does."""
        for series, last in after.values.items():
            labels = {**dict(series.labels), **more}
            growth = last - before.values.get(series, last)
            counter = after.types[series] == "counter"
            moment = series.name.endswith("start_time_seconds")

            def value(part, last=last, growth=growth, counter=counter, moment=moment, series=series, labels=labels):
                wave = part + 0.02 * math.sin(part * 40)
                number = last + growth * wave * HOURS * 60 if counter else last
                return change(series.name, labels, part, number - (86400 if moment else 0))

            self.add(series.name, after.types[series], labels, value)
        # What only Prometheus and a running exporter tell.
        beside = {"up": 1, "scrape_duration_seconds": 0.01, "scrape_samples_scraped": len(after.values),
                  "mixnet_exporter_config_last_reload_successful": 1, "process_resident_memory_bytes": 11 << 20}  # fmt: skip
        for name, number in beside.items():
            self.add(name, "gauge", more, lambda part, name=name, number=number: change(name, more, part, number))
        self.add("process_cpu_seconds_total", "counter", more, lambda part: 40 * part)

    def write(self, folder):
        lines = []
        for name, (kind, samples) in sorted(self.families.items()):
            kind = kind if kind in ("gauge", "counter") else "unknown"
            base = name.removesuffix("_total") if kind == "counter" else name
            if kind == "counter" and base == name:
                kind = "unknown"
            lines += [f"# TYPE {base} {kind}", *samples]
        file = folder / "history.om"
        file.write_text("\n".join([*lines, "# EOF", ""]), encoding="utf-8")
        done = subprocess.run([support.program("promtool"), "tsdb", "create-blocks-from", "openmetrics", file, folder / "data"],
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr


def host_changes(name, labels, part, value):
    """The machine that draws need not be well."""
    if name == "node_cpu_seconds_total":
        return 1e6 + {"idle": 3, "user": 0.8, "system": 0.2, "steal": 0.01, "softirq": 0.05}.get(labels["mode"], 0) * part * HOURS * 3600 / 4
    fixed = {"mixnet_host_clock_synchronised": 1, "node_memory_MemTotal_bytes": 16 << 30, "node_memory_MemAvailable_bytes": 9 << 30}
    if name in fixed:
        return fixed[name]
    if name.startswith("node_filesystem_size"):
        return 100 << 30
    if name.startswith("node_filesystem_avail"):
        return 60 << 30
    return value


def failing(name, labels, part, value):
    value = host_changes(name, labels, part, value)
    if name == "mixnet_network_node_performance_ratio":
        return 0.97 - 0.3 * part
    if name == "mixnet_network_node_routing_score_ratio":
        return 0.97 - 0.3 * part
    if name == "mixnet_node_packets_dropped_total" and labels.get("direction") == "egress":
        return value + 5e6 * part * part
    if name == "node_cpu_seconds_total" and labels["mode"] == "steal":
        return value + 1500 * part
    if name == "mixnet_node_forwarder_queue_packets":
        return 900 * part
    return value


def going_down(name, labels, part, value):
    value = host_changes(name, labels, part, value)
    if part < 0.8 or not name.startswith("mixnet_node_"):
        return value
    if name == "mixnet_node_process_up":
        return 0
    return value if name in ("mixnet_node_info", "mixnet_node_restarts_total") else None


def older(name, labels, part, value):
    """A node without token, of a release that tells half, without cgroups and the network's view."""
    lacking = r"mixnet_node_(forwarder|delayed|pending|verloc|wireguard|cgroup|ecash|lp_|day|packets_(dropped|malformed|exc)|tunnel)|mixnet_network"
    return None if re.match(lacking, name) else host_changes(name, labels, part, value)


class Drawn(WithHarness, Healthy):
    """Each state, each dashboard: no error, no empty variable, data where there should be, and none where there is none."""

    target = None  # a folder to keep the pictures in

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        support.program("chromium")
        if not (cls.harness / "dist/index.html").is_file():
            done = subprocess.run(["npx", "vite", "build"], cwd=cls.harness, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr[-2000:]

    def scraped(self, mode, roles, **options):
        node = self.node(mode=mode, **options)
        network = self.network_with(node, roles)
        network.tell("probe", id=1324, shape="newest")
        self.configure({"exit1": node}, network)
        return self.two_scrapes(node)

    def draw(self, state, history, empty, *flags, uids=UIDS):
        """`empty` are the titles of panels that have nothing to show, by dashboard."""
        history.write(self.folder)
        config = self.folder / "prometheus.yml"
        config.write_text(json.dumps({"global": {"evaluation_interval": "1s"}, "rule_files": [str(f) for f in prometheus_rules.RULES]}),
                          encoding="utf-8")  # fmt: skip
        port = support.free_port()
        command = [support.program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={self.folder}/data",
                   f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=10d"]  # fmt: skip
        out = self.target or self.harness / "out"
        with support.Server(command, port) as prometheus:
            support.wait_for(lambda: b"firing" in prometheus.get("/api/v1/query?query=ALERTS").body, "the rules to be evaluated", 60)
            for uid in uids:
                dashboard = dashboards()[uid]
                allowed = [str(p["id"]) for p in panels_of(dashboard) if p["title"] in empty.get(uid, ())]
                # A little ahead: the harness rounds down by up to two minutes, and the rules have only just been evaluated.
                moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=120)
                times = ["--from", (moment - datetime.timedelta(hours=HOURS)).isoformat().replace("+00:00", "Z"), "--to",
                         moment.isoformat().replace("+00:00", "Z")]  # fmt: skip
                status, said = self.run_node("render.mjs", "--dashboard", FOLDER / f"{uid}.json", "--prom", f"http://127.0.0.1:{port}",
                                             "--out", out / f"{state}-{uid}", "--scrape", f"{history.step}s", "--allow-empty", ",".join(allowed), *times,
                                             *flags)  # fmt: skip
                with self.subTest(state=state, dashboard=uid):
                    self.assertEqual(0, status, said)
                    report = json.loads((out / f"{state}-{uid}.json").read_text(encoding="utf-8"))
                    shown = {p["title"] for p in report["panels"] if p.get("nonNull")}
                    self.assertEqual(set(), shown & set(empty.get(uid, ())), "these were to be empty")

    def test_healthy_exit(self):
        history = History()
        history.add_scrape(*self.scraped("exit-gateway", "entry+exit"), TARGET, host_changes)
        self.draw("healthy", history, {**NO_ALERTS, "mixnet-node": NOT_ON_LOOPBACK})

    def test_healthy_mixnode_in_a_light_theme_on_a_laptop(self):
        history = History()
        history.add_scrape(*self.scraped("mixnode", "mixnode", wireguard=False), TARGET, host_changes)
        empty = {"mixnet-node": (*NOT_ON_LOOPBACK, "UDP drops", "Probes")}
        self.draw("mixnode", history, empty, "--theme", "light", "--width", "1280", uids=["mixnet-node"])

    def test_failing(self):
        history = History()
        history.add_scrape(*self.scraped("exit-gateway", "entry+exit"), TARGET, failing)
        self.draw("failing", history, {**NO_ALERTS, "mixnet-node": NOT_ON_LOOPBACK}, uids=["mixnet-fleet", "mixnet-node"])

    def test_down(self):
        history = History()
        history.add_scrape(*self.scraped("exit-gateway", "entry+exit"), TARGET, going_down)
        gone = ("Says it is up", "Dropped", "CPU used", "Memory used", "Up for")
        self.draw("down", history, {"mixnet-fleet": ("Alerts that fire", "Most dropped"), "mixnet-node": (*NOT_ON_LOOPBACK, *gone)},
                  uids=["mixnet-fleet", "mixnet-node"])  # fmt: skip

    def test_older_node(self):
        history = History()
        history.add_scrape(*self.scraped("mixnode", "mixnode", wireguard=False), TARGET, older)
        unknown = ("Score", "In the set", "Dropped", "Queues", "WireGuard peers", "UDP drops", "Lost packets", "Scores",
                   "Selection and stake", "Role", "Probes", "Sessions of a day", "Failed registrations and credentials")  # fmt: skip
        self.draw("older", history, {"mixnet-node": (*NOT_ON_LOOPBACK, *unknown)}, uids=["mixnet-node"])

    def test_no_node(self):
        history = History()
        scrape = scrape_of_a_host()
        history.add_scrape(scrape, scrape, TARGET, host_changes)
        names = {panel["title"] for panel in panels_of(dashboards()["mixnet-fleet"])}
        shown = {"Hosts not seen", "Critical alerts", "Warnings"}
        self.draw("none", history, {"mixnet-fleet": tuple(names - shown)}, uids=["mixnet-fleet"])

    def test_fifty_nodes(self):
        history = History(step=300)
        before, after = self.scraped("exit-gateway", "entry+exit")
        for number in range(1, 51):
            history.add_scrape(rename(before, number), rename(after, number), {"job": "mixnet", "instance": f"nym{number}"},
                               failing if number == 17 else host_changes)  # fmt: skip
        self.draw("fifty", history, NO_ALERTS, uids=["mixnet-fleet"])


def rename(scrape, number):
    """The same of another node."""
    out = object.__new__(Scrape)
    out.values, out.types = {}, {}
    for series, value in scrape.values.items():
        other = type(series)(series.name, tuple((k, f"exit{number}" if k == "node" else v) for k, v in series.labels))
        out.values[other], out.types[other] = value, scrape.types[series]
    return out


TARGET = {"job": "mixnet", "instance": "nym1"}
# These simulated nodes have no tunnels and no cgroup; healthy ones have nothing that fails.
NOT_ON_LOOPBACK = ("Tunnels",)
NO_ALERTS = {"mixnet-fleet": ("Alerts that fire",), "mixnet-host": ("Collectors that fail",)}


if __name__ == "__main__":
    if len(sys.argv) >= 3 and sys.argv[1] == "--draw":
        Drawn.target = pathlib.Path(sys.argv[2]).resolve()
        sys.argv[1:3] = ["Drawn"] if len(sys.argv) == 3 else []
    unittest.main()
