// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/conntrack.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Conntrack, SumsOverTheCpus) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  EXPECT_EQ(test::collected(kConntrack, context),
            "node_nf_conntrack_entries 555\nnode_nf_conntrack_entries_limit 262144\n"
            "node_nf_conntrack_stat_found 19\nnode_nf_conntrack_stat_invalid 175\nnode_nf_conntrack_stat_ignore 450\n"
            "node_nf_conntrack_stat_insert 0\nnode_nf_conntrack_stat_insert_failed 1\nnode_nf_conntrack_stat_drop 1\n"
            "node_nf_conntrack_stat_early_drop 3\nnode_nf_conntrack_stat_search_restart 39\n");
  EXPECT_EQ(test::undeclared(kConntrack, context), "");
}

TEST(Conntrack, IsAbsentWhereNotLoaded) {
  const test::TemporaryFolder host;
  EXPECT_EQ(test::collected(kConntrack, host.path()), "error: connections are not tracked: nf_conntrack is not loaded\n");
}

TEST(Conntrack, DoesWithoutStatistics) {
  const test::TemporaryFolder host;
  host.write("proc/sys/net/netfilter/nf_conntrack_count", "1\n");
  host.write("proc/sys/net/netfilter/nf_conntrack_max", "2\n");
  EXPECT_EQ(test::collected(kConntrack, host.path()), "node_nf_conntrack_entries 1\nnode_nf_conntrack_entries_limit 2\n");
}

TEST(ConntrackStat, FindsColumnsByName) {
  const auto old = parse_conntrack_stat(  // 2.6.24: no search_restart, other names
      "entries  searched found new invalid ignore delete delete_list insert insert_failed drop early_drop icmp_error  "
      "expect_new expect_create expect_delete\n"
      "1 2 a 4 5 6 7 8 9 b c d e f 10 11\n");
  ASSERT_TRUE(old);
  EXPECT_EQ(old->found, 10U);
  EXPECT_EQ(old->insert_failed, 11U);
  EXPECT_EQ(old->early_drop, 13U);
  EXPECT_EQ(old->search_restart, 0U);
}

TEST(ConntrackStat, RefusesWhatIsBroken) {
  EXPECT_EQ(parse_conntrack_stat("").error().message, "the file is empty");
  EXPECT_EQ(parse_conntrack_stat("entries found\n1 2\n").error().message, "line 2: 16 columns expected in \"1 2\"");
  EXPECT_EQ(parse_conntrack_stat("entries clashres found\n0 0 g 0 0 0 0 0 0 0 0 0 0 0 0 0\n").error().message,
            "line 2: \"g\" is not a number of the kind expected");
}

}  // namespace
}  // namespace mixnet
