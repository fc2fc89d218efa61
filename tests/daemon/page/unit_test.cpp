// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/unit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace mixnet {
namespace {

using testing::ElementsAre;

TEST(Unit, WritesThreeDigitsThatCount) {
  EXPECT_EQ(value_text(0.234, Unit::ratio), "23.4 %");
  EXPECT_EQ(value_text(1, Unit::ratio), "100 %");
  EXPECT_EQ(value_text(0.00057, Unit::ratio), "0.06 %");
  EXPECT_EQ(value_text(12'345, Unit::packets_per_second), "12.3 k/s");
  EXPECT_EQ(value_text(3, Unit::packets_per_second), "3.00/s");
  EXPECT_EQ(value_text(0, Unit::packets_per_second), "0/s");
  EXPECT_EQ(value_text(1536, Unit::bytes), "1.50 KiB");
  EXPECT_EQ(value_text(4.1 * 1073741824, Unit::bytes), "4.10 GiB");
  EXPECT_EQ(value_text(12.34e6, Unit::bytes_per_second), "12.3 MB/s");
}

TEST(Unit, WritesCountsOut) {
  EXPECT_EQ(value_text(0, Unit::count), "0");
  EXPECT_EQ(value_text(7, Unit::count), "7");
  EXPECT_EQ(value_text(999, Unit::count), "999");
  EXPECT_EQ(value_text(12'345, Unit::count), "12,345");
  EXPECT_EQ(value_text(123'456, Unit::count), "123 k");
  EXPECT_EQ(value_text(2.5, Unit::packets), "2.50");
}

TEST(Unit, WritesADashForWhatIsNoNumber) {
  EXPECT_EQ(value_text(std::numeric_limits<double>::quiet_NaN(), Unit::bytes), "–");
  EXPECT_EQ(value_text(std::numeric_limits<double>::infinity(), Unit::count), "–");
  EXPECT_EQ(value_text(-0.5, Unit::ratio), "−50.0 %");
}

TEST(Axis, HasRoundMarks) {
  const auto axis = axis_of(0, 11'700, Unit::packets_per_second);
  EXPECT_THAT(axis.texts, ElementsAre("0", "5 k/s", "10 k/s", "15 k/s"));
  EXPECT_EQ(axis.from, 0);
  EXPECT_EQ(axis.to, 15'000);
}

TEST(Axis, WritesAllMarksWithAsManyDigits) {
  EXPECT_THAT(axis_of(0, 2300, Unit::packets_per_second).texts,
              ElementsAre("0", "0.5 k/s", "1.0 k/s", "1.5 k/s", "2.0 k/s", "2.5 k/s"));
}

TEST(Axis, DividesBytesByPowersOf1024) {
  EXPECT_THAT(axis_of(0, 3.8 * 1073741824, Unit::bytes).marks,
              ElementsAre(0, 1073741824.0, 2147483648.0, 3221225472.0, 4294967296.0));
  EXPECT_THAT(axis_of(0, 3.8 * 1073741824, Unit::bytes).texts, ElementsAre("0", "1 GiB", "2 GiB", "3 GiB", "4 GiB"));
}

TEST(Axis, WritesWhatIsBelowZeroWithoutASign) {
  EXPECT_THAT(axis_of(-31e6, 29e6, Unit::bytes_per_second).texts, ElementsAre("40 MB/s", "20 MB/s", "0", "20 MB/s", "40 MB/s"));
}

TEST(Axis, NeedNotBeginAtZero) {
  EXPECT_THAT(axis_of(0.93, 1, Unit::ratio).texts, ElementsAre("92 %", "94 %", "96 %", "98 %", "100 %"));
}

TEST(Axis, OfOneValueIsAnAxis) {
  const auto nothing = axis_of(0, 0, Unit::count);
  EXPECT_LT(nothing.from, nothing.to);
  EXPECT_THAT(nothing.marks, ElementsAre(0, 1));
  EXPECT_LT(axis_of(1, 1, Unit::ratio).from, axis_of(1, 1, Unit::ratio).to);
}

TEST(Axis, HasFewMarksWhateverTheValues) {
  for (const double greatest : {1e-300, 1e-9, 0.3, 7.0, 1e15, 1e300}) {
    for (const auto unit : {Unit::count, Unit::bytes, Unit::ratio, Unit::bytes_per_second}) {
      const auto axis = axis_of(0, greatest, unit);
      EXPECT_GE(axis.marks.size(), 2U) << greatest;
      EXPECT_LE(axis.marks.size(), 8U) << greatest;
      EXPECT_GE(axis.to, greatest * (1 - 1e-9));
      EXPECT_EQ(axis.marks.back(), axis.to);
    }
  }
}

}  // namespace
}  // namespace mixnet
