# SPDX-License-Identifier: Apache-2.0
"""A Debian tree under a systemd of its own: systemd-nspawn boots it in under a second, with a network of its own that has
nothing but loopback, and a file system that is thrown away afterwards.

The tree is made once, by mmdebstrap and the system's own package sources, and kept for the next test. Where that cannot be done
(no root, no network, another system), the test is skipped and says why.
"""
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import support  # noqa: E402

# What the trees have beside what the package needs: a system that boots, and what the tests run in it.
COMMON = ("systemd", "systemd-sysv", "dbus", "procps", "curl", "ca-certificates")
ENVIRONMENT = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "TERM=dumb", "DEBIAN_FRONTEND=noninteractive"]
# Their timers would run, and want a network; a console is nobody's.
MASKED = ("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "console-getty.service", "e2scrub_reap.service")
BOOT_SECONDS = 60


def dependencies(package):
    """The names that a .deb depends on, the first of each alternative."""
    fields = subprocess.run(["dpkg-deb", "-f", package, "Depends"], capture_output=True, text=True, check=True).stdout
    names = [re.match(r"[a-z0-9.+-]+", part.strip())[0] for part in fields.split(",")]
    return [name for name in names if not name.startswith("systemd")]


def tree(packages, suite="bookworm", replace=()):
    """The folder of a tree with these packages in it; the test is skipped where it cannot be made. `replace` is what mmdebstrap
    is to run in it, as for sources other than the system's."""
    needs("mmdebstrap")
    names = ",".join(sorted({*COMMON, *packages}))
    key = hashlib.sha256(f"{suite} {names} {MASKED}".encode()).hexdigest()[:12]
    folder = support.scratch() / "systemd" / f"tree-{suite}-{key}"
    if (folder / ".made").exists():
        return folder
    subprocess.run(["rm", "-rf", "--one-file-system", folder], check=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = ["mmdebstrap", "--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io", '--aptopt=Acquire::Languages "none"']
    command += ['--aptopt=Acquire::Retries "2"', f"--include={names}", *replace, suite, str(folder), *sources(suite)]
    made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
    if made.returncode != 0:
        raise unittest.SkipTest(f"no tree of {suite} can be made: {(made.stderr.strip().splitlines() or ['no reason given'])[-1]}")
    units = folder / "etc/systemd/system"
    for unit in MASKED:
        (units / unit).unlink(missing_ok=True)
        (units / unit).symlink_to("/dev/null")
    (folder / "etc/machine-id").write_text("", encoding="ascii")
    (folder / "etc/hostname").write_text("box\n", encoding="ascii")
    (folder / "usr/sbin/policy-rc.d").unlink(missing_ok=True)
    (folder / ".made").touch()
    return folder


def sources(suite):
    """What mmdebstrap is told of package sources: nothing for the system's own suite, else the system's mirror."""
    own = subprocess.run(["sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME"], capture_output=True, text=True, check=True)
    if own.stdout.strip() == suite:
        return []
    from newer_debian import _mirror  # the system's own

    return [_mirror()]


def needs(program):
    if os.geteuid() != 0:
        raise unittest.SkipTest("takes root")
    if shutil.which(program) is None:
        raise unittest.SkipTest(f"{program} is not installed")


class Box:
    """A booted tree, ended when the `with` block is left. `shared` are folders of this machine that it sees, {inside: here}."""

    def __init__(self, folder, shared=None, log=None):
        needs("systemd-nspawn")
        needs("nsenter")
        self.folder = folder
        self.shared = shared or {}
        self.name = f"mixnet-{os.getpid()}-{id(self) % 10000}"
        self.log = log
        self.process = None
        self.leader = None
        self.output = None

    def __enter__(self):
        self.output = tempfile.NamedTemporaryFile("r", prefix="mixnet-box-", encoding="utf-8", errors="replace")
        command = ["systemd-nspawn", "--quiet", f"--directory={self.folder}", f"--machine={self.name}", "--volatile=overlay"]
        command += ["--private-network", "--register=no", "--keep-unit", "--settings=no", "--link-journal=no", "--resolv-conf=off"]
        command += ["--timezone=off", "--console=read-only", "--kill-signal=SIGRTMIN+3", "--capability=all"]
        command += ["--system-call-filter=bpf @keyring", "--boot"]
        command += [f"--bind-ro={here}:{inside}" for inside, here in self.shared.items()]
        # cgroups of its own: with --keep-unit it is where its starter is, and two boxes would share one.
        for group in self.groups():
            group.mkdir(exist_ok=True)
        enter = "".join(f"echo $$ > {group}/cgroup.procs; " for group in self.groups())
        with open(self.output.name, "w", encoding="utf-8") as said:
            self.process = subprocess.Popen(
                ["sh", "-ec", enter + 'exec "$@"', "sh", *command], stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}, start_new_session=True,
            )  # fmt: skip
        try:
            self.leader = self.wait_for_leader()
            state = self.wait_for_boot()
        except BaseException:
            self.__exit__()
            raise
        if state not in ("running", "degraded"):
            self.__exit__()
            raise AssertionError(f"the box did not come up, it is {state}")
        return self

    def groups(self):
        """In each hierarchy that nspawn knows: the unified one, and beside it systemd's own where that is there."""
        for mount in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"):
            path = pathlib.Path(mount)
            if (path / "cgroup.procs").exists():
                yield path / self.name

    def wait_for_leader(self):
        """Its systemd, as this machine numbers it."""
        own = os.path.realpath(shutil.which("systemd-nspawn"))
        end = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                said = pathlib.Path(self.output.name).read_text(encoding="utf-8", errors="replace")
                raise unittest.SkipTest(f"systemd-nspawn does not work here: {(said.strip().splitlines() or ['it said nothing'])[-1]}")
            children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii").split()
            for child in children:
                try:
                    program = os.readlink(f"/proc/{child}/exe")
                except OSError:
                    continue
                if program != own and program.endswith("/systemd"):
                    return int(child)
            time.sleep(0.02)
        raise AssertionError("systemd-nspawn starts no systemd")

    def wait_for_boot(self):
        end = time.monotonic() + BOOT_SECONDS
        state = ""
        while time.monotonic() < end:
            state = self.run("systemctl", "is-system-running", check=False).strip()
            if state in ("running", "degraded"):
                return state
            time.sleep(0.05)
        return state

    def __exit__(self, *_):
        if self.log is not None and self.leader is not None and self.process.poll() is None:
            journal = self.run("journalctl", "--no-pager", "--output=short-monotonic", check=False)
            pathlib.Path(self.log).write_text(journal, encoding="utf-8")
        if self.leader is not None and self.process.poll() is None:
            os.kill(self.leader, signal.SIGRTMIN + 3)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for group in self.groups():
            for folder, _, _ in sorted(os.walk(group), reverse=True):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass
        shutil.rmtree(f"/run/systemd/nspawn/propagate/{self.name}", ignore_errors=True)
        self.output.close()

    def command(self, *words):
        """What runs a command in it as root, as subprocess wants it."""
        return ["nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-n", "-p", "-C", "--", *ENVIRONMENT, *map(str, words)]

    def run(self, *words, check=True, seconds=120, text=None):
        """Runs a command; gives what it printed on both outputs."""
        done = subprocess.run(
            self.command(*words), input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds, check=False
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, words))} ended with {done.returncode}:\n{done.stdout[-3000:]}")
        return done.stdout

    def succeeds(self, *words):
        return subprocess.run(self.command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0

    def write(self, path, text, mode=0o644):
        """A file in it."""
        self.run("sh", "-c", 'umask 077; mkdir -p "$(dirname "$1")"; cat > "$1"; chmod "$2" "$1"', "sh", path, f"{mode:o}", text=text)

    def apt(self, *words):
        """apt-get, which reaches nothing: what it installs is there already, or is a file."""
        options = ["-o", "Dpkg::Options::=--force-confold", "-o", "Dpkg::Use-Pty=0", "-o", "Dir::Etc::sourcelist=/dev/null"]
        options += ["-o", "Dir::Etc::sourceparts=/dev/null"]
        return self.run("apt-get", "--yes", "--quiet", "--no-install-recommends", "--allow-downgrades", *options, *words)

    def show(self, unit, name):
        """A property of a unit."""
        return self.run("systemctl", "show", "--property", name, "--value", unit).strip()

    def get(self, url, *options):
        """The body of an HTTP answer; the test fails where it is not a success."""
        return self.run("curl", "--fail", "--silent", "--show-error", "--max-time", "20", *options, url)
