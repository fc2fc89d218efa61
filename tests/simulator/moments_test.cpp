// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/moments.h"

#include <gtest/gtest.h>

namespace mixnet::simulator {
namespace {

TEST(Moments, Rfc3339) {
  using namespace std::chrono_literals;
  const std::chrono::system_clock::time_point time =
      std::chrono::sys_days(std::chrono::year(2026) / 5 / 16) + 10h + 21min + 30s;
  EXPECT_EQ("2026-05-16T10:21:30Z", rfc3339(time));
  EXPECT_EQ("2026-05-16T10:21:30.113421512Z", rfc3339(time + 113'421'512ns, 9));
  EXPECT_EQ("2026-05-16T10:21:30.007Z", rfc3339(time + 7ms, 3));
  EXPECT_EQ("1970-01-01T00:00:00Z", rfc3339({}));
}

TEST(Moments, Humantime) {
  EXPECT_EQ("12ms 345us 678ns", humantime(12'345'678));
  EXPECT_EQ("1s 3ms", humantime(1'003'000'000));
  EXPECT_EQ("0s", humantime(0));
}

}  // namespace
}  // namespace mixnet::simulator
