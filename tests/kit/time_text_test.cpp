// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/time_text.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

TEST(Rfc3339, IsReadAsSecondsSince1970) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_rfc3339("2026-05-15T00:00:00Z"), 1778803200);
  EXPECT_DOUBLE_EQ(parse_rfc3339("2026-05-16T00:10:03.511Z").value(), 1778890203.511);
  EXPECT_DOUBLE_EQ(parse_rfc3339("2026-05-12T08:57:10.000000000+02:00").value(), 1778569030);
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00-01:30"), 5400);
  EXPECT_EQ(parse_rfc3339("2024-02-29t23:59:60z"), 1709251200);
}

TEST(Rfc3339, IsNothingElse) {
  for (const auto* text :
       {"", "2026", "2026-05-16", "2026-05-16T00:10:03", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-05-16T24:00:00Z",
        "2026-05-16T00:60:00Z", "2026-05-16T00:10:03.Z", "2026-05-16T00:10:03Zx", "2026-05-16T00:10:03+0200",
        "2026-05-16T00:10:03+02", "26-05-16T00:10:03Z", "2026-05-16X00:10:03Z", "+026-05-16T00:10:03Z", "unavailable"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Rfc3339, IsWrittenAsItIsRead) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(1'778'890'203'511), "2026-05-16T00:10:03.511Z");
  EXPECT_EQ(rfc3339(1'709'251'199'001), "2024-02-29T23:59:59.001Z");
  EXPECT_EQ(rfc3339(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(parse_rfc3339(rfc3339(1'790'000'000'000)), 1'790'000'000);
}

TEST(OffsetDateTime, IsReadAsSecondsSince1970) {
  EXPECT_EQ(parse_offset_date_time("2026-05-16 09:48:03 +00:00:00"), 1778924883.0);
  EXPECT_EQ(parse_offset_date_time("2026-05-16 10:48:03 +01:00:00"), 1778924883.0);
  EXPECT_EQ(parse_offset_date_time("2026-05-16 09:48:03 +00:00"), 1778924883.0);
  EXPECT_NEAR(parse_offset_date_time("2026-05-16 09:48:03.635274187 +00:00:00").value(), 1778924883.635274, 1e-6);
  EXPECT_EQ(parse_offset_date_time("2026-05-16T09:48:03Z"), 1778924883.0) << "one day it may be RFC 3339";
  for (const auto* text : {"", "2026-05-16", "2026-05-16 09:48:03", "2026-05-16 09:48:03 +00:00:01", "a b c"}) {
    EXPECT_FALSE(parse_offset_date_time(text)) << text;
  }
}

TEST(Date, IsReadAsDaysSince1970) {
  EXPECT_EQ(parse_date("1970-01-02"), 1);
  EXPECT_EQ(parse_date("2026-05-14"), 20587);
  for (const auto* text : {"", "2026-02-30", "2026-05-14 ", "26-05-14", "14.05.2026"}) EXPECT_FALSE(parse_date(text)) << text;
}

TEST(Humantime, IsReadAsSeconds) {
  EXPECT_DOUBLE_EQ(parse_humantime("12ms 345us 678ns").value(), 0.012345678);
  EXPECT_DOUBLE_EQ(parse_humantime("1s 3ms").value(), 1.003);
  EXPECT_DOUBLE_EQ(parse_humantime("0s").value(), 0);
  EXPECT_DOUBLE_EQ(parse_humantime("1h 2m 3s").value(), 3723);
  EXPECT_DOUBLE_EQ(parse_humantime("1day 2days 3d").value(), 6 * 86'400);
  EXPECT_DOUBLE_EQ(parse_humantime("1M").value(), 2'630'016);
  EXPECT_DOUBLE_EQ(parse_humantime("2months").value(), 2 * 2'630'016);
  EXPECT_DOUBLE_EQ(parse_humantime("1y 1years").value(), 2 * 31'557'600);
  EXPECT_DOUBLE_EQ(parse_humantime("1w 5mins").value(), 604'800 + 300);
}

TEST(Humantime, IsNothingElse) {
  for (const auto* text : {"", " ", "5", "ms", "1.5s", "-1s", "1x", "1 s", "1s,", "s1", "99999999999999999999s"}) {
    EXPECT_FALSE(parse_humantime(text)) << text;
  }
}

}  // namespace
}  // namespace mixnet
