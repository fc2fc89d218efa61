#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The simulated node does over real HTTP and sockets what other tests rely on."""
import json
import pathlib
import select
import signal
import socket
import subprocess
import time
import unittest

import support
from support import Simulator, wait_for

V1 = "/api/v1"
HEALTH = V1 + "/health"
PACKETS = V1 + "/metrics/packets-stats"
JSON_PATHS = [
    "/health",
    "/load",
    "/build-information",
    "/host-information",
    "/system-info",
    "/roles",
    "/description",
    "/auxiliary-details",
    "/gateway",
    "/gateway/client-interfaces",
    "/gateway/client-interfaces/mixnet-websockets",
    "/gateway/client-interfaces/wireguard",
    "/mixnode",
    "/network-requester",
    "/network-requester/exit-policy",
    "/ip-packet-router",
    "/authenticator",
    "/lewes-protocol",
    "/bridges/client-params",
    "/network/upgrade-mode-status",
    "/metrics/packets-stats",
    "/metrics/mixing",
    "/metrics/wireguard-stats",
    "/metrics/sessions",
    "/metrics/verloc",
]
REDIRECTS = {
    "/hardware": "/api/v1/system-info",
    "/description": "/api/v1/description",
    "/stats": "/api/v1/metrics/mixing",
    "/verloc": "/api/v1/metrics/verloc",
    "/metrics": "/api/v1/metrics/prometheus",
}


def raw_answer(port, path, timeout=10):
    """All that comes on a connection until its end."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        out = b""
        while piece := connection.recv(65536):
            out += piece
        return out


def receive(connection, size):
    """So many bytes, however many pieces they come in."""
    out = b""
    while len(out) < size:
        piece = connection.recv(size - len(out))
        assert piece, f"ended after {out}"
        out += piece
    return out


def connect(port):
    socket.create_connection(("127.0.0.1", port), timeout=10).close()


class Endpoints(unittest.TestCase):
    def test_every_endpoint_answers(self):
        with Simulator("--sim-bridge") as node:
            for path in JSON_PATHS:
                response = node.get(V1 + path)
                self.assertEqual((200, "application/json"), (response.status, response.headers["content-type"]), path)
                json.loads(response.body)
            self.assertIn("# TYPE nym_node_mixnet_egress_ack_sent gauge\n", node.exposition())

    def test_old_paths_redirect(self):
        with Simulator() as node:
            for path, target in REDIRECTS.items():
                response = node.get(path)
                self.assertEqual((303, target), (response.status, response.headers["location"]))

    def test_what_a_mixnode_has_not(self):
        with Simulator(mode="mixnode", wireguard=False, token="") as node:
            self.assertEqual(501, node.get(V1 + "/gateway/client-interfaces/wireguard").status)
            self.assertEqual(404, node.get(V1 + "/bridges/client-params").status)
            self.assertEqual(404, node.get(V1 + "/metrics/prometheus", {"Authorization": "Bearer x"}).status)
            self.assertEqual(405, node.request("POST", HEALTH).status)
            self.assertEqual(400, node.get(HEALTH + "?output=xml").status)
            self.assertIsNone(node.ports["ws"])

    def test_the_token(self):
        with Simulator() as node:
            self.assertEqual(401, node.get(V1 + "/metrics/prometheus").status)
            self.assertEqual(401, node.get(V1 + "/metrics/prometheus", {"Authorization": "Bearer wrong"}).status)
            node.tell("token", token="")
            self.assertEqual(404, node.get(V1 + "/metrics/prometheus", {"Authorization": f"Bearer {node.token}"}).status)

    def test_connections_are_kept(self):
        with Simulator() as node, socket.create_connection(("127.0.0.1", node.ports["http"]), timeout=10) as connection:
            for _ in range(3):
                connection.sendall(b"GET /api/v1/mixnode HTTP/1.1\r\nHost: x\r\n\r\n")
                answer = b""
                while not answer.endswith(b"{}"):
                    answer += connection.recv(4096)
                self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"))


class Time(unittest.TestCase):
    def test_counters_follow_a_manual_clock(self):
        with Simulator("--sim-clock=manual", "--sim-packets-per-second=1000") as node:
            node.advance(60)
            self.assertEqual(59_994, node.json(PACKETS)["ingress_mixing"]["final_hop_packets_received"])
            self.assertEqual({"status": "up", "uptime": 60}, node.json(HEALTH))
            node.tell("traffic", pattern="idle")
            node.advance(60)
            self.assertEqual(59_994, node.json(PACKETS)["ingress_mixing"]["final_hop_packets_received"])
            node.restart()
            self.assertEqual(0, node.json(PACKETS)["ingress_mixing"]["final_hop_packets_received"])
            self.assertEqual(0, node.json(HEALTH)["uptime"])

    def test_counters_move_by_themselves(self):
        with Simulator("--sim-packets-per-second=100000") as node:
            received = lambda: node.json(PACKETS)["ingress_mixing"]["final_hop_packets_received"]
            before = received()
            wait_for(lambda: received() > before, "more packets")

    def test_other_modes(self):
        with Simulator() as node:
            node.tell("modes", modes="mixnode", wireguard="false")
            self.assertEqual(
                [True, False, False, False],
                list(node.json(V1 + "/roles").values()),
            )
            self.assertRaises(ConnectionRefusedError, connect, node.ports["lp_control"])
            self.assertIn("mixnode = true\nentry = false\n", (node.home / "config/config.toml").read_text())


class Faults(unittest.TestCase):
    def setUp(self):
        self.node = self.enterContext(Simulator("--sim-uptime=86400"))

    def body(self, path=HEALTH):
        response = self.node.get(path)
        self.assertEqual(200, response.status)
        return response.body

    def test_slow_and_drip(self):
        for kind in "slow", "drip":
            self.node.fault(HEALTH, kind, seconds=0.5)
            start = time.monotonic()
            self.assertEqual("up", json.loads(self.body())["status"])
            self.assertGreaterEqual(time.monotonic() - start, 0.4)

    def test_hang_until_cleared(self):
        self.node.fault(HEALTH, "hang")
        with socket.create_connection(("127.0.0.1", self.node.ports["http"]), timeout=10) as connection:
            connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual([], select.select([connection], [], [], 0.5)[0])
            self.node.clear()
            self.assertEqual(b"", connection.recv(100))
        self.assertEqual("up", json.loads(self.body())["status"])

    def test_many_hang_and_commands_still_work(self):
        self.node.fault(HEALTH, "hang")
        connections = [socket.create_connection(("127.0.0.1", self.node.ports["http"]), timeout=10) for _ in range(70)]
        for connection in connections:
            connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        self.node.clear()
        for connection in connections:
            connection.close()

    def test_stall_and_cut_send_half(self):
        self.node.fault(HEALTH, "cut")
        self.assertRegex(raw_answer(self.node.ports["http"], HEALTH), rb'content-length: 30\r\n.*\r\n\r\n\{"status":"up"')
        self.node.fault(HEALTH, "stall")
        with self.assertRaises(TimeoutError):
            raw_answer(self.node.ports["http"], HEALTH, timeout=0.5)

    def test_reset(self):
        self.node.fault(HEALTH, "reset")
        with self.assertRaises(ConnectionResetError):
            raw_answer(self.node.ports["http"], HEALTH)

    def test_status_and_redirect(self):
        self.node.fault(HEALTH, "status", status=503)
        self.assertEqual(503, self.node.get(HEALTH).status)
        self.node.fault(HEALTH, "redirect", location="http://192.0.2.1/")
        response = self.node.get(HEALTH)
        self.assertEqual((302, "http://192.0.2.1/"), (response.status, response.headers["location"]))

    def test_huge(self):
        self.body()
        before = self.resident_kilobytes()
        self.node.fault(HEALTH, "huge", bytes=100_000_000)
        self.assertGreater(len(self.body()), 100_000_000)
        self.assertLess(self.resident_kilobytes() - before, 50_000, "it keeps what it sends")

    def resident_kilobytes(self):
        status = pathlib.Path(f"/proc/{self.node.pid}/status").read_text(encoding="utf-8")
        return int(status.split("VmHWM:")[1].split()[0])

    def test_bodies(self):
        self.node.fault(HEALTH, "wrong_json")
        self.assertEqual(42, json.loads(self.body())["status"])
        self.node.fault(HEALTH, "broken")
        self.assertRaises(ValueError, json.loads, self.body())
        self.node.fault(HEALTH, "html")
        self.assertTrue(self.body().startswith(b"<html>"))
        self.node.fault(HEALTH, "empty")
        self.assertEqual(b"", self.body())
        self.node.fault(HEALTH, "deep")
        self.assertTrue(self.body().startswith(b"[[[[["))

    def test_truncated_exposition(self):
        self.node.fault(V1 + "/metrics/prometheus", "truncated")
        self.assertTrue(self.node.exposition().endswith('_bucket{le="'))

    def test_of_all_endpoints_for_some_requests(self):
        self.node.fault("*", "status", times=2)
        self.assertEqual([500, 500, 200], [self.node.get(path).status for path in (HEALTH, PACKETS, HEALTH)])

    def test_bad_commands(self):
        for command in "fault?endpoint=/&kind=odd", "advance?seconds=-1", "advance", "listener?role=x&open=true":
            self.assertEqual(400, self.node.request("POST", "/simulator/" + command).status, command)
        self.assertEqual(404, self.node.request("POST", "/simulator/nothing").status)


class Surroundings(unittest.TestCase):
    def test_the_process_is_named_as_the_real_one(self):
        with Simulator() as node:
            self.assertEqual("nym-node\n", pathlib.Path(f"/proc/{node.pid}/comm").read_text(encoding="utf-8"))
            self.assertEqual(node.pid, node.about["pid"])

    def test_requests_are_counted(self):
        with Simulator() as node:
            node.get(HEALTH)
            node.get(HEALTH)
            node.exposition()
            asked = node.requests()
            self.assertEqual({"count": 2, "with_authorization": 0}, asked[HEALTH])
            self.assertEqual({"count": 1, "with_authorization": 1}, asked[V1 + "/metrics/prometheus"])
            node.tell("forget")
            self.assertEqual({}, node.requests())

    def test_private_files_are_watched(self):
        with Simulator() as node:
            (node.home / "data/clients.sqlite").stat()
            (node.home / "data/ed25519_identity.pub").read_text(encoding="utf-8")
            self.assertEqual({}, node.opened())
            self.assertIn("POISONED", (node.home / "data/cosmos_mnemonic").read_text(encoding="utf-8"))
            self.assertEqual({"data/cosmos_mnemonic": 1}, node.opened())

    def test_sockets_of_the_roles(self):
        with Simulator("--sim-connections=3") as node:
            for role in "mix", "verloc", "ws", "lp_control":
                connect(node.ports[role])
            with socket.create_connection(("127.0.0.1", node.ports["verloc"]), timeout=10) as verloc:
                verloc.sendall(b"echo")
                self.assertEqual(b"echo", receive(verloc, 4))
            expected = {"mix": 3, "ws": 3}
            wait_for(lambda: node.json("/simulator/state")["connections"] == expected, "three connections each")

    def test_websockets_send_back(self):
        with Simulator() as node, socket.create_connection(("127.0.0.1", node.ports["ws"]), timeout=10) as client:
            client.sendall(
                b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            answer = b""
            while not answer.endswith(b"\r\n\r\n"):
                answer += client.recv(1)
            self.assertTrue(answer.startswith(b"HTTP/1.1 101 "))
            self.assertIn(b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", answer)
            client.sendall(b"\x81\x82\0\0\0\0hi")
            self.assertEqual(b"\x81\x02hi", receive(client, 4))

    def test_a_listener_goes_and_comes_back(self):
        with Simulator() as node:
            node.tell("listener", role="mix", open="false")
            self.assertRaises(ConnectionRefusedError, connect, node.ports["mix"])
            node.tell("listener", role="mix", open="true")
            connect(node.ports["mix"])

    def test_datagrams_pile_up_while_nobody_reads(self):
        with Simulator() as node:
            node.tell("sockets", read="false")
            time.sleep(0.2)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(2000):
                    sender.sendto(bytes(1000), ("127.0.0.1", node.ports["lp_data"]))
            drops = lambda: int(self.udp_line(node.ports["lp_data"])[-1])
            wait_for(lambda: drops() > 0, "dropped datagrams")

    def udp_line(self, port):
        for line in pathlib.Path("/proc/net/udp").read_text(encoding="utf-8").splitlines():
            if f":{port:04X} " in line:
                return line.split()
        raise AssertionError("no such socket")

    def test_it_ends_at_once(self):
        for number in signal.SIGTERM, signal.SIGINT:
            with Simulator("--sim-connections=5") as node:
                node.fault(HEALTH, "hang")
                with socket.create_connection(("127.0.0.1", node.ports["http"]), timeout=10) as connection:
                    connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
                    time.sleep(0.1)
                    start = time.monotonic()
                    self.assertEqual(0, node.stop(number))
                    self.assertLess(time.monotonic() - start, 10)  # the request that hangs would take 30

    def test_mistakes_in_flags(self):
        result = subprocess.run([support.simulator(), "run", "--odd"], capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual((1, 'nym-node (simulated): unknown flag "--odd"\n'), (result.returncode, result.stderr))


if __name__ == "__main__":
    unittest.main()
