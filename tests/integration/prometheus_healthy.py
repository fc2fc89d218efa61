#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No alert of prometheus/rules is as much as pending where all is well: real scrapes of simulated nodes of every mode, a minute
apart, go on as they began for more than three hours of promtool's time, the first ten minutes after a start included; on hosts
without the optional sources, and when only the network's API is down. And where something is wrong, real scrapes raise its alert.

What the machine that the tests run on is like itself (its clock, its CPUs, its disk) is put right in between: OF_THIS_MACHINE.
"""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

import prometheus_rules
import support  # which knows where tests/tools is

import exposition  # isort: skip
from node_end_to_end import HeldTun
from support import IsolatedSimulator, SimulatedNetwork, Simulator

MINUTES = 200
STEADY = ("--sim-traffic=steady", "--sim-packets-per-second=2000", "--sim-clock=manual", "--hostname=")
TARGET = (("instance", "host"), ("job", "mixnet"))
# Moments that stay where they are; others are of what is done again and again, and go on with the time.
FIXED_MOMENTS = re.compile(r"start_time(stamp)?_seconds|boot_time|expiry|last_reload|node_day|verloc|start_timestamp")
MOMENT = re.compile(r"_(start_time|boot_time|timestamp)_seconds$|_start_time_seconds$")

OF_THIS_MACHINE = {
    "mixnet_host_clock_synchronised": lambda labels, value: 1,
    "node_memory_MemAvailable_bytes": lambda labels, value: 8 << 30,
    "node_memory_MemTotal_bytes": lambda labels, value: 16 << 30,
    "node_filesystem_avail_bytes": lambda labels, value: 60 << 30,
    "node_filesystem_size_bytes": lambda labels, value: 100 << 30,
    "mixnet_node_data_filesystem_avail_bytes": lambda labels, value: 60 << 30,
    "mixnet_node_data_filesystem_size_bytes": lambda labels, value: 100 << 30,
}
CPU_GROWTH = {"idle": 54, "user": 5, "system": 1}  # seconds a minute


class Scrape:
    """One run of `scrape`, as series."""

    def __init__(self, text):
        self.at = time.time()
        self.text = text
        self.values = {}
        self.types = {}
        for family in exposition.parse(text)[0].values():
            for series, value in family.series.items():
                self.values[series] = value.number
                self.types[series] = family.type

    def number(self, series, minute_later=None):
        """As promtool writes its values: now is its minute 0."""
        labels = dict(series.labels)
        value = self.values[series]
        if change := OF_THIS_MACHINE.get(series.name):
            return change(labels, value), 0
        if series.name == "node_cpu_seconds_total":
            return 1e6, CPU_GROWTH.get(labels["mode"], 0)
        if series.name == "node_time_seconds":
            return 0, 60
        if MOMENT.search(series.name):
            return value - self.at, 0 if FIXED_MOMENTS.search(series.name) else 60
        is_counter = self.types[series] == "counter" or series.name.endswith(("_bucket", "_sum", "_count"))
        if is_counter and minute_later is not None and not series.name.startswith("node_"):
            return value, max(0, minute_later.values.get(series, value) - value)
        return value, 0


def text_of(series):
    labels = [*series.labels, *TARGET]
    return series.name + "{" + ",".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in labels) + "}"


def is_used(series):
    """The rest is nothing to the rules, and promtool takes its time."""
    return series.name in USED


USED = {
    name
    for rule in prometheus_rules.all_rules()
    for name in re.findall(r"\b(?:mixnet|node|up)_?[a-zA-Z0-9_]*", rule["expr"])
}


def series_of(before, after, later=None):
    """A minute lies between `before` and `after`; an hour after that all is as in `later`, where that is given."""
    out = [{"series": text_of(exposition.Series("up", ())), "values": f"1+0x{MINUTES}"}]
    for series in filter(is_used, sorted({*after.values, *(later.values if later else ())}, key=str)):
        values = []
        if series in after.values:
            first, step = after.number(series)
            if series in before.values:
                first, step = before.number(series, after)
            if not later:
                values.append(f"{first!r}+{step!r}x{MINUTES}")
            else:
                values.append(f"{first!r}+{step!r}x60")
        if later:
            hour = 61 * 60 if MOMENT.search(series.name) else 0
            if series not in later.values:
                values.append("stale")
            else:
                values = values or ["_x61"]
                value, grows = later.number(series)
                if later.types[series] == "counter":
                    grows = step if series in before.values and series in after.values else 0
                if series.name == "mixnet_network_epoch_overdue_seconds":
                    grows = 60  # what is remembered of an epoch becomes overdue
                values.append(f"{value + hour!r}+{grows!r}x{MINUTES}")
        out.append({"series": text_of(series), "values": " ".join(values)})
    return out


def scrape_of_a_host():
    """Of the fixtures: a host that has much, and no node."""
    roots = {"procfs": "proc", "sysfs": "sys", "rootfs": "root", "udev.data": "udev"}
    flags = [f"--path.{name}={support.FIXTURES / 'host' / folder}" for name, folder in roots.items()]
    return Scrape(support.run_exporter("scrape", *flags).stdout)


def let_tunnels_carry(before, after):
    """What the simulated node says that it moved for its clients goes through no interface; let it."""
    moved = {series: value for series, value in after.values.items() if series.name == "mixnet_node_wireguard_sent_bytes_total"}
    growth = sum(value - before.values[series] for series, value in moved.items())
    for series in after.values:
        if series.name == "mixnet_node_tunnel_transmit_bytes_total" and ("device", "nymwg") in series.labels:
            after.values[series] = before.values[series] + growth
    return before, after


class InsideNetwork(SimulatedNetwork):
    """The simulated network in the network namespace of a node."""

    def __init__(self, node, *flags, **options):
        super().__init__(*flags, **options)
        self.beside = node

    def command(self):
        return self.beside.run_inside(*super().command())

    def network(self):
        return self.beside.network()


class Healthy(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="mixnet-test-")))
        (self.folder / "state").mkdir()

    def node(self, *flags, mode, **options):
        node = self.enterContext(Simulator(*STEADY, *flags, mode=mode, **options))
        node.advance(3600)
        return node

    def network_with(self, node, roles, network=None):
        network = network or SimulatedNetwork("--sim-nodes=100")
        network = self.enterContext(network)
        network.place(node, roles=roles, routing=0.99, pledge=200_000_000_000, delegated=10_000_000_000)
        return network

    def configure(self, nodes, network=None, token=True):
        lines = ["nodes:"]
        for name, node in nodes.items():
            lines += [f"  - name: {name}", f"    http_url: {node.url}", f"    config_file: {node.about['config']}"]
            if token:
                file = self.folder / f"{name}.token"
                file.write_text(node.token, encoding="utf-8")
                file.chmod(0o600)
                lines.append(f"    access_token_file: {file}")
        if network:
            lines += ["network:", "  environment: custom", f"  nym_api: ['{network.nym_api}']"]
            lines.append(f"  node_status_api: ['{network.node_status_api}']")
        (self.folder / "exporter.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def scrape(self, inside=None, state="state", network=True, rights=True):
        """With `inside` a node: in its network namespace."""
        command = [support.exporter(), "scrape", f"--config.file={self.folder}/exporter.yml", f"--path.state={self.folder}/{state}"]
        command.append("--no-collector.reachability")  # simulated nodes announce what is not theirs
        if not network:
            command += ["--no-collector.nym_api", "--no-collector.self_description", "--no-collector.node_status_api"]
        if not rights:
            command = ["setpriv", "--bounding-set=-net_admin", *command]
        if inside is not None:
            command = inside.run_inside(*command)
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False)
        self.assertTrue(done.stdout, done.stderr)
        return Scrape(done.stdout)

    def two_scrapes(self, *nodes, **options):
        before = self.scrape(**options)
        for node in nodes:
            node.advance(60)
        return before, self.scrape(**options)

    def raised(self, series, minute=MINUTES - 1):
        """The alerts that were pending or firing until then, by what promtool found where it was told to expect none."""
        check = {
            "name": "scraped", "interval": "1m", "input_series": series,
            "promql_expr_test": [{
                "expr": 'count by (alertname, alertstate, severity, node) (count_over_time(ALERTS{alertname!="MixnetWatchdog"}[1d]))',
                "eval_time": f"{minute}m", "exp_samples": [],
            }],
        }  # fmt: skip
        file = self.folder / "tests.yml"
        file.write_text(prometheus_rules.test_file([check]), encoding="utf-8")
        status, said = prometheus_rules.run([support.program("promtool"), "test", "rules", file])
        found = re.findall(r'alertname="(\w+)", alertstate="(\w+)"', said)
        self.assertEqual(not found, status == 0, said[-3000:])
        return sorted(set(found))

    def check_quiet(self, before, after, later=None, expect=("mixnet_node_packets_received_total",)):
        for name in expect:
            self.assertTrue(any(series.name == name for series in after.values), name)
        self.assertEqual([], self.raised(series_of(before, after, later)))


class Modes(Healthy):
    """With the network's view. TunnelModes are in a network namespace of their own, which takes root."""

    SCORES = ("mixnet_network_node_performance_ratio", "mixnet_network_node_self_description_ok", "mixnet_network_node_described")

    def check_mode(self, mode, roles, wireguard=False):
        node = self.node(mode=mode, wireguard=wireguard)
        network = self.network_with(node, roles)
        self.configure({"a": node}, network)
        self.check_quiet(*self.two_scrapes(node), expect=(*self.SCORES, "mixnet_node_forwarder_queue_packets"))

    def test_mixnode(self):
        self.check_mode("mixnode", "mixnode")

    def test_entry(self):
        self.check_mode("entry-gateway", "entry")


class TunnelModes(Healthy):
    SCORES = Modes.SCORES

    def check_tunnels(self, mode, roles, wireguard, rights=False):
        node = self.enterContext(IsolatedSimulator(*STEADY, mode=mode, wireguard=wireguard))
        node.advance(3600)
        for interface in "nymwg", "nymtun0":
            shown = subprocess.run(node.run_inside("ip", "-json", "-details", "link", "show", interface), capture_output=True, check=True)
            if json.loads(shown.stdout)[0]["linkinfo"]["info_kind"] == "tun":
                self.enterContext(HeldTun(node, interface))
        for name in "net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding":
            subprocess.run(node.run_inside("sh", "-c", f"[ ! -e /proc/sys/{name} ] || echo 1 >/proc/sys/{name}"), check=False)
        network = self.network_with(node, roles, InsideNetwork(node, "--sim-nodes=100"))
        self.configure({"a": node}, network)
        before, after = self.two_scrapes(node, inside=node, rights=rights)
        if 'mixnet_host_ip_forwarding{family="ipv4"} 1' not in after.text:
            self.skipTest("forwarding cannot be turned on in a network namespace here")
        return let_tunnels_carry(before, after)

    def test_exit_with_wireguard(self):
        before, after = self.check_tunnels("exit-gateway", "entry+exit", True)
        self.check_quiet(before, after, expect=(*self.SCORES, "mixnet_node_tunnel_present", "mixnet_node_wireguard_reported_active_peers"))

    def test_exit_without_wireguard(self):
        before, after = self.check_tunnels("exit-gateway", "entry+exit", False)
        self.check_quiet(before, after, expect=(*self.SCORES, "mixnet_node_tunnel_present"))

    def test_entry_with_wireguard(self):
        before, after = self.check_tunnels("entry-gateway", "entry", True)
        self.check_quiet(before, after, expect=(*self.SCORES, "mixnet_node_tunnel_present"))

    def test_an_exit_without_its_policy_is_not_well(self):
        """Where the exporter may read the firewall."""
        before, after = self.check_tunnels("exit-gateway", "entry+exit", True, rights=True)
        if "mixnet_host_exit_firewall_present" not in after.text:
            self.skipTest("the firewall cannot be read here")
        self.assertIn(("MixnetHostExitPolicyMissing", "firing"), self.raised(series_of(before, after)))


class Lacking(Healthy):
    """Hosts and nodes that do not tell everything."""

    def test_no_token_and_no_network(self):
        node = self.node(mode="entry-gateway", wireguard=False, token="")
        self.configure({"a": node}, token=False)
        before, after = self.two_scrapes(node, network=False)
        self.assertNotIn("mixnet_node_forwarder_queue_packets{", after.text)
        self.check_quiet(before, after)

    def test_several_nodes_and_roles(self):
        first, second = self.node(mode="mixnode", wireguard=False), self.node("--mode", "mixnode", mode="entry-gateway", wireguard=False)
        self.configure({"a": first, "b": second})
        self.check_quiet(*self.two_scrapes(first, second, network=False))

    def test_an_old_release(self):
        node = self.node("--sim-version=1.0.0", mode="mixnode", wireguard=False)
        self.configure({"a": node})
        self.check_quiet(*self.two_scrapes(node, network=False))

    def test_no_node(self):
        scrape = scrape_of_a_host()
        self.check_quiet(scrape, scrape, expect=("mixnet_nodes", "node_nf_conntrack_entries"))


class NetworkDown(Healthy):
    """The network's APIs do not answer any more, from the second hour on, or never did."""

    def setUp(self):
        super().setUp()
        self.a = self.node(mode="mixnode", wireguard=False)
        self.network = self.network_with(self.a, "mixnode")
        self.configure({"a": self.a}, self.network)

    def age_state(self, seconds):
        for file in (self.folder / "state").rglob("*"):
            if file.is_file():
                then = time.time() - seconds
                os.utime(file, (then, then))

    def test_it_falls_silent(self):
        before, after = self.two_scrapes(self.a)
        self.network.__exit__()
        self.age_state(6000)  # epochs are remembered for two hours
        later = self.scrape()
        self.assertIn('mixnet_network_api_up{api="nym_api",resource="epoch"} 0', later.text)
        self.assertIn('mixnet_network_node_performance_ratio{node="a"}', later.text)
        self.assertIn("mixnet_network_epoch_overdue_seconds ", later.text)
        self.check_quiet(before, after, later)

    def test_it_is_forgotten(self):
        before, after = self.two_scrapes(self.a)
        self.network.__exit__()
        self.age_state(200_000)
        later = self.scrape()
        self.assertNotIn("mixnet_network_node_performance_ratio{", later.text)
        self.check_quiet(before, after, later)

    def test_it_never_answered(self):
        self.network.__exit__()
        self.check_quiet(*self.two_scrapes(self.a))

    def test_it_has_just_started(self):
        before, after = self.two_scrapes(self.a)
        self.network.tell("cold", seconds=600)
        self.age_state(6000)
        self.check_quiet(before, after, self.scrape())


class Names(Healthy):
    """What the rules and the pages for operators name is what a scrape has."""

    # Not of these simulated nodes, which have no unit, no cgroup, no TLS and no kernel's WireGuard: by the sources.
    UNSEEN = {
        "mixnet_node_unit_state": {"state"}, "mixnet_node_unit_result": {"result"}, "mixnet_node_unit_restarts_total": set(),
        "mixnet_node_cgroup_cpu_seconds_total": {"mode"}, "mixnet_network_node_tls_certificate_expiry_timestamp_seconds": {"port"},
        "mixnet_network_clock_offset_seconds": set(), "mixnet_node_tunnel_up": {"device"},
        "mixnet_node_tunnel_global_ipv6": {"device"}, "mixnet_node_tunnel_transmit_bytes_total": {"device"},
        "mixnet_node_tunnel_receive_bytes_total": {"device"}, "mixnet_node_wireguard_active_peers": set(),
        "mixnet_network_node_reachable": {"port", "address", "family"},
        "mixnet_network_node_self_description_fault_info": {"step", "reason"},
    }  # fmt: skip
    OF_TARGETS = {"job", "instance", "node"}
    PAGES = ("docs/prometheus.md", "docs/alerts.md", "docs/testing-events.md", "docs/migrate-*.md", "docs/runbooks/*.md")

    def labels_seen(self):
        node = self.node(mode="exit-gateway")
        network = self.network_with(node, "entry+exit")
        network.tell("probe", id=1324, shape="newest")
        self.configure({"a": node}, network)
        seen = {"up": set(), **self.UNSEEN}
        for scrape in self.scrape(), scrape_of_a_host():
            for series in scrape.values:
                seen.setdefault(series.name, set()).update(series.label_names())
        return seen

    def test_labels_are_those_of_a_scrape(self):
        seen = self.labels_seen()
        for expression in self.expressions():
            for name, matchers in re.findall(r"\b(\w[\w:]*)\{([^{}]*)\}", expression):
                if ":" in name or name in ("ALERTS", "up"):
                    continue
                self.assertIn(name, seen, expression)
                used = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", re.sub(r'"[^"]*"', '""', matchers)))
                self.assertLessEqual(used, seen[name] | self.OF_TARGETS, expression)
        grouped = {label for expression in self.expressions()
                   for labels in re.findall(r"\b(?:by|on|without)\s*\(([\w, ]*)\)", expression)
                   for label in labels.replace(",", " ").split()}  # fmt: skip
        self.assertLessEqual(grouped, self.OF_TARGETS | set().union(*seen.values()))

    def test_metrics_are_documented(self):
        rows = re.findall(r"^\| `([\w<>]+)` \| (\w+) \|", (support.PROJECT / "docs/metrics.md").read_text(encoding="utf-8"), re.M)
        known = {re.sub("<[a-z]+>", r"\\w+", name) for name, _ in rows}
        known |= {name + suffix for name, kind in rows if kind == "histogram" for suffix in ("_bucket", "_sum", "_count")}
        known = re.compile("|".join(known - {r"\w+"}))
        recorded = {rule["record"] for rule in prometheus_rules.all_rules() if "record" in rule}
        count = 0
        for expression in self.expressions():
            for name in set(re.findall(r"\b(?:\w+:)?(?:mixnet|node)_[\w:]+", re.sub(r'"[^"]*"', '""', expression))):
                count += 1
                self.assertTrue(name in recorded if ":" in name else known.fullmatch(name), f"{name}: {expression}")
        self.assertGreater(count, 200)

    def test_expressions_on_pages_are_promql(self):
        rules = [{"record": f"rule_{number}", "expr": expression} for number, expression in enumerate(self.on_pages())]
        self.assertGreater(len(rules), 70)
        file = self.folder / "rules.yml"
        file.write_text(json.dumps({"groups": [{"name": "pages", "rules": rules}]}), encoding="utf-8")
        status, said = prometheus_rules.run([support.program("promtool"), "check", "rules", file])
        self.assertEqual(0, status, said)

    def expressions(self):
        yield from (rule["expr"] for rule in prometheus_rules.all_rules())
        yield from self.on_pages()

    def on_pages(self):
        """One a line, in blocks of PromQL."""
        for pattern in self.PAGES:
            for page in support.PROJECT.glob(pattern):
                for block in re.findall(r"^```promql\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
                    yield from (line for line in block.splitlines() if line and not line.startswith("#"))


class Unwell(Healthy):
    """Real scrapes raise what they should: a test that is always quiet proves nothing."""

    def firing(self, before, after, later=None):
        return {alert for alert, state in self.raised(series_of(before, after, later)) if state == "firing"}

    def test_a_node_that_ends(self):
        node = self.node(mode="mixnode", wireguard=False)
        self.configure({"a": node})
        before, after = self.two_scrapes(node, network=False)
        node.stop()
        later = self.scrape(network=False)
        self.assertIn("MixnetNodeDown" if "mixnet_node_process_up" in later.text else "MixnetNodeApiDown",
                      self.firing(before, after, later))  # fmt: skip

    def test_a_node_that_drops(self):
        node = self.node(mode="mixnode", wireguard=False)
        self.configure({"a": node})
        node.tell("traffic", pattern="busy")
        self.assertEqual({"MixnetNodePacketsDropped", "MixnetNodeDelayQueueHigh"},
                         self.firing(*self.two_scrapes(node, network=False)))  # fmt: skip

    def test_a_node_that_hangs(self):
        node = self.node(mode="mixnode", wireguard=False)
        self.configure({"a": node})
        before, after = self.two_scrapes(node, network=False)
        node.fault("*", "status")
        self.assertEqual({"MixnetNodeApiDown"}, self.firing(before, after, self.scrape(network=False)))

    def test_a_node_that_the_network_does_not_like(self):
        node = self.node(mode="mixnode", wireguard=False)
        network = self.network_with(node, "mixnode")
        self.configure({"a": node}, network)
        network.tell("annotate", id=1324, routing=0.7)
        network.tell("release", version="1.33.0")
        network.tell("pledge", id=1324, amount=500_000_000_000, pending=1)
        firing = self.firing(*self.two_scrapes(node))
        self.assertLessEqual({"MixnetNodeScoreLow", "MixnetNodeVersionBehind"}, firing)
        network.tell("undescribe", id=1324)
        self.assertIn("MixnetNodeNotDescribed", self.firing(*self.two_scrapes(node, state="state2")))


if __name__ == "__main__":
    unittest.main()
