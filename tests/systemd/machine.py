# SPDX-License-Identifier: Apache-2.0
"""The virtual machine of the integration tests with a whole system in it: a tree of box.py on a disk, booted by its systemd."""
import pathlib
import shutil
import subprocess
import tempfile

import box  # noqa: F401, for the path of what follows
import support
from virtual_machine import SECTION, VirtualMachine, _copy_modules

MODULES = ("virtio_pci", "virtio_blk", "ext4")
INIT = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
for module in $(/bin/busybox cat /modules/order); do /bin/busybox insmod /modules/$module; done
while [ ! -b /dev/vda ]; do /bin/busybox sleep 0.1; done
/bin/busybox mount -t ext4 /dev/vda /new
exec /bin/busybox switch_root /new /sbin/init
"""
UNIT = """\
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c "stty -F /dev/ttyS1 raw; sh -eu /script > /dev/ttyS1 2> /dev/ttyS0 && echo ==== done > /dev/ttyS1; sleep 1; systemctl poweroff --force --force"
"""


class SystemdMachine(VirtualMachine):
    """Boots `tree`, after `prepare(root)` has added to a copy of it."""

    def __init__(self, tree, prepare):
        super().__init__((), (), MODULES)
        self.tree = tree
        self.prepare = prepare

    def run(self, script, seconds):
        with tempfile.TemporaryDirectory(prefix="mixnet-vm-", dir=support.scratch()) as folder:
            folder = pathlib.Path(folder)
            self._make_initramfs(folder)
            self._make_disk(folder, script)
            try:
                self._boot(folder, seconds)
            finally:
                self.console, said = ((folder / name).read_text("utf-8", "replace") for name in ("console", "said"))
        words = SECTION.split(said)
        sections = dict(zip(words[1::2], words[2::2]))
        if "done" not in sections:
            raise AssertionError(f"the script in the virtual machine failed:\n{self.console[-3000:]}\nIt had said:\n{said[-1000:]}")
        return sections

    def _make_initramfs(self, folder):
        root = folder / "initramfs-root"
        for name in ("bin", "dev", "modules", "new"):
            (root / name).mkdir(parents=True)
        shutil.copy(self.unpacked / "bin/busybox", root / "bin/busybox")
        order = _copy_modules(self.unpacked, self.modules, root / "modules")
        (root / "modules/order").write_text("\n".join(order) + "\n", encoding="ascii")
        (root / "init").write_text(INIT, encoding="ascii")
        (root / "init").chmod(0o755)
        self._pack(root, folder / "initramfs")

    def _make_disk(self, folder, script):
        root = folder / "root"
        subprocess.run(["cp", "-a", self.tree, root], check=True)
        self.prepare(root)
        (root / "script").write_text(script, encoding="utf-8")
        units = root / "etc/systemd/system"
        (units / "test.service").write_text(UNIT, encoding="utf-8")
        (units / "multi-user.target.wants").mkdir(exist_ok=True)
        (units / "default.target").unlink(missing_ok=True)
        (units / "default.target").symlink_to("/lib/systemd/system/multi-user.target")
        (units / "multi-user.target.wants/test.service").symlink_to("../test.service")
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-d", root, folder / "disk", "1500M"], check=True)
        subprocess.run(["rm", "-rf", "--one-file-system", root], check=True)
        with open(folder / "empty", "wb") as empty:
            empty.truncate(16 << 20)

    def _options(self, folder):
        """The system on the first disk, and a second one for what a test wants to measure."""
        drives = [f"file={folder}/{name},if=virtio,format=raw" for name in ("disk", "empty")]
        line = "console=ttyS0 quiet panic=-1 psi=1 root=/dev/vda rw systemd.show_status=0 systemd.mask=serial-getty@ttyS0.service"
        return ["-append", line, *(word for drive in drives for word in ("-drive", drive))]
