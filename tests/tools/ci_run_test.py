#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What .ci/run makes of its stages, with a script in place of scripts/test."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PASSED = "echo '100% tests passed, 0 tests failed out of 50'"
FAILED = "echo '98% tests passed, 1 tests failed out of 50'; exit 8"


class CiRun(unittest.TestCase):
    def run_with(self, **stages):
        """The status and the last line; a stage is named by its option, and passes unless told otherwise."""
        cases = "".join(f"--{name}) {commands} ;;\n" for name, commands in stages.items())
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder, "scripts", "test")
            script.parent.mkdir()
            script.write_text(f"#!/bin/sh\ncase $1 in\n{cases}*) {PASSED} ;;\nesac\n", encoding="utf-8")
            script.chmod(0o755)
            ci_run = pathlib.Path(folder, ".ci", "run")
            ci_run.parent.mkdir()
            shutil.copy(PROJECT / ".ci" / "run", ci_run)
            result = subprocess.run([ci_run], capture_output=True, text=True, check=False)
        self.output = result.stdout
        return result.returncode, result.stdout.splitlines()[-1]

    def test_adds_up_what_passes(self):
        self.assertEqual((0, "100% tests passed, 0 tests failed out of 200"), self.run_with())

    def test_adds_up_what_fails(self):
        self.assertEqual((1, "99% tests passed, 1 tests failed out of 200"), self.run_with(asan=FAILED))

    def test_counts_a_stage_that_did_not_get_to_its_tests(self):
        self.assertEqual((1, "99% tests passed, 1 tests failed out of 151"), self.run_with(tsan="exit 1"))

    def test_counts_a_stage_that_fails_in_spite_of_its_tests(self):
        self.assertEqual((1, "99% tests passed, 1 tests failed out of 201"), self.run_with(fuzz=f"{PASSED}; exit 1"))

    def test_tells_at_the_end_what_failed(self):
        outcome = "echo 'a test .....***Failed 0.1 sec'; echo 'runtime error: null'; echo 'The following tests FAILED:'; echo ' 7 - a test'"
        self.run_with(asan=f"{outcome}; {FAILED}", tsan="echo 'error: no compiler'; exit 1")
        end = self.output[self.output.index("===== failed: "):]
        for text in ("runtime error: null", " 7 - a test", "error: no compiler"):
            self.assertIn(text, end)


if __name__ == "__main__":
    unittest.main()
