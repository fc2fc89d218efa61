// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/process_stat.h"

#include <gtest/gtest.h>

#include <string>

namespace mixnet {
namespace {

std::string stat_line(std::string_view name, char state, int threads) {
  return "7 (" + std::string(name) + ") " + state + " 1 7 7 0 -1 4194560 0 0 0 0 1 2 0 0 20 0 " + std::to_string(threads) +
         " 0 5 6\n";
}

TEST(ProcessStat, GivesTheFieldsByTheirNumbers) {
  const auto stat = parse_process_stat(
      "812 (nym-node) S 1 812 812 0 -1 4194560 101 102 103 104 105 106 107 108 20 0 9 0 2209 1207959552 60210 184467\n");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->name, "nym-node");
  EXPECT_EQ(stat->minor_faults, 101u);
  EXPECT_EQ(stat->major_faults, 103u);
  EXPECT_EQ(stat->user_ticks, 105u);
  EXPECT_EQ(stat->system_ticks, 106u);
  EXPECT_EQ(stat->threads, 9u);
  EXPECT_EQ(stat->start_ticks, 2209u);
}

TEST(ProcessStat, FindsTheStateBehindAnyName) {
  for (const auto* name : {"a", "with space", ") S 1 1 (", "line\nfeed", "\xff\\\"", ""}) {
    const auto line = stat_line(name, 'D', 12);
    const auto stat = parse_process_stat(line);
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->name, name);
    EXPECT_EQ(stat->state, 'D');
    EXPECT_EQ(stat->threads, 12u);
  }
}

TEST(ProcessStat, RefusesWhatIsBroken) {
  EXPECT_EQ(parse_process_stat("").error().message, "no name in \"\"");
  EXPECT_EQ(parse_process_stat("7 (a) S 1").error().message, "22 fields expected in \"7 (a) S 1\"");
  EXPECT_EQ(parse_process_stat(stat_line("a", '7', 1)).error().message, "\"7\" is not a state");
  EXPECT_EQ(parse_process_stat("7 (a) S 1 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 x 0 5").error().message,
            "\"x\" is not a number of the kind expected");
}

}  // namespace
}  // namespace mixnet
