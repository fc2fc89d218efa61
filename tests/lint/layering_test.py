#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which folder may include what, and a few things that must not be in the sources at all. docs/architecture.md says why."""
import pathlib
import re
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)

# Each of these is seen by one source file (and its header), so that it can be replaced there.
IN_ONE_FILE = {
    "yaml-cpp": r"yaml-cpp/",
    "libmicrohttpd": r"microhttpd\.h$",
    "libcrypt": r"crypt\.h$",
    "libcurl": r"curl/",
    "nlohmann's JSON": r"nlohmann/",
    "ISA-L, its compression": r"isa-l/igzip",
    "ISA-L, its checksums": r"isa-l/crc",
    "OpenSSL": r"openssl/",
    "re2": r"re2/",
    "SQLite": r"sqlite3\.h$",
    "toml++": r"toml\+\+/",
}
# The same of the daemon and of the collectors: one serves with TLS and compares passwords, the others ask with TLS, and a
# WebSocket takes a digest.
IN_ONE_FILE_OF_EACH = {
    "GnuTLS, its sessions": r"gnutls/(?!crypto)",
    "GnuTLS, its digests": r"gnutls/crypto",
}
# TLS is GnuTLS's, and so are the primitives that passwords are compared with; systemd hands over sockets and is told of state.
# Of systemd as a source, on D-Bus, one file of the collectors knows.
IN_ONE_FOLDER = {
    "GnuTLS": (r"gnutls/", ("daemon/web/", "collectors/kit/tls_client.cpp", "collectors/kit/sha1.cpp")),
    "libsystemd": (r"systemd/", ("daemon/", "collectors/node/system_bus.cpp")),
}
FORBIDDEN = {
    "starts a shell": re.compile(r"(?<![\w.:>])(?:std::)?(?:system|popen)\s*\("),
    "names a folder of somebody's machine": re.compile(r"""(?<![\w./$}"*-])/(?:work|root)/"""),
}
# In their strings and comments the checks themselves may name what they look for.
THE_CHECKS = {"tests/lint/layering_test.py"}


def sources(*folders):
    """The C++ files below folders of the project, by their path inside it; of all when "." is named."""
    for folder in ("collectors", "daemon", "tests") if folders == (".",) else folders:
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                yield path.relative_to(PROJECT).as_posix(), path.read_text(encoding="utf-8")


def includes(text):
    return [name for _, name in INCLUDE.findall(text)]


def stem(path):
    return path.rsplit(".", 1)[0]


def breaches_of(folder, is_wrong):
    return [f"{path} includes {name}" for path, text in sources(folder) for name in includes(text) if is_wrong(path, name)]


def collector_headers():
    """The headers of collectors; other headers beside them are sources that several collectors share."""
    return {path for path, text in sources("collectors") if re.search(r"^extern (constinit )?const Collector k", text, re.M)}


class Layering(unittest.TestCase):
    maxDiff = None

    def test_collectors_know_nothing_of_the_daemon(self):
        self.assertEqual([], breaches_of("collectors", lambda path, name: name.startswith(("daemon/", "tests/"))))

    def test_the_kit_knows_nothing_of_collectors(self):
        self.assertEqual([], breaches_of("collectors/kit", lambda path, name: re.match(r"collectors/(?!kit/)", name)))

    def test_the_daemon_knows_collectors_by_their_table_only(self):
        headers = collector_headers()
        self.assertIn("collectors/host/loadavg.h", headers)
        self.assertEqual([], breaches_of("daemon", lambda path, name: name in headers))

    def test_no_collector_includes_another(self):
        headers = collector_headers()
        table = "collectors/all_collectors.cpp"
        self.assertEqual(
            [],
            breaches_of("collectors", lambda path, name: name in headers and stem(path) != stem(name) and path != table),
        )

    def test_production_code_includes_no_tests(self):
        self.assertEqual([], breaches_of("daemon", lambda path, name: name.startswith("tests/")))

    def test_each_library_is_seen_by_one_file(self):
        one_file = [(library, pattern, ("collectors", "daemon")) for library, pattern in IN_ONE_FILE.items()]
        for library, pattern in IN_ONE_FILE_OF_EACH.items():
            one_file += [(library, pattern, ("collectors",)), (library, pattern, ("daemon",))]
        for library, pattern, folders in one_file:
            users = {stem(path) for path, text in sources(*folders) for name in includes(text) if re.match(pattern, name)}
            self.assertLessEqual(len(users), 1, f"{library} is included by {sorted(users)}")

    def test_some_libraries_are_seen_by_one_folder(self):
        for library, (pattern, places) in IN_ONE_FOLDER.items():
            allowed = (*places, "tests/")
            found = breaches_of(".", lambda path, name, p=pattern, a=allowed: re.match(p, name) and not path.startswith(a))
            self.assertEqual([], found, library)

    def test_headers_are_guarded_and_licensed(self):
        for path, text in sources("collectors", "daemon", "tests"):
            self.assertTrue(text.startswith("// SPDX-License-Identifier: Apache-2.0\n"), f"{path} has no SPDX line")
            if path.endswith(".h"):
                self.assertIn("\n#pragma once\n", text, path)

    def test_nothing_forbidden(self):
        for path, text in self.all_text():
            for number, line in enumerate(text.splitlines(), 1):
                for what, pattern in FORBIDDEN.items():
                    self.assertIsNone(pattern.search(line), f"{path}:{number} {what}: {line.strip()}")

    def all_text(self):
        yield from sources("collectors", "daemon", "tests")
        for pattern in ("scripts/*", ".ci/*", "**/CMakeLists.txt", "tests/**/*.py", "bench/**/*"):
            for path in sorted(PROJECT.glob(pattern)):
                name = path.relative_to(PROJECT).as_posix()
                if path.is_file() and name not in THE_CHECKS and not name.startswith("build"):
                    yield name, path.read_text(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    unittest.main()
