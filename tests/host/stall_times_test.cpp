// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/stall_times.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

TEST(StallTimes, SkipsKindsItDoesNotKnow) {
  const auto times = parse_stall_times("most avg10=x\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
  ASSERT_TRUE(times);
  EXPECT_FALSE(times->some_us);
  EXPECT_EQ(times->full_us, 7u);
}

TEST(StallTimes, RefusesWhatIsBroken) {
  EXPECT_EQ(parse_stall_times("").error().message, "neither \"some\" nor \"full\"");
  EXPECT_EQ(parse_stall_times("some avg10=0.00 avg60=0.00\n").error().message,
            "line 1: three averages and total= expected in \"some avg10=0.00 avg60=0.00\"");
  EXPECT_EQ(parse_stall_times("some avg10=0.00 avg60=0.00 avg300=0.00 total=-1\n").error().message,
            "line 1: \"-1\" is not a number of the kind expected");
}

}  // namespace
}  // namespace mixnet
