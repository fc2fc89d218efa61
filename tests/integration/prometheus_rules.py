#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The recording and alert rules of prometheus/rules, by `promtool test rules` on the cases of prometheus_rule_cases.py.

For each case there are tests of its own: the alert fires once its condition has lasted, is pending just before, is all that
fires; it does not where the values are just not bad enough, where a series is missing, after a restart of the node; and counters
that begin anew change nothing. `--write FOLDER` leaves them there for a look, `--update` writes the tables of docs/alerts.md.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import prometheus_rule_cases as table
import support
import yaml
from prometheus_rule_cases import CASES, HEALTHY, RESET_AT

RULES = sorted((support.PROJECT / "prometheus/rules").glob("*.yml"))
# Recorded values first, so that they are of the same minute.
GROUPS = ("host", "node", "packets", "tunnels", "network", "exporter")
KNOWN_VERSIONS = {"2.42": None, "2.53": "trixie", "3": "sid"}
LONG_MINUTES = 80  # beyond it a case is tried with its own rules only
SEVERITIES = ("none", "info", "warning", "critical")
# What runbook_url stands before; the package installs docs/ there.
RUNBOOKS = "file:///usr/share/doc/mixnet-exporter/runbooks/"


def minutes(duration):
    """Of a rule's `for`, which is written with one unit."""
    if not duration:
        return 0
    number, unit = re.fullmatch(r"(\d+)([mh])", duration).groups()
    return int(number) * {"m": 1, "h": 60}[unit]


def all_rules():
    for file in RULES:
        for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]:
            yield from group["rules"]


def alerts():
    return [rule for rule in all_rules() if "alert" in rule]


def rule_of(case):
    """The file's rule; with several of one name and severity their `for` is the same."""
    rules = [rule for rule in alerts() if (rule["alert"], rule["labels"]["severity"]) == (case.alert, case.severity)]
    assert rules, f"no rule {case.alert} of severity {case.severity}"
    assert len({rule.get("for") for rule in rules}) == 1, case.alert
    return rules[0]


def series_of(overrides, length, reset=False):
    merged = {**HEALTHY, **overrides}
    return [{"series": name, "values": values.text(length, reset)} for name, values in merged.items() if values is not None]


def test_of(name, overrides, checks, reset=False):
    """One test of promtool; `checks` are (minute, expression, samples)."""
    length = max(minute for minute, _, _ in checks) + 1
    return {
        "name": name,
        "interval": "1m",
        "input_series": series_of(overrides, length, reset),
        "promql_expr_test": [
            {"expr": expression, "eval_time": f"{minute}m",
             "exp_samples": [{"labels": labels, "value": 1} for labels in samples]}
            for minute, expression, samples in checks
        ],
    }  # fmt: skip


def in_state(case, state):
    return f'ALERTS{{alertname="{case.alert}",alertstate="{state}",severity="{case.severity}",{case.labels}}}'


def any_state(case):
    return f'ALERTS{{alertname="{case.alert}",severity="{case.severity}"}}'


def never_fired(case, at):
    matchers = f'alertname="{case.alert}",severity="{case.severity}",alertstate="firing"'
    return [(at, f"count_over_time(ALERTS{{{matchers}}}[2d]) > 0", [])]


def fires(case, at):
    """Pending as long as its `for` says, firing from then on, and nothing else with it but the same in another severity."""
    others = "|".join((case.alert, "MixnetWatchdog", *case.also))
    yield at, any_state(case), [in_state(case, "firing")]
    yield at, f'ALERTS{{alertname!~"{others}",alertstate="firing"}}', []
    if case.holds > 0:
        yield case.holds - 1, any_state(case), []
    if at > case.holds:
        yield at - 1, any_state(case), [in_state(case, "pending")]


def fires_at(case):
    return case.holds + minutes(rule_of(case).get("for"))


def firing_test(number, case):
    return test_of(f"{number} {case.alert} {case.severity}: fires", case.series, list(fires(case, fires_at(case))))


def other_tests(number, case):
    """Of one alert alone."""
    name = f"{number} {case.alert} {case.severity}"
    at = fires_at(case)
    after_reset = max(at, RESET_AT + 6)
    if case.quiet:
        yield test_of(f"{name}: is quiet", case.quiet, never_fired(case, at + 1))
        yield test_of(f"{name}: is quiet over resets", case.quiet, never_fired(case, after_reset), reset=True)
    if any(isinstance(values, table.Growing) for values in case.series.values()):
        checks = [(after_reset, any_state(case), [in_state(case, "firing")])]
        yield test_of(f"{name}: fires over resets", case.series, checks, reset=True)
    for metric in sorted({series.partition("{")[0] for series, values in case.series.items() if values is not None}):
        if metric not in case.without:
            without = {series: None for series in (*HEALTHY, *case.series) if series.startswith(metric + "{")}
            yield test_of(f"{name}: without {metric}", {**case.series, **without}, never_fired(case, at + 1))
    if case.masked:
        restarted = {**case.series, table.START: table.Steady(case.holds * 60)}
        yield test_of(f"{name}: not after a restart", restarted, [(case.holds + 9, any_state(case), [])])


def healthy_tests():
    """Nothing is even pending where all is well, whatever begins anew."""
    nothing = [(90, 'count_over_time(ALERTS{alertname!="MixnetWatchdog"}[2d])', [])]
    yield test_of("healthy, counters begin anew", {}, nothing, reset=True)
    restart = {table.START: table.Written(f"-86400+0x{RESET_AT - 1} {RESET_AT * 60}+0x100")}
    yield test_of("healthy, restarted", restart, nothing, reset=True)
    yield test_of("the watchdog always fires", {}, [
        (0, 'ALERTS{alertname="MixnetWatchdog"}', ['ALERTS{alertname="MixnetWatchdog",alertstate="firing",severity="none"}'])
    ])  # fmt: skip
    # Each source alone may be missing on a host: what is not there raises nothing.
    for series in HEALTHY:
        if not series.startswith(("up{", "mixnet_node_info")):
            yield test_of(f"healthy without {series}", {series: None}, [(6, nothing[0][1], [])])


def step_of(cases):
    """Minutes from one evaluation to the next: five where the alert takes long to fire."""
    return 5 if all(fires_at(case) >= 60 and case.holds % 5 == 0 for case in cases) else 1


def test_file(tests, rules=RULES, step=1):
    return json.dumps({
        "rule_files": [str(file) for file in rules],
        "evaluation_interval": f"{step}m",
        "group_eval_order": [f"mixnet-{name}" for name in GROUPS],
        "tests": list(tests),
    })  # fmt: skip


def only(alert):
    """The rules that record and one alert, as all of them together take long."""
    groups = []
    for file in RULES:
        for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]:
            rules = [rule for rule in group["rules"] if rule.get("alert", alert) == alert]
            if rules:
                groups.append({"name": group["name"], "rules": rules})
    return json.dumps({"groups": groups})


def run(command, cwd=None):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, cwd=cwd)
    return done.returncode, done.stdout + done.stderr


class WithPromtool(unittest.TestCase):
    maxDiff = None

    def promtool(self):
        return support.program("promtool")

    def check(self, tests, rules=None, step=1):
        with tempfile.TemporaryDirectory() as folder:
            files = RULES
            if rules is not None:
                files = [pathlib.Path(folder, "rules.yml")]
                files[0].write_text(rules, encoding="utf-8")
            file = pathlib.Path(folder, "tests.yml")
            file.write_text(test_file(tests, files, step), encoding="utf-8")
            status, said = run([self.promtool(), "test", "rules", file])
        self.assertEqual(0, status, said[-20_000:])


class Rules(WithPromtool):
    def test_are_valid(self):
        status, said = run([self.promtool(), "check", "rules", "--lint=all", "--lint-fatal", *RULES])
        self.assertEqual(0, status, said)

    def test_alerts_fire_when_they_are_to_and_nothing_else_does(self):
        self.check(firing_test(number, case) for number, case in enumerate(CASES) if fires_at(case) <= LONG_MINUTES)

    def test_alerts_do_not_fire_when_they_are_not_to(self):
        for alert in sorted({case.alert for case in CASES}):
            with self.subTest(alert):
                cases = {number: case for number, case in enumerate(CASES) if case.alert == alert}
                tests = [test for number, case in cases.items() for test in other_tests(number, case)]
                tests += [firing_test(number, case) for number, case in cases.items() if fires_at(case) > LONG_MINUTES]
                self.check(tests, only(alert), step_of(cases.values()))

    def test_nothing_fires_where_all_is_well(self):
        self.check(healthy_tests())


class NewerRules(Rules):
    """The same with the promtool of a newer Debian."""

    suite = "trixie"

    def promtool(self):
        import newer_debian  # pylint: disable=import-outside-toplevel

        return newer_debian.program("promtool", self.suite, "usr/bin/promtool")


class NewestRules(NewerRules):
    suite = "sid"


SUBJECTS = {
    "host": "The host", "node": "The node", "packets": "Packets", "tunnels": "Tunnels", "network": "The network's view",
    "exporter": "The exporter, and alerting itself",
}  # fmt: skip
DOCUMENT = support.PROJECT / "docs/alerts.md"
BEGIN, END = "<!-- alerts: made from prometheus/rules, see tests/integration/prometheus_rules.py -->", "<!-- end of alerts -->"


def limits_of(rule):
    """What the expression compares with, but for how long the node has been up."""
    expression = re.sub(r"node:mixnet_node_uptime_seconds:min < 600", "", " ".join(rule["expr"].split()))
    return re.findall(r"(==|<=|>=|<|>) (-?[\d.]+(?: \* \d+)?)(?![\w(.])", expression)


def in_words(text):
    """A summary with names in place of what is filled in."""
    text = re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda match: match[1].upper(), text)
    return re.sub(r"\{\{[^{}]*\$value[^{}]*\}\}", "N", text).replace("|", "\\|")


def table_of(file):
    rows = {}
    for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            if "alert" in rule:
                rows.setdefault(rule["alert"], []).append(rule)
    yield "| Alert | Severity | Limits | After | It says |"
    yield "|---|---|---|---|---|"
    for name, rules in rows.items():
        severities = ", ".join(dict.fromkeys(rule["labels"]["severity"] for rule in rules))
        summaries = " / ".join(dict.fromkeys(in_words(rule["annotations"]["summary"]) for rule in rules))
        limits = " / ".join(dict.fromkeys(", ".join(" ".join(limit) for limit in limits_of(rule)) for rule in rules))
        yield f"| [`{name}`](runbooks/{name}.md) | {severities} | {limits} | {rules[0].get('for', 'at once')} | {summaries} |"


def expected_document():
    """The page, with tables that are made from the rules."""
    head, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    files = {file.stem.removeprefix("mixnet-"): file for file in RULES}
    parts = [BEGIN]
    for subject, title in SUBJECTS.items():
        parts += ["", f"## {title}", "", *table_of(files[subject])]
    return head + "\n".join([*parts, "", END]) + rest.partition(END)[2]


class Document(unittest.TestCase):
    maxDiff = None

    def test_lists_every_alert(self):
        self.assertEqual(DOCUMENT.read_text(encoding="utf-8"), expected_document(), "prometheus_rules.py --update writes it anew")

    def test_every_runbook_is_of_an_alert(self):
        names = {page.stem for page in (support.PROJECT / "docs/runbooks").glob("*.md")}
        self.assertEqual({rule["alert"] for rule in alerts()}, names)

    def test_runbooks_say_everything(self):
        for page in (support.PROJECT / "docs/runbooks").glob("*.md"):
            text = page.read_text(encoding="utf-8")
            headings = re.findall(r"^#+ .*", text, re.M)
            self.assertEqual([f"# {page.stem}", "## Meaning", "## Impact", "## Confirm", "## Mend"], headings)
            if page.stem != "MixnetWatchdog":
                self.assertIn("```", text, page.name)


class SameAsChecks(unittest.TestCase):
    """`mixnet-exporter check` and the alerts that the exporter sends itself have the same names, severities and limits; they are
    read out of the table of checks in the source."""

    ROW = re.compile(
        r'{"\w+",\s*"\w*",\s*"(?P<alert>Mixnet\w+)",\s*"(?P<help>[^"]*)",\s*'
        r"{(?P<warning>[^,{}]+), (?P<critical>[^,{}]+), (?P<over>\d+(?:min|h|s))}"
    )

    def checks(self):
        text = (support.PROJECT / "daemon/checks/all_checks.cpp").read_text(encoding="utf-8")
        rows = [match.groupdict() for match in self.ROW.finditer(text)]
        self.assertEqual(set(re.findall(r'"(Mixnet\w+)"', text)), {row["alert"] for row in rows}, "a row that is not understood")
        self.assertGreater(len(rows), 20)
        return rows

    def test_names_and_severities(self):
        ours = {(rule["alert"], rule["labels"]["severity"]) for rule in alerts()}
        theirs = {(row["alert"], severity) for row in self.checks() for severity in ("warning", "critical") if row[severity] != "kNone"}
        self.assertLessEqual(theirs, ours)
        names = {alert for alert, _ in theirs}
        self.assertEqual(theirs, {one for one in ours if one[0] in names})

    def test_limits(self):
        for row in self.checks():
            for severity in "warning", "critical":
                if row[severity] == "kNone":
                    continue
                kind, number = re.fullmatch(r"(up_to|from)\(([\d.]+)\)", row[severity]).groups()
                rules = [r for r in alerts() if (r["alert"], r["labels"]["severity"]) == (row["alert"], severity)]
                allowed = self.as_compared(kind, float(number), row["help"])
                for rule in rules:
                    compared = [(operator, self.number(value)) for operator, value in limits_of(rule)]
                    self.assertTrue(allowed & set(compared), f"{row['alert']} {severity}: {allowed} is not in {compared}")

    @staticmethod
    def number(text):
        value = 1.0
        for factor in text.split(" * "):
            value *= float(factor)
        return round(value, 6)

    def as_compared(self, kind, number, says):
        """How a rule may write what a check lets pass."""
        scales = [1]
        if "percent" in says:
            scales = [0.01]
        elif "days" in says.lower():
            scales = [86400]
        out = set()
        for scale in scales:
            limit = round(number * scale, 6)
            out |= {(">", limit), (">=", number + 1)} if kind == "up_to" else {("<", limit)}
        if kind == "up_to" and number == 0:
            out.add(("==", 1.0))
        if kind == "from" and number == 1:
            out.add(("==", 0.0))
        return out

    def test_how_long_they_last(self):
        for row in self.checks():
            over = minutes(row["over"].replace("min", "m")) if not row["over"].endswith("s") else 0
            for rule in alerts():
                if rule["alert"] != row["alert"]:
                    continue
                windows = [minutes(window) for window in re.findall(r"\[(\d+[mh])\]|increase(1h)", rule["expr"]) for window in window if window]
                self.assertIn(over, [minutes(rule.get("for")), *windows], rule["alert"])


class Form(WithPromtool):
    """What promtool does not ask of rules."""

    def test_every_rule_has_a_case(self):
        tried = {(case.alert, case.severity) for case in CASES}
        self.assertEqual({("MixnetWatchdog", "none")},
                         {(rule["alert"], rule["labels"]["severity"]) for rule in alerts()} - tried)  # fmt: skip

    def test_alerts_say_what_and_what_to_do(self):
        for rule in alerts():
            with self.subTest(rule["alert"]):
                annotations = rule["annotations"]
                self.assertEqual({"summary", "description", "runbook_url"}, set(annotations))
                self.assertEqual({"severity"}, set(rule["labels"]))
                self.assertIn(rule["labels"]["severity"], SEVERITIES)
                self.assertTrue(annotations["description"].endswith("."))
                self.assertFalse(annotations["summary"].endswith("."))
                self.assertEqual(f"{RUNBOOKS}{rule['alert']}.md", annotations["runbook_url"])
                self.assertTrue((support.PROJECT / "docs/runbooks" / f"{rule['alert']}.md").is_file(), "no runbook")

    def test_rates_are_not_taken_over_less_than_four_scrapes_of_a_minute(self):
        for rule in all_rules():
            for window in re.findall(r"(?:rate|increase)\([^\[\]]*\[(\w+)\]", rule["expr"]):
                self.assertGreaterEqual(minutes(window.replace("1d", "24h")), 5, rule)

    def test_no_label_takes_a_value(self):
        for rule in alerts():
            self.assertNotIn("{{", json.dumps(rule["labels"]), rule["alert"])

    def test_critical_goes_with_the_warning_of_the_same_condition(self):
        """Alertmanager silences the warning by the critical one, so they must have the same name and labels."""
        waits = {(rule["alert"], rule["labels"]["severity"]): rule.get("for") for rule in alerts()}
        for (alert, severity), wait in waits.items():
            if severity == "critical" and (alert, "warning") in waits:
                self.assertEqual(waits[alert, "warning"], wait, alert)

    def test_annotations_are_filled_in(self):
        """promtool shows what it got where another text is expected; none of it is an error or a value that is not there."""
        filled_in = []
        for alert in sorted({case.alert for case in CASES}):
            cases = [case for case in CASES if case.alert == alert]
            tests = [test_of(alert, case.series, [(fires_at(case), "vector(0) > 1", [])]) for case in cases]
            for case, test in zip(cases, tests):
                test["alert_rule_test"] = [{"eval_time": f"{fires_at(case)}m", "alertname": alert, "exp_alerts": []}]
            with tempfile.TemporaryDirectory() as folder:
                rules, file = pathlib.Path(folder, "rules.yml"), pathlib.Path(folder, "tests.yml")
                rules.write_text(only(alert), encoding="utf-8")
                file.write_text(test_file(tests, [rules], step_of(cases)), encoding="utf-8")
                status, said = run([self.promtool(), "test", "rules", file])
            self.assertNotEqual(0, status)
            found = re.findall(r"Annotations:\{(.*?), runbook_url=", said, re.S)
            self.assertGreaterEqual(len(found), len(cases), alert)
            filled_in += found
        for text in filled_in:
            self.assertNotRegex(text, r"<no value>|error expanding|%!|NaN|\{\{|e\+")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--write":
        target = pathlib.Path(sys.argv[2], "tests.yml")
        target.write_text(test_file([t for n, c in enumerate(CASES) for t in (firing_test(n, c), *other_tests(n, c))] + list(healthy_tests())), encoding="utf-8")
        print(target)
    elif sys.argv[1:] == ["--update"]:
        DOCUMENT.write_text(expected_document(), encoding="utf-8")
    else:
        unittest.main()
