#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The simulated network does over real HTTP what other tests rely on, and its scores come out as nym's formulas have them."""
import gzip
import http.client
import json
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import unittest
import zlib

import support
from support import SimulatedNetwork, Simulator

BONDED = "/api/v1/nym-nodes/bonded"
DESCRIBED = "/api/v2/nym-nodes/described"
SMALL = ("--sim-nodes=100", "--sim-clock=manual")
IDENTITY = "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1"
OURS = {"identity": IDENTITY, "id": 1324, "host": "127.0.0.1", "port": 8080}
ID = 1324
SATURATION_POINT = 254977903911.36
HEALTH = "/api/v1/api-status/health"

NYM_API = [
    "/v1/nym-nodes/bonded",
    "/v1/nym-nodes/described",
    "/v2/nym-nodes/described",
    "/v1/nym-nodes/annotation/1324",
    "/v2/nym-nodes/annotation/1324",
    "/v1/nym-nodes/performance/1324",
    "/v1/nym-nodes/performance-history/1324",
    "/v1/nym-nodes/uptime-history/1324",
    "/v1/nym-nodes/historical-performance/1324?date=2026-05-15",
    "/v1/nym-nodes/stake-saturation/1324",
    "/v1/nym-nodes/rewarded-set",
    "/v1/nym-nodes/noise",
    "/v1/unstable/nym-nodes/skimmed",
    "/v1/unstable/nym-nodes/skimmed/active",
    "/v1/unstable/nym-nodes/skimmed/mixnodes/active",
    "/v1/unstable/nym-nodes/skimmed/entry-gateways/all",
    "/v1/unstable/nym-nodes/skimmed/exit-gateways/active",
    "/v2/unstable/nym-nodes/skimmed",
    "/v2/unstable/nym-nodes/skimmed/mixnodes/all",
    "/v2/unstable/nym-nodes/skimmed/entry-gateways",
    "/v2/unstable/nym-nodes/skimmed/exit-gateways",
    "/v1/epoch/current",
    "/v1/epoch/reward_params",
    "/v1/epoch/key-rotation-info",
    "/v1/status/config-score-details",
    "/v1/api-status/health",
]
NODE_STATUS_API = [
    "/v2/gateways",
    "/v2/gateways/skinny",
    "/v2/gateways/" + IDENTITY,
    "/v2/summary",
    "/v2/metrics/sessions",
    "/v2/status/health",
    "/v2/status/build_information",
    "/explorer/v3/nym-nodes",
    "/explorer/v3/nym-nodes/1324/delegations",
    "/dvpn/v1/directory/gateways",
]


def config_score(factor):
    return 0.995 ** (factor**1.65)


def by_id(items):
    return {item["node_id"]: item for item in items}


class Small(unittest.TestCase):
    """A hundred nodes and ours, while time stands still."""

    def setUp(self):
        self.network = self.enterContext(SimulatedNetwork(*SMALL, nodes=[OURS]))

    def annotation(self, node_id=ID):
        return self.network.api(f"/v1/nym-nodes/annotation/{node_id}")["annotation"]

    def scores(self):
        return self.annotation()["detailed_performance"]

    def gateway(self):
        return self.network.status("/v2/gateways/" + IDENTITY)

    def bonded(self):
        return by_id(item["bond_information"] for item in self.network.json(BONDED)["data"])


class Endpoints(Small):
    def test_every_endpoint_answers(self):
        for path in [*("/api" + path for path in NYM_API), *("/status" + path for path in NODE_STATUS_API)]:
            response = self.network.get(path)
            self.assertEqual((200, "application/json"), (response.status, response.headers["content-type"]), path)
            json.loads(response.body)

    def test_what_is_not_there(self):
        for path in "/", "/api", "/api/v1/mixnodes", "/api/v1/nym-nodes", "/status/v1/gateways", "/api/v1/nym-nodes/bonded/":
            self.assertEqual(404, self.network.get(path).status, path)
        self.assertEqual(404, self.network.get("/api/v1/nym-nodes/stake-saturation/999999").status)
        self.assertEqual(404, self.network.get("/status/explorer/v3/nym-nodes/999999/delegations").status)
        self.assertEqual(400, self.network.get("/api/v1/nym-nodes/annotation/me").status)
        self.assertEqual(400, self.network.get("/api/v1/nym-nodes/historical-performance/1324").status)
        self.assertEqual(405, self.network.request("POST", BONDED).status)
        unknown = self.network.get("/status/v2/gateways/Unknown")
        self.assertEqual((400, b"Unknown"), (unknown.status, unknown.body))
        self.assertTrue(unknown.headers["content-type"].startswith("text/plain"))

    def test_an_unknown_node_has_no_annotation(self):
        self.assertEqual({"node_id": 999999, "annotation": None}, self.network.api("/v1/nym-nodes/annotation/999999"))
        self.assertEqual({"node_id": 999999, "performance": None}, self.network.api("/v1/nym-nodes/performance/999999"))

    def test_formats(self):
        self.assertEqual("application/yaml", self.network.get(BONDED + "?output=yaml").headers["content-type"])
        self.assertEqual(400, self.network.get(BONDED + "?output=xml").status)

    def test_lists_of_nym_api_come_whole(self):
        whole = self.network.json(BONDED)
        self.assertEqual(whole, self.network.json(BONDED + "?page=3&per_page=2"))
        self.assertEqual({"total": len(whole["data"]), "page": 0, "size": len(whole["data"])}, whole["pagination"])

    def test_lists_of_the_status_api_come_in_pages(self):
        first = self.network.status("/v2/gateways")
        self.assertEqual((0, 10, 10), (first["page"], first["size"], len(first["items"])))
        self.assertEqual(200, self.network.status("/v2/gateways?size=5000")["size"])
        keys = []
        for page in range((first["total"] + 6) // 7):
            keys += [item["gateway_identity_key"] for item in self.network.status(f"/v2/gateways?size=7&page={page}")["items"]]
        self.assertEqual(first["total"], len(set(keys)))
        self.assertIn(IDENTITY, keys)
        self.assertEqual(400, self.network.get("/status/v2/gateways?size=x").status)

    def test_compression(self):
        plain = self.network.get(DESCRIBED)
        packed = self.network.get(DESCRIBED, {"Accept-Encoding": "gzip"})
        self.assertIsNone(plain.headers["content-encoding"])
        self.assertEqual("gzip", packed.headers["content-encoding"])
        self.assertEqual(plain.body, gzip.decompress(packed.body))
        self.assertLess(len(packed.body), len(plain.body) / 2)
        one = self.network.get(f"/api/v1/nym-nodes/annotation/{ID}", {"Accept-Encoding": "br, gzip"})
        self.assertEqual(ID, json.loads(gzip.decompress(one.body))["node_id"])
        self.assertIsNone(self.network.get(HEALTH, {"Accept-Encoding": "gzip"}).headers["content-encoding"])

    def test_nodes_by_their_addresses(self):
        body = json.dumps({"addresses": ["203.0.113.17", "2001:db8:4::17", "192.0.2.1"]})
        response = self.network.request("POST", "/api/v1/unstable/nym-nodes/by-addresses", body=body)
        self.assertEqual(
            {"203.0.113.17": ID, "2001:db8:4::17": ID, "192.0.2.1": None}, json.loads(response.body)["existence"]
        )
        for wrong, status in ("", 400), ("{}", 422), (json.dumps({"addresses": ["192.0.2.1"] * 101}), 400):
            self.assertEqual(
                status, self.network.request("POST", "/api/v1/unstable/nym-nodes/by-addresses", body=wrong).status
            )

    def test_the_placed_node_is_in_every_list(self):
        self.assertEqual(
            {"host": "127.0.0.1", "custom_http_port": 8080, "identity_key": IDENTITY}, self.bonded()[ID]["node"]
        )
        described = by_id(self.network.json(DESCRIBED)["data"])[ID]["description"]
        self.assertEqual(IDENTITY, described["host_information"]["keys"]["ed25519"])
        self.assertRegex(described["last_polled"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} \+00:00:00$")
        self.assertNotIn("lewes_protocol", by_id(self.network.api("/v1/nym-nodes/described")["data"])[ID]["description"])
        self.assertIn(ID, by_id(self.network.api("/v2/unstable/nym-nodes/skimmed")["nodes"]["data"]))
        names = [item["identity_key"] for item in self.network.status("/dvpn/v1/directory/gateways")]
        self.assertIn(IDENTITY, names)


class Scores(Small):
    def test_performance_is_routing_times_config(self):
        self.network.tell("annotate", id=ID, routing=0.95, version="1.30.0")
        scores = self.scores()
        self.assertEqual(10, scores["config_score"]["versions_behind"])
        self.assertAlmostEqual(config_score(10), scores["config_score"]["score"], 12)
        self.assertAlmostEqual(0.95 * config_score(10), scores["performance_score"], 12)
        self.assertEqual("0.75", self.annotation()["last_24h_performance"])  # 0.95 × 0.7994 = 0.7594…, floored
        self.assertEqual(0.75, self.network.api(f"/v1/nym-nodes/performance/{ID}")["performance"])
        self.assertEqual(75, self.gateway()["performance"])

    def test_versions_of_the_network(self):
        expected = {"1.31.0": 0, "1.30.1": 10, "1.29.0": 20, "1.28.1": 30, "1.28.0": 31, "1.22.0": 91, "1.32.0": 0, "1.33.0": 100}
        for version, behind in expected.items():
            self.network.tell("annotate", id=ID, version=version)
            self.assertEqual(behind, self.scores()["config_score"]["versions_behind"], version)
        self.network.tell("annotate", id=ID, version="latest")
        self.assertEqual(
            {
                "score": 0.0,
                "versions_behind": None,
                "self_described_api_available": True,
                "accepted_terms_and_conditions": False,
                "runs_nym_node_binary": False,
            },
            self.scores()["config_score"],
        )

    def test_a_release_leaves_nodes_behind(self):
        self.network.tell("release", version="1.31.1")
        self.network.tell("release", version="1.32.0")
        self.assertEqual(11, self.scores()["config_score"]["versions_behind"])
        history = self.network.api("/v1/status/config-score-details")["version_history"]
        self.assertEqual("1.32.0", history[-1]["version_information"]["semver"])
        heights = [entry["version_information"]["introduced_at_height"] for entry in history]
        self.assertEqual(sorted(heights), heights)

    def test_without_terms_or_description_the_score_is_0(self):
        self.network.tell("annotate", id=ID, terms="false")
        self.assertEqual((0, 0), (self.scores()["config_score"]["score"], self.scores()["config_score"]["versions_behind"]))
        self.network.tell("annotate", id=ID, terms="true")
        self.network.tell("undescribe", id=ID)
        self.assertFalse(self.scores()["config_score"]["self_described_api_available"])
        self.assertEqual("0", self.annotation()["last_24h_performance"])
        self.assertNotIn(ID, by_id(self.network.json(DESCRIBED)["data"]))
        self.network.tell("describe", identity=IDENTITY)
        self.assertEqual("0.99", self.annotation()["last_24h_performance"])

    def test_jail(self):
        self.network.tell("jail", id=ID)
        self.assertEqual(0, self.scores()["performance_score"])

    def test_saturation_follows_the_stake(self):
        self.network.tell("pledge", id=ID, amount=100_000_000_000)
        self.network.tell("delegate", id=ID, amount=200_000_000_000, delegations=3)
        saturation = self.network.api(f"/v1/nym-nodes/stake-saturation/{ID}")
        self.assertEqual("1", saturation["saturation"])
        self.assertAlmostEqual(3e11 / SATURATION_POINT, float(saturation["uncapped_saturation"]), 9)
        details = [item for item in self.network.json(BONDED)["data"] if item["bond_information"]["node_id"] == ID][0]
        rewards = details["rewarding_details"]
        self.assertAlmostEqual(3e11, float(rewards["operator"]) + float(rewards["delegates"]), -1)
        self.network.tell("pledge", id=ID, pending=77, pending_cost=78)
        details = [item for item in self.network.json(BONDED)["data"] if item["bond_information"]["node_id"] == ID][0]
        self.assertEqual({"pledge_change": 77, "cost_params_change": 78}, details["pending_changes"])

    def test_no_annotation_of_a_bonded_node(self):
        self.network.tell("annotate", id=ID, annotated="false")
        self.assertIsNone(self.annotation())


class Time(Small):
    def test_epochs_follow_one_another(self):
        before = self.network.state()
        self.assertEqual((24120, 167), (before["epoch"], before["rotation"]))
        self.network.tell("advance", seconds=3600)
        self.assertEqual(24121, self.network.api("/v1/epoch/current")["total_elapsed_epochs"])
        self.assertEqual(24121, self.network.api("/v1/nym-nodes/rewarded-set")["epoch_id"])
        self.assertEqual(361, self.network.api("/v1/epoch/current")["current_epoch_id"])

    def test_the_rewarded_set_is_drawn_anew(self):
        with SimulatedNetwork("--sim-clock=manual") as many:
            first = many.api("/v1/nym-nodes/rewarded-set")
            sizes = {name: len(ids) for name, ids in first.items() if name != "epoch_id"}
            self.assertEqual(
                {"entry_gateways": 80, "exit_gateways": 100, "layer1": 20, "layer2": 20, "layer3": 20, "standby": 0}, sizes
            )
            everybody = [node for name, ids in first.items() if name != "epoch_id" for node in ids]
            self.assertEqual(240, len(set(everybody)), "nobody has two roles")
            many.tell("epoch")
            second = many.api("/v1/nym-nodes/rewarded-set")
            self.assertNotEqual(first["entry_gateways"], second["entry_gateways"])

    def test_key_rotations_follow_the_epochs(self):
        self.network.tell("epoch", count=12)
        info = self.network.api("/v1/epoch/key-rotation-info")
        self.assertEqual(
            {"current_key_rotation_id": 168, "current_rotation_starting_epoch": 24132, "current_rotation_ending_epoch": 24155},
            info["progress"],
        )
        keys = by_id(self.network.json(DESCRIBED)["data"])[ID]["description"]["host_information"]["keys"]
        self.assertEqual(168, keys["current_x25519_sphinx_key"]["rotation_id"])

    def test_an_epoch_is_overdue(self):
        self.network.tell("overdue", seconds=1800)
        self.network.tell("advance", seconds=4000)
        epoch = self.network.api("/v1/epoch/current")
        self.assertEqual(24120, epoch["total_elapsed_epochs"])
        start = time.mktime(time.strptime(epoch["current_epoch_start"], "%Y-%m-%dT%H:%M:%SZ"))
        now = time.mktime(time.strptime(self.network.state()["now"], "%Y-%m-%dT%H:%M:%SZ"))
        self.assertAlmostEqual(3600 + 1800 + 4000, now - start, delta=2)
        self.network.tell("epoch")
        self.assertEqual(24121, self.network.api("/v1/epoch/current")["total_elapsed_epochs"])

    def test_roles_can_be_given(self):
        self.network.tell("annotate", id=ID, role="layer2")
        self.assertEqual("layer2", self.annotation()["current_role"])
        self.assertIn(ID, self.network.api("/v1/nym-nodes/rewarded-set")["layer2"])
        skimmed = by_id(self.network.api("/v2/unstable/nym-nodes/skimmed")["nodes"]["data"])[ID]
        self.assertEqual({"Mixnode": {"layer": 2}}, skimmed["role"])
        self.network.tell("annotate", id=ID, role="none")
        self.assertIsNone(self.annotation()["current_role"])

    def test_a_node_that_unbonds(self):
        self.network.tell("unbond", id=ID, pending="true")
        self.assertTrue(self.bonded()[ID]["is_unbonding"])
        self.network.tell("unbond", id=ID)
        self.assertNotIn(ID, self.bonded())
        self.assertIsNone(self.annotation())
        self.assertEqual(404, self.network.get(f"/api/v1/nym-nodes/stake-saturation/{ID}").status)
        self.assertFalse(self.gateway()["bonded"])
        self.network.tell("bond", id=ID)
        self.assertIn(ID, self.bonded())

    def test_descriptions_grow_old(self):
        polled = lambda: by_id(self.network.json(DESCRIBED)["data"])[ID]["description"]["last_polled"]
        before = polled()
        self.network.tell("advance", seconds=300)
        self.assertEqual(before, polled())
        self.network.tell("advance", seconds=4500)
        self.assertNotEqual(before, polled())
        self.network.tell("describe", id=ID, age=86400 * 3)
        self.assertLess(polled(), before)

    def test_the_chain(self):
        for status, expected in ("unknown", "unknown"), ("synced", "synced"):
            self.network.tell("chain", status=status)
            self.assertEqual(expected, self.network.json(HEALTH)["chain_status"])
        self.network.tell("chain", status="stalled")
        self.assertEqual({"stalled": {"approximate_amount": "5m 12s"}}, self.network.json(HEALTH)["chain_status"])

    def test_cold_caches(self):
        self.network.tell("advance", seconds=100)
        self.network.tell("cold", seconds=60)
        answer = self.network.get(f"/api/v1/nym-nodes/annotation/{ID}")
        self.assertEqual((503, b"relevant cache hasn't been initialised yet"), (answer.status, answer.body))
        self.assertEqual({"pagination": {"total": 0, "page": 0, "size": 0}, "data": []}, self.network.json(BONDED))
        self.assertIsNone(self.network.api("/v1/epoch/current"))
        self.assertEqual(0, self.network.json(HEALTH)["uptime"])
        self.assertEqual(200, self.network.get("/status/v2/summary").status)
        self.network.tell("advance", seconds=60)
        self.assertIn(ID, self.bonded())
        self.assertIsNotNone(self.annotation())

    def test_shapes(self):
        path = f"/api/v%d/nym-nodes/annotation/{ID}"
        second = self.network.json(path % 2)["annotation"]
        self.assertNotIn("last_24h_performance", second)
        self.assertEqual({"score", "was_reachable"}, set(second["detailed_performance"]["stress_testing_score"]))
        self.network.tell("shape", shape="v1")
        self.assertEqual([200, 404], [self.network.get(path % version).status for version in (1, 2)])
        self.network.tell("shape", shape="v2")
        self.assertEqual([404, 200], [self.network.get(path % version).status for version in (1, 2)])
        self.assertEqual(404, self.network.get("/api/v1/nym-nodes/described").status)
        self.assertEqual(200, self.network.get(BONDED).status)


class Probes(Small):
    def probe(self, **parameters):
        self.network.tell("probe", id=ID, **parameters)
        return self.gateway()["last_probe_result"]

    def test_shapes_of_probes(self):
        newest = self.probe(shape="newest")["outcome"]
        self.assertEqual(1893, newest["wg"]["download_duration_milliseconds_v4"])
        self.assertTrue(newest["socks5"]["https_connectivity"]["https_success"] and newest["lp"]["can_register"])
        older = self.probe(shape="older")["outcome"]
        self.assertEqual(1, older["wg"]["download_duration_sec_v4"])
        self.assertNotIn("download_duration_milliseconds_v4", older["wg"])
        self.assertNotIn("lp", older)
        oldest = self.probe(shape="oldest")["outcome"]["wg"]
        self.assertEqual({"can_register", "can_handshake", "can_resolve_dns", "ping_hosts_performance", "ping_ips_performance"}, set(oldest))
        self.assertIn("quic", self.probe(shape="future")["outcome"])
        self.assertIsNone(self.probe(shape="none"))
        self.assertIsNone(self.gateway()["last_testrun_utc"])

    def test_outcomes(self):
        self.assertFalse(self.probe(shape="newest", outcome="no_ipv6")["outcome"]["wg"]["can_handshake_v6"])
        self.assertFalse(self.probe(outcome="entry_failure")["outcome"]["as_entry"]["can_connect"])
        self.assertFalse(self.probe(outcome="lp_failure")["outcome"]["lp"]["can_register"])
        self.assertEqual(0, self.probe(outcome="wireguard_failure")["outcome"]["wg"]["ping_ips_performance_v4"])
        self.assertEqual({"made": "up"}, self.probe(result='{"made":"up"}'))
        self.assertEqual(400, self.network.request("POST", f"/simulator/probe?id={ID}&result=%7B").status)

    def test_long_logs(self):
        self.probe(log=300_000)
        self.assertEqual(300_000, len(self.gateway()["last_probe_log"]))

    def test_the_score_of_the_vpn(self):
        def score():
            for item in self.network.status("/dvpn/v1/directory/gateways"):
                if item["identity_key"] == IDENTITY:
                    return item["performance_v2"]["score"], item["performance_v2"]["load"]
            return None

        # 0.4 × 0.99 + 0.3 × 1 (10 MiB in 1.893 s) + 0.3 × 1
        self.probe(shape="newest", outcome="good")
        self.assertEqual(("high", "low"), score())
        # 0.4 × 0.99 + 0.3 × 0.25 (10 MiB in 18.93 s) + 0.3 × 0.5
        self.probe(outcome="slow")
        self.assertEqual(("medium", "medium"), score())
        # 0.4 × 0.99 + 0.3 × 0.1 (no download) + 0
        self.probe(outcome="wireguard_failure", milliseconds=60_000)
        self.assertEqual(("low", "high"), score())

    def test_sessions(self):
        sessions = self.network.status(f"/v2/metrics/sessions?node_id={ID}")
        self.assertEqual(7, sessions["total"])
        day = sessions["items"][0]["day"]
        self.assertEqual([day], [item["day"] for item in self.network.status(f"/v2/metrics/sessions?node_id={ID}&day={day}")["items"]])
        self.assertEqual(400, self.network.get("/status/v2/metrics/sessions?day=yesterday").status)


class Misbehaviour(Small):
    def test_a_status_with_retry_after(self):
        self.network.fault(BONDED, "status", status=429, retry_after=120, times=1)
        response = self.network.get(BONDED)
        self.assertEqual((429, "120"), (response.status, response.headers["retry-after"]))
        self.assertEqual(200, self.network.get(BONDED).status)

    def test_faults_of_a_whole_api(self):
        self.network.fault("/api/*", "status", status=503)
        self.assertEqual([503, 503], [self.network.get(path).status for path in (BONDED, HEALTH)])
        self.assertEqual(200, self.network.get("/status/v2/summary").status)
        self.network.fault(HEALTH, "html")
        self.assertTrue(self.network.get(HEALTH).body.startswith(b"<html>"))
        self.network.clear()
        self.assertEqual(200, self.network.get(HEALTH).status)

    def test_half_of_a_long_list(self):
        self.network.fault(DESCRIBED, "truncated")
        self.assertRaises(ValueError, self.network.json, DESCRIBED)
        self.network.fault(DESCRIBED, "wrong_json")
        self.assertEqual([], [item for item in self.network.json(DESCRIBED)["data"] if isinstance(item["node_id"], int)])

    def test_faults_of_compressed_answers(self):
        asked = {"Accept-Encoding": "gzip"}
        self.network.fault(BONDED, "wrong_json")
        self.assertEqual(42, json.loads(self.network.get(BONDED, asked).body)["data"][0]["bond_information"]["owner"])
        self.network.fault(BONDED, "bad_gzip")
        response = self.network.get(BONDED, asked)
        self.assertEqual("gzip", response.headers["content-encoding"])
        self.assertRaises((OSError, EOFError, zlib.error), gzip.decompress, response.body)
        self.network.fault(BONDED, "bomb", bytes=50_000_000)
        bomb = self.network.get(BONDED, asked).body
        self.assertLess(len(bomb), 500_000)
        self.assertEqual(50_000_000, len(gzip.decompress(bomb)))
        self.assertIn("gzip", self.network.requests()["paths"][BONDED]["accept_encodings"])

    def test_bad_commands(self):
        for command in (
            "annotate?id=999999",
            "place?id=7",
            "annotate",
            "annotate?id=1324&roles=oracle",
            "annotate?id=1324&routing=good",
            "chain?status=odd",
            "shape?shape=v9",
            "release?version=next",
            "probe?id=1324&shape=round",
            "epoch?count=-1",
        ):
            self.assertEqual(400, self.network.request("POST", "/simulator/" + command).status, command)
        self.assertEqual(404, self.network.request("POST", "/simulator/nothing").status)

    def test_a_bad_command_changes_nothing(self):
        before = self.network.member(ID)
        self.network.request("POST", f"/simulator/annotate?id={ID}&version=1.0.0&routing=x")
        self.assertEqual(before, self.network.member(ID))


class Visitors(Small):
    def test_who_asked_and_how(self):
        self.network.get(BONDED + "?a=b", {"User-Agent": "tester/1", "Accept-Encoding": "gzip", "If-None-Match": '"x"'})
        self.network.get(BONDED)
        asked = self.network.requests()["paths"][BONDED]
        self.assertEqual((2, {"200": 2}, 1), (asked["count"], asked["statuses"], asked["with_if_none_match"]))
        self.assertIn("tester/1", asked["user_agents"])
        self.assertEqual(["a=b"], asked["queries"])
        self.assertIn("gzip", asked["accept_encodings"])
        self.assertGreaterEqual(asked["shortest_interval"], 0)
        self.network.forget()
        self.assertEqual({}, self.network.requests()["paths"])

    def test_how_many_connections_there_were_at_once(self):
        connections = [http.client.HTTPConnection("127.0.0.1", self.network.about["port"], timeout=10) for _ in range(3)]
        for connection in connections:
            for _ in range(2):
                connection.request("GET", HEALTH)
                self.assertEqual(200, support.read(connection).status)
        counted = self.network.requests()["connections"]
        self.assertEqual((3, 3), (counted["opened"], counted["most_open"]), "commands do not count")
        for connection in connections:
            connection.close()
        support.wait_for(lambda: self.network.requests()["connections"]["open"] == 0, "closed connections")

    def test_how_many_requests_there_were_at_once(self):
        self.network.fault(HEALTH, "hang")
        connections = [socket.create_connection(("127.0.0.1", self.network.about["port"]), timeout=10) for _ in range(4)]
        for connection in connections:
            connection.sendall(f"GET {HEALTH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        support.wait_for(lambda: self.network.requests()["most_requests_at_once"] == 4, "four requests")
        self.network.clear()
        for connection in connections:
            connection.close()


class Validators(unittest.TestCase):
    def test_entity_tags(self):
        with SimulatedNetwork(*SMALL, "--sim-etag=on", nodes=[OURS]) as network:
            first = network.get(BONDED)
            tag, date = first.headers["etag"], first.headers["last-modified"]
            same = network.get(BONDED, {"If-None-Match": tag})
            self.assertEqual((304, b"", tag), (same.status, same.body, same.headers["etag"]))
            self.assertEqual(304, network.get(BONDED, {"If-Modified-Since": date}).status)
            self.assertEqual(200, network.get(BONDED, {"If-None-Match": 'W/"other"', "If-Modified-Since": date}).status)
            network.tell("pledge", id=ID, amount=7_000_000)
            self.assertEqual(200, network.get(BONDED, {"If-None-Match": tag}).status)

    def test_there_are_none_by_themselves(self):
        with SimulatedNetwork(*SMALL) as network:
            response = network.get(BONDED)
            self.assertEqual((None, None), (response.headers["etag"], response.headers["last-modified"]))


class Population(unittest.TestCase):
    def test_it_is_large_and_of_all_sorts(self):
        with SimulatedNetwork() as network:
            bonded = [item["bond_information"] for item in network.json(BONDED)["data"]]
            described = network.json(DESCRIBED)["data"]
            self.assertGreater(len(bonded), 1700)
            self.assertGreater(len(json.dumps(described)), 3_000_000)
            hosts = [item["node"]["host"] for item in bonded]
            self.assertTrue(any(":" in host for host in hosts) and any(host.endswith(".example.net") for host in hosts))
            self.assertTrue(any(item["node"]["custom_http_port"] for item in bonded))
            self.assertTrue(any(item["is_unbonding"] for item in bonded))
            self.assertEqual(
                {"nym_node", "legacy_mixnode", "legacy_gateway"}, {item["contract_node_type"] for item in described}
            )
            self.assertTrue({item["node_id"] for item in bonded} - set(by_id(described)), "some are not described")
            last = network.status("/v2/gateways?size=200&page=1000000")
            self.assertIn(False, [item["bonded"] for item in last["items"]], "those that were bonded once")

    def test_the_same_seed_is_the_same_network(self):
        flags = ("--sim-nodes=200", "--sim-seed=7")
        with SimulatedNetwork(*flags) as one, SimulatedNetwork(*flags) as other, SimulatedNetwork("--sim-nodes=200") as third:
            self.assertEqual(one.get(BONDED).body, other.get(BONDED).body)
            self.assertEqual(one.api("/v1/nym-nodes/rewarded-set"), other.api("/v1/nym-nodes/rewarded-set"))
            self.assertNotEqual(one.get(BONDED).body, third.get(BONDED).body)

    def test_as_many_as_one_wants(self):
        with SimulatedNetwork("--sim-nodes=50", "--sim-bonded=20") as network:
            self.assertLessEqual(len(network.json(BONDED)["data"]), 20)
            self.assertEqual(50, network.about["nodes"])
        with SimulatedNetwork("--sim-nodes=0", nodes=[OURS]) as network:
            self.assertEqual(1, network.about["bonded"])

    def test_mistakes_in_flags(self):
        for flag, reason in (
            ("--odd", 'unknown flag "--odd"'),
            ("--sim-node=id=1", "--sim-node: identity=KEY is missing"),
            ("--sim-nodes=1000000", "--sim-nodes: not more than 20000"),
        ):
            command = [support.simulated_network(), "run", flag]
            result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual((1, f"nym-network (simulated): {reason}\n"), (result.returncode, result.stderr))


class BesideANode(unittest.TestCase):
    """The network has the simulated node, and what the node signs is what openssl verifies."""

    def verified(self, node):
        """Whether openssl finds the signature of the host information to be that of its identity."""
        raw = node.get("/api/v1/host-information").body.decode("utf-8")
        body = json.loads(raw)
        data = re.fullmatch(r'\{"data":(.*),"signature":"[^"]*"\}', raw)[1]
        keys = body["data"]["keys"]
        # The DER of an ed25519 public key: a fixed beginning and the 32 bytes.
        der = bytes.fromhex("302a300506032b6570032100") + base58(keys.get("ed25519_identity", keys.get("ed25519")))
        with tempfile.TemporaryDirectory() as folder:
            files = {"key": der, "signature": base58(body["signature"]), "text": data.encode("utf-8")}
            for name, content in files.items():
                pathlib.Path(folder, name).write_bytes(content)
            command = [support.program("openssl"), "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", f"{folder}/key"]
            command += ["-rawin", "-in", f"{folder}/text", "-sigfile", f"{folder}/signature"]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def test_signatures_are_valid(self):
        for version in "1.0.0", "1.20.0", "1.27.0", "1.31.0":
            with Simulator(f"--sim-version={version}") as node:
                self.assertTrue(self.verified(node), version)

    def test_wrong_announcements(self):
        with Simulator() as node:
            node.tell("announce", wrong_signature="true")
            self.assertFalse(self.verified(node))
            node.tell("announce", wrong_signature="false", foreign_identity="true", public_ips="127.0.0.1", rotation=168)
            self.assertTrue(self.verified(node))
            data = node.json("/api/v1/host-information")["data"]
            self.assertNotEqual(node.about["identity"], data["keys"]["ed25519_identity"])
            self.assertEqual(["127.0.0.1"], data["ip_address"])
            self.assertEqual(168, data["keys"]["primary_x25519_sphinx_key"]["rotation_id"])

    def test_the_node_is_bonded(self):
        with Simulator() as node, SimulatedNetwork(*SMALL, nodes=[SimulatedNetwork.node(node)]) as network:
            bond = by_id(item["bond_information"] for item in network.json(BONDED)["data"])[ID]["node"]
            self.assertEqual((node.about["identity"], node.ports["http"]), (bond["identity_key"], bond["custom_http_port"]))

    def test_each_knows_the_other(self):
        with SimulatedNetwork(*SMALL) as network, Simulator(f"--nym-api-urls={network.nym_api}") as node:
            network.place(node, routing=0.5)
            self.assertEqual(node.about["identity"], network.member(ID)["identity"])
            self.assertEqual(0.5, network.member(ID)["performance"])
            self.assertIn(f"'{network.nym_api}',", (node.home / "config/config.toml").read_text(encoding="utf-8"))


def base58(text):
    digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number = 0
    for digit in text:
        number = number * 58 + digits.index(digit)
    size = len(text) - len(text.lstrip("1"))
    return bytes(size) + number.to_bytes((number.bit_length() + 7) // 8, "big")


if __name__ == "__main__":
    unittest.main()
