#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`promtool check metrics` has nothing to say of our output but about historical names of node_exporter; and it can parse the
expressions of docs/nym.md.
"""
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import support

NYM = pathlib.Path(__file__).resolve().parents[2] / "docs/nym.md"
HISTORICAL = pathlib.Path(__file__).with_name("promtool_historical_names.txt")


def historical():
    """What promtool may say; each line of the file has a regex and the reason."""
    for line in HISTORICAL.read_text(encoding="utf-8").splitlines():
        regex, has_reason, _ = line.partition("  # ")
        if regex and not regex.startswith("#"):
            assert has_reason, f"no reason given: {line}"
            yield re.compile(regex)


def expressions():
    """Those of docs/nym.md, one a line."""
    for block in re.findall(r"^```promql\n(.*?)^```", NYM.read_text(encoding="utf-8"), re.M | re.S):
        yield from (line for line in block.splitlines() if line and not line.startswith("#"))


class PromtoolCheck(unittest.TestCase):
    maxDiff = None

    def test_nothing_to_say_of_this_host(self):
        self.check()

    def test_nothing_to_say_of_the_fixture_host(self):
        roots = {"procfs": "proc", "sysfs": "sys", "rootfs": "root", "udev.data": "udev"}
        self.check(*(f"--path.{name}={support.FIXTURES / 'host' / folder}" for name, folder in roots.items()))

    def test_expressions_for_operators_are_promql(self):
        rules = [{"record": f"rule_{number}", "expr": expression} for number, expression in enumerate(expressions())]
        self.assertGreater(len(rules), 20)
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            json.dump({"groups": [{"name": "nym", "rules": rules}]}, file)  # which is YAML too
            file.flush()
            said = subprocess.run(
                [support.program("promtool"), "check", "rules", file.name], capture_output=True, text=True, check=False
            )
        self.assertEqual(0, said.returncode, said.stdout + said.stderr)

    def check(self, *flags):
        scrape = support.run_exporter("scrape", *flags)
        self.assertEqual(0, scrape.returncode, scrape.stderr)
        said = subprocess.run(
            [support.program("promtool"), "check", "metrics"], input=scrape.stdout, capture_output=True, text=True, check=False
        )
        lines = [re.sub(r"\s+", " ", line.strip()) for line in (said.stdout + said.stderr).splitlines() if line.strip()]
        known = list(historical())
        self.assertEqual([], [line for line in lines if not any(regex.fullmatch(line) for regex in known)])


if __name__ == "__main__":
    unittest.main()
