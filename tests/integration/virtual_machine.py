# SPDX-License-Identifier: Apache-2.0
"""A virtual machine with Debian's own kernel, for what the kernel of this machine may lack.

qemu emulates it, without KVM, and boots it from an initramfs that holds the programs and modules a script needs; what the
script prints comes back on a serial port. All of it is unpacked beside the system and never installed. Where that cannot be
done (another system or architecture, no network), the test is skipped and says why.
"""
import lzma
import os
import pathlib
import platform
import re
import shutil
import subprocess
import tempfile
import unittest

import support
from newer_debian import apt

QEMU = ("qemu-system-x86", "busybox-static", "linux-image-cloud-amd64")
SECTION = re.compile(r"^==== (.+)\n", re.M)
INIT = r"""#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin LD_LIBRARY_PATH=/lib XTABLES_LIBDIR=/lib/xtables
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mount -t cgroup2 cgroup /sys/fs/cgroup
for module in $(cat /modules/order); do insmod /modules/$module; done
ip link set lo up
stty -F /dev/ttyS1 raw
sh -eu /script > /dev/ttyS1 && echo "==== done" > /dev/ttyS1
poweroff -f
"""


class VirtualMachine:
    """`packages` are unpacked; `programs` are names in them or paths of this machine; `modules` are the kernel's."""

    def __init__(self, packages, programs, modules):
        if platform.machine() != "x86_64":
            raise unittest.SkipTest(f"the virtual machine is an x86_64, this is {platform.machine()}")
        self.unpacked = _unpacked(sorted({*QEMU, *packages}))
        self.libraries = {"LD_LIBRARY_PATH": ":".join(str(self.unpacked / folder) for folder in _LIBRARY_FOLDERS)}
        self.programs = programs
        self.modules = modules

    def run(self, script, seconds):
        """Runs a shell script as root; gives what it printed under each line `==== NAME`, by that name."""
        with tempfile.TemporaryDirectory(prefix="mixnet-vm-") as folder:
            folder = pathlib.Path(folder)
            self._make_root(folder / "root", script)
            self._pack(folder / "root", folder / "initramfs")
            self._boot(folder, seconds)
            console, said = ((folder / name).read_text("utf-8", "replace") for name in ("console", "said"))
        words = SECTION.split(said)
        sections = dict(zip(words[1::2], words[2::2]))
        if "done" not in sections:
            raise AssertionError(f"the script in the virtual machine failed:\n{console[-3000:]}\nIt had said:\n{said[-1000:]}")
        return sections

    def _make_root(self, root, script):
        for name in ("bin", "dev", "lib", "lib64", "modules", "proc", "run", "sys", "tmp"):
            (root / name).mkdir(parents=True)
        for program in self.programs:
            self._take_program(root, self._find(program))
        shutil.copy(self.unpacked / "bin/busybox", root / "bin/busybox")
        plugins = self.unpacked / "usr/lib/x86_64-linux-gnu/xtables"
        if plugins.is_dir():
            shutil.copytree(plugins, root / "lib/xtables")
        order = _copy_modules(self.unpacked, self.modules, root / "modules")
        (root / "modules/order").write_text("\n".join(order) + "\n", encoding="ascii")
        (root / "script").write_text(script, encoding="utf-8")
        (root / "init").write_text(INIT, encoding="ascii")
        (root / "init").chmod(0o755)

    def _find(self, program):
        if os.path.isabs(program):
            return pathlib.Path(program)
        for folder in ("usr/bin", "usr/sbin", "bin", "sbin"):
            if (self.unpacked / folder / program).exists():
                return self.unpacked / folder / program
        raise AssertionError(f"{program} is in none of the packages")

    def _take_program(self, root, program):
        shutil.copy(program, root / "bin" / program.name)
        needed = subprocess.run(
            ["ldd", program], env={**os.environ, **self.libraries}, capture_output=True, text=True, check=True
        ).stdout
        for library in re.findall(r"=> (/\S+)", needed):
            shutil.copy(library, root / "lib")
        for loader in re.findall(r"^\s*(/lib64/\S+)", needed, re.M):
            shutil.copy(loader, root / "lib64")

    def _pack(self, root, initramfs):
        names = "".join(f"{path.relative_to(root)}\n" for path in sorted(root.rglob("*")))
        with open(initramfs, "wb") as out:
            subprocess.run(
                [self.unpacked / "bin/busybox", "cpio", "-o", "-H", "newc"],
                input=names.encode(), stdout=out, stderr=subprocess.DEVNULL, cwd=root, check=True,
            )  # fmt: skip

    def _boot(self, folder, seconds):
        (kernel,) = (self.unpacked / "boot").glob("vmlinuz-*")
        command = [self.unpacked / "usr/bin/qemu-system-x86_64"]
        for root in (self.unpacked, pathlib.Path("/")):  # what this machine has installed is not unpacked
            command += ["-L", root / "usr/share/qemu", "-L", root / "usr/share/seabios"]
        command += ["-machine", "q35", "-accel", "tcg", "-cpu", "max", "-smp", "2", "-m", "1024"]
        command += ["-nodefaults", "-no-reboot", "-display", "none"]
        command += ["-serial", f"file:{folder}/console", "-serial", f"file:{folder}/said"]
        command += ["-kernel", kernel, "-initrd", folder / "initramfs", *self._options(folder)]
        try:
            subprocess.run(command, env={**os.environ, **self.libraries, **self._modules()}, stdin=subprocess.DEVNULL, timeout=seconds, check=True)
        except subprocess.TimeoutExpired:
            console = (folder / "console").read_text("utf-8", "replace")
            raise AssertionError(f"the virtual machine took more than {seconds} s:\n{console[-3000:]}") from None

    def _modules(self):
        """Where qemu's own modules are: with it, or where this machine has qemu installed."""
        folders = [pathlib.Path(root, folder, "qemu") for root in (self.unpacked, "/") for folder in _LIBRARY_FOLDERS]
        found = [folder for folder in folders if (folder / "accel-tcg-x86_64.so").exists()]
        return {"QEMU_MODULE_DIR": str(found[0])} if found else {}

    def _options(self, _):
        """What qemu is told beside that, of a machine in `folder`."""
        return ["-append", "console=ttyS0 quiet panic=-1 psi=1"]


_LIBRARY_FOLDERS = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")


def _unpacked(packages):
    """A folder with these packages of the system's own release in it, and all they need that is not installed."""
    target = support.scratch() / "debian" / "virtual-machine"
    stamp = target.with_name(target.name + ".packages")
    if stamp.exists() and stamp.read_text(encoding="utf-8").split() == packages:
        return target
    if shutil.which("apt-get") is None:
        raise unittest.SkipTest("there is no apt-get to get a kernel and qemu with")
    shutil.rmtree(target, ignore_errors=True)
    archives = target / "archives"
    (archives / "partial").mkdir(parents=True)
    options = ["--yes", "--download-only", "--reinstall", "--no-install-recommends"]
    for option in (f"Dir::Cache::archives={archives}", "Debug::NoLocking=true", "APT::Sandbox::User=", "Acquire::Retries=2"):
        options += ["-o", option]
    apt(options, "install", *packages, cwd=target)
    for archive in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", archive, target], check=True)
    shutil.rmtree(archives)
    stamp.write_text("\n".join(packages) + "\n", encoding="utf-8")
    return target


def _copy_modules(unpacked, names, target):
    """Copies modules and those that they need; gives the files in the order in which they are to be loaded."""
    (modules,) = (unpacked / "lib/modules").glob("*")
    files = {path.name.partition(".")[0].replace("-", "_"): path for path in modules.rglob("*.ko*")}
    order = []

    def take(name):
        if name not in files or f"{name}.ko" in order:
            return  # it is there, or part of the kernel itself
        path = files[name]
        content = lzma.open(path).read() if path.suffix == ".xz" else path.read_bytes()
        for needed in re.search(rb"\0depends=([^\0]*)\0", content)[1].decode("ascii").split(","):
            take(needed.replace("-", "_"))
        (target / f"{name}.ko").write_bytes(content)
        order.append(f"{name}.ko")

    for name in names:
        take(name)
    return order
