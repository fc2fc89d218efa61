#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares two expositions (Prometheus' text format or OpenMetrics), family by family.

  compare_expositions.py EXPECTED ACTUAL [--bracket AFTER] [--exceptions FILE] ...       '-' reads standard input

Kinds of differences: missing and extra (families of one side only), type, help, labels (another set of label names), series
(the same label names with other values), value, and with --lint what is wrong with the form of ACTUAL.
Exit status: 0 nothing differs, 1 something does, 2 a file cannot be read.

A file of exceptions has one rule a line, and each gives its reason:

  KIND REGEX [abs=X] [rel=Y]   # reason

KIND is one of the above, `family` (not compared at all) or `label`. The regex must match the whole name of a family. For
`series` it is searched for in the series as text, name{label="value",...}, which is then left out on both sides; for `label`
it must match a label's name, and the label is dropped on both sides. `value` rules with abs or rel widen the tolerance,
without them the values are not compared.
"""
import argparse
import json
import re
import sys
from collections import Counter, namedtuple
from dataclasses import dataclass

from exposition import Family, ParseError, close, parse

KINDS = ("missing", "extra", "type", "help", "labels", "series", "value", "lint")
RULE_KINDS = ("family", "label") + KINDS[:-1]
RULE = re.compile(r"^(?P<kind>\w+)\s+(?P<regex>\S+)(?P<tolerance>(?:\s+(?:abs|rel)=\S+)*)\s+#\s*(?P<reason>\S.*)$")

Difference = namedtuple("Difference", "family kind subject detail")
Tolerance = namedtuple("Tolerance", "relative absolute")


class RuleError(Exception):
    """A line of an exceptions file is not a rule."""


@dataclass
class Rule:
    kind: str
    regex: re.Pattern
    tolerance: Tolerance
    reason: str


def parse_rules(text, source):
    """Rules of an exceptions file; empty lines and lines that begin with # are skipped."""
    rules = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            rules.append(parse_rule(line.strip(), f"{source}:{number}"))
    return rules


def parse_rule(line, where):
    # value node_load(1|5|15) abs=0.5   # recomputed every five seconds
    match = RULE.match(line)
    if not match:
        raise RuleError(f"{where}: 'KIND REGEX  # reason' expected: {line}")
    if match["kind"] not in RULE_KINDS:
        raise RuleError(f"{where}: {match['kind']} is none of {', '.join(RULE_KINDS)}")
    numbers = dict(word.split("=", 1) for word in match["tolerance"].split())
    tolerance = Tolerance(float(numbers.get("rel", 0)), float(numbers.get("abs", 0))) if numbers else None
    try:
        return Rule(match["kind"], re.compile(match["regex"]), tolerance, match["reason"])
    except re.error as error:
        raise RuleError(f"{where}: {error}") from error


class Rules:
    """What may differ."""

    def __init__(self, rules=()):
        self.rules = list(rules)

    def allow(self, kind, family):
        return any(rule.kind == kind and rule.regex.fullmatch(family) for rule in self.rules)

    def leave_out(self, series):
        return any(rule.kind == "series" and rule.regex.search(str(series)) for rule in self.rules)

    def drop(self, label):
        return any(rule.kind == "label" and rule.regex.fullmatch(label) for rule in self.rules)

    def tolerance(self, family, otherwise):
        """How far values of a family may differ; None where they are not to be compared."""
        for rule in self.rules:
            if rule.kind == "value" and rule.regex.fullmatch(family):
                return rule.tolerance
        return otherwise


class Comparison:
    """Compares expositions that parse() gave, under rules; `differences` holds what it finds."""

    def __init__(self, rules=Rules(), tolerance=Tolerance(0.0, 0.0), ignored_labels=(), only_families=None):
        self.rules = rules
        self.tolerance = tolerance
        self.ignored_labels = frozenset(ignored_labels)
        self.only_families = re.compile(only_families or "")
        self.differences = []
        self.values_compared = 0

    def run(self, expected, actual, after=None):
        """`after` is a second look at EXPECTED's source, taken after ACTUAL: a value between the two is right."""
        expected, actual, after = (self.wanted(families or {}) for families in (expected, actual, after))
        for name in sorted(expected.keys() | actual.keys()):
            if name not in actual:
                self.note(name, "missing", "", f"{expected[name].type}, {len(expected[name].series)} series")
            elif name not in expected:
                self.note(name, "extra", "", f"{actual[name].type}, {len(actual[name].series)} series")
            else:
                self.compare_family(expected[name], actual[name], after.get(name))
        return self.differences

    def wanted(self, families):
        """The families that are compared, without what the rules leave out of them."""
        kept = {}
        for name, family in families.items():
            if not self.only_families.search(name) or self.rules.allow("family", name):
                continue
            series = {key: value for key, value in family.series.items() if not self.rules.leave_out(key)}
            series = {self.without_labels(key): value for key, value in series.items()}
            if series or not family.series:
                kept[name] = Family(name, family.type, family.help, family.unit, series)
        return kept

    def without_labels(self, series):
        return series.without([name for name in series.label_names() if name in self.ignored_labels or self.rules.drop(name)])

    def note(self, family, kind, subject, detail):
        if kind == "value" or not self.rules.allow(kind, family):  # rules of values are tolerances, and were applied
            self.differences.append(Difference(family, kind, subject, detail))

    def compare_family(self, expected, actual, after):
        name = expected.name
        if _type(expected) != _type(actual):
            self.note(name, "type", "", f"{_type(expected)} expected, {_type(actual)} found")
        if (expected.help or "") != (actual.help or ""):
            self.note(name, "help", "", f"{expected.help!r} expected, {actual.help!r} found")
        self.compare_label_names(expected, actual)
        for series in expected.series.keys() - actual.series.keys():
            self.note(name, "series", f"missing {series}", expected.series[series].text)
        for series in actual.series.keys() - expected.series.keys():
            self.note(name, "series", f"extra {series}", actual.series[series].text)
        self.compare_values(expected, actual, after)

    def compare_label_names(self, expected, actual):
        sets = [{(key.name, key.label_names()) for key in family.series} for family in (expected, actual)]
        for sample, labels in sorted(sets[0] - sets[1]):
            self.note(expected.name, "labels", f"missing {sample}{{{','.join(labels)}}}", "")
        for sample, labels in sorted(sets[1] - sets[0]):
            self.note(expected.name, "labels", f"extra {sample}{{{','.join(labels)}}}", "")

    def compare_values(self, expected, actual, after):
        tolerance = self.rules.tolerance(expected.name, self.tolerance)
        if tolerance is None:
            return
        for series in expected.series.keys() & actual.series.keys():
            want, got = expected.series[series], actual.series[series]
            later = after.series.get(series) if after else None
            self.values_compared += 1
            if not _is_right(want, got, later, tolerance):
                and_later = f" to {later.text}" if later else ""
                self.note(expected.name, "value", str(series), f"{want.text}{and_later} expected, {got.text} found")


def _type(family):
    """'unknown' is OpenMetrics' word for 'untyped', and a family without TYPE is that."""
    return {"unknown": "untyped", None: "untyped"}.get(family.type, family.type)


def _is_right(want, got, later, tolerance):
    if close(want.number, got.number, *tolerance):
        return True
    if later is None:
        return False
    low, high = sorted((want.number, later.number))
    slack = tolerance.absolute + tolerance.relative * max(abs(low), abs(high))
    return low - slack <= got.number <= high + slack


def text_of(difference):
    return ": ".join(filter(None, (difference.subject, difference.detail)))


def report(differences, lines_max):
    """The differences as text, by family; at most lines_max of a kind in each (0: all)."""
    lines = []
    families = {}
    for difference in differences:
        families.setdefault(difference.family, {}).setdefault(difference.kind, []).append(text_of(difference))
    for family, kinds in families.items():
        lines.append(family)
        for kind, texts in kinds.items():
            shown = sorted(texts)[: lines_max or None]
            lines += [f"  {kind:7} {text}" for text in shown]
            if len(shown) < len(texts):
                lines.append(f"  {kind:7} ... and {len(texts) - len(shown)} more")
    return lines


def totals(differences):
    counts = Counter(difference.kind for difference in differences)
    return ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind]) or "nothing differs"


def read(name):
    if name == "-":
        return sys.stdin.read()
    with open(name, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("expected")
    parser.add_argument("actual")
    parser.add_argument("--bracket", metavar="AFTER", help="a second look at EXPECTED's source, taken after ACTUAL")
    parser.add_argument("--exceptions", metavar="FILE", action="append", default=[], help="rules of what may differ")
    parser.add_argument("--families", metavar="REGEX", help="compare only families whose name it is found in")
    parser.add_argument("--ignore-label", metavar="NAME", action="append", default=[], help="drop a label before comparing")
    parser.add_argument("--rel", type=float, default=0.0, help="relative tolerance of values")
    parser.add_argument("--abs", type=float, default=0.0, help="absolute tolerance of values")
    parser.add_argument("--lint", action="store_true", help="also report what is wrong with the form of ACTUAL")
    parser.add_argument("--only", metavar="KINDS", help="report only these kinds, separated by commas")
    parser.add_argument("--lines", type=int, default=5, help="lines printed of a kind in a family; 0: all")
    parser.add_argument("--json", metavar="FILE", help="write all differences there too")
    return parser.parse_args(argv)


def main(argv=None):
    options = arguments(argv)
    try:
        rules = Rules(rule for name in options.exceptions for rule in parse_rules(read(name), name))
        expected, _ = parse(read(options.expected), "EXPECTED")
        actual, faults = parse(read(options.actual), "ACTUAL")
        after = parse(read(options.bracket), "AFTER")[0] if options.bracket else None
    except (ParseError, RuleError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    comparison = Comparison(rules, Tolerance(options.rel, options.abs), options.ignore_label, options.families)
    found = comparison.run(expected, actual, after)
    if options.lint:
        found += [Difference("(form)", "lint", "", fault) for fault in faults]
    if options.only:
        found = [difference for difference in found if difference.kind in options.only.split(",")]
    print("\n".join(report(found, options.lines) + [f"{comparison.values_compared} values compared; {totals(found)}"]))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump([difference._asdict() for difference in found], file, indent=1)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
