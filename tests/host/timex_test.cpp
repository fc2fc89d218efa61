// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/timex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/timex.h>

#include <algorithm>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::HasSubstr;

TEST(Timex, GivesTheStateOfThisHostsClock) {
  Context context(Roots{}, {});
  const auto lines = test::collected(kTimex, context);
  if (lines.starts_with("error: adjtimex is not permitted here")) GTEST_SKIP() << lines;
  for (const auto* family :
       {"node_timex_sync_status ", "node_timex_tick_seconds 0.01\n", "node_timex_frequency_adjustment_ratio ",
        "node_timex_pps_stability_exceeded_total ", "node_timex_tai_offset_seconds "}) {
    EXPECT_THAT(lines, HasSubstr(family));
  }
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 17);
}

TEST(Timex, DoesNotTakeThisHostsClockForAnothers) {
  EXPECT_EQ(test::collected(kTimex, test::fixtures() / "host"), "error: the clock's state is known for this host only\n");
}

TEST(Timex, ConvertsMicrosecondsAndScaledPartsPerMillion) {
  timex clock{};
  clock.offset = -1500;
  clock.freq = 65536 * 250;
  clock.maxerror = 16000000;
  clock.esterror = 250;
  clock.status = 64;
  clock.constant = 10;
  clock.tick = 10000;
  clock.tai = 37;
  Samples samples;
  emit_timex({TIME_ERROR, clock}, samples);
  const auto lines = test::lines_of(samples);
  for (const auto* expected :
       {"node_timex_sync_status 0\n", "node_timex_offset_seconds -0.0015\n", "node_timex_frequency_adjustment_ratio 1.00025\n",
        "node_timex_maxerror_seconds 16\n", "node_timex_estimated_error_seconds 0.00025\n", "node_timex_status 64\n",
        "node_timex_loop_time_constant 10\n", "node_timex_tick_seconds 0.01\n", "node_timex_tai_offset_seconds 37\n"}) {
    EXPECT_THAT(lines, HasSubstr(expected));
  }
}

TEST(Timex, CountsNanosecondsWhereTheKernelDoes) {
  timex clock{};
  clock.status = STA_NANO;
  clock.offset = 2500;
  clock.jitter = 500;
  clock.tick = 10000;
  Samples samples;
  emit_timex({TIME_OK, clock}, samples);
  const auto lines = test::lines_of(samples);
  for (const auto* expected : {"node_timex_sync_status 1\n", "node_timex_offset_seconds 2.5e-06\n",
                               "node_timex_pps_jitter_seconds 5e-07\n", "node_timex_tick_seconds 0.01\n"}) {
    EXPECT_THAT(lines, HasSubstr(expected));
  }
}

}  // namespace
}  // namespace mixnet
