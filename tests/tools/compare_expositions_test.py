#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import compare_expositions
from compare_expositions import Comparison, RuleError, Rules, Tolerance, parse_rules, text_of
from exposition import parse

EXPECTED = """\
# HELP a Something.
# TYPE a gauge
a{device="eth0"} 10
# TYPE b counter
b 1
"""


def differences(actual, rules="", after=None, **options):
    """What differs from EXPECTED, as 'family kind text'."""
    comparison = Comparison(Rules(parse_rules(rules, "rules")), **options)
    found = comparison.run(parse(EXPECTED)[0], parse(actual)[0], parse(after)[0] if after else None)
    return [f"{difference.family} {difference.kind} {text_of(difference)}" for difference in found]


class Comparing(unittest.TestCase):
    def test_the_same_does_not_differ(self):
        self.assertEqual([], differences(EXPECTED))

    def test_each_kind(self):
        for old, new, found in (
            ("b", "c", ["b missing counter, 1 series", "c extra counter, 1 series"]),
            ("b counter", "b gauge", ["b type counter expected, gauge found"]),
            ("Something", "Another thing", ["a help 'Something.' expected, 'Another thing.' found"]),
            ("eth0", "eth1", ['a series missing a{device="eth0"}: 10', 'a series extra a{device="eth1"}: 10']),
            ("} 10", "} 11", ['a value a{device="eth0"}: 10 expected, 11 found']),
        ):
            changed = EXPECTED.replace(old, new) if old != "b" else EXPECTED.replace("b counter\nb", "c counter\nc")
            self.assertEqual(found, differences(changed))

    def test_other_label_names(self):
        found = differences(EXPECTED.replace("device", "interface"))
        self.assertEqual(["a labels missing a{device}", "a labels extra a{interface}"], found[:2])

    def test_a_bracket_allows_what_lies_between(self):
        later = EXPECTED.replace("} 10", "} 12")
        self.assertEqual([], differences(EXPECTED.replace("} 10", "} 11"), after=later))
        self.assertEqual(
            ['a value a{device="eth0"}: 10 to 12 expected, 13 found'], differences(EXPECTED.replace("} 10", "} 13"), after=later)
        )

    def test_ignored_labels_and_chosen_families(self):
        self.assertEqual([], differences(EXPECTED.replace("eth0", "eth1"), ignored_labels=["device"]))
        self.assertEqual([], differences(EXPECTED.replace("} 10", "} 11"), only_families="^b$"))

    def test_tolerance(self):
        self.assertEqual([], differences(EXPECTED.replace("} 10", "} 11"), tolerance=Tolerance(0.1, 0)))
        self.assertEqual(1, len(differences(EXPECTED.replace("} 10", "} 12"), tolerance=Tolerance(0.1, 0))))

    def test_unknown_is_untyped(self):
        families = [parse(f"# TYPE a {kind}\na 1\n")[0] for kind in ("untyped", "unknown")]
        self.assertEqual([], Comparison().run(*families))


class Exceptions(unittest.TestCase):
    def test_each_kind_of_rule_allows_its_difference_only(self):
        for rule, new in (
            ("missing b  # why", EXPECTED.replace("# TYPE b counter\nb 1\n", "")),
            ("extra c.*  # why", EXPECTED + "# TYPE cc gauge\ncc 1\n"),
            ("type b  # why", EXPECTED.replace("b counter", "b gauge")),
            ("help a  # why", EXPECTED.replace("Something", "X")),
            ('series device="eth  # why', EXPECTED.replace("eth0", "eth1")),
            ("label device  # why", EXPECTED.replace("eth0", "eth1")),
            ("value a  # why", EXPECTED.replace("} 10", "} 99")),
            ("value a abs=1  # why", EXPECTED.replace("} 10", "} 11")),
            ("family a  # why", EXPECTED.replace("Something", "X").replace("} 10", "} 99")),
        ):
            self.assertEqual([], differences(new, rule), rule)
            self.assertNotEqual([], differences(new), rule)
        self.assertNotEqual([], differences(EXPECTED.replace("} 10", "} 12"), "value a abs=1  # why"))
        self.assertNotEqual([], differences(EXPECTED.replace("eth0", "eth1"), "value a  # why"))

    def test_a_rule_names_whole_families(self):
        self.assertNotEqual([], differences(EXPECTED + "# TYPE cc gauge\ncc 1\n", "extra c  # why"))

    def test_a_rule_without_reason_is_refused(self):
        for line, fault in (
            ("value a", "KIND REGEX"),
            ("value a  #", "KIND REGEX"),
            ("odd a  # why", "odd is none of"),
            ("value (  # why", "missing )"),
        ):
            with self.assertRaisesRegex(RuleError, "^rules:3: ") as caught:
                parse_rules("# a comment\n\n" + line + "\n", "rules")
            self.assertIn(fault, str(caught.exception))


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_on(self, expected, actual, *options):
        for name, text in (("expected", expected), ("actual", actual)):
            (self.folder / name).write_text(text, encoding="utf-8")
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            status = compare_expositions.main([str(self.folder / "expected"), str(self.folder / "actual"), *options])
        return status, output.getvalue()

    def test_exit_status(self):
        self.assertEqual((0, "2 values compared; nothing differs\n"), self.run_on(EXPECTED, EXPECTED))
        status, output = self.run_on(EXPECTED, EXPECTED.replace("} 10", "} 11"))
        self.assertEqual(1, status)
        self.assertTrue(output.endswith("2 values compared; 1 value\n"), output)
        self.assertEqual(2, self.run_on(EXPECTED, "<html>\n")[0])

    def test_reports_faults_of_form(self):
        status, output = self.run_on(EXPECTED, EXPECTED.rstrip("\n"), "--lint")
        self.assertEqual(1, status)
        self.assertIn("no newline at the end", output)

    def test_writes_json_and_shortens_long_lists(self):
        many = "# TYPE a gauge\n" + "".join(f'a{{n="{n}"}} 1\n' for n in range(9))
        status, output = self.run_on(many, "# TYPE a gauge\n", "--lines", "2", "--json", str(self.folder / "json"))
        self.assertEqual(1, status)
        self.assertIn("... and 7 more", output)
        self.assertEqual(10, len(json.loads((self.folder / "json").read_text())))


if __name__ == "__main__":
    unittest.main()
