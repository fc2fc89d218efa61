// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/meminfo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::HasSubstr;

TEST(Meminfo, NamesEveryLineAsNodeExporterDoes) {
  const auto lines = test::collected(kMeminfo, test::fixtures() / "host");
  for (const auto* expected : {"node_memory_MemTotal_bytes 16710086656\n", "node_memory_Active_anon_bytes 1263013888\n",
                               "node_memory_Committed_AS_bytes 7999705088\n", "node_memory_VmallocTotal_bytes 35184372087808\n",
                               "node_memory_HugePages_Total 4\n", "node_memory_HugePages_Free 3\n",
                               "node_memory_HugePages_Rsvd 1\n", "node_memory_HugePages_Surp 0\n",
                               "node_memory_Hugepagesize_bytes 2097152\n", "node_memory_DirectMap1G_bytes 4294967296\n",
                               "node_memory_FilePmdMapped_bytes 0\n", "node_memory_KReclaimable_bytes 831825920\n"}) {
    EXPECT_THAT(lines, HasSubstr(expected));
  }
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 54);
}

TEST(Meminfo, HelpNamesTheField) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  Samples samples;
  ASSERT_TRUE(kMeminfo.collect(context, samples));
  EXPECT_EQ(samples.families()[8].name, "node_memory_Active_anon_bytes");
  EXPECT_EQ(samples.families()[8].help, "Memory information field Active_anon_bytes.");
  EXPECT_EQ(samples.families()[8].type, Type::gauge);
}

TEST(Meminfo, FollowsLinesThatComeAndGo) {  // lxcfs upgraded below a running container, a driver with a line of its own
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  host.write("proc/meminfo", "MemTotal: 2 kB\nMemFree: 1 kB\n");
  EXPECT_EQ(test::collected(kMeminfo, context), "node_memory_MemTotal_bytes 2048\nnode_memory_MemFree_bytes 1024\n");
  host.write("proc/meminfo", "MemTotal: 2 kB\nBalloon: 3 kB\nMemFree: 1 kB\n");
  EXPECT_EQ(test::collected(kMeminfo, context),
            "node_memory_MemTotal_bytes 2048\nnode_memory_Balloon_bytes 3072\nnode_memory_MemFree_bytes 1024\n");
}

TEST(Meminfo, GivesZeroOnAHostWithoutSwap) {
  const test::TemporaryFolder host;
  host.write("proc/meminfo", "SwapCached:            0 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n");
  EXPECT_EQ(test::collected(kMeminfo, host.path()),
            "node_memory_SwapCached_bytes 0\nnode_memory_SwapTotal_bytes 0\nnode_memory_SwapFree_bytes 0\n");
}

TEST(Meminfo, RefusesWhatIsBroken) {
  const auto error = [](std::string_view text) {
    Meminfo meminfo;
    const auto parsed = parse_meminfo(text, meminfo);
    return parsed ? "" : parsed.error().message;
  };
  EXPECT_EQ(error(""), "the file is empty");
  EXPECT_EQ(error("MemTotal: 1 kB\nMemFree"), "line 2: a number, or one of kB, expected in \"MemFree\"");
  EXPECT_EQ(error("MemTotal: 1 MB\n"), "line 1: a number, or one of kB, expected in \"MemTotal: 1 MB\"");
  EXPECT_EQ(error("Mem Total: 1 kB\n"), "line 1: a field's name and a colon expected in \"Mem Total: 1 kB\"");
  EXPECT_EQ(error("Active(: 1 kB\n"), "line 1: a field's name and a colon expected in \"Active(: 1 kB\"");
  EXPECT_EQ(error("MemTotal: 0x10 kB\n"), "line 1: \"0x10\" is not a number of the kind expected");
  EXPECT_EQ(error("MemTotal: 18446744073709551615 kB\n"), "line 1: too many kB in \"MemTotal: 18446744073709551615 kB\"");
}

}  // namespace
}  // namespace mixnet
