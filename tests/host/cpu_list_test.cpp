// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/cpu_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint32_t> parsed(std::string_view text) {
  std::vector<std::uint32_t> out;
  EXPECT_TRUE(parse_cpu_list(text, out));
  return out;
}

std::string error(std::string_view text) {
  std::vector<std::uint32_t> out;
  const auto done = parse_cpu_list(text, out);
  return done ? "" : done.error().message;
}

TEST(CpuList, ReadsNumbersAndRanges) {
  EXPECT_THAT(parsed("0-3\n"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(parsed("0,2-3,10\n"), ElementsAre(0, 2, 3, 10));
  EXPECT_THAT(parsed("0"), ElementsAre(0));
  EXPECT_THAT(parsed("\n"), IsEmpty());
}

TEST(CpuList, RefusesWhatIsBroken) {
  EXPECT_EQ(error("3-1"), "CPUs out of order");
  EXPECT_EQ(error("1,1"), "CPUs out of order");
  EXPECT_EQ(error("0-4000000000"), "\"4000000000\" is no CPU's number");
  EXPECT_EQ(error("a-b"), "\"a\" is not a number of the kind expected");
  EXPECT_EQ(error("1,,2"), "\"\" is not a number of the kind expected");
}

TEST(SystemCpus, AreListedAnewOnlyWhenTheyChange) {
  const test::TemporaryFolder host;
  const std::string folder = "sys/devices/system/cpu/";
  for (const auto* file : {"cpu0/uevent", "cpu1/uevent", "cpu10/uevent", "cpufreq/boost", "cpuidle/current_driver"}) {
    host.write(folder + file, "");
  }
  host.write(folder + "present", "0-1,10\n");
  host.write(folder + "online", "0-1,10\n");
  Context context(test::roots_below(host.path()), {});
  context.begin_collection();
  const auto& cpus = *read_system_cpus(context).value();
  EXPECT_THAT(cpus.present, ElementsAre(0, 1, 10));
  EXPECT_TRUE(cpus.is_online(10));
  context.begin_collection();
  ASSERT_TRUE(read_system_cpus(context));
  EXPECT_EQ(cpus.generation, 1u);
  host.write(folder + "online", "0-1\n");
  context.begin_collection();
  ASSERT_TRUE(read_system_cpus(context));
  EXPECT_EQ(cpus.generation, 2u);
  EXPECT_FALSE(cpus.is_online(10));
}

TEST(SystemCpus, AreAllOnlineWhereTheKernelDoesNotSay) {
  const test::TemporaryFolder host;
  host.write("sys/devices/system/cpu/cpu0/uevent", "");
  Context context(test::roots_below(host.path()), {});
  EXPECT_TRUE(read_system_cpus(context).value()->is_online(0));
}

}  // namespace
}  // namespace mixnet
