#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The recording and alert rules of prometheus/rules, by `promtool test rules` on the cases of prometheus_rule_cases.py.

For each case there are tests of its own: the alert fires once its condition has lasted, is pending just before, is all that
fires; it does not where the values are just not bad enough, where a series is missing, after a restart of the node; and counters
that begin anew change nothing. `--write FOLDER` leaves them there for a look.
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
        tests = []
        for number, case in enumerate(CASES):
            test = firing_test(number, case)
            test["promql_expr_test"] = []
            test["alert_rule_test"] = [{"eval_time": f"{fires_at(case)}m", "alertname": case.alert, "exp_alerts": []}]
            tests.append(test)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "tests.yml")
            file.write_text(test_file(tests), encoding="utf-8")
            status, said = run([self.promtool(), "test", "rules", file])
        self.assertNotEqual(0, status)
        filled_in = re.findall(r"Annotations:\{(.*?), runbook_url=", said, re.S)
        self.assertGreaterEqual(len(filled_in), len(CASES))
        for text in filled_in:
            self.assertNotRegex(text, r"<no value>|error expanding|%!|NaN|\{\{|e\+")
        if "--show" in sys.argv:
            print("\n".join(sorted(set(filled_in))))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--write":
        target = pathlib.Path(sys.argv[2], "tests.yml")
        target.write_text(test_file([t for n, c in enumerate(CASES) for t in (firing_test(n, c), *other_tests(n, c))] + list(healthy_tests())), encoding="utf-8")
        print(target)
    else:
        unittest.main()
