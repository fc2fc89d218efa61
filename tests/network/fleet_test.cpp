// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

FleetNode exit_node() {
  return {.node_id = 1324,
          .identity_key = "K1",
          .owner = "n1owner",
          .host = "203.0.113.17",
          .custom_http_port = 8001,
          .unbonding = false,
          .version = "1.31.0",
          .country = "CH",
          .mixnode = false,
          .entry = true,
          .exit = true,
          .rewarded = true};
}

FleetNode plain_node(std::uint32_t id, std::string key, std::string host) {
  FleetNode out;
  out.node_id = id;
  out.identity_key = std::move(key);
  out.host = std::move(host);
  return out;
}

NodeBond bond(std::uint32_t id, std::string key, std::string host = "203.0.113.17") {
  NodeBond out;
  out.node_id = id;
  out.identity_key = std::move(key);
  out.host = std::move(host);
  return out;
}

NodeDescription description(std::uint32_t id, std::string version) {
  NodeDescription out;
  out.node_id = id;
  out.version = std::move(version);
  return out;
}

std::vector<std::uint32_t> ids(const Fleet& fleet) {
  std::vector<std::uint32_t> out;
  for (const auto& node : fleet) out.push_back(node.node_id);
  return out;
}

TEST(Fleet, IsTheSameAfterItWasText) {
  Fleet fleet{exit_node(), {}, plain_node(4294967295, "K3", "2001:db8::17"), plain_node(5, "", "nöde \"x\" \\")};
  fleet[2].unbonding = true;
  fleet[3].version = " ";
  fleet[3].mixnode = true;
  EXPECT_EQ(parse_fleet(serialized(fleet)), fleet);
  EXPECT_EQ(serialized({exit_node()}), "1324\tK1\tn1owner\t203.0.113.17\t8001\t1.31.0\tCH\t00111\n");
  EXPECT_THAT(parse_fleet(""), IsEmpty());
}

TEST(Fleet, TextThatWouldBreakTheLineIsLeftOut) {
  for (const auto* hostile : {"a\tb", "a\nb", "\n", "a\rb", "\x1b[31m", "a\x7f", "\x01"}) {
    auto node = exit_node();
    node.owner = node.version = node.country = hostile;
    auto expected = node;
    expected.owner = expected.version = expected.country = "";
    EXPECT_THAT(parse_fleet(serialized({node, exit_node()})), ElementsAre(expected, exit_node())) << hostile;
  }
  auto node = exit_node();
  node.owner = std::string("a\0b", 3);
  EXPECT_EQ(parse_fleet(serialized({node}))[0].owner, "");
}

TEST(Fleet, LinesThatAreNoneAreSkipped) {
  const auto good = serialized({exit_node()});
  for (const auto* bad : {"", "x", "x\tK\to\th\t0\tv\tc\t00000", "1\tK\to\th\t0\tv\tc\t0000", "1\tK\to\th\t0\tv\tc\t000000",
                          "1\tK\to\th\t65536\tv\tc\t00000", "1\tK\to\th\t0\tv\t00000", "1\tK\to\th\t0\tv\tc\td\t00000",
                          "-1\tK\to\th\t0\tv\tc\t00000", "4294967296\tK\to\th\t0\tv\tc\t00000"}) {
    EXPECT_THAT(parse_fleet(bad + ("\n" + good)), ElementsAre(exit_node())) << bad;
  }
}

TEST(Fleet, HasABound) {
  std::string text;
  for (int id = 0; id < 20'001; ++id) text += std::to_string(id) + "\tK\to\th\t0\tv\tc\t00000\n";
  EXPECT_THAT(parse_fleet(text), SizeIs(20'000));
  FleetBuilder builder;
  for (std::uint32_t id = 0; id < 60'000; ++id) builder.add(bond(id, std::string(200, 'k')));
  EXPECT_LE(builder.fleet(nullptr).size(), 20'000U);
}

TEST(FleetBuilder, BringsTheListsTogether) {
  FleetBuilder builder;
  auto exit = bond(1324, "K1");
  exit.owner = "n1owner";
  exit.custom_http_port = 8001;
  exit.unbonding = true;
  builder.add(bond(7, "K2", "mix.example.org"));
  builder.add(exit);
  builder.add(bond(8, "K3"));
  auto described = description(1324, "1.31.0");
  described.location = "CH";
  described.entry = true;
  described.exit_ipr = true;
  described.exit_nr = false;
  builder.add(described);
  auto mixnode = description(7, "1.30.0");
  mixnode.mixnode = true;
  builder.add(mixnode);
  builder.add(description(999, "1.0.0"));  // not bonded
  RewardedSet rewarded;
  rewarded.nodes = {{1324, NetworkRole::standby}, {999, NetworkRole::layer1}};

  auto expected = exit_node();
  expected.unbonding = true;
  auto mix = plain_node(7, "K2", "mix.example.org");
  mix.version = "1.30.0";
  mix.mixnode = true;
  const auto silent = plain_node(8, "K3", "203.0.113.17");
  EXPECT_THAT(builder.fleet(&rewarded), ElementsAre(mix, silent, expected));
  expected.rewarded = false;
  EXPECT_THAT(builder.fleet(nullptr), ElementsAre(mix, silent, expected));
}

TEST(FleetBuilder, ANodeIsInItOnce) {
  FleetBuilder builder;
  builder.add(bond(7, "K1"));
  builder.add(bond(3, "K2"));
  builder.add(bond(7, "K3"));
  const auto fleet = builder.fleet(nullptr);
  EXPECT_THAT(ids(fleet), ElementsAre(3, 7));
  EXPECT_EQ(fleet[1].identity_key, "K1") << "the first";
}

TEST(FleetBuilder, BeginsAnewWithEachList) {
  FleetBuilder builder;
  builder.add(bond(7, "K1"));
  builder.add(description(7, "1.30.0"));
  builder.begin_bonds();
  EXPECT_THAT(builder.fleet(nullptr), IsEmpty());
  builder.add(bond(7, "K1"));
  EXPECT_EQ(builder.fleet(nullptr)[0].version, "1.30.0") << "the descriptions are still those";
  builder.begin_descriptions();
  EXPECT_EQ(builder.fleet(nullptr)[0].version, "");
}

using Texts = std::vector<std::string>;

/// Does a filter with that list only want the node?
bool wants(Texts FleetFilter::*list, Texts texts, const FleetNode& node) {
  FleetFilter filter;
  filter.*list = std::move(texts);
  return filter.wants(node);
}

TEST(FleetFilter, WantsWhatFitsEachList) {
  const auto node = exit_node();
  EXPECT_TRUE(FleetFilter{}.wants({})) << "where nothing is said all are wanted";
  EXPECT_TRUE(wants(&FleetFilter::roles, {"mixnode", "exit_gateway"}, node));
  EXPECT_TRUE(wants(&FleetFilter::roles, {"entry_gateway"}, node)) << "an exit is an entry too";
  EXPECT_FALSE(wants(&FleetFilter::roles, {"mixnode"}, node));
  EXPECT_FALSE(wants(&FleetFilter::roles, {"entry_gateway"}, FleetNode())) << "it has not described itself";
  EXPECT_TRUE(wants(&FleetFilter::owners, {"other", "n1owner"}, node));
  EXPECT_FALSE(wants(&FleetFilter::owners, {"n1owne"}, node));
  EXPECT_TRUE(wants(&FleetFilter::identities, {"K1"}, node));
  EXPECT_TRUE(wants(&FleetFilter::identities, {"1324"}, node));
  EXPECT_FALSE(wants(&FleetFilter::identities, {"132", "K"}, node));
  EXPECT_TRUE(wants(&FleetFilter::versions, {"1.31.0"}, node));
  EXPECT_FALSE(wants(&FleetFilter::versions, {"1.31"}, node));
  EXPECT_TRUE(wants(&FleetFilter::countries, {"CH"}, node));
  EXPECT_FALSE(wants(&FleetFilter::countries, {"CH"}, FleetNode()));
  FleetFilter both;
  both.owners = {"n1owner"};
  both.countries = {"DE"};
  EXPECT_FALSE(both.wants(node)) << "each has to fit";
}

TEST(FleetFilter, KnowsWhoLeavesAndWhoIsRewarded) {
  FleetFilter bonded, rewarded;
  bonded.bonded_only = true;
  rewarded.rewarded_only = true;
  auto node = exit_node();
  EXPECT_TRUE(bonded.wants(node));
  EXPECT_TRUE(rewarded.wants(node));
  node.unbonding = true;
  EXPECT_FALSE(bonded.wants(node));
  EXPECT_TRUE(rewarded.wants(node));
  node.rewarded = false;
  EXPECT_FALSE(rewarded.wants(node));
}

TEST(FleetFilter, KnowsThreeRoles) {
  for (const auto* role : {"mixnode", "entry_gateway", "exit_gateway"}) EXPECT_TRUE(check_fleet_role(role)) << role;
  for (const auto* role : {"", "gateway", "Mixnode", "standby"}) EXPECT_FALSE(check_fleet_role(role)) << role;
}

}  // namespace
}  // namespace mixnet
