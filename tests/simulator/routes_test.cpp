// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulator/bodies.h"

namespace mixnet::simulator {
namespace {

Options options() {
  Options out;
  out.modes = {false, true, true, true};
  out.access_token = "secret";
  out.manual_clock = true;
  return out;
}

Answer get(const Options& options, const std::string& path, const std::optional<std::string>& authorization = {},
           const Parameters& parameters = {}) {
  Node node(options);
  return answer(node, {"GET", path, parameters, authorization, true});
}

Json json(const Options& options, const std::string& path) { return Json::parse(get(options, path).body); }

int prometheus_status(const Options& options, const std::optional<std::string>& authorization) {
  return get(options, "/api/v1/metrics/prometheus", authorization).status;
}

TEST(Routes, EveryEndpointAnswers) {
  auto all = options();
  all.bridge = true;
  for (const auto& path : endpoints()) {
    const auto found = get(all, path, "Bearer secret");
    EXPECT_TRUE(found.status == 200 || (found.status == 303 && !found.location.empty())) << path << ": " << found.status;
  }
}

TEST(Routes, WhatIsNotThere) {
  auto mixnode = options();
  mixnode.modes = {true, false, false, false};
  EXPECT_EQ(501, get(mixnode, "/api/v1/gateway/client-interfaces/wireguard").status);
  EXPECT_EQ("", get(mixnode, "/api/v1/gateway/client-interfaces/wireguard").body);
  EXPECT_EQ(404, get(mixnode, "/api/v1/bridges/client-params").status);
  EXPECT_EQ(404, get(mixnode, "/api/v1/health/").status);
  mixnode.expose_system_info = false;
  EXPECT_EQ(403, get(mixnode, "/api/v1/system-info").status);
  EXPECT_TRUE(json(mixnode, "/api/v1/system-info").contains("message"));
}

TEST(Routes, TheTokenMustBeExact) {
  EXPECT_EQ(200, prometheus_status(options(), "Bearer secret"));
  for (const char* wrong :
       {"bearer secret", "Bearer  secret", "Bearer secret ", "Bearer", "Bearer ", "secret", "Basic secret"}) {
    EXPECT_EQ(401, prometheus_status(options(), wrong)) << wrong;
  }
  EXPECT_EQ(401, prometheus_status(options(), std::nullopt));
  auto off = options();
  off.access_token = "";
  EXPECT_EQ(404, prometheus_status(off, "Bearer "));
}

TEST(Routes, Formats) {
  EXPECT_EQ("application/yaml", get(options(), "/api/v1/health", {}, {{"output", "yaml"}}).content_type);
  EXPECT_EQ(400, get(options(), "/api/v1/health", {}, {{"output", "xml"}}).status);
}

TEST(Routes, RolesFollowTheModes) {
  auto mixnode = options();
  mixnode.modes = {true, false, false, false};
  EXPECT_EQ(
      R"({"mixnode_enabled":true,"gateway_enabled":false,"network_requester_enabled":false,"ip_packet_router_enabled":false})",
      get(mixnode, "/api/v1/roles").body);
}

TEST(Routes, OldReleasesHaveOldKeys) {
  auto old = options();
  old.release = {"1.20", 1, 20};
  const auto keys = json(old, "/api/v1/host-information")["data"]["keys"];
  EXPECT_TRUE(keys.contains("x25519_noise"));
  EXPECT_FALSE(keys.contains("x25519_versioned_noise"));
  EXPECT_EQ(404, get(old, "/api/v1/lewes-protocol").status);
  old.release = {"1.0", 1, 0};
  EXPECT_TRUE(json(old, "/api/v1/host-information")["data"]["keys"].contains("ed25519"));
}

TEST(Routes, TheFutureHasUnknownKeysEverywhere) {
  auto future = options();
  future.future = true;
  const auto body = json(future, "/api/v1/metrics/packets-stats");
  EXPECT_TRUE(body.contains("not_in_any_release_yet"));
  EXPECT_TRUE(body["ingress_mixing"].contains("not_in_any_release_yet"));
  EXPECT_TRUE(body["ingress_mixing"].contains("test_packets_received"));
}

TEST(Routes, VerlocShowsARunOnceTheNextHasBegun) {
  Node node(options());
  const auto verloc = [&] { return Json::parse(answer(node, {"GET", "/api/v1/metrics/verloc", {}, {}, true}).body); };
  EXPECT_EQ("unavailable", verloc()["previous"]);
  EXPECT_EQ("measurementInProgress", verloc()["current"]);
  node.advance(3600);
  EXPECT_EQ("unavailable", verloc()["previous"]);
  EXPECT_EQ(0, verloc()["current"]["data"]["nodes_tested"]);
  node.advance(12 * 3600);
  EXPECT_EQ(240, verloc()["previous"]["data"]["nodes_tested"]);
  EXPECT_EQ(verloc()["previous"], verloc()["current"]);
}

TEST(Routes, MixingKnowsItsUpdates) {
  Node node(options());
  const auto mixing = [&] { return Json::parse(answer(node, {"GET", "/api/v1/metrics/mixing", {}, {}, true}).body); };
  EXPECT_EQ("1970-01-01T00:00:00Z", mixing()["update_time"]);
  node.advance(75);
  EXPECT_EQ(6, mixing()["received_since_startup"]);
  EXPECT_EQ(3, mixing()["received_since_last_update"]);
}

TEST(Routes, SessionsAreOfTheDayBefore) {
  Node node(options());
  const auto body = Json::parse(answer(node, {"GET", "/api/v1/metrics/sessions", {}, {}, true}).body);
  EXPECT_THAT(body["update_time"].get<std::string>(), testing::EndsWith("T00:00:00Z"));
  EXPECT_EQ(body["unique_active_users"], body["unique_active_users_hashes"].size());
  EXPECT_EQ(body["sessions_finished"], body["sessions"].size());
}

}  // namespace
}  // namespace mixnet::simulator
