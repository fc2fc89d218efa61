// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/scores.h"

#include <gtest/gtest.h>

#include "collectors/network/scores.h"

namespace mixnet::simulator {
namespace {

std::vector<ReleaseNumber> history_of(std::initializer_list<std::string_view> versions) {
  std::vector<ReleaseNumber> out;
  for (const auto version : versions) out.push_back(parse_release(version).value());
  return out;
}

/// Figures of nym's own tests of the contract.
TEST(SimulatedScores, VersionsBehind) {
  const auto behind = [](std::string_view version, const auto& history) {
    return versions_behind(parse_release(version).value(), history);
  };
  const auto one = history_of({"1.1.13"});
  EXPECT_EQ(10U, behind("1.0.4", one));
  EXPECT_EQ(100U, behind("0.1.12", one));
  EXPECT_EQ(4U, behind("1.1.9", one));
  EXPECT_EQ(0U, behind("1.1.13", one));
  EXPECT_EQ(0U, behind("1.1.14", one));
  EXPECT_EQ(0U, behind("2.0.0", one));
  EXPECT_EQ(100U, behind("1.1.15", one));
  EXPECT_EQ(100U, behind("1.3.0", one));
  const auto four = history_of({"1.1.13", "1.1.14", "1.1.15", "1.1.16"});
  EXPECT_EQ(13U, behind("1.0.12", four));
  EXPECT_EQ(103U, behind("0.1.12", four));
  EXPECT_EQ(5U, behind("1.1.11", four));
  EXPECT_EQ(2U, behind("1.1.14", four));
}

TEST(SimulatedScores, AgreeWithTheCollectors) {
  const std::vector<std::string_view> versions{"1.28.0", "1.28.1", "1.29.0", "1.30.0", "1.31.0"};
  std::vector<ReleaseNumber> history;
  std::vector<Version> theirs;
  for (const auto version : versions) {
    history.push_back(parse_release(version).value());
    theirs.push_back(parse_version(version).value());
  }
  for (const std::string_view version : {"0.9.0", "1.1.0", "1.27.9", "1.28.0", "1.28.1", "1.28.7", "1.29.0", "1.30.0", "1.30.4",
                                         "1.31.0-rc.1", "1.31.0", "1.31.1", "1.31.2", "1.32.0", "1.33.0", "2.0.0", "3.0.0"}) {
    EXPECT_EQ(mixnet::versions_behind(parse_version(version).value(), theirs, {}),
              versions_behind(parse_release(version).value(), history))
        << version;
  }
}

TEST(SimulatedScores, Releases) {
  EXPECT_TRUE(*parse_release("1.31.0-rc.1") < *parse_release("1.31.0"));
  EXPECT_FALSE(*parse_release("1.31.0") < *parse_release("1.31.0-rc.1"));
  for (const char* wrong : {"", "1.31", "latest", "1.2.3.4", "1.2.x"}) EXPECT_FALSE(parse_release(wrong)) << wrong;
}

TEST(SimulatedScores, PerformanceIsRoutingTimesConfig) {
  Member member;
  member.version = "1.29.0";
  member.routing = 0.9;
  const auto scores = scores_of(member, history_of({"1.29.0", "1.30.0"}));
  EXPECT_NEAR(0.7994, scores.config, 0.00005);
  EXPECT_DOUBLE_EQ(scores.config * 0.9, scores.performance);
  member.accepted_terms = false;
  EXPECT_EQ(0, scores_of(member, history_of({"1.29.0"})).config);
  EXPECT_EQ(0U, scores_of(member, history_of({"1.29.0"})).behind);
  member.described = false;
  EXPECT_FALSE(scores_of(member, history_of({"1.29.0"})).behind);
}

TEST(SimulatedScores, TextsOfNumbers) {
  EXPECT_EQ("0.98", floored_percent(0.9899));
  EXPECT_EQ("0.29", floored_percent(0.29));
  EXPECT_EQ("0.9", floored_percent(0.9));
  EXPECT_EQ("1", floored_percent(1));
  EXPECT_EQ("0", floored_percent(0));
  EXPECT_EQ("0.5", decimal(0.5L));
  EXPECT_EQ("100", decimal(100));
}

}  // namespace
}  // namespace mixnet::simulator
