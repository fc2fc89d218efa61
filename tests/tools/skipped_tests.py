#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists what a run of ctest skipped, and why, from its JUnit file: whole tests and single cases inside Python tests.

  skipped_tests.py RESULTS.xml
"""
import re
import sys
import xml.etree.ElementTree

# "test_name (module.Class.test_name) ... skipped 'reason'", or only "… skipped 'reason'" where a test has a docstring: unittest
UNITTEST = re.compile(r"""^(?:(?P<case>\w+) \([\w.]+\))?.*\.\.\. skipped (?P<quote>['"])(?P<reason>.*)(?P=quote)$""", re.M)
# "path.cpp:12: Skipped\nreason": GoogleTest
GOOGLETEST = re.compile(r"^\S+:\d+: Skipped\n(?P<reason>.*)$", re.M)
# "SKIPPED: reason": scripts
SCRIPT = re.compile(r"^SKIPPED: (?P<reason>.*)$", re.M)


def reasons(output):
    """The reasons found in the output of one test, each with the case's name where it has one."""
    found = [": ".join(filter(None, (match["case"], match["reason"]))) for match in UNITTEST.finditer(output)]
    found += [match["reason"] for match in GOOGLETEST.finditer(output)]
    found += [match["reason"] for match in SCRIPT.finditer(output)]
    return found


def skipped(results):
    """Lines 'test: reason' for everything that was skipped in a parsed JUnit file."""
    lines = []
    for case in results.iter("testcase"):
        why = reasons(case.findtext("system-out") or "")
        if not why and case.find("skipped") is not None:
            why = ["no reason given: " + case.find("skipped").get("message", "")]
        lines += [f"{case.get('name')}: {reason}" for reason in why]
    return lines


def main():
    lines = skipped(xml.etree.ElementTree.parse(sys.argv[1]))
    if lines:
        print("Skipped, with the reason:")
        for line in lines:
            print("  " + line)


if __name__ == "__main__":
    main()
