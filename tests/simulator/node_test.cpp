// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/node.h"

#include <gtest/gtest.h>

namespace mixnet::simulator {
namespace {

Options options(bool mixnode, bool gateway, bool wireguard = false) {
  Options out;
  out.modes = {mixnode, gateway, gateway, wireguard};
  out.manual_clock = true;
  return out;
}

TEST(SimulatedNode, CountsWhatTheTrafficBrings) {
  Node node(options(true, true, true));
  EXPECT_EQ(0U, node.counters()[Counter::forward_received]);
  node.advance(100);
  const auto counters = node.counters();
  EXPECT_EQ(50'000U, counters[Counter::forward_received]);
  EXPECT_EQ(50'000U, counters[Counter::final_received]);
  EXPECT_EQ(49'950U, counters[Counter::acks_sent]);
  EXPECT_EQ(10U, counters[Counter::malformed]);
  EXPECT_EQ(5U, counters[Counter::registrations]);
}

TEST(SimulatedNode, CountersNeverFall) {
  Node node(options(true, true, true));
  Counters last;
  for (const auto pattern : {Pattern::steady, Pattern::idle, Pattern::busy, Pattern::bursty, Pattern::steady}) {
    node.set_traffic({pattern, 777});
    for (int step = 0; step < 20; ++step) {
      node.advance(3.7);
      const auto now = node.counters();
      for (int i = 0; i < static_cast<int>(Counter::count); ++i) {
        EXPECT_GE(now[static_cast<Counter>(i)], last[static_cast<Counter>(i)]);
      }
      last = now;
    }
  }
}

TEST(SimulatedNode, AskingOftenChangesNothing) {
  Node asked(options(true, true));
  Node left_alone(options(true, true));
  for (int step = 0; step < 100; ++step) {
    asked.advance(1);
    asked.counters();
  }
  left_alone.advance(100);
  EXPECT_EQ(left_alone.counters()[Counter::forward_sent], asked.counters()[Counter::forward_sent]);
}

TEST(SimulatedNode, TheTrafficOfBeforeStaysCounted) {
  Node node(options(true, false));
  node.advance(100);
  node.set_traffic({Pattern::idle, 0});
  node.advance(1000);
  EXPECT_EQ(99'990U, node.counters()[Counter::forward_received]);
  EXPECT_EQ(49'995U, node.counters_at(50)[Counter::forward_received]);
}

TEST(SimulatedNode, ARestartBeginsAnew) {
  Node node(options(true, true));
  node.set_traffic({Pattern::busy, 2000});
  node.advance(100);
  const auto before = node.now();
  node.restart();
  EXPECT_EQ(0, node.uptime());
  EXPECT_GE(node.now(), before);
  EXPECT_EQ(0U, node.counters()[Counter::forward_received]);
  node.advance(1);
  EXPECT_EQ(5000U, node.counters()[Counter::final_received]) << "the traffic is the one of before";
}

TEST(SimulatedNode, PacketsForRolesThatItHasNotAreDropped) {
  Node gateway(options(false, true));
  gateway.advance(1000);
  EXPECT_EQ(100U, gateway.counters()[Counter::forward_received]);
  EXPECT_EQ(100U, gateway.counters()[Counter::forward_dropped_at_ingress]);
  EXPECT_EQ(0U, gateway.counters()[Counter::final_dropped_at_ingress]);

  Node mixnode(options(true, false));
  mixnode.advance(1000);
  EXPECT_EQ(0U, mixnode.counters()[Counter::forward_dropped_at_ingress]);
  EXPECT_EQ(100U, mixnode.counters()[Counter::final_dropped_at_ingress]);
  EXPECT_EQ(0U, mixnode.counters()[Counter::acks_sent]);
}

TEST(SimulatedNode, ABusyNodeDropsPackets) {
  Node node(options(true, false));
  node.set_traffic({Pattern::busy, 1000});
  node.advance(60);
  const auto counters = node.counters();
  const auto handled = counters[Counter::forward_sent] + counters[Counter::forward_dropped_at_egress];
  EXPECT_GT(counters[Counter::forward_dropped_at_egress] * 100, handled);
  EXPECT_GT(node.levels_at(60).forwarder_queue, 500U);
}

TEST(SimulatedNode, SeedsDiffer) {
  auto one = options(true, true);
  auto other = one;
  one.seed = 1;
  other.seed = 2;
  Node first(one);
  Node second(other);
  first.advance(1000);
  second.advance(1000);
  EXPECT_NE(first.counters()[Counter::forward_received], second.counters()[Counter::forward_received]);
  EXPECT_NEAR(500'000, static_cast<double>(first.counters()[Counter::forward_received]), 25'001);
}

TEST(SimulatedNode, ItMayHaveBeenUpForLong) {
  auto long_up = options(true, true);
  long_up.uptime = 86'400;
  Node node(long_up);
  EXPECT_EQ(86'400, node.uptime());
  EXPECT_LE(node.now(), std::chrono::system_clock::now());
  EXPECT_EQ(43'200'000U, node.counters()[Counter::forward_received]);
}

TEST(SimulatedNode, LoadIsCachedAndTheNetworkAtFirstUnknown) {
  Node node(options(true, true));
  EXPECT_EQ(Tier::unknown, node.load().network);
  node.set_traffic({Pattern::busy, 1000});
  node.advance(29);
  EXPECT_EQ(Tier::low, node.load().machine);
  node.advance(1);
  EXPECT_EQ(Tier::high, node.load().machine);
  EXPECT_EQ(Tier::very_high, node.load().total) << "equal tiers are raised by one";
}

}  // namespace
}  // namespace mixnet::simulator
