// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace mixnet::simulator {
namespace {

NetworkOptions options(std::uint32_t nodes = 500) {
  NetworkOptions out;
  out.nodes = nodes;
  out.manual_clock = true;
  return out;
}

std::size_t count_of(const Network& network, EpochRole role) {
  std::size_t out = 0;
  for (const auto& [id, has] : network.roles()) out += has == role ? 1 : 0;
  return out;
}

TEST(SimulatedNetwork, IdsAreUniqueAndInOrder) {
  const Network network(options());
  for (std::size_t i = 1; i < network.members().size(); ++i) EXPECT_LT(network.members()[i - 1].id, network.members()[i].id);
  EXPECT_EQ(500U, network.members().size());
  const auto& some = network.members()[123];
  EXPECT_EQ(&some, network.find(some.id));
  EXPECT_EQ(&some, network.find(some.identity));
  EXPECT_EQ(nullptr, network.find(5));
}

TEST(SimulatedNetwork, APlacedNodeTakesThePlaceOfAnother) {
  auto placed = options(2000);
  const auto taken = Network(placed).members()[900].id;
  placed.placed = {"identity=A,id=" + std::to_string(taken), "identity=B"};
  const Network network(placed);
  EXPECT_EQ("A", network.find(taken)->identity);
  EXPECT_EQ(1324U, network.find("B")->id);
  EXPECT_EQ("127.0.0.1", network.find("B")->host);
}

TEST(SimulatedNetwork, EveryRoleIsOfANodeThatCanHaveIt) {
  const Network network(options(2000));
  EXPECT_EQ(80U, count_of(network, EpochRole::entry_gateway));
  EXPECT_EQ(100U, count_of(network, EpochRole::exit_gateway));
  EXPECT_EQ(20U, count_of(network, EpochRole::layer3));
  for (const auto& [id, role] : network.roles()) {
    const auto& member = *network.find(id);
    EXPECT_TRUE(member.in_contract() && member.described && !member.unbonding);
    EXPECT_GT(network.scores(member).performance, 0);
    EXPECT_TRUE(role != EpochRole::exit_gateway || member.exit);
    EXPECT_TRUE(role != EpochRole::layer1 || member.mixnode);
  }
}

TEST(SimulatedNetwork, TheDrawFavoursGoodNodes) {
  Network network(options(2000));
  double good = 0;
  double bad = 0;
  for (int i = 0; i < 20; ++i) {
    network.advance_epochs(1);
    network.refresh();
    for (const auto& [id, role] : network.roles()) {
      const auto performance = network.scores(*network.find(id)).performance;
      if (performance > 0.97) ++good;
      if (performance < 0.8) ++bad;
    }
  }
  EXPECT_GT(good, 50 * bad);
}

TEST(SimulatedNetwork, AnEpochIsDrawnTheSameWhoeverAsks) {
  Network one(options());
  Network other(options());
  one.advance_epochs(2);
  one.refresh();
  for (int i = 0; i < 2; ++i) {
    other.advance_epochs(1);
    other.refresh();
  }
  EXPECT_EQ(one.roles(), other.roles());
}

TEST(SimulatedNetwork, SomethingHasChangedOnlyWhenItHas) {
  Network network(options());
  const auto revision = network.refresh();
  EXPECT_EQ(revision, network.refresh());
  network.advance(10);
  EXPECT_EQ(revision, network.refresh());
  network.advance(305);
  EXPECT_LT(revision, network.refresh()) << "annotations are worked out anew";
  const auto before = network.refresh();
  network.change(network.members().front().id)->routing = 0;
  EXPECT_LT(before, network.refresh());
  EXPECT_EQ(nullptr, network.change(5));
}

TEST(SimulatedNetwork, EpochsPassInTime) {
  Network network(options());
  network.advance(2999);
  network.refresh();
  EXPECT_EQ(24'120U, network.epoch().number);
  network.advance(2);
  network.refresh();
  EXPECT_EQ(24'121U, network.epoch().number);
  network.advance(3 * 3600);
  network.refresh();
  EXPECT_EQ(24'124U, network.epoch().number);
  EXPECT_LT(network.now() - network.epoch().start, std::chrono::hours(1));
}

TEST(SimulatedNetwork, AnOverdueEpochEndsWhenItIsTold) {
  Network network(options());
  network.make_overdue(60);
  network.advance(86'400);
  network.refresh();
  EXPECT_EQ(24'120U, network.epoch().number);
  network.advance_epochs(1);
  network.refresh();
  EXPECT_EQ(24'121U, network.epoch().number);
  EXPECT_EQ(network.now(), network.epoch().start);
}

TEST(SimulatedNetwork, NodesAreOfAllSorts) {
  std::set<Oddity> oddities;
  std::set<std::string> versions, shapes, types;
  const Network network(options(2000));
  for (const auto& member : network.members()) {
    oddities.insert(member.oddity);
    versions.insert(member.version);
    shapes.insert(member.probe.shape);
    types.insert(member.type);
    EXPECT_FALSE(member.host.empty());
    EXPECT_THAT(member.identity.size(), testing::AnyOf(43, 44));
    EXPECT_TRUE(member.routing >= 0 && member.routing <= 1);
  }
  EXPECT_EQ(8U, oddities.size());
  EXPECT_GT(versions.size(), 10U);
  EXPECT_EQ(4U, shapes.size());
  EXPECT_EQ(3U, types.size());
}

TEST(SimulatedNetwork, MistakesInNodes) {
  EXPECT_EQ("identity=KEY is missing", parse_member("id=3", 0).error().message);
  EXPECT_FALSE(parse_member("identity=A,routing=good", 0));
  EXPECT_EQ("\"oracle\" is unknown", parse_member("identity=A,roles=entry+oracle", 0).error().message);
  const auto member = parse_member("identity=A,roles=mixnode+entry,addresses=192.0.2.1+2001:db8::1,port=,terms=false", 0);
  ASSERT_TRUE(member);
  EXPECT_TRUE(member->mixnode && member->entry && !member->exit && !member->accepted_terms);
  EXPECT_THAT(member->addresses, testing::ElementsAre("192.0.2.1", "2001:db8::1"));
  EXPECT_FALSE(member->custom_port);
}

TEST(SimulatedNetwork, CommandLines) {
  const auto parse = [](const std::vector<const char*>& words) { return parse_network_options(words); };
  EXPECT_EQ(1900U, parse({"run"})->bonded_nodes());
  EXPECT_EQ(665U, parse({"run", "--sim-nodes=700"})->bonded_nodes());
  EXPECT_EQ(10U, parse({"run", "--sim-nodes=10", "--sim-bonded=11"})->bonded_nodes());
  EXPECT_EQ(2U, parse({"run", "--sim-node", "identity=A", "--sim-node=identity=B,id=7"})->placed.size());
  EXPECT_TRUE(parse({"run", "--sim-etag=on"})->etag);
  EXPECT_FALSE(parse({"run", "--sim-etag=yes"}));
  EXPECT_FALSE(parse({"run", "--sim-epoch-seconds=0"}));
  EXPECT_EQ("a command expected: run", parse({}).error().message);
}

}  // namespace
}  // namespace mixnet::simulator
