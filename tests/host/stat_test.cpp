// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/stat.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

constexpr std::string_view kPlain =
    "node_intr_total 923945933\nnode_context_switches_total 1843176801\nnode_forks_total 818421\n"
    "node_boot_time_seconds 1795419902\nnode_procs_running 3\nnode_procs_blocked 1\n";

TEST(Stat, GivesTheCountersOfTheWholeHost) { EXPECT_EQ(test::collected(kStat, test::fixtures() / "host"), kPlain); }

TEST(Stat, GivesSoftirqsWhenAskedFor) {
  Settings settings;
  settings.stat.softirq = true;
  EXPECT_EQ(test::collected(kStat, test::fixtures() / "host", settings),
            std::string(kPlain) +
                "node_softirqs_total{vector=\"hi\"} 12\nnode_softirqs_total{vector=\"timer\"} 21857123\n"
                "node_softirqs_total{vector=\"net_tx\"} 4088\nnode_softirqs_total{vector=\"net_rx\"} 384928491\n"
                "node_softirqs_total{vector=\"block\"} 7323400\nnode_softirqs_total{vector=\"block_iopoll\"} 6\n"
                "node_softirqs_total{vector=\"tasklet\"} 40310\nnode_softirqs_total{vector=\"sched\"} 100360128\n"
                "node_softirqs_total{vector=\"hrtimer\"} 512\nnode_softirqs_total{vector=\"rcu\"} 102953332\n");
}

TEST(Stat, GivesNoZeroForALineThatIsNotThere) {
  const test::TemporaryFolder host;
  host.write("proc/stat", "cpu0 1 2 3 4\nctxt 5\n");
  EXPECT_EQ(test::collected(kStat, host.path()), "node_context_switches_total 5\n");
}

}  // namespace
}  // namespace mixnet
