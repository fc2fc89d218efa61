// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(Time, GivesTheClockItsZoneAndItsSources) {
  EXPECT_THAT(test::collected(kTime, test::fixtures() / "host"),
              MatchesRegex("node_time_seconds [0-9.e+]+\nnode_time_zone_offset_seconds\\{time_zone=\"[^\"]+\"\\} -?[0-9]+\n"
                           "node_time_clocksource_available_info\\{clocksource=\"tsc\",device=\"0\"\\} 1\n"
                           "node_time_clocksource_available_info\\{clocksource=\"hpet\",device=\"0\"\\} 1\n"
                           "node_time_clocksource_available_info\\{clocksource=\"acpi_pm\",device=\"0\"\\} 1\n"
                           "node_time_clocksource_current_info\\{clocksource=\"tsc\",device=\"0\"\\} 1\n"));
}

TEST(Time, IsTheTimeBetweenTwoLooksAtTheClock) {
  Context context(Roots{}, {});
  Samples samples;
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  ASSERT_TRUE(kTime.collect(context, samples));
  const auto after = std::chrono::system_clock::now().time_since_epoch();
  const double value = samples.sample(samples.families()[0].first).value;
  EXPECT_GE(value, std::chrono::duration<double>(before).count() - 1e-6);
  EXPECT_LE(value, std::chrono::duration<double>(after).count() + 1e-6);
}

TEST(Time, FollowsTheCurrentSource) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  const std::string folder = "sys/devices/system/clocksource/clocksource0/";
  host.write(folder + "current_clocksource", "tsc\n");
  EXPECT_THAT(test::collected(kTime, context), HasSubstr("current_info{clocksource=\"tsc\",device=\"0\"} 1\n"));
  host.write(folder + "current_clocksource", "hpet\n");
  EXPECT_THAT(test::collected(kTime, context), HasSubstr("current_info{clocksource=\"hpet\",device=\"0\"} 1\n"));
}

}  // namespace
}  // namespace mixnet
