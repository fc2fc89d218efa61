// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "daemon/checks/check.h"

namespace mixnet {
namespace {

struct Row {
  const char* text;
  const char* shown;
  std::vector<double> fine, bad;
};

// The table of the Monitoring Plugins guideline, and its edges.
TEST(Range, IsReadAsTheGuidelineHasIt) {
  const Row rows[] = {
      {"10", "10", {0, 5, 10}, {-0.1, 10.1}},
      {"10:", "10:", {10, 1e9}, {9.99, -1}},
      {"~:10", "~:10", {-1e9, 0, 10}, {10.5}},
      {"10:20", "10:20", {10, 15, 20}, {9, 21}},
      {"@10:20", "@10:20", {9, 21}, {10, 15, 20}},
      {"@10", "@10", {-1, 11}, {0, 10}},
      {":10", "10", {0, 10}, {-1, 11}},
      {"0:", "0:", {0, 7}, {-1}},
      {"-5:5", "-5:5", {-5, 0, 5}, {-6, 6}},
      {"0.5", "0.5", {0, 0.5}, {0.51}},
      {"@~:0", "@~:0", {0.1}, {0, -3}},
      {"~:", "~:", {-1e9, 0, 1e9}, {}},
      {"0", "0", {0}, {0.001, -0.001}},
      {"1e3", "1000", {1000}, {1001}},
  };
  for (const auto& row : rows) {
    const auto range = Range::parse(row.text);
    ASSERT_TRUE(range) << row.text;
    for (const auto value : row.fine) EXPECT_TRUE(range->is_fine(value)) << row.text << " " << value;
    for (const auto value : row.bad) EXPECT_FALSE(range->is_fine(value)) << row.text << " " << value;
    EXPECT_EQ(range->text(), row.shown);
    EXPECT_EQ(Range::parse(range->text()).value(), *range) << row.text;
  }
}

TEST(Range, RefusesWhatIsNone) {
  for (const auto* text :
       {"", "@", ":", "~", "a", "10:a", "10 ", " 10", "80%", "10:20:30", "nan", "inf", "1:inf", "0x10", "@:", "--1"}) {
    EXPECT_FALSE(Range::parse(text)) << text;
  }
  EXPECT_EQ(Range::parse("20:10").error().message, "the range \"20:10\" ends before it begins");
  EXPECT_EQ(Range::parse("80%").error().message, "\"80%\" is not a range such as 80, 10:, ~:10, 10:20 or @10:20");
}

}  // namespace
}  // namespace mixnet
