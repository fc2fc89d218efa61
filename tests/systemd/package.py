#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the package, for this test and those that install it, and looks at what it is: lintian, hardening, sizes, and what it
would bring to a minimal system. MIXNET_REPRODUCIBLE=1 builds it twice and compares."""
import filecmp
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import box
import packages
import support

BUILD = support.PROJECT / "packaging" / "build-deb"
SIZE_MAX = 2_000_000
CLOSURE_MAX = 8_000_000
# What takes no part: hardening-check sees a stack-clash loop only where a frame is that large, and control flow integrity of a
# whole only where Debian has built the archives of yaml-cpp and RE2 with it.
HARDENING = ("Position Independent Executable", "Stack protected", "Fortify Source functions", "Read-only relocations", "Immediate binding")
LOADED = re.compile(rb"lib[a-z0-9-]+\.so\.[0-9]+")


def build(folder):
    """What the build printed."""
    done = subprocess.run([BUILD, folder], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"no package:\n{done.stdout[-2000:]}{done.stderr[-6000:]}")
    return done.stdout


class Package(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        for program in ("dh", "dpkg-buildpackage"):
            if shutil.which(program) is None:
                raise unittest.SkipTest(f"{program} is not installed")
        print(build(packages.folder()), flush=True)
        cls.scratch = tempfile.TemporaryDirectory(prefix="mixnet-package-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.root = pathlib.Path(cls.scratch.name)
        subprocess.run(["dpkg-deb", "-x", packages.package(), cls.root], check=True)

    def test_lintian_has_nothing_to_say(self):
        (changes,) = packages.folder().glob("*.changes")
        command = [support.program("lintian"), "--no-cfg", "--display-info", "--fail-on=error,warning,info", changes]
        done = subprocess.run([*command, "--allow-root"], capture_output=True, text=True, check=False)
        self.assertEqual((0, ""), (done.returncode, done.stdout))

    def test_hardening(self):
        done = subprocess.run([support.program("hardening-check"), self.root / "usr/bin/mixnet-exporter"], capture_output=True, text=True, check=False)
        for what in HARDENING:
            self.assertRegex(done.stdout, rf"{what}: yes")

    def test_compiler_flags(self):
        (log,) = packages.folder().glob("*.build")
        done = subprocess.run([support.program("blhc"), "--all", log], capture_output=True, text=True, check=False)
        self.assertEqual((0, ""), (done.returncode, done.stdout))

    def test_what_is_in_it(self):
        for path in (
            "usr/bin/mixnet-exporter",
            "lib/systemd/system/mixnet-exporter.service",
            "lib/systemd/system/mixnet-exporter.socket",
            "usr/lib/sysusers.d/mixnet-exporter.conf",
            "etc/mixnet-exporter/mixnet-exporter.yml",
            "etc/default/mixnet-exporter",
            "usr/share/man/man1/mixnet-exporter.1.gz",
            "usr/share/man/man5/mixnet-exporter.yml.5.gz",
            "usr/share/bash-completion/completions/mixnet-exporter",
            "usr/share/doc/mixnet-exporter/examples/mixnet-exporter.service.d/10-process-details.conf",
            "usr/share/doc/mixnet-exporter/copyright",
        ):
            self.assertTrue((self.root / path).is_file(), path)
        debug = list(packages.folder().glob("mixnet-exporter-dbgsym_*.deb"))
        self.assertEqual(1, len(debug))

    def test_size(self):
        documentation = sum(size_of(self.root / folder) for folder in ("usr/share/doc", "usr/share/man"))
        self.assertLess(size_of(self.root) - documentation, SIZE_MAX)

    def test_what_is_loaded_by_name_is_a_dependency(self):
        text = (self.root / "usr/bin/mixnet-exporter").read_bytes()
        needed = subprocess.run(["objdump", "-p", self.root / "usr/bin/mixnet-exporter"], capture_output=True, text=True, check=True).stdout
        named = {name.decode() for name in LOADED.findall(text)} - set(re.findall(r"NEEDED +(\S+)", needed))
        named -= {name for name in named if name.startswith(("libc.", "libm.", "libgcc"))}
        owners = {"libcurl-gnutls.so.4": "libcurl3-gnutls", "libcurl.so.4": "libcurl4", "libcrypto.so.3": "libssl3"}
        self.assertEqual(set(), named - set(owners), "a library is loaded that debian/rules does not know of")
        depends = packages.field(packages.package(), "Depends")
        self.assertEqual([], [name for name in named if owners[name] not in depends])

    def test_closure(self):
        """What it would bring to a minimal system with systemd, by its own apt."""
        wanted = box.tree([])
        shutil.copy(packages.package(), wanted / "tmp/package.deb")
        self.addCleanup((wanted / "tmp/package.deb").unlink)
        command = ["chroot", wanted, "apt-get", "--simulate", "--no-install-recommends", "install", "/tmp/package.deb"]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        names = sorted(set(re.findall(r"^Inst (\S+)", said.stdout, re.M)) - {"mixnet-exporter"})
        if not names:
            raise unittest.SkipTest(f"apt of the tree knows no packages: {said.stderr.strip()[-200:]}")
        show = ["chroot", wanted, "apt-cache", "show", "--no-all-versions", *names]
        sizes = [int(size) for size in re.findall(r"^Installed-Size: (\d+)", subprocess.run(show, capture_output=True, text=True, check=True).stdout, re.M)]
        total = sum(sizes) * 1024 + size_of(self.root)
        print(f"closure on minimal Debian: {len(names)} packages and this one, {total / 1e6:.1f} MB: {' '.join(names)}")
        self.assertLess(total, CLOSURE_MAX)

    def test_two_builds_are_the_same(self):
        if not os.environ.get("MIXNET_REPRODUCIBLE"):
            raise unittest.SkipTest("takes a second build: set MIXNET_REPRODUCIBLE=1")
        with tempfile.TemporaryDirectory(prefix="mixnet-second-") as second:
            build(second)
            for first in packages.folder().glob("*.deb"):
                self.assertTrue(filecmp.cmp(first, pathlib.Path(second, first.name), shallow=False), first.name)


def size_of(folder):
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


if __name__ == "__main__":
    unittest.main()
