// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/traffic.h"

#include <gtest/gtest.h>

namespace mixnet::simulator {
namespace {

TEST(Traffic, IdleBringsNothing) { EXPECT_EQ(0, packets_after({Pattern::idle, 1000}, 3600)); }

TEST(Traffic, SteadyAndBusyAreLinear) {
  EXPECT_EQ(30'000, packets_after({Pattern::steady, 1000}, 30));
  EXPECT_EQ(150'000, packets_after({Pattern::busy, 1000}, 30));
}

TEST(Traffic, BurstyIsSteadyOverAMinute) {
  const Traffic traffic{Pattern::bursty, 1000};
  EXPECT_EQ(25'000, packets_after(traffic, 50));
  EXPECT_EQ(60'000, packets_after(traffic, 60));
  EXPECT_EQ(120'000 + 5'000, packets_after(traffic, 130));
}

TEST(Traffic, NeverFalls) {
  for (const auto pattern : {Pattern::idle, Pattern::steady, Pattern::busy, Pattern::bursty}) {
    double last = 0;
    for (double second = 0; second < 200; second += 0.7) {
      const double now = packets_after({pattern, 123}, second);
      EXPECT_GE(now, last);
      last = now;
    }
  }
}

TEST(Traffic, PatternsHaveNames) {
  EXPECT_EQ(Pattern::bursty, parse_pattern("bursty").value());
  EXPECT_FALSE(parse_pattern("lively"));
}

}  // namespace
}  // namespace mixnet::simulator
