#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nodes are found among the real processes of this machine, and nobody opens their secrets.

A shell under the name nym-node stands for the node: `nym-node run --id exit1 …` makes it run the script of the name run.
"""
import http.server
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

import support

SECRETS = ("cosmos_mnemonic", "ed25519_identity", "x25519_sphinx_primary", "x25519_noise", "x25519_wg_dh", "clients.sqlite")
TOKEN = "lorem-ipsum-token"
ROLES = b'{"mixnode_enabled":false,"gateway_enabled":true,"network_requester_enabled":true,"ip_packet_router_enabled":true}'
GATEWAY = b"""{"client_interfaces":{"wireguard":{"port":51822,"tunnel_port":51822,"metadata_port":51830,"public_key":"x"},
"mixnet_websockets":{"ws_port":9000,"wss_port":null}}}"""


class Api(http.server.BaseHTTPRequestHandler):
    """As much of a node's HTTP API as tells what the node is."""

    bodies = {"/api/v1/roles": ROLES, "/api/v1/gateway": GATEWAY}

    def do_GET(self):  # noqa: N802, the base class calls it so
        body = self.bodies.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


class Discovery(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mixnet-discovery-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.config = self.folder / "node" / "config" / "config.toml"
        data = self.folder / "node" / "data"
        self.config.parent.mkdir(parents=True)
        data.mkdir()
        for secret in SECRETS:
            (data / secret).write_text("a secret", encoding="utf-8")
        keys = "".join(f"{name} = '{data / name}'\n" for name in SECRETS)
        self.config.write_text(
            f"id = 'exit1'\n[modes]\nmixnode = false\nentry = true\nexit = true\n[http]\nbind_address = '127.0.0.1:18080'\n"
            f"access_token = '{TOKEN}'\n[wireguard]\nenabled = true\nprivate_ipv4 = '10.1.0.1'\n[storage_paths.keys]\n{keys}",
            encoding="utf-8",
        )
        self.folder.joinpath("nym-node").symlink_to("/bin/bash")
        self.folder.joinpath("run").write_text("read -r _\n", encoding="utf-8")

    def start_node(self, *arguments):
        """Gives the process; its kernel name is nym-node."""
        command = [str(self.folder / "nym-node"), "run", *arguments]
        process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.PIPE)
        self.addCleanup(self.end_node, process)
        comm = pathlib.Path(f"/proc/{process.pid}/comm")
        while comm.read_text(encoding="utf-8") != "nym-node\n":
            time.sleep(0.01)
        return process

    @staticmethod
    def end_node(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdin.close()

    def discover(self, *flags):
        result = support.run_exporter("discover", *flags)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn(TOKEN, result.stdout + result.stderr)
        return result.stdout

    def test_a_node_is_found_without_configuration(self):
        node = self.start_node("--config-file", str(self.config), "--accept-operator-terms-and-conditions")
        text = self.discover()
        self.assertRegex(text, rf"(?m)^exit1 +process +PID {node.pid} +named nym-node$")
        self.assertRegex(text, rf"(?m)^ +modes +entry, exit, wireguard +{self.config}$")
        self.assertRegex(text, rf"(?m)^ +http address +http://127.0.0.1:18080 +{self.config}$")
        self.assertRegex(text, rf"(?m)^ +access token +set, not shown +{self.config}$")
        self.assertRegex(text, r"(?m)^ +terms and conditions +accepted +command line$")
        self.assertRegex(text, r"(?m)^ +port mix +1789/tcp +Nym's default$")

    def test_no_secret_is_opened(self):
        strace = support.program("strace")
        self.start_node("--config-file", str(self.config))
        trace = self.folder / "trace"
        command = [strace, "-f", "-qq", "-y", "-e", "trace=file,desc", "-o", str(trace), support.exporter()]
        for arguments in (["discover"], ["config", "init", f"--config.file={self.folder}/m.yml"]):
            done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=60, check=False)
            if "ptrace" in done.stderr and "not permitted" in done.stderr:
                self.skipTest("strace may trace nothing here")
            self.assertEqual(done.returncode, 0, done.stderr)
            calls = trace.read_text(encoding="utf-8", errors="replace")
            self.assertRegex(calls, rf'open(at)?\([^\n]*"{re.escape(str(self.config))}"', "the trace shows what is opened")
            self.assertEqual([], [line for line in calls.splitlines() for secret in SECRETS if f"data/{secret}" in line])
            self.assertNotRegex(calls, r'open(at)?\([^\n]*/environ"')

    def test_the_http_api_tells_what_an_unreadable_config_would(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}"
        self.start_node("--id", "exit1", "--http-bind-address", f"0.0.0.0:{server.server_port}")
        text = self.discover()
        self.assertRegex(text, r"(?m)^ +config.toml +\? +/.*/.nym/nym-nodes/exit1/config/config.toml: ")
        self.assertRegex(text, rf"(?m)^ +modes +entry, exit, wireguard +{url}/api/v1$")
        self.assertRegex(text, rf"(?m)^ +port wireguard +51822/udp +{url}/api/v1$")
        self.assertRegex(text, rf"(?m)^ +http address +{url} +command line$")

    def test_the_daemon_follows_what_comes_and_goes(self):
        port = support.free_port()
        flags = ["--collector.disable-defaults", "--collector.node", "--collector.node_process", f"--web.listen-address=127.0.0.1:{port}"]
        with support.Server([support.exporter(), *flags], port) as server:
            self.assertNotIn('node="exit1"', server.metrics())  # others may run here
            node = self.start_node("--config-file", str(self.config))
            self.wait_for(server, 'mixnet_node_process_up{node="exit1"} 1\n')
            self.end_node(node)
            self.wait_for(server, 'mixnet_node_process_up{node="exit1"} 0\n')

    def wait_for(self, server, line, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = server.metrics()
            if line in text:
                return
            time.sleep(0.5)
        self.fail(f"{line!r} is not in\n{text}")


if __name__ == "__main__":
    unittest.main()
