#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The output of the whole program on the fixture host, against tests/golden/metrics.txt.

  golden_output.py --update    writes that file anew; review what changes in it like code
"""
import os
import re
import sys
import unittest

import support

GOLDEN = support.TESTS / "golden" / "metrics.txt"
ROOTS = {"procfs": "proc", "sysfs": "sys", "rootfs": "root", "udev.data": "udev"}
# What is different each time or on each machine although the files are the same: how long it took, the clock, the build,
# when and where the tree was checked out, and how large the file system there is.
MASKS = (
    (r"^(node_scrape_collector_duration_seconds\{.*\}) .*$", r"\1 DURATION"),
    (r"^(node_time_seconds) .*$", r"\1 NOW"),
    (r"^(node_textfile_mtime_seconds\{.*\}) .*$", r"\1 MTIME"),
    (r"^(node_filesystem_(?:avail_bytes|files|files_free|free_bytes|size_bytes)\{.*\}) .*$", r"\1 SIZE"),
    (r"^(mixnet_exporter_build_info)\{.*\} 1$", r"\1{BUILD} 1"),
    (re.escape(str(support.FIXTURES)), "FIXTURES"),
)


def output():
    """What the program prints on the fixture host, with what moves masked."""
    flags = ["--web.disable-exporter-metrics", f"--collector.textfile.directory={support.FIXTURES / 'host' / 'textfile'}"]
    flags += [f"--path.{flag}={support.FIXTURES / 'host' / folder}" for flag, folder in ROOTS.items()]
    result = support.run_exporter("scrape", *flags, environment={**os.environ, "TZ": "UTC"})
    assert result.returncode == 0, result.stderr
    text = result.stdout
    for pattern, masked in MASKS:
        text = re.sub(pattern, masked, text, flags=re.M)
    return text


class GoldenOutput(unittest.TestCase):
    maxDiff = None

    def test_is_as_reviewed(self):
        self.assertEqual(GOLDEN.read_text(encoding="utf-8"), output(), "see golden_output.py --update")

    def test_is_the_same_each_time(self):
        self.assertEqual(output(), output())


if __name__ == "__main__":
    if "--update" in sys.argv:
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(output(), encoding="utf-8")
    else:
        unittest.main()
