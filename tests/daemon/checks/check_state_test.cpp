// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks/check_state.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

using namespace std::chrono_literals;

constexpr UnixMs kMinute = 60'000;
constexpr UnixMs kStart = 1'790'000'000'000;

Finding finding(Status status, std::string node = "a") {
  Finding out;
  out.check = "cpu";
  out.alert = "MixnetNodeCpuHigh";
  out.node = std::move(node);
  out.status = status;
  out.message = "node " + out.node + " is " + std::string(to_string(status));
  out.remedy = status == Status::ok ? "" : "Do this.";
  return out;
}

/// Runs of `check --state`, each with the state that the one before has written.
class Runs {
 public:
  std::optional<std::chrono::milliseconds> repeat;
  Status status = Status::ok;

  std::string at(UnixMs minute, std::vector<Finding> findings) {
    auto state = text_.empty() ? CheckState("cpu") : CheckState::parse(text_, "cpu").value();
    auto out = state.update(findings, kStart + minute * kMinute, repeat);
    status = state.status();
    text_ = state.serialized();
    return out;
  }
  std::string at(UnixMs minute, Status found) { return at(minute, {finding(found)}); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

TEST(CheckState, TellsOnceAndWhenItIsOver) {
  Runs runs;
  EXPECT_EQ(runs.at(0, Status::ok), "");
  EXPECT_EQ(runs.at(5, Status::warning), "CPU WARNING: node a is WARNING. Do this.\n");
  EXPECT_EQ(runs.status, Status::warning);
  EXPECT_EQ(runs.at(10, Status::warning), "");
  EXPECT_EQ(runs.at(15, Status::critical), "CPU CRITICAL: node a is CRITICAL. Do this.\n");
  EXPECT_EQ(runs.at(20, Status::critical), "");
  EXPECT_EQ(runs.at(25, Status::ok), "");
  EXPECT_EQ(runs.status, Status::critical) << "fine for too short a time";
  EXPECT_EQ(runs.at(30, Status::ok), "CPU OK: over after 15 min: node a is CRITICAL\n");
  EXPECT_EQ(runs.status, Status::ok);
  EXPECT_EQ(runs.at(35, Status::ok), "");
}

TEST(CheckState, WhatFlapsIsToldOnce) {
  Runs runs;
  std::string told;
  for (UnixMs run = 0; run < 20; ++run) told += runs.at(5 * run, run % 2 == 0 ? Status::warning : Status::ok);
  EXPECT_EQ(told, "CPU WARNING: node a is WARNING. Do this.\n");
}

TEST(CheckState, TellsAgainAfterATime) {
  Runs runs;
  runs.repeat = 1h;
  std::string told;
  for (UnixMs minute = 0; minute <= 125; minute += 5) told += runs.at(minute, Status::critical);
  EXPECT_EQ(told,
            "CPU CRITICAL: node a is CRITICAL. Do this.\n"
            "CPU CRITICAL: for 1 h now: node a is CRITICAL. Do this.\n"
            "CPU CRITICAL: for 2 h now: node a is CRITICAL. Do this.\n");
}

TEST(CheckState, WhatIsUnknownGoesOnAsItWas) {
  Runs runs;
  runs.at(0, Status::warning);
  EXPECT_EQ(runs.at(5, Status::unknown), "");
  EXPECT_EQ(runs.status, Status::warning);
  EXPECT_EQ(runs.at(16, Status::unknown), "CPU UNKNOWN: node a is UNKNOWN. Do this.\n");
  EXPECT_EQ(runs.at(21, Status::unknown), "") << "told once";
  EXPECT_EQ(runs.at(26, Status::warning), "CPU OK: all of it can be told again, after 21 min\n");
  EXPECT_EQ(runs.status, Status::warning);
}

TEST(CheckState, ABootIsNotTold) {
  Runs runs;
  EXPECT_EQ(runs.at(0, Status::unknown), "");
  EXPECT_EQ(runs.status, Status::unknown);
  EXPECT_EQ(runs.at(5, Status::ok), "");
  EXPECT_EQ(runs.status, Status::ok);
}

TEST(CheckState, KeepsNodesApart) {
  Runs runs;
  EXPECT_EQ(runs.at(0, {finding(Status::warning, "a"), finding(Status::ok, "b b")}),
            "CPU WARNING: node a is WARNING. Do this.\n");
  EXPECT_EQ(runs.at(5, {finding(Status::warning, "a"), finding(Status::critical, "b b")}),
            "CPU CRITICAL: node b b is CRITICAL. Do this.\n");
  runs.repeat = 10min;
  EXPECT_EQ(runs.at(11, {finding(Status::warning, "a"), finding(Status::critical, "b b")}),
            "CPU WARNING: for 11 min now: node a is WARNING. Do this.\n");
}

TEST(CheckState, AClockSetBackTellsNothingTwice) {
  Runs runs;
  runs.repeat = 1h;
  runs.at(1000, Status::warning);
  EXPECT_EQ(runs.at(0, Status::warning), "");
  EXPECT_EQ(runs.at(61, Status::warning), "CPU WARNING: for 61 min now: node a is WARNING. Do this.\n");
}

TEST(CheckState, RefusesWhatIsNotItsOwn) {
  Runs runs;
  runs.at(0, {finding(Status::warning), finding(Status::unknown, "b")});
  EXPECT_EQ(CheckState::parse(runs.text(), "cpu").value().serialized(), runs.text());
  EXPECT_EQ(CheckState::parse(runs.text(), "all").error().message, "line 2: it is of the check \"cpu\"");
  EXPECT_FALSE(CheckState::parse("", "cpu"));
  EXPECT_FALSE(CheckState::parse("hello\n", "cpu"));
  EXPECT_FALSE(CheckState::parse("mixnet-exporter check 1\nof cpu\nat 5\n", "cpu"));
  EXPECT_FALSE(CheckState::parse("mixnet-exporter check 1\nof cpu\nat x\nalarms\n", "cpu"));
  EXPECT_FALSE(CheckState::parse("mixnet-exporter check 1\nof cpu\nold 7\nalarms\n", "cpu"));
  for (std::size_t length = 0; length + 1 < runs.text().size(); ++length) {
    (void)CheckState::parse(std::string_view(runs.text()).substr(0, length), "cpu");
  }
}

}  // namespace
}  // namespace mixnet
