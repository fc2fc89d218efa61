// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/faults.h"

#include <gtest/gtest.h>

namespace mixnet::simulator {
namespace {

TEST(Faults, OrdersAreParsed) {
  const auto order = parse_fault({{"kind", "status"}, {"status", "503"}, {"times", "2"}, {"retry_after", "60"}});
  ASSERT_TRUE(order);
  EXPECT_EQ(FaultKind::status, order->kind);
  EXPECT_EQ(503, order->status);
  EXPECT_EQ("60", order->retry_after);
  EXPECT_EQ(2U, order->times);
  EXPECT_EQ(302, parse_fault({{"kind", "redirect"}})->status);
}

TEST(Faults, BadOrdersAreRefused) {
  EXPECT_EQ("no kind given", parse_fault({}).error().message);
  EXPECT_EQ("unknown kind of fault \"odd\"", parse_fault({{"kind", "odd"}}).error().message);
  EXPECT_FALSE(parse_fault({{"kind", "slow"}, {"seconds", "long"}}));
}

TEST(Faults, AreOfTheirEndpoint) {
  Faults faults;
  faults.set("/a", {FaultKind::empty});
  EXPECT_EQ(FaultKind::empty, faults.take("/a")->kind);
  EXPECT_FALSE(faults.take("/b"));
  faults.set("*", {FaultKind::html});
  EXPECT_EQ(FaultKind::empty, faults.take("/a")->kind);
  EXPECT_EQ(FaultKind::html, faults.take("/b")->kind);
}

TEST(Faults, MayBeOfAllPathsThatBeginAlike) {
  Faults faults;
  faults.set("*", {FaultKind::html});
  faults.set("/api/*", {FaultKind::empty});
  faults.set("/api/v1/*", {FaultKind::hang});
  EXPECT_EQ(FaultKind::html, faults.take("/status/v1/x")->kind);
  EXPECT_EQ(FaultKind::empty, faults.take("/api/v2")->kind);
  EXPECT_EQ(FaultKind::hang, faults.take("/api/v1/x")->kind);
}

TEST(Faults, EndAfterSomeRequestsOrWhenCleared) {
  Faults faults;
  FaultOrder twice;
  twice.times = 2;
  faults.set("/a", twice);
  EXPECT_TRUE(faults.take("/a"));
  EXPECT_TRUE(faults.take("/a"));
  EXPECT_FALSE(faults.take("/a"));
  faults.set("/a", {});
  const auto before = faults.cleared();
  faults.clear();
  EXPECT_NE(before, faults.cleared());
  EXPECT_FALSE(faults.take("/a"));
}

TEST(Faults, WrongTypes) {
  EXPECT_EQ(R"({"status":42,"uptime":["what was a number or a bool"]})", with_wrong_types(R"({"status":"up","uptime":3})"));
}

TEST(Faults, AnExpositionIsCutInAHistogram) {
  EXPECT_EQ("one 1\ntwo_bucket{le=\"1\"} 7\ntwo_bucket{le=\"",
            truncated("one 1\ntwo_bucket{le=\"1\"} 7\ntwo_bucket{le=\"2\"} 7\n"));
  EXPECT_EQ("{\"a\"", truncated("{\"a\":12}"));
}

}  // namespace
}  // namespace mixnet::simulator
