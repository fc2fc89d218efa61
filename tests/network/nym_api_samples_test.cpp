// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/nym_api_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

using Time = std::chrono::system_clock::time_point;

// 2026-05-16 10:02:11, when the epoch of the samples begins
constexpr Time kStart{1778925731s};

Json sample(const std::string& name) { return Json::parse(test::fixture("network/" + name + ".json")).value(); }

NetworkFacts network() {
  NetworkFacts out;
  out.epoch = read_epoch(sample("epoch")).value();
  out.rewards = read_reward_parameters(sample("reward_params")).value();
  out.rotation = read_key_rotation(sample("key_rotation")).value();
  out.rewarded_set = read_rewarded_set(sample("rewarded_set")).value();
  out.score_rules = read_score_rules(sample("config_score_details")).value();
  out.health = read_api_health(sample("health")).value();
  return out;
}

NetworkNodeFacts node() {
  NetworkNodeFacts out;
  out.node = "exit1";
  out.bonds_known = out.descriptions_known = true;
  out.bond = read_bond(sample("bonded_entry")).value();
  out.identity_key = out.bond->identity_key;
  out.node_id = out.bond->node_id;
  out.description = read_description(sample("described_entry")).value();
  out.annotation = read_annotation(sample("annotation")).value();
  out.performance_history = read_performance_history(sample("performance_history")).value();
  out.running_version = "1.31.0";
  out.key_rotation = 167;
  return out;
}

std::string lines(const NetworkFacts& facts, Time now) {
  Samples out;
  add_network(out, facts, now);
  return test::lines_of(out);
}
std::string lines(const NetworkNodeFacts& facts, const NetworkFacts& network, Time now = kStart) {
  Samples out;
  add_network_node(out, facts, network, now);
  return test::lines_of(out);
}

TEST(NymApiSamples, OfTheNetwork) {
  const auto text = lines(network(), kStart + 3600s + 90s);
  for (const auto* line :
       {"mixnet_network_epoch 24120\n", "mixnet_network_epoch_start_timestamp_seconds 1778925731\n",
        "mixnet_network_epoch_length_seconds 3600\n", "mixnet_network_epoch_overdue_seconds 90\n",
        "mixnet_network_key_rotation 167\n", "mixnet_network_key_rotation_progress_ratio 0.5\n",  // 12 of 24 epochs
        "mixnet_network_rewarded_set_nodes{role=\"entry_gateway\"} 2\n",
        "mixnet_network_rewarded_set_nodes{role=\"standby\"} 0\n", "mixnet_network_rewarded_set_places{role=\"mixnode\"} 60\n",
        "mixnet_network_stake_saturation_point_nym 254977.90391136\n", "mixnet_network_chain_synced 1\n",
        "mixnet_network_latest_release_info{version=\"1.31.0\"} 1\n",
        "mixnet_network_release_height{version=\"1.29.0\"} 19811203\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(lines(network(), kStart + 3599s), HasSubstr("mixnet_network_epoch_overdue_seconds 0\n"));
  EXPECT_EQ(lines(NetworkFacts{}, kStart), "") << "what is not known is not there";
}

TEST(NymApiSamples, OfANode) {
  const auto text = lines(node(), network());
  for (const auto* line :
       {"mixnet_network_node_info{node=\"exit1\",node_id=\"1324\",identity_key="
        "\"2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1\","
        "host=\"203.0.113.17\"} 1\n",
        "mixnet_network_node_bonded{node=\"exit1\"} 1\n", "mixnet_network_node_unbonding{node=\"exit1\"} 0\n",
        "mixnet_network_node_pledge_nym{node=\"exit1\"} 250\n", "mixnet_network_node_delegations{node=\"exit1\"} 41\n",
        "mixnet_network_node_profit_margin_ratio{node=\"exit1\"} 0.2\n",
        "mixnet_network_node_change_pending{node=\"exit1\",change=\"cost\"} 0\n",
        "mixnet_network_node_performance_ratio{node=\"exit1\"} 0.9858\n",
        "mixnet_network_node_role{node=\"exit1\",role=\"exit_gateway\"} 1\n",
        "mixnet_network_node_role{node=\"exit1\",role=\"layer1\"} 0\n",
        "mixnet_network_node_role{node=\"exit1\",role=\"none\"} 0\n", "mixnet_network_node_in_rewarded_set{node=\"exit1\"} 1\n",
        "mixnet_network_node_daily_performance_ratio{node=\"exit1\",days_ago=\"1\"} 0.99\n",
        "mixnet_network_node_daily_performance_ratio{node=\"exit1\",days_ago=\"2\"} 0.97\n",
        "mixnet_network_node_described{node=\"exit1\"} 1\n",
        "mixnet_network_node_address_info{node=\"exit1\",address=\"2001:db8:4::17\"} 1\n",
        "mixnet_network_node_expected_config_score_ratio{node=\"exit1\"} 1\n",
        "mixnet_network_node_key_rotation_matches{node=\"exit1\"} 1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

// (253.120111110203948 + 221003.847112203948203) / 254977.90391136, by bc .867749572920; × 0.9858^20 .651884545214
TEST(NymApiSamples, WorksOutSaturationAndTheWeightInTheDraw) {
  const auto text = lines(node(), network());
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_stake_saturation_ratio{node=\"exit1\"} 0.8677495"));
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_selection_weight_ratio{node=\"exit1\"} 0.65188454"));
  auto rich = node();
  rich.bond->delegations = 2 * 254977.90391136 - *rich.bond->operator_stake;
  rich.annotation->performance = 1;
  const auto over = lines(rich, network());
  EXPECT_THAT(over, HasSubstr("mixnet_network_node_stake_saturation_ratio{node=\"exit1\"} 1\n"));
  EXPECT_THAT(over, HasSubstr("mixnet_network_node_stake_saturation_uncapped_ratio{node=\"exit1\"} 2\n"));
  EXPECT_THAT(over, HasSubstr("mixnet_network_node_selection_weight_ratio{node=\"exit1\"} 1\n"));
}

// The reference's table: one minor release behind is factor 10 and score 0.7994.
TEST(NymApiSamples, WorksOutTheScoreOfAnOldVersion) {
  auto old = node();
  old.running_version = "1.30.0";
  const auto text = lines(old, network());
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_releases_behind{node=\"exit1\",component=\"minor\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_releases_behind{node=\"exit1\",component=\"major\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_expected_config_score_ratio{node=\"exit1\"} 0.79939"));
  old.running_version = "of today";
  EXPECT_THAT(lines(old, network()), Not(HasSubstr("expected_config_score")));
}

TEST(NymApiSamples, TellsWhatIsNotThereFromWhatIsNotKnown) {
  NetworkNodeFacts unknown;
  unknown.node = "exit1";
  unknown.identity_key = "K";
  EXPECT_EQ(lines(unknown, network()),
            "mixnet_network_node_info{node=\"exit1\",node_id=\"\",identity_key=\"K\",host=\"\"} 1\n");
  unknown.bonds_known = unknown.descriptions_known = true;
  const auto unbonded = lines(unknown, network());
  EXPECT_THAT(unbonded, HasSubstr("mixnet_network_node_bonded{node=\"exit1\"} 0\n"));
  EXPECT_THAT(unbonded, HasSubstr("mixnet_network_node_described{node=\"exit1\"} 0\n"));
  unknown.annotation = NodeAnnotation{};
  EXPECT_THAT(lines(unknown, network()), HasSubstr("mixnet_network_node_annotated{node=\"exit1\"} 0\n"));
  EXPECT_THAT(lines(unknown, network()), Not(HasSubstr("mixnet_network_node_role")));
}

TEST(NymApiSamples, OutsideTheRewardedSetTheRoleIsNone) {
  auto outside = node();
  outside.annotation->role.reset();
  outside.node_id = 4;
  const auto text = lines(outside, network());
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_role{node=\"exit1\",role=\"none\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_in_rewarded_set{node=\"exit1\"} 0\n"));
  outside.key_rotation = 166;
  EXPECT_THAT(lines(outside, network()), HasSubstr("mixnet_network_node_key_rotation_matches{node=\"exit1\"} 0\n"));
}

}  // namespace
}  // namespace mixnet
