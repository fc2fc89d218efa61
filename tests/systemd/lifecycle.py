#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The package from its first installation to its purge, under a running systemd: what an operator does to it, in that order."""
import pathlib
import tempfile
import unittest

import box
import node
import packages
import support
from exposition import parse

UNIT = "mixnet-exporter.service"
CONFIGURATION = "/etc/mixnet-exporter/mixnet-exporter.yml"
STATE = "/var/lib/mixnet-exporter"
# What may come and go by itself while packages are installed.
OTHERS = ("var/lib/dpkg", "var/lib/apt", "var/lib/systemd", "var/cache", "var/log", "etc/ld.so.cache", "etc/.pwd.lock")


def later_configuration(root):
    """A later version's conffile is another one."""
    file = root / CONFIGURATION.lstrip("/")
    file.write_text(file.read_text(encoding="utf-8") + "# A later version's.\n", encoding="utf-8")


class Lifecycle(unittest.TestCase):
    maxDiff = None

    def test_from_installation_to_purge(self):
        with tempfile.TemporaryDirectory(prefix="mixnet-debs-") as debs:
            now = packages.field(packages.package(), "Version")
            self.now = f"{now}+1"
            packages.changed(debs, self.now)
            packages.changed(debs, f"{now}+2", later_configuration)
            tree = packages.tree()
            with box.Box(tree, {"/debs": debs}, log=support.scratch() / "systemd" / "lifecycle.log") as self.box:
                self.before = self.files()
                self.install(self.now)
                self.is_installed()
                self.upgrade(f"{now}+2")
                self.downgrade(self.now)
                self.reinstall_disabled()
                self.masked_stays_masked()
                self.remove_and_install_again()
                self.nothing_went_wrong()
                self.purge()

    def files(self):
        """All files that are the system's own, but those that packages leave in folders of dpkg's and systemd's."""
        found = self.box.run("find", "/etc", "/usr", "/var", "/run/systemd/system", "-xdev", "-printf", "%p\n").split("\n")
        return {path for path in found if path and not path.lstrip("/").startswith(OTHERS)}

    def install(self, version):
        self.box.apt("install", f"/debs/mixnet-exporter_{version}.deb")

    def pid(self):
        return self.box.show(UNIT, "MainPID")

    def answers(self):
        families, faults = parse(self.box.get(f"{node.URL}/metrics"))
        self.assertEqual([], faults)
        self.assertIn("node_load1", families)

    def is_installed(self):
        run = self.box.run
        self.assertEqual("active", run("systemctl", "is-active", UNIT).strip())
        self.assertEqual("enabled", run("systemctl", "is-enabled", UNIT).strip())
        self.assertEqual("disabled", run("systemctl", "is-enabled", "mixnet-exporter.socket", check=False).strip())
        self.assertEqual("mixnet-exporter", run("ps", "-o", "user:20=", "-p", self.pid()).strip())
        self.assertRegex(run("getent", "passwd", "mixnet-exporter"), r":/usr/sbin/nologin$")
        self.assertEqual("mixnet-exporter 750", run("stat", "-c", "%U %a", STATE).strip())
        self.assertEqual("root 755", run("stat", "-c", "%U %a", "/etc/mixnet-exporter/tokens").strip())
        self.answers()
        # What is shipped needs nothing to be edited.
        self.assertEqual("The configuration is good.\n", run("mixnet-exporter", "config", "check"))
        self.assertIn("serving http://127.0.0.1:10087/metrics", self.box.show(UNIT, "StatusText"))
        # It listens on loopback, and on nothing else.
        listening = [line.split() for line in run("cat", "/proc/net/tcp").splitlines()[1:]]
        self.assertEqual({"0100007F"}, {row[1].split(":")[0] for row in listening if row[3] == "0A"})
        for page in ("man1/mixnet-exporter.1.gz", "man5/mixnet-exporter.yml.5.gz"):
            self.assertIn(f"/usr/share/man/{page}", run("dpkg", "--listfiles", "mixnet-exporter"))

    def upgrade(self, version):
        """The operator's edits stay, the state stays, the new program runs."""
        self.box.run("sh", "-c", f"echo 'log: {{level: debug}}' > {CONFIGURATION}; echo 'ARGS=\"--collector.processes\"' > /etc/default/mixnet-exporter")
        self.box.run("touch", f"{STATE}/kept")
        before = self.pid()
        self.install(version)
        self.assertNotEqual(before, self.pid())
        self.assertEqual("log: {level: debug}\n", self.box.run("cat", CONFIGURATION))
        self.assertTrue(self.box.succeeds("test", "-e", f"{CONFIGURATION}.dpkg-dist"))
        self.assertTrue(self.box.succeeds("test", "-e", f"{STATE}/kept"))
        self.answers()
        self.assertIn("node_processes_threads", self.box.get(f"{node.URL}/metrics"))

    def downgrade(self, version):
        before = self.pid()
        self.install(version)
        self.assertNotEqual(before, self.pid())
        self.answers()

    def reinstall_disabled(self):
        """What the operator has switched off stays so."""
        self.box.run("systemctl", "disable", "--now", UNIT)
        self.box.apt("install", "--reinstall", f"/debs/mixnet-exporter_{self.now}.deb")
        self.assertFalse(self.box.succeeds("systemctl", "is-enabled", "--quiet", UNIT))
        self.assertFalse(self.box.succeeds("systemctl", "is-active", "--quiet", UNIT))
        self.box.run("systemctl", "enable", "--now", UNIT)

    def masked_stays_masked(self):
        self.box.run("systemctl", "stop", UNIT)
        self.box.run("systemctl", "mask", UNIT)
        self.box.apt("install", "--reinstall", f"/debs/mixnet-exporter_{self.now}.deb")
        self.assertEqual("masked", self.box.run("systemctl", "is-enabled", UNIT, check=False).strip())
        self.box.run("systemctl", "unmask", UNIT)
        self.box.run("systemctl", "start", UNIT)
        self.answers()

    def remove_and_install_again(self):
        self.box.apt("remove", "mixnet-exporter")
        self.assertFalse(self.box.succeeds("systemctl", "is-active", "--quiet", UNIT))
        self.assertFalse(self.box.succeeds("curl", "--silent", node.URL))
        self.assertTrue(self.box.succeeds("test", "-e", CONFIGURATION))
        self.assertTrue(self.box.succeeds("test", "-e", f"{STATE}/kept"))
        self.install(self.now)
        self.answers()
        self.assertEqual("log: {level: debug}\n", self.box.run("cat", CONFIGURATION))

    def nothing_went_wrong(self):
        self.assertEqual("", self.box.run("systemctl", "--failed", "--no-legend", "--plain"))
        for of in (f"--unit={UNIT}", "--unit=mixnet-exporter.socket"):
            self.assertEqual("-- No entries --\n", self.box.run("journalctl", "--no-pager", "--priority=warning", of))

    def purge(self):
        self.box.write("/etc/mixnet-exporter/tokens/exit1", "secret", 0o600)
        self.box.apt("purge", "mixnet-exporter")
        left = {path for path in self.files() - self.before if not pathlib.Path(path).name.startswith(("passwd", "group", "shadow", "gshadow"))}
        self.assertEqual(set(), left)
        self.assertEqual("", self.box.run("systemctl", "--failed", "--no-legend", "--plain"))


if __name__ == "__main__":
    unittest.main()
