// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/network_site.h"

#include <gtest/gtest.h>

#include "tests/simulator/network/node_status_api.h"
#include "tests/simulator/network/nym_api.h"

namespace mixnet::simulator {
namespace {

NetworkOptions options() {
  NetworkOptions out;
  out.nodes = 50;
  out.manual_clock = true;
  out.placed = {"identity=2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1,id=1324"};
  return out;
}

Request get(std::string path, Parameters headers = {}) {
  Request out;
  out.method = "GET";
  out.path = std::move(path);
  out.from_loopback = true;
  out.headers = std::move(headers);
  return out;
}

TEST(NetworkRoutes, TheHoleOfAPath) {
  EXPECT_EQ("7", argument_of("/a/{}", "/a/7"));
  EXPECT_EQ("7", argument_of("/a/{}/b", "/a/7/b"));
  EXPECT_EQ("", argument_of("/a", "/a"));
  for (const char* other : {"/a/", "/a/7/", "/b/7", "/a", "/a/7/8"}) EXPECT_FALSE(argument_of("/a/{}", other)) << other;
}

TEST(NetworkRoutes, EveryRouteAnswersInJson) {
  NetworkSite site(options());
  const auto check = [&](std::string_view base, std::span<const NetworkRoute> routes) {
    for (const auto& route : routes) {
      std::string path = std::string(base) + std::string(route.path);
      if (const auto hole = path.find("{}"); hole != std::string::npos) {
        path.replace(hole, 2,
                     path.find("gateways/") == std::string::npos ? "1324" : "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1");
      }
      auto request = get(path);
      request.method = route.method;
      request.parameters["date"] = "2026-05-15";
      request.body = R"({"addresses":[]})";
      const auto answer = site.answer(request);
      EXPECT_EQ(200, answer.status) << path;
      EXPECT_TRUE(Json::accept(answer.body)) << path;
    }
  };
  check(kNymApi, nym_api_routes());
  check(kNodeStatusApi, node_status_api_routes());
}

TEST(NetworkRoutes, AListIsMadeAnewOnlyWhenItHasChanged) {
  NetworkSite site(options());
  const auto before = site.answer(get("/api/v1/nym-nodes/bonded")).body;
  EXPECT_EQ(before, site.answer(get("/api/v1/nym-nodes/bonded")).body);
  site.network().change(1324)->bonded = false;
  const auto after = site.answer(get("/api/v1/nym-nodes/bonded")).body;
  EXPECT_NE(std::string::npos, before.find("2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1"));
  EXPECT_EQ(std::string::npos, after.find("2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1"));
}

TEST(NetworkRoutes, EveryAnswerHasATagOfItsOwnCoding) {
  auto tagged = options();
  tagged.etag = true;
  NetworkSite site(tagged);
  const auto plain_answer = site.answer(get("/api/v1/nym-nodes/bonded"));
  const auto packed = site.answer(get("/api/v1/nym-nodes/bonded", {{"accept-encoding", "gzip"}}));
  EXPECT_NE(plain_answer.headers, packed.headers);
  EXPECT_EQ(plain_answer.headers, site.answer(get("/api/v1/nym-nodes/bonded")).headers);
  EXPECT_EQ(200, site.answer(get("/api/v1/nym-nodes/bonded", {{"accept-encoding", "gzip;q=0"}})).status);
}

TEST(NetworkRoutes, OnlyThisHostGivesCommands) {
  NetworkSite site(options());
  auto request = get("/simulator/state");
  EXPECT_EQ(200, site.control(request).status);
  request.from_loopback = false;
  EXPECT_EQ(404, site.control(request).status);
  EXPECT_EQ(405, site.control(get("/simulator/epoch")).status);
}

TEST(NetworkRoutes, VisitorsAreBounded) {
  NetworkSite site(options());
  for (int i = 0; i < 1200; ++i) site.answer(get("/" + std::to_string(i), {{"user-agent", std::to_string(i)}}));
  const auto paths = Json::parse(site.control(get("/simulator/requests")).body)["paths"];
  EXPECT_EQ(1001U, paths.size());
  EXPECT_EQ(200, paths["…"]["count"]);
  EXPECT_EQ(32U, paths["…"]["user_agents"].size());
}

}  // namespace
}  // namespace mixnet::simulator
