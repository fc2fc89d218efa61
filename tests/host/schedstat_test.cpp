// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/schedstat.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Schedstat, GivesNanosecondsAsSeconds) {
  EXPECT_EQ(test::collected(kSchedstat, test::fixtures() / "host"),
            "node_schedstat_running_seconds_total{cpu=\"0\"} 77902.341190123\n"
            "node_schedstat_running_seconds_total{cpu=\"1\"} 109891.233455667\n"
            "node_schedstat_running_seconds_total{cpu=\"2\"} 82220.033445566\n"
            "node_schedstat_running_seconds_total{cpu=\"3\"} 81533.221100998\n"
            "node_schedstat_waiting_seconds_total{cpu=\"0\"} 2402.123345671\n"
            "node_schedstat_waiting_seconds_total{cpu=\"1\"} 3100.987654321\n"
            "node_schedstat_waiting_seconds_total{cpu=\"2\"} 2207.654321098\n"
            "node_schedstat_waiting_seconds_total{cpu=\"3\"} 2199.887766554\n"
            "node_schedstat_timeslices_total{cpu=\"0\"} 61248112\n"
            "node_schedstat_timeslices_total{cpu=\"1\"} 70111222\n"
            "node_schedstat_timeslices_total{cpu=\"2\"} 59000321\n"
            "node_schedstat_timeslices_total{cpu=\"3\"} 58777654\n");
}

TEST(Schedstat, ReadsNewerVersionsWithMoreColumns) {
  Schedstat stat;
  ASSERT_TRUE(parse_schedstat("version 18\ntimestamp 1\ncpu127 0 0 0 0 0 0 5 6 7 8 9\ndomain0 MC f 1 2\n", stat));
  ASSERT_EQ(stat.cpus.size(), 1u);
  EXPECT_EQ(stat.cpus[0].cpu, "127");
  EXPECT_EQ(stat.cpus[0].running_ns, 5u);
  EXPECT_EQ(stat.cpus[0].timeslices, 7u);
}

TEST(Schedstat, RefusesWhatIsBroken) {
  Schedstat stat;
  EXPECT_EQ(parse_schedstat("version 15\n", stat).error().message, "no line of a CPU");
  EXPECT_EQ(parse_schedstat("version 15\ncpu0 0 0 0 0 0 0 1 2\n", stat).error().message,
            "line 2: a CPU and nine numbers expected in \"cpu0 0 0 0 0 0 0 1 2\"");
  EXPECT_EQ(parse_schedstat("cpux 0 0 0 0 0 0 1 2 3\n", stat).error().message,
            "line 1: \"x\" is not a number of the kind expected");
}

TEST(Schedstat, IsAbsentFromKernelsWithoutIt) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  Samples samples;
  EXPECT_EQ(kSchedstat.collect(context, samples).error().fault, Fault::absent);
}

}  // namespace
}  // namespace mixnet
