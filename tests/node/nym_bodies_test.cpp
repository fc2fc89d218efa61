// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_bodies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet::nym {
namespace {

using testing::ElementsAre;

std::string body(const std::string& name) { return test::fixture("nym/" + name + ".json"); }

TEST(NymBodies, Health) {
  const auto health = parse_health(body("health")).value();
  EXPECT_EQ(health.up, true);
  EXPECT_EQ(health.uptime_s, 86417);
  EXPECT_EQ(parse_health(R"({"status":"draining"})")->up, false);
  EXPECT_FALSE(parse_health(R"({"status":"up"})")->uptime_s);
  EXPECT_FALSE(parse_health(R"({"status":1,"uptime":"9"})")->up);
}

TEST(NymBodies, Load) {
  const auto load = parse_load(body("load")).value();
  EXPECT_EQ(load.total, "medium");
  EXPECT_EQ(load.machine, "low");
  EXPECT_EQ(load.network, "low");
}

TEST(NymBodies, BuildInformation) {
  const auto build = parse_build_information(body("build-information")).value();
  EXPECT_EQ(build.binary, "nym-node");
  EXPECT_EQ(build.version, "1.31.0");
  EXPECT_EQ(build.commit, "daed9cd15b0c7b0d4b7a1f0e9a3f6a5f1d2c3b4a");
  EXPECT_EQ(build.branch, "HEAD");
  EXPECT_EQ(build.target, "x86_64-unknown-linux-gnu");
}

TEST(NymBodies, HostInformation) {
  const auto host = parse_host_information(body("host-information")).value();
  EXPECT_EQ(host.identity_key, "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1");
  EXPECT_THAT(host.addresses, ElementsAre("203.0.113.17", "2001:db8:4::17"));
  EXPECT_EQ(host.hostname, "nym-exit.example.org");
  EXPECT_EQ(host.rotation_id, 167U);
  EXPECT_EQ(host.next_key_announced, false);
}

TEST(NymBodies, HostInformationOfOtherReleases) {
  const auto old =
      parse_host_information(R"({"data":{"ip_address":[],"hostname":null,"keys":{"ed25519":"Key","x25519":"x"}}})").value();
  EXPECT_EQ(old.identity_key, "Key");
  EXPECT_TRUE(old.addresses.empty());
  EXPECT_EQ(old.hostname, "");
  EXPECT_FALSE(old.rotation_id);
  EXPECT_FALSE(old.next_key_announced);
  const auto legacy = parse_host_information(
                          R"({"data":{"ip_address":["10.0.0.1","10.0.0.1",7],"keys":{"ed25519_identity":"K",
      "primary_x25519_sphinx_key":{"rotation_id":4294967295},"pre_announced_x25519_sphinx_key":{"rotation_id":1}}}})")
                          .value();
  EXPECT_FALSE(legacy.rotation_id);
  EXPECT_EQ(legacy.next_key_announced, true);
  EXPECT_THAT(legacy.addresses, ElementsAre("10.0.0.1"));
}

TEST(NymBodies, BoundsWhatIsAnnounced) {
  std::string addresses;
  for (int count = 0; count < 1000; ++count) addresses += (addresses.empty() ? "\"" : ",\"") + std::to_string(count) + "\"";
  EXPECT_EQ(parse_host_information("{\"data\":{\"ip_address\":[" + addresses + "]}}")->addresses.size(), 16U);
  std::string moniker;
  for (int count = 0; count < 300; ++count) moniker += "\xc3\xa9";
  EXPECT_EQ(parse_description("{\"moniker\":\"" + moniker + "\"}")->moniker, moniker.substr(0, 200));
  EXPECT_EQ(parse_description("{\"moniker\":\"x" + moniker + "\"}")->moniker, ("x" + moniker).substr(0, 199));
}

TEST(NymBodies, SystemInformation) {
  const auto system = parse_system_information(body("system-info")).value();
  EXPECT_EQ(system.system, "Debian GNU/Linux");
  EXPECT_EQ(system.kernel, "6.1.0-34-amd64");
  EXPECT_EQ(system.architecture, "x86_64");
  EXPECT_EQ(system.cpus, 2U);
  EXPECT_EQ(system.memory_bytes, 8324018176U);
  EXPECT_FALSE(parse_system_information(R"({"system_name":null,"hardware":null})")->cpus);
}

TEST(NymBodies, RolesDescriptionAndDetails) {
  const auto roles = parse_roles(body("roles")).value();
  EXPECT_EQ(roles.mixnode, false);
  EXPECT_EQ(roles.gateway, true);
  EXPECT_EQ(roles.network_requester, true);
  EXPECT_EQ(roles.ip_packet_router, true);
  const auto description = parse_description(body("description")).value();
  EXPECT_EQ(description.moniker, "example-exit-01");
  EXPECT_EQ(description.website, "https://example.org");
  const auto details = parse_auxiliary_details(body("auxiliary-details")).value();
  EXPECT_EQ(details.location, "CH");
  EXPECT_FALSE(details.verloc_port);
  EXPECT_FALSE(details.mix_port);
  EXPECT_EQ(details.terms_accepted, true);
  EXPECT_EQ(parse_auxiliary_details(R"({"announce_ports":{"mix_port":1789,"verloc_port":0}})")->mix_port, 1789);
  EXPECT_FALSE(parse_auxiliary_details(R"({"announce_ports":{"mix_port":70000,"verloc_port":0}})")->mix_port);
}

TEST(NymBodies, Gateway) {
  const auto gateway = parse_gateway(body("gateway")).value();
  EXPECT_EQ(gateway.enforces_zk_nyms, true);
  EXPECT_EQ(gateway.offers_wireguard, true);
  EXPECT_EQ(gateway.ws_port, 9000);
  EXPECT_EQ(gateway.wss_port, 9001);
  EXPECT_EQ(gateway.wireguard_port, 51822);
  EXPECT_EQ(gateway.wireguard_metadata_port, 51830);
  const auto without = parse_gateway(R"({"client_interfaces":{"wireguard":null,"mixnet_websockets":null}})").value();
  EXPECT_EQ(without.offers_wireguard, false);
  EXPECT_FALSE(without.ws_port);
  EXPECT_EQ(parse_gateway(R"({"client_interfaces":{"wireguard":{"port":5}}})")->wireguard_port, 5);
  EXPECT_FALSE(parse_gateway("{}")->offers_wireguard);
}

TEST(NymBodies, LewesProtocolAndUpgradeMode) {
  const auto lp = parse_lewes_protocol(body("lewes-protocol")).value();
  EXPECT_EQ(lp.enabled, true);
  EXPECT_EQ(lp.control_port, 41264);
  EXPECT_EQ(lp.data_port, 51264);
  const auto mode = parse_upgrade_mode(body("upgrade-mode-status")).value();
  EXPECT_EQ(mode.watched, true);
  EXPECT_EQ(mode.declared, false);
  EXPECT_EQ(mode.last_queried_s, 1778926800);
  EXPECT_EQ(parse_upgrade_mode(R"({"published_attestation":{"type":"upgrade_mode"}})")->declared, true);
  EXPECT_FALSE(parse_upgrade_mode("{}")->declared);
}

TEST(NymBodies, PacketsStats) {
  const auto stats = parse_packets_stats(body("packets-stats")).value();
  EXPECT_EQ(stats.received_forward, 184220173U);
  EXPECT_EQ(stats.received_final, 90211874U);
  EXPECT_EQ(stats.malformed, 412U);
  EXPECT_EQ(stats.replayed, 0U);
  EXPECT_EQ(stats.excessive_delay, 17U);
  EXPECT_EQ(stats.ingress_dropped_forward, 3051U);
  EXPECT_EQ(stats.ingress_dropped_final, 0U);
  EXPECT_EQ(stats.egress_dropped_forward, 20117U);
  EXPECT_EQ(stats.sent, 271390010U);
  EXPECT_EQ(stats.sent_acks, 90110540U);
  EXPECT_FALSE(stats.received_test);
  EXPECT_EQ(parse_packets_stats(R"({"ingress_mixing":{"test_packets_received":5}})")->received_test, 5U);
  const auto odd = parse_packets_stats(R"({"ingress_mixing":{"forward_hop_packets_received":-1,"final_hop_packets_received":"7",
      "malformed_packets_received":1.5,"excessive_delay_packets":18446744073709551615},"egress_mixing":[]})")
                       .value();
  EXPECT_FALSE(odd.received_forward);
  EXPECT_FALSE(odd.received_final);
  EXPECT_FALSE(odd.malformed);
  EXPECT_EQ(odd.excessive_delay, 18446744073709551615U);
  EXPECT_FALSE(odd.sent);
}

TEST(NymBodies, WireguardStats) {
  const auto stats = parse_wireguard_stats(body("wireguard-stats")).value();
  EXPECT_EQ(stats.sent_bytes, 913842110334U);
  EXPECT_EQ(stats.received_bytes, 118302298710U);
}

TEST(NymBodies, Sessions) {
  const auto sessions = parse_sessions(body("sessions")).value();
  EXPECT_EQ(sessions.day_s, 1778803200);
  EXPECT_EQ(sessions.unique_users, 2U);
  EXPECT_EQ(sessions.started, 3U);
  EXPECT_EQ(sessions.finished, 2U);
  ASSERT_TRUE(sessions.durations);
  const auto& mixnet = (*sessions.durations)[session_type("Mixnet")];
  EXPECT_EQ(mixnet.count, 1U);
  EXPECT_DOUBLE_EQ(mixnet.sum_s, 5403.211);
  EXPECT_EQ(mixnet.buckets[7], 1U);  // up to 43,200 s
  EXPECT_EQ((*sessions.durations)[session_type("unknown")].count, 1U);
  EXPECT_EQ((*sessions.durations)[session_type("Vpn")].count, 0U);
}

TEST(NymBodies, SessionsOfNewTypesAndOddOnes) {
  const auto sessions = parse_sessions(R"({"sessions":[{"duration_ms":3000,"typ":"Quic"},{"duration_ms":3001,"typ":null},
      {"duration_ms":-1,"typ":"Vpn"},{"typ":"Vpn"},{"duration_ms":"1","typ":"Vpn"},1,null,{"duration_ms":1e12,"typ":"VPN"}]})")
                            .value();
  const auto& other = (*sessions.durations)[session_type("Quic")];
  EXPECT_EQ(other.count, 2U);
  EXPECT_EQ(other.buckets[0], 1U);
  EXPECT_EQ(other.buckets[1], 1U);
  EXPECT_EQ((*sessions.durations)[session_type("vpn")].buckets[11], 1U);
  EXPECT_FALSE(parse_sessions(R"({"update_time":null})")->durations);
}

TEST(NymBodies, Verloc) {
  const auto verloc = parse_verloc(body("verloc")).value();
  EXPECT_EQ(verloc.in_progress, true);
  EXPECT_EQ(verloc.tested, 2U);
  EXPECT_EQ(verloc.measured, 1U);
  EXPECT_EQ(verloc.unmeasured, 1U);
  EXPECT_DOUBLE_EQ(verloc.minimum_s.value(), 0.012345678);
  EXPECT_DOUBLE_EQ(verloc.mean_s.value(), 0.012345678);
  EXPECT_DOUBLE_EQ(verloc.started_s.value(), 1778890203.511);
  EXPECT_DOUBLE_EQ(verloc.finished_s.value(), 1778891081.020);
}

std::string run(const std::string& finished, const std::string& results) {
  return R"({"data":{"nodes_tested":9,"run_started":"2026-05-16T00:00:00Z","run_finished":)" + finished + ",\"results\":[" +
         results + "]}}";
}
std::string node(const std::string& mean) { return R"({"node_identity":"x","latest_measurement":{"mean":")" + mean + "\"}}"; }

TEST(NymBodies, VerlocTakesTheRunThatFinishedLast) {
  const auto early = run("\"2026-05-16T01:00:00Z\"", node("1ms") + "," + node("3ms") + "," + node("8ms"));
  const auto late = run("\"2026-05-16T13:00:00Z\"", node("5ms") + "," + node("7ms"));
  const auto under_way = run("null", node("9ms"));
  const auto of = [](const std::string& previous, const std::string& current) {
    return parse_verloc("{\"previous\":" + previous + ",\"current\":" + current + "}").value();
  };
  EXPECT_DOUBLE_EQ(of(early, late).median_s.value(), 0.006);
  EXPECT_DOUBLE_EQ(of(late, early).mean_s.value(), 0.006);
  EXPECT_DOUBLE_EQ(of(early, early).median_s.value(), 0.003);
  EXPECT_DOUBLE_EQ(of(early, early).mean_s.value(), 0.004);
  EXPECT_DOUBLE_EQ(of(early, under_way).minimum_s.value(), 0.001);
  EXPECT_EQ(of(early, under_way).in_progress, true);
  EXPECT_EQ(of(early, late).in_progress, false);
  EXPECT_FALSE(of("\"unavailable\"", "\"measurementInProgress\"").tested);
  EXPECT_EQ(of("\"unavailable\"", "\"unavailable\"").in_progress, false);
  EXPECT_EQ(of("\"unavailable\"", run("\"2026-05-16T13:00:00Z\"", "")).measured, 0U);
  EXPECT_FALSE(of("\"unavailable\"", run("\"2026-05-16T13:00:00Z\"", "")).mean_s);
}

TEST(NymBodies, RefuseWhatIsNoObject) {
  for (const std::string text : {"", "[]", "1", "null", "\"up\"", "<html></html>", "{\"status\":\"up\""}) {
    EXPECT_FALSE(parse_health(text)) << text;
    EXPECT_FALSE(parse_load(text)) << text;
    EXPECT_FALSE(parse_build_information(text)) << text;
    EXPECT_FALSE(parse_host_information(text)) << text;
    EXPECT_FALSE(parse_system_information(text)) << text;
    EXPECT_FALSE(parse_roles(text)) << text;
    EXPECT_FALSE(parse_description(text)) << text;
    EXPECT_FALSE(parse_auxiliary_details(text)) << text;
    EXPECT_FALSE(parse_gateway(text)) << text;
    EXPECT_FALSE(parse_lewes_protocol(text)) << text;
    EXPECT_FALSE(parse_upgrade_mode(text)) << text;
    EXPECT_FALSE(parse_packets_stats(text)) << text;
    EXPECT_FALSE(parse_wireguard_stats(text)) << text;
    EXPECT_FALSE(parse_sessions(text)) << text;
    EXPECT_FALSE(parse_verloc(text)) << text;
  }
}

}  // namespace
}  // namespace mixnet::nym
