#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import math
import unittest

from exposition import ParseError, Series, close, parse

GOOD = """\
# HELP a_bytes_total Bytes, and a \\\\ and a \\n in it.
# TYPE a_bytes_total counter
a_bytes_total{device="eth0"} 1
a_bytes_total{device="a\\"b\\\\c\\nd",x="}"} +Inf 1700000000000
# HELP b_seconds Durations.
# TYPE b_seconds histogram
b_seconds_bucket{le="1"} 2
b_seconds_bucket{le="+Inf"} 3
b_seconds_sum 1.5
b_seconds_count 3
# TYPE c gauge
c NaN
"""
GOOD_OPENMETRICS = """\
# HELP a_bytes Bytes.
# TYPE a_bytes counter
# UNIT a_bytes bytes
a_bytes_total 1 # {trace="x"} 1
a_bytes_created 1.7e9
# TYPE build info
build_info{version="1"} 1
# TYPE c unknown
c -Inf
# EOF
"""


def faults(text):
    return parse(text, "t")[1]


class Parsing(unittest.TestCase):
    def test_reads_the_text_format(self):
        families, found = parse(GOOD)
        self.assertEqual([], found)
        self.assertEqual(["a_bytes_total", "b_seconds", "c"], list(families))
        self.assertEqual("Bytes, and a \\ and a \n in it.", families["a_bytes_total"].help)
        odd = Series("a_bytes_total", (("device", 'a"b\\c\nd'), ("x", "}")))
        self.assertEqual(math.inf, families["a_bytes_total"].series[odd].number)
        self.assertEqual(4, len(families["b_seconds"].series))
        self.assertEqual("NaN", families["c"].series[Series("c", ())].text)

    def test_reads_openmetrics(self):
        families, found = parse(GOOD_OPENMETRICS)
        self.assertEqual([], found)
        self.assertEqual({"a_bytes": "counter", "build": "info", "c": "unknown"}, {f.name: f.type for f in families.values()})
        self.assertEqual(2, len(families["a_bytes"].series))

    def test_refuses_what_is_no_exposition(self):
        for line in ("<html>", "a{b=1} 1", 'a{b="1} 1', "a", "a one", "a 1_0", "a 1 2 3", "a\u00e9 1", 'a{b="1"'):
            with self.assertRaises(ParseError, msg=line) as caught:
                parse("# TYPE a gauge\n" + line + "\n", "t")
            self.assertIn("t:2: ", str(caught.exception))


class Form(unittest.TestCase):
    def test_faults_of_the_text_format(self):
        for text, fault in (
            ("# TYPE a gauge\na 1", "t:2: no newline at the end"),
            ("a 1\n", "t:1: a sample of a before its TYPE"),
            ("# TYPE a gauge\na 1\na 2\n", "t:3: series twice: a"),
            ('# TYPE a gauge\na{b="1",b="2"} 1\n', "t:2: label b twice"),
            ("# TYPE a gauge\na 1\n# TYPE a gauge\n", "t:3: a second TYPE for a"),
            ("# TYPE a gauge\na 1\n# HELP a x\n", "t:3: HELP of a comes after its samples"),
            ("# TYPE a info\na 1\n", "t:2: a has the unknown type 'info'"),
            ("# TYPE b gauge\nb 1\n# TYPE a gauge\na 1\n", "t:4: family a stands after b: not sorted"),
            ("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na{x=\"1\"} 1\n", "t:5: family a is not in one piece"),
            ("# TYPE a histogram\na 1\n", "t:2: histogram a has a sample called a"),
        ):
            self.assertIn(fault, faults(text))

    def test_faults_of_openmetrics(self):
        for text, fault in (
            ("# TYPE a counter\na 1\n# EOF\n", "t:3: counter a has a sample called a"),
            ("# TYPE a untyped\na 1\n# EOF\n", "t:3: a has the unknown type 'untyped'"),
            ("# TYPE a gauge\n\na 1\n# EOF\n", "t:2: an empty line"),
            ("# TYPE a gauge\na 1\n# EOF\n# EOF\n", "t:3: # EOF before the end"),
            ("# TYPE a gauge\n# EOF\na 1\n", "t:3: text after # EOF"),
            ("# TYPE a gauge\n# UNIT a bytes\na 1\n# EOF\n", "t:4: a does not end with its unit bytes"),
        ):
            self.assertIn(fault, faults(text))


class Closeness(unittest.TestCase):
    def test_knows_nan_and_infinity(self):
        self.assertTrue(close(math.nan, math.nan))
        self.assertFalse(close(math.nan, 1))
        self.assertTrue(close(math.inf, math.inf))
        self.assertFalse(close(math.inf, 1e308, relative=1))

    def test_tolerance(self):
        self.assertFalse(close(100, 101))
        self.assertTrue(close(100, 101, relative=0.01))
        self.assertTrue(close(100, 101, absolute=1))
        self.assertFalse(close(100, 102, absolute=1))


if __name__ == "__main__":
    unittest.main()
