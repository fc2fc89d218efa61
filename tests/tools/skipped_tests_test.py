#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import unittest
import xml.etree.ElementTree

from skipped_tests import skipped

RESULTS = """\
<testsuite>
  <testcase name="passed" status="run"><system-out>test_a (m.C.test_a) ... ok</system-out></testcase>
  <testcase name="python" status="run"><system-out>test_b (m.C.test_b)
What it does. ... skipped 'no network'
test_c (m.C.test_c) ... skipped "no 'x'"</system-out></testcase>
  <testcase name="cpp" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/><system-out>a.cpp:1: Skipped
root is denied nothing
[  SKIPPED ] A.B (0 ms)</system-out></testcase>
  <testcase name="script" status="notrun"><skipped message="x"/><system-out>SKIPPED: needs root</system-out></testcase>
  <testcase name="silent" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
</testsuite>
"""


class Skipped(unittest.TestCase):
    def test_finds_every_reason(self):
        self.assertEqual(
            [
                "python: no network",
                "python: test_c: no 'x'",
                "cpp: root is denied nothing",
                "script: needs root",
                "silent: no reason given: SKIP_RETURN_CODE=77",
            ],
            skipped(xml.etree.ElementTree.fromstring(RESULTS)),
        )


if __name__ == "__main__":
    unittest.main()
