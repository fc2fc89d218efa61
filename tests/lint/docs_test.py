#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Do links between the project's own documents lead somewhere, headings included? Is what docs/architecture.md names there?
Are the metrics that an operator reads of those that there are, and does docs/nym.md explain all of a node's?
"""
import fnmatch
import pathlib
import re
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\((?!\w+:)([^)\s]*)\)")
HEADING = re.compile(r"^#+\s+(.*?)\s*$", re.M)
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.M | re.S)
BLOCK = re.compile(r"^```.*?^```", re.M | re.S)
# `daemon/board.h` or `collectors/kit/`, from the project's folder; `/proc/stat` is the host's.
PATH = re.compile(r"`([\w.-]+/[\w./-]*)`")
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \|", re.M)
# mixnet_node_process_* stands for several, as mixnet_node_day_… does.
# node:mixnet_node_cpu:ratio_rate5m is what a rule of Prometheus's records.
METRIC = re.compile(r"(?<!:)\bmixnet_(?:node|nodes|host)\b(?!:)\*?|(?<!:)\bmixnet_(?:node|host|exporter)_\w+[*…]?")


def documents():
    """The Markdown files of the project, without those of build folders and of packages that the tests fetch."""
    for path in sorted(PROJECT.rglob("*.md")):
        parts = path.relative_to(PROJECT).parts
        if not parts[0].startswith(("build", ".git")) and "node_modules" not in parts:
            yield path


def anchors(text):
    """The names by which a page's headings can be linked to."""
    names = set()
    for heading in HEADING.findall(BLOCK.sub("", text)):
        plain = re.sub(r"[^\w\- ]", "", heading.lower())
        names.add(plain.replace(" ", "-"))
    return names


def broken_links(page):
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists():
            yield f"{page.relative_to(PROJECT)}: {link} is not there"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text(encoding="utf-8")):
            yield f"{page.relative_to(PROJECT)}: {link} names no heading"


def paths_named(page):
    return PATH.findall(BLOCK.sub("", page.read_text(encoding="utf-8")))


def all_metrics():
    """Of docs/metrics.md, which is made from the sources; what a histogram consists of too."""
    names = set()
    for name, kind in ROW.findall((PROJECT / "docs/metrics.md").read_text(encoding="utf-8")):
        names.add(name)
        if kind == "histogram":
            names.update(name + part for part in ("_bucket", "_sum", "_count"))
    return names


def metrics_named(page):
    return {name.replace("…", "*") for name in METRIC.findall((PROJECT / page).read_text(encoding="utf-8"))}


class Docs(unittest.TestCase):
    maxDiff = None

    def test_links_lead_somewhere(self):
        pages = list(documents())
        self.assertTrue(pages, "no documents found")
        self.assertEqual([], [link for page in pages for link in broken_links(page)])

    def test_architecture_names_what_is_there(self):
        paths = paths_named(PROJECT / "docs/architecture.md")
        self.assertTrue(paths, "no paths found")
        self.assertEqual([], [path for path in paths if not (PROJECT / path).exists()])

    def test_metrics_named_are_there(self):
        there = all_metrics()
        pages = ["README.md", *(f"docs/{name}.md" for name in ("nym", "permissions", "configuration", "prometheus", "alerts", "testing-events"))]
        pages += [page.relative_to(PROJECT) for pattern in ("docs/migrate-*.md", "docs/runbooks/*.md") for page in PROJECT.glob(pattern)]
        for page in pages:
            with self.subTest(page=page):
                self.assertEqual([], sorted(name for name in metrics_named(page) if not fnmatch.filter(there, name)))

    def test_all_metrics_of_nodes_are_explained(self):
        named = metrics_named("docs/nym.md")
        metrics = [name for name, _ in ROW.findall((PROJECT / "docs/metrics.md").read_text(encoding="utf-8"))]
        of_nodes = [name for name in metrics if re.match("mixnet_(nodes?|host)(_|$)", name)]
        self.assertGreater(len(of_nodes), 100)
        self.assertEqual([], [name for name in of_nodes if name not in named])


if __name__ == "__main__":
    unittest.main()
