// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/cpuinfo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Cpuinfo, ReadsX86) {
  const auto text = test::fixture("host/proc/cpuinfo");
  Cpuinfo info;
  ASSERT_TRUE(parse_cpuinfo(text, info));
  ASSERT_EQ(info.cpus.size(), 4u);
  const auto& cpu = info.cpus[3];
  EXPECT_EQ(cpu.processor, "3");
  EXPECT_EQ(cpu.vendor, "GenuineIntel");
  EXPECT_EQ(cpu.model, "158");
  EXPECT_EQ(cpu.model_name, "Intel(R) Xeon(R) E-2224 CPU @ 3.40GHz");
  EXPECT_EQ(cpu.cache_size, "8192 KB");
  EXPECT_EQ(cpu.core, "3");
  EXPECT_EQ(cpu.mhz, 3607.911);
  EXPECT_TRUE(cpu.bugs.ends_with(" retbleed"));
}

TEST(Cpuinfo, ReadsArm) {
  Cpuinfo info;
  ASSERT_TRUE(
      parse_cpuinfo("processor\t: 0\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd aes\nCPU part\t: 0xd08\n\n"
                    "processor\t: 1\nFeatures\t: fp asimd aes\n\nHardware\t: BCM2835\nModel\t\t: Raspberry Pi 4\n",
                    info));
  ASSERT_EQ(info.cpus.size(), 2u);
  EXPECT_EQ(info.cpus[0].flags, "fp asimd aes");
  EXPECT_EQ(info.cpus[1].model, "");
  EXPECT_EQ(info.cpus[1].mhz, std::nullopt);
}

TEST(Cpuinfo, TakesAnEmptyListOfBugs) {
  Cpuinfo info;
  ASSERT_TRUE(parse_cpuinfo("processor\t: 0\nbugs\t\t:\n", info));
  EXPECT_EQ(info.cpus[0].bugs, "");
}

TEST(Cpuinfo, RefusesWhatIsBroken) {
  Cpuinfo info;
  EXPECT_EQ(parse_cpuinfo("", info).error().message, "no processor");
  EXPECT_EQ(parse_cpuinfo("processor : one\n", info).error().message, "line 1: \"one\" is not a number of the kind expected");
  EXPECT_EQ(parse_cpuinfo("processor : 1\ncpu MHz : fast\n", info).error().message,
            "line 2: \"fast\" is not a number of the kind expected");
}

}  // namespace
}  // namespace mixnet
