// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace mixnet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Bodies = std::map<std::string, std::string>;

const Bodies kExit = {
    {"/roles",
     R"({"mixnode_enabled":false,"gateway_enabled":true,"network_requester_enabled":true,"ip_packet_router_enabled":true})"},
    {"/auxiliary-details",
     R"({"location":"CH","announce_ports":{"verloc_port":null,"mix_port":11789},"accepted_operator_terms_and_conditions":true})"},
    {"/gateway", R"({"enforces_zk_nyms":true,"client_interfaces":{"wireguard":{"port":51823,"tunnel_port":51822,)"
                 R"("metadata_port":51830,"public_key":"x"},"mixnet_websockets":{"ws_port":9000,"wss_port":9001}}})"},
    {"/lewes-protocol", R"({"data":{"enabled":true,"control_port":41264,"data_port":51264},"signature":"x"})"},
    {"/host-information", R"({"data":{"ip_address":["203.0.113.17"],"hostname":"nym-exit.example.org","keys":{)"
                          R"("ed25519_identity":"2w5R","primary_x25519_sphinx_key":{"rotation_id":167}}}})"},
    {"/build-information", R"({"binary_name":"nym-node","build_version":"1.31.0"})"}};

/// What a node with these bodies answers; 404 for the others.
std::vector<HttpExchange> answered(const Bodies& bodies) {
  auto exchanges = nym_fact_requests("http://127.0.0.1:8080");
  for (auto& [request, response] : exchanges) {
    const auto at = bodies.find(request.url.substr(std::string("http://127.0.0.1:8080/api/v1").size()));
    response.outcome = HttpOutcome::answered;
    response.status = at == bodies.end() ? 404 : 200;
    if (at != bodies.end()) response.body = at->second;
  }
  return exchanges;
}

TEST(NymHttp, TellsModesAndPorts) {
  const auto facts = nym_facts(answered(kExit)).value();
  EXPECT_EQ(facts.source, "http://127.0.0.1:8080/api/v1");
  EXPECT_EQ(facts.mixnode, false);
  EXPECT_EQ(facts.entry, true);
  EXPECT_EQ(facts.exit, true);
  EXPECT_EQ(facts.wireguard, true);
  EXPECT_EQ(facts.announced[PortRole::mix], 11789);
  EXPECT_EQ(facts.announced[PortRole::verloc], 1790) << "null is the default";
  EXPECT_EQ(facts.announced[PortRole::client_ws], 9000);
  EXPECT_EQ(facts.announced[PortRole::wireguard], 51822);
  EXPECT_EQ(facts.announced[PortRole::lp_data], 51264);
  EXPECT_THAT(facts.public_ips, ElementsAre("203.0.113.17"));
  EXPECT_EQ(facts.hostname, "nym-exit.example.org");
  EXPECT_EQ(facts.location, "CH");
  EXPECT_EQ(facts.identity_key, "2w5R");
  EXPECT_EQ(facts.version, "1.31.0");
  EXPECT_EQ(facts.key_rotation, 167U);
}

TEST(NymHttp, TakesWhatIsThere) {
  auto bodies = kExit;
  bodies.erase("/gateway");
  bodies["/lewes-protocol"] = R"({"data":{"enabled":false,"control_port":1,"data_port":2}})";
  bodies["/auxiliary-details"] = "nonsense";
  bodies["/host-information"] = R"({"data":{"ip_address":"all","hostname":null}})";
  const auto facts = nym_facts(answered(bodies)).value();
  EXPECT_EQ(facts.entry, true);
  EXPECT_FALSE(facts.wireguard);
  EXPECT_EQ(facts.announced, NodePorts{});
  EXPECT_TRUE(facts.public_ips.empty());
  bodies["/gateway"] = R"({"client_interfaces":{"wireguard":null,"mixnet_websockets":null}})";
  EXPECT_EQ(nym_facts(answered(bodies)).value().wireguard, false);
}

TEST(NymHttp, TellsWhoIsNoNode) {
  EXPECT_EQ(nym_facts(answered({})).error().message,
            "http://127.0.0.1:8080/api/v1/roles: no Nym node answers there (status 404)");
  EXPECT_EQ(nym_facts(answered({{"/roles", "<html>"}})).error().fault, Fault::malformed);
  EXPECT_EQ(nym_facts(answered({{"/roles", "{}"}})).error().fault, Fault::malformed);
  auto exchanges = answered(kExit);
  exchanges.front().response.outcome = HttpOutcome::unreachable;
  exchanges.front().response.message = "http://…: nobody listens";
  EXPECT_EQ(nym_facts(exchanges).error().fault, Fault::unavailable);
  EXPECT_THAT(nym_facts(exchanges).error().message, HasSubstr("nobody listens"));
  EXPECT_FALSE(nym_facts({}));
}

}  // namespace
}  // namespace mixnet
