// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/cpufreq.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kFolder = "sys/devices/system/cpu/";

TEST(Cpufreq, GivesKilohertzAsHertz) {
  const auto lines = test::collected(kCpufreq, test::fixtures() / "host");
  for (const auto* expected :
       {"node_cpu_frequency_min_hertz{cpu=\"0\"} 8e+08\n", "node_cpu_frequency_max_hertz{cpu=\"3\"} 4.6e+09\n",
        "node_cpu_scaling_frequency_hertz{cpu=\"1\"} 3792114000\n", "node_cpu_scaling_frequency_min_hertz{cpu=\"1\"} 8e+08\n",
        "node_cpu_scaling_frequency_max_hertz{cpu=\"1\"} 4.6e+09\n",
        "node_cpu_scaling_governor{cpu=\"0\",governor=\"performance\"} 0\n"
        "node_cpu_scaling_governor{cpu=\"0\",governor=\"powersave\"} 1\n",
        "node_cpu_scaling_governor{cpu=\"3\",governor=\"performance\"} 1\n"
        "node_cpu_scaling_governor{cpu=\"3\",governor=\"powersave\"} 0\n"}) {
    EXPECT_THAT(lines, HasSubstr(expected));
  }
  EXPECT_THAT(lines, Not(HasSubstr("node_cpu_frequency_hertz")));
}

TEST(Cpufreq, GivesCurrentAndAverageWhereTheyCanBeRead) {
  const test::TemporaryFolder host;
  host.write(kFolder + "cpu0/cpufreq/cpuinfo_cur_freq", "1200000\n");
  host.write(kFolder + "cpu0/cpufreq/cpuinfo_avg_freq", "1100000\n");
  host.write(kFolder + "cpu0/cpufreq/scaling_cur_freq", "<unknown>\n");
  EXPECT_EQ(test::collected(kCpufreq, host.path()),
            "node_cpu_frequency_hertz{cpu=\"0\"} 1.2e+09\nnode_cpu_frequency_avg_hertz{cpu=\"0\"} 1.1e+09\n");
}

TEST(Cpufreq, FollowsTheLimitsWhenBoostIsSwitchedOff) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  const auto set = [&host](const std::string& khz) {
    for (const auto* file : {"cpuinfo_max_freq", "scaling_max_freq"}) host.write(kFolder + "cpu0/cpufreq/" + file, khz);
  };
  set("4600000\n");
  EXPECT_THAT(test::collected(kCpufreq, context), HasSubstr("node_cpu_frequency_max_hertz{cpu=\"0\"} 4.6e+09\n"));
  set("3400000\n");
  EXPECT_THAT(test::collected(kCpufreq, context), HasSubstr("node_cpu_frequency_max_hertz{cpu=\"0\"} 3.4e+09\n"));
}

TEST(Cpufreq, LeavesOutCpusThatAreOffline) {
  const test::TemporaryFolder host;
  for (const auto* cpu : {"cpu0", "cpu1"}) host.write(kFolder + cpu + "/cpufreq/scaling_cur_freq", "1000\n");
  host.write(kFolder + "online", "0\n");
  EXPECT_EQ(test::collected(kCpufreq, host.path()), "node_cpu_scaling_frequency_hertz{cpu=\"0\"} 1e+06\n");
}

TEST(Cpufreq, IsAbsentFromVirtualMachines) {
  const test::TemporaryFolder host;
  host.write(kFolder + "cpu0/uevent", "");
  EXPECT_EQ(test::collected(kCpufreq, host.path()), "error: the kernel does not govern the frequency of any CPU\n");
}

}  // namespace
}  // namespace mixnet
