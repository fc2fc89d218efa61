#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What bash completes, with the file that the package installs."""
import subprocess
import tempfile
import unittest

import support

SCRIPT = """\
compopt() { :; }
source "$1/mixnet-exporter.bash"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_mixnet_exporter
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        made = support.run_exporter("documents", f"--folder={cls.folder}")
        assert made.returncode == 0, made

    def complete(self, *words):
        command = [support.program("bash"), "-uc", SCRIPT, "bash", self.folder, "mixnet-exporter", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        self.assertEqual("", done.stderr)
        return done.stdout.split()

    def test_commands(self):
        self.assertIn("doctor", self.complete(""))
        self.assertNotIn("documents", self.complete(""))
        self.assertEqual(["config"], self.complete("con"))
        self.assertEqual({"check", "show", "init", "prometheus"}, set(self.complete("config", "")))
        self.assertEqual([], self.complete("doctor", ""))

    def test_flags(self):
        self.assertEqual(["--web.listen-address="], self.complete("--web.li"))
        self.assertEqual(["--no-collector.loadavg"], self.complete("run", "--no-collector.loada"))
        self.assertEqual(["--owner="], self.complete("targets", "--own"))
        self.assertEqual([], self.complete("run", "--own"))

    def test_files(self):
        self.assertEqual([f"{self.folder}/mixnet-exporter.yml", f"{self.folder}/mixnet-exporter.yml.5"],
                         sorted(self.complete("--config.file", "=", f"{self.folder}/mixnet-exporter.y")))  # fmt: skip


if __name__ == "__main__":
    unittest.main()
