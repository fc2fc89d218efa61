// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/scores.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

std::vector<Version> history_of(std::initializer_list<std::string_view> versions) {
  std::vector<Version> out;
  for (const auto version : versions) out.push_back(parse_version(version).value());
  return out;
}

std::uint64_t behind(std::string_view version, const std::vector<Version>& history) {
  return versions_behind(parse_version(version).value(), history, {});
}

TEST(VersionsBehind, AddsUpTheStepsOfTheHistory) {
  const auto history = history_of({"1.28.0", "1.29.0", "1.29.1", "1.29.2", "1.30.0", "1.31.0"});
  EXPECT_EQ(behind("1.31.0", history), 0U);
  EXPECT_EQ(behind("1.30.0", history), 10U);
  EXPECT_EQ(behind("1.29.2", history), 20U);
  EXPECT_EQ(behind("1.29.1", history), 21U);
  EXPECT_EQ(behind("1.29.0", history), 22U);
  EXPECT_EQ(behind("1.28.0", history), 32U);
}

TEST(VersionsBehind, PlacesVersionsThatAreNotInTheHistory) {
  const auto history = history_of({"1.28.0", "1.29.0", "1.31.0"});
  EXPECT_EQ(behind("1.30.0", history), 10U) << "a minor release after 1.29.0, of two";
  EXPECT_EQ(behind("1.29.1", history), 20U) << "a patch of 1.29.0 makes up for no minor release";
  EXPECT_EQ(behind("1.27.0", history), 40U) << "before the first: one minor release to it, and all of the history";
  EXPECT_EQ(behind("0.9.0", history), 130U);
  EXPECT_EQ(behind("1.28.0-rc.1", history), 31U);
}

TEST(VersionsBehind, GivesTheBenefitOfTheDoubtForOneStepAhead) {
  const auto history = history_of({"1.30.0", "1.31.0"});
  for (const auto* ahead : {"1.31.1", "1.32.0", "1.32.5", "2.0.0", "2.7.1"}) EXPECT_EQ(behind(ahead, history), 0U) << ahead;
  for (const auto* ahead : {"1.31.2", "1.33.0", "3.0.0"}) EXPECT_EQ(behind(ahead, history), 100U) << ahead;
}

TEST(VersionsBehind, KnowsPreReleases) {
  const auto history = history_of({"1.30.0", "1.31.0-rc.1", "1.31.0-rc.2"});
  EXPECT_EQ(behind("1.31.0-rc.2", history), 0U);
  EXPECT_EQ(behind("1.31.0-rc.1", history), 1U);
  EXPECT_EQ(behind("1.30.0", history), 11U);
  EXPECT_EQ(behind("1.31.0", history), 0U) << "the release that the candidates were for";
}

TEST(VersionsBehind, IsNothingWithoutAHistory) { EXPECT_EQ(behind("0.1.0", {}), 0U); }

TEST(VersionsBehind, TakesTheNetworksWeights) {
  const auto history = history_of({"1.0.0", "1.1.0", "2.0.0"});
  const ConfigScoreParameters parameters{.major_weight = 7, .minor_weight = 3};
  EXPECT_EQ(versions_behind(parse_version("1.0.0").value(), history, parameters), 10U);
}

TEST(ConfigScore, IsAsTheNetworkPublishesIt) {
  struct Row {
    std::uint64_t behind;
    double score;
  };
  for (const auto& row : {Row{0, 1}, Row{1, 0.9950}, Row{2, 0.9844}, Row{10, 0.7994}, Row{20, 0.4953}, Row{30, 0.2536},
                          Row{40, 0.1102}, Row{50, 0.0413}, Row{100, 0.0000}}) {
    EXPECT_NEAR(config_score(row.behind, {}), row.score, 5e-5) << row.behind;
  }
}

TEST(SelectionWeight, FallsWithTheTwentiethPowerOfPerformance) {
  struct Row {
    double performance, weight;
  };
  for (const auto& row : {Row{1, 1}, Row{0.99, 0.818}, Row{0.97, 0.544}, Row{0.95, 0.358}, Row{0.90, 0.122}, Row{0.80, 0.0115},
                          Row{0.75, 0.0032}}) {
    EXPECT_NEAR(selection_weight(1, row.performance), row.weight, 5e-4) << row.performance;
  }
  EXPECT_DOUBLE_EQ(selection_weight(0.5, 1), 0.5);
  EXPECT_DOUBLE_EQ(selection_weight(1.7, 1), 1) << "more stake than the network counts";
  EXPECT_DOUBLE_EQ(selection_weight(1, 0), 0);
}

}  // namespace
}  // namespace mixnet
