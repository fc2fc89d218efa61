// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks/past.h"

#include <gtest/gtest.h>

#include "tests/daemon/checks/made_window.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::kNow;
using test::MadeWindow;

std::optional<Rise> rise_of(const Window& window, std::chrono::milliseconds over, UnixMs now = kNow) {
  return Past(window, now, over).rise(window.of("c"));
}

TEST(Past, TellsACountersRiseOverTheTime) {
  const auto window = MadeWindow(1h).counter("c", 2).made();
  const auto rise = rise_of(window, 10min);
  ASSERT_TRUE(rise);
  EXPECT_DOUBLE_EQ(rise->amount, 1200);  // 600 s
  EXPECT_DOUBLE_EQ(rise->seconds, 600);
  EXPECT_DOUBLE_EQ(rise->per_second(), 2);
  EXPECT_TRUE(rise->covers);
}

TEST(Past, CountsOnAcrossARestart) {
  // 2 a second; five minutes before the end it begins anew at 0.
  const auto window = MadeWindow().counter("c", [](double s) { return s < -300 ? 50'000 + 2 * s : 2 * (s + 300); }).made();
  // -600 to -315: 570, then from 0 at -300 to 600; what lies between the two values is lost.
  EXPECT_DOUBLE_EQ(rise_of(window, 10min)->amount, 570 + 600);
}

TEST(Past, WhatLosesAPartHasNotBegunAnew) {
  // The sum over CPUs when one of four goes offline.
  const auto window = MadeWindow().counter("c", [](double s) { return (s < -300 ? 4000 : 3000) + s; }).made();
  EXPECT_DOUBLE_EQ(rise_of(window, 10min)->amount, 585);
}

TEST(Past, BridgesAGap) {
  const auto gap = [](double s) { return s > -300 && s < -100 ? kGap : 10'000 + s; };
  const auto rise = rise_of(MadeWindow().counter("c", gap).made(), 10min);
  EXPECT_DOUBLE_EQ(rise->amount, 600);
  EXPECT_TRUE(rise->covers);
}

TEST(Past, ALongGapIsTooLittle) {
  const auto gap = [](double s) { return s > -500 && s < -100 ? kGap : 10'000 + s; };
  const auto rise = rise_of(MadeWindow().counter("c", gap).made(), 10min);
  EXPECT_DOUBLE_EQ(rise->amount, 600);
  EXPECT_FALSE(rise->covers);
}

TEST(Past, AShortWindowIsTooLittle) {
  const auto rise = rise_of(MadeWindow(5min).counter("c", 1).made(), 10min);
  EXPECT_DOUBLE_EQ(rise->seconds, 300);
  EXPECT_FALSE(rise->covers);
}

TEST(Past, OneValueIsNoRise) {
  EXPECT_FALSE(rise_of(MadeWindow(0min).counter("c", 1).made(), 10min));
  EXPECT_FALSE(rise_of(Window(), 10min));
}

TEST(Past, NoTimeTakesTheLastTwoValues) {
  const auto rise = rise_of(MadeWindow().counter("c", 3).made(), 0min);
  ASSERT_TRUE(rise);
  EXPECT_DOUBLE_EQ(rise->amount, 45);
  EXPECT_TRUE(rise->covers);
}

TEST(Past, WhatIsOldTellsNothing) {
  const auto window = MadeWindow().counter("c", 1).gauge("g", 7).made();
  const auto* gauge = window.of("g").front();
  EXPECT_EQ(Past(window, kNow + 59'000, 10min).latest(gauge), 7);
  EXPECT_FALSE(Past(window, kNow + 61'000, 10min).latest(gauge));
  EXPECT_FALSE(rise_of(window, 10min, kNow + 61'000));
  // Recorded every 5 min it may be older.
  const auto coarse = MadeWindow(1h, 5min).gauge("g", 7).made();
  EXPECT_EQ(Past(coarse, kNow + 400'000, 1h).latest(coarse.of("g").front()), 7);
}

TEST(Past, DoesNotSeeTheFuture) {
  const auto window = MadeWindow().counter("c", 1).gauge("g", [](double s) { return s; }).made();
  const Past past(window, kNow - 300'000, 2min);
  EXPECT_EQ(past.latest(window.of("g").front()), -300);
  EXPECT_EQ(past.times().front(), kNow - 420'000);
  EXPECT_DOUBLE_EQ(past.rise(window.of("c"))->amount, 120);
}

TEST(Past, SumsUpColumns) {
  const auto window = MadeWindow().counter("c{mode=\"user\"}", 0.5).counter("c{mode=\"system\"}", 0.25).made();
  EXPECT_DOUBLE_EQ(rise_of(window, 10min)->per_second(), 0.75);
}

}  // namespace
}  // namespace mixnet
