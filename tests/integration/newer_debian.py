# SPDX-License-Identifier: Apache-2.0
"""Programs of newer Debian releases, unpacked beside the system and never installed.

apt gets its lists and packages into folders of our own; the mirror is the one that the system uses. Where that cannot be
done (another system, no network), the test is skipped and says why.
"""
import pathlib
import shutil
import subprocess
import unittest

import support

# By what they are needed for: a node_exporter of Debian 13, and a Prometheus 3.
SUITES = ("trixie", "sid")


def program(package, suite, path):
    """The path of a program inside a package of a newer Debian suite."""
    target = support.scratch() / "debian" / f"{package}-{suite}"
    if not (target / path).exists():
        _unpack(package, suite, target)
    found = target / path
    result = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise unittest.SkipTest(f"{package} of {suite} does not run here: {result.stderr.strip()}")
    return found


def _unpack(package, suite, target):
    if shutil.which("apt-get") is None:
        raise unittest.SkipTest("there is no apt-get to get newer packages with")
    options = _own_apt(_mirror(), support.scratch() / "debian" / "apt")
    download = target.with_name(target.name + ".download")
    shutil.rmtree(download, ignore_errors=True)
    download.mkdir(parents=True)
    apt(options, "download", f"{package}/{suite}", cwd=download)
    (archive,) = download.glob("*.deb")
    subprocess.run(["dpkg-deb", "-x", archive, target], check=True)
    shutil.rmtree(download)


def _mirror():
    """Where the system gets Debian's main archive from."""
    wanted = ["Origin: Debian", "Component: main", "Created-By: Packages"]
    rows = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(RELEASE)|$(REPO_URI)", *wanted], capture_output=True, text=True, check=False
    ).stdout.split()
    for row in rows:
        release, _, address = row.partition("|")
        if not release.endswith(("-security", "-updates", "-backports")):
            return address
    raise unittest.SkipTest("the system names no Debian mirror to get newer packages from")


def _own_apt(mirror, folder):
    """Options that keep apt to folders of our own; its lists are fetched once for each build folder."""
    sources = folder / "sources.list"
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State": folder / "state",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
        "Acquire::http::Timeout": "20",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "true",
    }
    options = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    if not (folder / "updated").exists():
        for name in ("state/lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        sources.write_text("".join(f"deb {mirror} {suite} main\n" for suite in SUITES))
        apt(options, "update", cwd=folder)
        (folder / "updated").touch()
    return options


def apt(options, *command, cwd: pathlib.Path):
    result = subprocess.run(
        ["apt-get", "--quiet", *options, *command], cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )
    if result.returncode != 0:
        last = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise unittest.SkipTest(f"apt-get {' '.join(command)} failed: {last}")
