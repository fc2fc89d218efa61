// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/nym_api_bodies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Json json(std::string_view text) { return Json::parse(text).value(); }
Json sample(const std::string& name) { return json(test::fixture("network/" + name + ".json")); }

/// `text` with `from` replaced, which has to be there.
std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(NymApiBodies, ReadsABond) {
  const auto bond = read_bond(sample("bonded_entry")).value();
  EXPECT_EQ(bond.node_id, 1324U);
  EXPECT_EQ(bond.identity_key, "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1");
  EXPECT_EQ(bond.host, "203.0.113.17");
  EXPECT_EQ(bond.custom_http_port, std::nullopt);
  EXPECT_EQ(bond.unbonding, false);
  EXPECT_EQ(bond.pledge, 250.0) << "250000000 unym";
  EXPECT_EQ(bond.operator_stake, 253.120111110203948);
  EXPECT_EQ(bond.delegations, 221003.847112203948203);
  EXPECT_EQ(bond.operating_cost, 800.0);
  EXPECT_EQ(bond.profit_margin, 0.2);
  EXPECT_EQ(bond.unique_delegations, 41U);
  EXPECT_EQ(bond.last_rewarded_epoch, 24119U);
  EXPECT_EQ(bond.pledge_change_pending, false);
  EXPECT_EQ(bond.lacking, "");
}

TEST(NymApiBodies, AFieldOfABondCostsItselfOnly) {
  const auto text = test::fixture("network/bonded_entry.json");
  const auto bond = read_bond(json(with(with(with(text, R"("amount":"250000000")", R"("amount":250000000)"),
                                             R"("pledge_change":null)", R"("pledge_change":7)"),
                                        R"("unique_delegations":41)", R"("delegators":41)")))
                        .value();
  EXPECT_EQ(bond.pledge, std::nullopt) << "a number is no decimal that could be trusted";
  EXPECT_EQ(bond.pledge_change_pending, true);
  EXPECT_EQ(bond.unique_delegations, std::nullopt);
  EXPECT_EQ(bond.profit_margin, 0.2);
  EXPECT_EQ(bond.lacking, "bond_information.original_pledge, rewarding_details.unique_delegations");
  const auto other_coin = read_bond(json(with(text, R"("denom":"unym")", R"("denom":"unyx")"))).value();
  EXPECT_EQ(other_coin.pledge, std::nullopt);
}

TEST(NymApiBodies, ABondWithoutANodeIsNone) {
  const auto text = test::fixture("network/bonded_entry.json");
  EXPECT_FALSE(read_bond(json(with(text, R"("node_id":1324)", R"("node_id":"1324")"))));
  EXPECT_FALSE(read_bond(json(with(text, R"("host":)", R"("hosts":)"))));
  EXPECT_FALSE(read_bond(json("[]")));
}

TEST(NymApiBodies, ReadsADescription) {
  const auto node = read_description(sample("described_entry")).value();
  EXPECT_EQ(node.node_id, 1324U);
  EXPECT_EQ(node.identity_key, "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1");
  EXPECT_THAT(node.addresses, ElementsAre("203.0.113.17", "2001:db8:4::17"));
  EXPECT_EQ(node.hostname, "nym-exit.example.org");
  EXPECT_NEAR(node.last_polled.value(), 1778924883.635274187, 1e-6) << "date -d '2026-05-16 09:48:03.635274187 +0000' +%s.%N";
  EXPECT_EQ(node.key_rotation, 167U);
  EXPECT_EQ(node.mixnode, false);
  EXPECT_EQ(node.exit_ipr, true);
  EXPECT_EQ(node.version, "1.31.0");
  EXPECT_EQ(node.location, "CH");
  EXPECT_EQ(node.lacking, "");
  const auto bare = read_description(json(R"({"node_id":7,"description":null})")).value();
  EXPECT_THAT(bare.lacking, HasSubstr("last_polled"));
  EXPECT_FALSE(read_description(json(R"({"description":{}})")));
}

TEST(NymApiBodies, ReadsAnAnnotation) {
  const auto scores = read_annotation(sample("annotation")).value();
  EXPECT_TRUE(scores.known);
  EXPECT_EQ(scores.performance, 0.9858);
  EXPECT_EQ(scores.performance_last_24h, 0.98);
  EXPECT_EQ(scores.routing_score, 0.9908);
  EXPECT_EQ(scores.config_score, 0.995);
  EXPECT_EQ(scores.versions_behind, 1U);
  EXPECT_EQ(scores.self_described, true);
  EXPECT_EQ(scores.terms_accepted, true);
  EXPECT_EQ(scores.runs_nym_node, true);
  EXPECT_EQ(scores.role, NetworkRole::exit_gateway);
  EXPECT_EQ(scores.stress_score, std::nullopt);
  EXPECT_EQ(scores.lacking, "");
}

TEST(NymApiBodies, ReadsAnAnnotationOfTheSecondVersion) {
  const auto text = with(with(test::fixture("network/annotation.json"), R"("last_24h_performance":"0.98",)", ""),
                         R"("routing_score")", R"("stress_testing_score":{"score":0.75,"was_reachable":true},"routing_score")");
  const auto scores = read_annotation(json(text)).value();
  EXPECT_EQ(scores.performance_last_24h, std::nullopt);
  EXPECT_EQ(scores.stress_score, 0.75);
  EXPECT_EQ(scores.lacking, "") << "nothing that should be there";
}

TEST(NymApiBodies, AnAnnotationTellsUnknownFromNone) {
  EXPECT_FALSE(read_annotation(json(R"({"node_id":1,"annotation":null})")).value().known);
  EXPECT_FALSE(read_annotation(json(R"({"node_id":1})")));
  const auto text = test::fixture("network/annotation.json");
  const auto outside = read_annotation(json(with(text, R"("exitGateway")", "null"))).value();
  EXPECT_TRUE(outside.role_known);
  EXPECT_EQ(outside.role, std::nullopt);
  EXPECT_EQ(outside.lacking, "");
  const auto newer = read_annotation(json(with(text, R"("exitGateway")", R"("layer4")"))).value();
  EXPECT_FALSE(newer.role_known);
  EXPECT_EQ(newer.lacking, "current_role");
  const auto no_version = read_annotation(json(with(text, R"("versions_behind":1)", R"("versions_behind":null)"))).value();
  EXPECT_EQ(no_version.versions_behind, std::nullopt);
  EXPECT_EQ(no_version.lacking, "");
  const auto renamed = read_annotation(json(with(text, R"("routing_score":{"score")", R"("routing_score":{"value")"))).value();
  EXPECT_EQ(renamed.lacking, "detailed_performance.routing_score.score");
  EXPECT_EQ(renamed.performance, 0.9858);
}

TEST(NymApiBodies, ReadsHistories) {
  EXPECT_THAT(read_performance_history(sample("performance_history")).value(),
              ElementsAre(Pair(20587, 0.97), Pair(20588, 0.99)));
  const auto uptime =
      json(R"({"history":{"data":[{"date":"2026-05-14","uptime":95},{"date":"14.5.","uptime":1},{"date":"2026-05-15"}]}})");
  EXPECT_THAT(read_uptime_history(uptime).value(), ElementsAre(Pair(20587, 0.95)));
  EXPECT_FALSE(read_uptime_history(json("{}")));
}

TEST(NymApiBodies, ReadsTheRewardedSet) {
  const auto set = read_rewarded_set(sample("rewarded_set")).value();
  EXPECT_EQ(set.epoch, 24120U);
  EXPECT_THAT(set.nodes, testing::IsSupersetOf({Pair(11U, NetworkRole::entry_gateway), Pair(5U, NetworkRole::layer1),
                                                Pair(1324U, NetworkRole::exit_gateway), Pair(8U, NetworkRole::layer3)}));
  EXPECT_EQ(set.nodes.size(), 10U);
  EXPECT_EQ(read_rewarded_set(json(R"({"layer1":[1,"x"]})")).value().nodes.size(), 1U);
  EXPECT_FALSE(read_rewarded_set(json("null")));
}

TEST(NymApiBodies, ReadsTheEpoch) {
  const auto epoch = read_epoch(sample("epoch")).value();
  EXPECT_EQ(epoch.id, 24120U);
  EXPECT_EQ(epoch.of_interval, 360U);
  EXPECT_EQ(epoch.per_interval, 720U);
  EXPECT_EQ(epoch.start, 1778925731.0);
  EXPECT_EQ(epoch.length_s, 3600.0);
  EXPECT_EQ(read_epoch(json("null")).error().message, "null: the API does not know the epoch yet");
}

TEST(NymApiBodies, ReadsRewardParameters) {
  const auto rewards = read_reward_parameters(sample("reward_params")).value();
  EXPECT_EQ(rewards.saturation_point, 254977.90391136);
  EXPECT_EQ(rewards.epoch_budget, 4628.151543537111);
  EXPECT_EQ(rewards.entry_gateways, 80U);
  EXPECT_EQ(rewards.exit_gateways, 100U);
  EXPECT_EQ(rewards.mixnodes, 60U);
  EXPECT_EQ(rewards.standby, 0U);
}

TEST(NymApiBodies, ReadsTheKeyRotation) {
  const auto rotation = read_key_rotation(sample("key_rotation")).value();
  EXPECT_EQ(rotation.id, 167U);
  EXPECT_EQ(rotation.epoch, 24120U);
  EXPECT_EQ(rotation.first_epoch, 24108U);
  EXPECT_EQ(rotation.last_epoch, 24131U);
}

TEST(NymApiBodies, ReadsTheRulesOfTheConfigScore) {
  const auto rules = read_score_rules(sample("config_score_details")).value();
  ASSERT_EQ(rules.history.size(), 3U);
  EXPECT_EQ(rules.history[2].text, "1.31.0");
  EXPECT_EQ(rules.history[2].height, 20290551U);
  EXPECT_EQ(rules.parameters.minor_weight, 10U);
  EXPECT_EQ(rules.parameters.penalty_scaling, 1.65);
  const auto text = test::fixture("network/config_score_details.json");
  EXPECT_EQ(read_score_rules(json(with(text, R"("minor":10)", R"("minor":20)"))).value().parameters.minor_weight, 20U);
  EXPECT_FALSE(read_score_rules(json(with(text, R"("1.30.0")", R"("latest")"))))
      << "a gap in the history would be a wrong score";
}

TEST(NymApiBodies, ReadsTheApisHealth) {
  const auto up = read_api_health(sample("health")).value();
  EXPECT_EQ(up.up, true);
  EXPECT_EQ(up.chain_synced, true);
  EXPECT_EQ(up.chain_stalled_s, 0.0);
  const auto stalled =
      read_api_health(json(R"({"status":"up","chain_status":{"stalled":{"approximate_amount":"5m 12s"}}})")).value();
  EXPECT_EQ(stalled.chain_synced, false);
  EXPECT_EQ(stalled.chain_stalled_s, 312.0);
  const auto unknown = read_api_health(json(R"({"status":"up","chain_status":"unknown"})")).value();
  EXPECT_EQ(unknown.chain_synced, std::nullopt);
  EXPECT_EQ(unknown.lacking, "");
  EXPECT_EQ(read_api_health(json(R"({"chain_status":"lost"})")).value().lacking, "status, chain_status");
}

}  // namespace
}  // namespace mixnet
