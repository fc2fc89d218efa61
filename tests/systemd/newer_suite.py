#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The package as it was built, for Debian 12, on the release after it: it is installed, runs, answers and is purged."""
import unittest

import box
import node
import packages
import support

SUITE = "trixie"


class NewerDebian(unittest.TestCase):
    def test_trixie(self):
        tree = box.tree(box.dependencies(packages.package()), SUITE)
        log = support.scratch() / "systemd" / f"{SUITE}.log"
        with box.Box(tree, {"/debs": packages.folder()}, log=log) as here:
            here.apt("install", f"/debs/{packages.package().name}")
            self.assertEqual("active", here.run("systemctl", "is-active", "mixnet-exporter").strip())
            samples = node.scrape(here)
            self.assertEqual(1, node.value(samples, "mixnet_exporter_build_info"))
            self.assertIsNotNone(node.value(samples, "node_load1"))
            self.assertEqual("The configuration is good.\n", here.run("mixnet-exporter", "config", "check"))
            self.assertEqual("-- No entries --\n", here.run("journalctl", "--no-pager", "--priority=warning", "--unit=mixnet-exporter"))
            here.apt("purge", "mixnet-exporter")
            self.assertEqual("", here.run("systemctl", "--failed", "--no-legend", "--plain"))


if __name__ == "__main__":
    unittest.main()
