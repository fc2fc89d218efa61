# SPDX-License-Identifier: Apache-2.0
"""The .deb that is tested, and others made of it that differ in what a test needs."""
import os
import pathlib
import subprocess
import tempfile

import box
import node
import support


def folder():
    """Where the test `systemd.package` has left the package."""
    return pathlib.Path(os.environ.get("MIXNET_PACKAGE", support.PROJECT / "build-deb"))


def package():
    found = sorted(folder().glob("mixnet-exporter_*.deb"))
    assert len(found) == 1, f"there is not one package in {folder()}: {found}"
    return found[0]


def tree():
    """A tree in which the package can be installed, and the simulators run."""
    return box.tree([*box.dependencies(package()), *node.PACKAGES])


def field(path, name):
    return subprocess.run(["dpkg-deb", "-f", path, name], capture_output=True, text=True, check=True).stdout.strip()


def changed(target, version, change=lambda root: None):
    """The package as a file in the folder `target`, of another version and with `change(root)` done to its files."""
    with tempfile.TemporaryDirectory(prefix="mixnet-deb-") as scratch:
        root = pathlib.Path(scratch, "root")
        subprocess.run(["dpkg-deb", "--raw-extract", package(), root], check=True)
        control = root / "DEBIAN/control"
        lines = [f"Version: {version}" if line.startswith("Version: ") else line for line in control.read_text("utf-8").splitlines()]
        control.write_text("\n".join(lines) + "\n", encoding="utf-8")
        change(root)
        path = pathlib.Path(target, f"mixnet-exporter_{version}.deb")
        subprocess.run(["dpkg-deb", "--build", "--root-owner-group", "-Zgzip", "-z1", root, path], check=True, stdout=subprocess.DEVNULL)
    return path
