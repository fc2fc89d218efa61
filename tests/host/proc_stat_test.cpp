// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/proc_stat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::ElementsAre;

TEST(ProcStat, ReadsWhatTheKernelTells) {
  ProcStat stat;
  ASSERT_TRUE(parse_proc_stat(test::fixture("host/proc/stat"), stat));
  ASSERT_EQ(stat.cpus.size(), 4u);
  EXPECT_EQ(stat.cpus[2].cpu, 2u);
  EXPECT_THAT(stat.cpus[2].ticks, ElementsAre(6021540, 1310, 2190765, 112700981, 31870, 0, 40212, 20111, 340, 0));
  EXPECT_EQ(stat.interrupts, 923945933u);
  EXPECT_EQ(stat.boot_time, 1795419902u);
  EXPECT_EQ(stat.softirq_count, 10u);
  EXPECT_THAT(stat.softirqs, ElementsAre(12, 21857123, 4088, 384928491, 7323400, 6, 40310, 100360128, 512, 102953332));
}

TEST(ProcStat, LeavesOutWhatAnOldKernelDoesNotTell) {  // 2.6.9: no steal, no guest, no softirq
  ProcStat stat;
  ASSERT_TRUE(parse_proc_stat("cpu  4 3 2 1 0 0 0\ncpu0 4 3 2 1 0 0 0\nintr 9\nctxt 7\nbtime 1\nprocesses 5\n", stat));
  EXPECT_THAT(stat.cpus[0].ticks, ElementsAre(4, 3, 2, 1, 0, 0, 0, 0, 0, 0));
  EXPECT_EQ(stat.running, std::nullopt);
  EXPECT_EQ(stat.softirq_count, 0u);
}

TEST(ProcStat, ForgetsWhatItReadBefore) {
  ProcStat stat;
  ASSERT_TRUE(parse_proc_stat(test::fixture("host/proc/stat"), stat));
  ASSERT_TRUE(parse_proc_stat("cpu0 1 2 3 4\n", stat));
  EXPECT_EQ(stat.cpus.size(), 1u);
  EXPECT_EQ(stat.interrupts, std::nullopt);
  EXPECT_EQ(stat.softirq_count, 0u);
}

TEST(ProcStat, ReadsManyCpusAndMoreColumnsThanItKnows) {
  std::string text = "cpu  0 0 0 0 0 0 0 0 0 0 0 0\n";
  for (int cpu = 0; cpu < 128; ++cpu) text += "cpu" + std::to_string(cpu) + " 1 2 3 4 5 6 7 8 9 10 11 12\n";
  ProcStat stat;
  ASSERT_TRUE(parse_proc_stat(text, stat));
  ASSERT_EQ(stat.cpus.size(), 128u);
  EXPECT_EQ(stat.cpus[127].cpu, 127u);
  EXPECT_EQ(stat.cpus[127].ticks[CpuTimes::guest_nice], 10u);
}

TEST(ProcStat, RefusesWhatIsBroken) {
  const auto error = [](std::string_view text) {
    ProcStat stat;
    const auto parsed = parse_proc_stat(text, stat);
    return parsed ? "" : parsed.error().message;
  };
  EXPECT_EQ(error(""), "no line of a CPU");
  EXPECT_EQ(error("cpu  1 2 3 4\n"), "no line of a CPU");
  EXPECT_EQ(error("cpu0 1 2 3\n"), "line 1: at least four times of a CPU expected");
  EXPECT_EQ(error("cpu0 1 2 3 4\ncpu0 1 2 3 4\n"), "line 2: CPUs out of order");
  EXPECT_EQ(error("cpu0 1 2 -3 4\n"), "line 1: \"-3\" is not a number of the kind expected");
  EXPECT_EQ(error("cpux 1 2 3 4\n"), "line 1: \"x\" is not a number of the kind expected");
  EXPECT_EQ(error("cpu0 1 2 3 4\nctxt\n"), "line 2: \"\" is not a number of the kind expected");
  EXPECT_EQ(error("cpu0 1 2 3 4\nsoftirq 1 2 x\n"), "line 2: \"x\" is not a number of the kind expected");
}

TEST(ProcStat, IsReadOnceForEachCollection) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  host.write("proc/stat", "cpu0 1 2 3 4\n");
  context.begin_collection();
  ASSERT_TRUE(read_proc_stat(context));
  host.write("proc/stat", "cpu0 2 2 3 4\n");
  EXPECT_EQ(read_proc_stat(context).value()->cpus[0].ticks[CpuTimes::user], 1u);
  context.begin_collection();
  EXPECT_EQ(read_proc_stat(context).value()->cpus[0].ticks[CpuTimes::user], 2u);
  host.write("proc/stat", "");
  context.begin_collection();
  EXPECT_FALSE(read_proc_stat(context));
  EXPECT_FALSE(read_proc_stat(context)) << "half a file, taken for a whole one";
}

}  // namespace
}  // namespace mixnet
