# SPDX-License-Identifier: Apache-2.0
"""Reads Prometheus' text format 0.0.4 and OpenMetrics 1.0, and says what is wrong with a text's form."""
import math
import re
from dataclasses import dataclass, field

TEXT_TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}
OPENMETRICS_TYPES = {"counter", "gauge", "histogram", "gaugehistogram", "stateset", "info", "summary", "unknown"}
# The names that samples of a family may have: its own with one of these behind it.
TEXT_SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}
OPENMETRICS_SUFFIXES = {
    "counter": ("_total", "_created"),
    "histogram": ("_bucket", "_sum", "_count", "_created"),
    "gaugehistogram": ("_bucket", "_gsum", "_gcount"),
    "summary": ("", "_sum", "_count", "_created"),
    "info": ("_info",),
}
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|(?=\}))')
ESCAPE = re.compile(r"\\(.)")
UNESCAPED = {"n": "\n", "\\": "\\", '"': '"'}


class ParseError(Exception):
    """The text is not an exposition at all."""


@dataclass(frozen=True)
class Series:
    """One time series: the sample's name and its labels, sorted by their names."""

    name: str
    labels: tuple

    def __str__(self):
        text = ",".join(f'{name}="{value}"' for name, value in self.labels)
        return self.name + ("{" + text + "}" if text else "")

    def label_names(self):
        return tuple(name for name, _ in self.labels)

    def without(self, dropped):
        return Series(self.name, tuple(label for label in self.labels if label[0] not in dropped))


@dataclass(frozen=True)
class Value:
    number: float
    text: str


@dataclass
class Family:
    name: str
    type: str = None
    help: str = None
    unit: str = None
    series: dict = field(default_factory=dict)


def parse(text, source="exposition"):
    """Gives the families of a text by name, and a list of what is wrong with its form."""
    reader = _Reader(source, openmetrics=text.endswith("# EOF\n") or "\n# EOF" in text)
    return reader.read(text)


def parse_number(text):
    lowered = text.lower()
    if "_" in text:  # which Python takes for a number
        raise ValueError(text)
    if lowered.lstrip("+-") in ("nan", "inf", "infinity"):
        return float(lowered)
    return float(text)


def unescape(text):
    return ESCAPE.sub(lambda match: UNESCAPED.get(match[1], match[0]), text)


class _Reader:
    """Reads one text; `faults` grows as it goes."""

    def __init__(self, source, openmetrics):
        self.source = source
        self.openmetrics = openmetrics
        self.suffixes = OPENMETRICS_SUFFIXES if openmetrics else TEXT_SUFFIXES
        self.families = {}
        self.faults = []
        self.current = None
        self.line = 0

    def read(self, text):
        lines = text.split("\n")
        if lines[-1] == "":
            lines.pop()
        else:
            self.line = len(lines)
            self.fault("no newline at the end")
        for self.line, line in enumerate(lines, 1):
            self.read_line(line, last=self.line == len(lines))
        self.check_order()
        for family in self.families.values():
            self.check_family(family)
        return self.families, self.faults

    def fault(self, what):
        self.faults.append(f"{self.source}:{self.line}: {what}")

    def refuse(self, what, line):
        raise ParseError(f"{self.source}:{self.line}: {what}: {line[:120]!r}")

    def read_line(self, line, last):
        if line.startswith("#"):
            self.read_comment(line, last)
        elif line.strip():
            self.read_sample(line)
        elif self.openmetrics:
            self.fault("an empty line")
        if last and self.openmetrics and line != "# EOF":
            self.fault("text after # EOF")

    def read_comment(self, line, last):
        if line == "# EOF":
            if not last:
                self.fault("# EOF before the end")
            return
        words = line.split(" ", 3)
        if len(words) < 3 or words[0] != "#" or words[1] not in ("HELP", "TYPE", "UNIT"):
            return
        family = self.enter(words[2])
        keyword = words[1].lower()
        if getattr(family, keyword) is not None:
            self.fault(f"a second {words[1]} for {family.name}")
        if family.series:
            self.fault(f"{words[1]} of {family.name} comes after its samples")
        content = words[3] if len(words) > 3 else ""
        setattr(family, keyword, unescape(content) if keyword == "help" else content)

    def enter(self, name):
        """The family called `name`, which is now the one being read."""
        if name != self.current and name in self.families:
            self.fault(f"family {name} is not in one piece")
        self.current = name
        return self.families.setdefault(name, Family(name))

    def read_sample(self, line):
        # node_network_info{device="eth0",operstate="up"} 1
        match = NAME.match(line)
        if not match:
            self.refuse("a metric's name expected", line)
        labels, rest = self.read_labels(line, match.end())
        words = rest.split(" # ", 1)[0].split()  # an exemplar, if any, is left out
        if not 1 <= len(words) <= 2:
            self.refuse("a value expected", line)
        try:
            value = Value(parse_number(words[0]), words[0])
        except ValueError:
            self.refuse(f"{words[0]!r} is not a number", line)
        self.add(Series(match[0], labels), value)

    def read_labels(self, line, at):
        """The labels that begin at a column, and what stands behind them."""
        if line[at : at + 1] != "{":
            if line[at : at + 1] not in (" ", "\t"):
                self.refuse("a bad character in a name", line)
            return (), line[at:]
        at += 1
        labels = {}
        while line[at : at + 1] != "}":
            match = LABEL.match(line, at)
            if not match:
                self.refuse(f'name="value" expected at column {at + 1}', line)
            if match[1] in labels:
                self.fault(f"label {match[1]} twice")
            labels[match[1]] = unescape(match[2])
            at = match.end()
        return tuple(sorted(labels.items())), line[at + 1 :]

    def add(self, series, value):
        family = self.enter(self.family_of(series.name))
        if family.type is None:
            self.fault(f"a sample of {family.name} before its TYPE")
        if series in family.series:
            self.fault(f"series twice: {series}")
        family.series[series] = value

    def family_of(self, sample):
        """The name of the family that a sample belongs to by its name."""
        current = self.families.get(self.current)
        if current and sample in (current.name + suffix for suffix in self.suffixes.get(current.type, ("",))):
            return current.name
        for family in self.families.values():
            for suffix in self.suffixes.get(family.type, ()):
                if sample == family.name + suffix:
                    return family.name
        return sample

    def check_order(self):
        names = list(self.families)
        for before, after in zip(names, names[1:]):
            if before > after:
                self.fault(f"family {after} stands after {before}: not sorted")

    def check_family(self, family):
        known = OPENMETRICS_TYPES if self.openmetrics else TEXT_TYPES
        if family.type is not None and family.type not in known:
            self.fault(f"{family.name} has the unknown type {family.type!r}")
        if family.unit and not family.name.endswith("_" + family.unit):
            self.fault(f"{family.name} does not end with its unit {family.unit}")
        suffixes = self.suffixes.get(family.type, ("",))
        for name in sorted({series.name for series in family.series}):
            if name not in [family.name + suffix for suffix in suffixes]:
                self.fault(f"{family.type} {family.name} has a sample called {name}")


def close(a, b, relative=0.0, absolute=0.0):
    """Are two values the same within a tolerance? NaN is the same as NaN."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if a == b:
        return True
    if math.isinf(a) or math.isinf(b):
        return False
    return abs(a - b) <= absolute + relative * max(abs(a), abs(b))
