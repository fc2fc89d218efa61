#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy with the rules of .clang-tidy over the project's sources.

  clang_tidy.py BUILD_FOLDER [--minutes N] [FILE...]

Without FILES: those that differ from the base of the change (the environment's MIXNET_BASE, or where the branch left
origin's default branch) and the sources of changed headers; all of them where no base is known. Files changed last come
first, and after N minutes no further one is begun; those left out are counted, and the run says so.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("collectors/", "daemon/")


def git(*arguments):
    """What git prints, or an empty string where it fails: a tree need not be a clone."""
    result = subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else ""


def base():
    wanted = os.environ.get("MIXNET_BASE") or git("rev-parse", "--verify", "--quiet", "origin/HEAD")
    if not wanted:
        return ""
    commit = git("merge-base", "HEAD", wanted)
    return "" if commit == git("rev-parse", "HEAD") else commit


def sources(build):
    """The sources that the build compiles, by their path inside the project, those changed last first."""
    commands = json.loads((build / "compile_commands.json").read_text())
    paths = {pathlib.Path(command["file"]).resolve() for command in commands}
    inside = [path for path in paths if path.is_relative_to(PROJECT)]
    inside.sort(key=lambda path: (-path.stat().st_mtime, path))
    names = [path.relative_to(PROJECT).as_posix() for path in inside]
    return [name for name in names if name.startswith(FOLDERS)]


def changed_since(commit, names):
    """Those of names that differ from a commit, or whose own header or rules do."""
    changed = set(git("diff", "--name-only", commit).splitlines())
    if ".clang-tidy" in changed:
        return names
    return [name for name in names if name in changed or name.replace(".cpp", ".h") in changed]


def check(build, name):
    result = subprocess.run(
        ["clang-tidy-14", "--quiet", "--extra-arg=-Wno-unknown-warning-option", "-p", str(build), name], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return name, result.returncode, result.stdout or result.stderr


def check_all(build, names, minutes):
    """Returns the number of files with findings, and of those there was no time for."""
    end = time.monotonic() + minutes * 60
    bad = left_out = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        run = lambda name: check(build, name) if time.monotonic() < end else (name, None, "")
        for name, status, output in pool.map(run, names):
            if status is None:
                left_out += 1
            elif status != 0:
                bad += 1
                print(output, flush=True)
    return bad, left_out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    names = options.files or sources(options.build)
    if not options.files and base():
        names = changed_since(base(), names)
    bad, left_out = check_all(options.build.resolve(), names, options.minutes)
    print(f"clang-tidy: {len(names) - left_out} files checked, {bad} with findings")
    if left_out:
        print(f"SKIPPED: {left_out} of {len(names)} files, for want of time")  # as tests/tools/skipped_tests.py finds it
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
