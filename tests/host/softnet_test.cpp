// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/softnet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::HasSubstr;

TEST(Softnet, GivesTheValuesOfEachCpu) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  const auto lines = test::collected(kSoftnet, context);
  for (const auto* line : {
           "node_softnet_processed_total{cpu=\"0\"} 439041101\n",
           "node_softnet_dropped_total{cpu=\"1\"} 3\n",
           "node_softnet_times_squeezed_total{cpu=\"0\"} 18\n",
           "node_softnet_cpu_collision_total{cpu=\"3\"} 0\n",
           "node_softnet_received_rps_total{cpu=\"0\"} 64\n",
           "node_softnet_flow_limit_count_total{cpu=\"2\"} 0\n",
           "node_softnet_backlog_len{cpu=\"2\"} 2\n",
       }) {
    EXPECT_THAT(lines, HasSubstr(line));
  }
  EXPECT_EQ(test::undeclared(kSoftnet, context), "");
}

TEST(Softnet, CountsCpusWhereTheKernelDoesNotNameThem) {
  std::vector<Softnet> cpus;
  ASSERT_TRUE(parse_softnet("1 0 0 0 0 0 0 0 5\n2 0 0 0 0 0 0 0 6 7 8\n", cpus));
  ASSERT_EQ(cpus.size(), 2U);
  EXPECT_EQ(cpus[0].cpu_collision, 5U);
  EXPECT_EQ(cpus[0].received_rps, 0U);
  EXPECT_EQ(cpus[1].cpu, 1U);
  EXPECT_EQ(cpus[1].received_rps, 7U);
  EXPECT_EQ(cpus[1].flow_limit_count, 8U);
}

TEST(Softnet, NamesCpusByTheirNumberAmong128WithOneOffline) {
  std::string text;
  for (int cpu = 0; cpu < 128; ++cpu) {
    char line[80];
    std::snprintf(line, sizeof line, "ffffffff 0 0 0 0 0 0 0 0 0 0 0 %08x 0 0\n", cpu);
    if (cpu != 64) text += line;
  }
  std::vector<Softnet> cpus;
  ASSERT_TRUE(parse_softnet(text, cpus));
  ASSERT_EQ(cpus.size(), 127U);
  EXPECT_EQ(cpus[64].cpu, 65U);
  EXPECT_EQ(cpus[126].cpu, 127U);
  EXPECT_EQ(cpus[126].processed, 0xffffffffU);
}

TEST(Softnet, RefusesWhatIsBroken) {
  std::vector<Softnet> cpus;
  EXPECT_TRUE(parse_softnet("", cpus));
  EXPECT_EQ(parse_softnet("1 2 3\n", cpus).error().message, "line 1: 9 columns expected in \"1 2 3\"");
  EXPECT_EQ(parse_softnet("100000000 0 0 0 0 0 0 0 0\n", cpus).error().message,
            "line 1: \"100000000\" is not a number of the kind expected");
}

}  // namespace
}  // namespace mixnet
