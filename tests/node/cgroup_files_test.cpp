// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/cgroup_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet {
namespace {

TEST(Keyed, GivesEachValueAtItsKeysPlace) {
  constexpr std::string_view kKeys[] = {"user_usec", "nr_periods", "usage_usec"};
  std::optional<std::uint64_t> values[3] = {7, 7, 7};
  ASSERT_TRUE(parse_keyed("usage_usec 30\nnew.thing soon\nuser_usec 20\n", kKeys, values));
  EXPECT_THAT(values, ::testing::ElementsAre(20, std::nullopt, 30));
}

TEST(Keyed, RefusesWhatIsNoNumber) {
  constexpr std::string_view kKeys[] = {"oom"};
  std::optional<std::uint64_t> values[1];
  EXPECT_EQ(parse_keyed("low 0\noom -1\n", kKeys, values).error().message,
            "line 2: \"-1\" is not a number of the kind expected");
  EXPECT_FALSE(parse_keyed("oom", kKeys, values));
  EXPECT_FALSE(parse_keyed("oom 1 2\n", kKeys, values));
}

TEST(Limit, IsANumberOrNone) {
  EXPECT_EQ(parse_limit("536870912\n").value(), 536870912u);
  EXPECT_EQ(parse_limit("max\n").value(), std::nullopt);
  for (const auto* text : {"", "\n", "maximum", "1 2", "-1", "99999999999999999999"}) EXPECT_FALSE(parse_limit(text)) << text;
}

TEST(CpuMax, IsInCores) {
  EXPECT_EQ(parse_cpu_max("150000 100000\n").value(), 1.5);
  EXPECT_EQ(parse_cpu_max("max 100000\n").value(), std::nullopt);
  for (const auto* text : {"", "max", "150000", "150000 0", "x 100000", "1 2 3"}) EXPECT_FALSE(parse_cpu_max(text)) << text;
}

std::string shown(std::string_view text) {
  std::vector<CgroupIo> out(3);  // what an earlier read left
  const auto done = parse_io_stat(text, out);
  if (!done) return done.error().message;
  std::string lines;
  for (const auto& io : out) {
    lines += io.device + " " + std::to_string(io.read_bytes) + " " + std::to_string(io.written_bytes) + " " +
             std::to_string(io.reads) + " " + std::to_string(io.writes) + "\n";
  }
  return lines;
}

TEST(IoStat, GivesEachDevice) {
  EXPECT_EQ(shown("259:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n8:16 rbytes=10 wbytes=20 rios=30 wios=40\n"),
            "259:0 1 2 3 4\n8:16 10 20 30 40\n");
  EXPECT_EQ(shown(""), "");
}

TEST(IoStat, SkipsDevicesWithoutNumbers) {
  EXPECT_EQ(shown("7:1 7:0 254:0 rbytes=1 wbytes=2 rios=3 wios=4\n"), "254:0 1 2 3 4\n");
  EXPECT_EQ(shown("254:0 \n"), "");
}

TEST(IoStat, KnowsADeviceOnce) { EXPECT_EQ(shown("8:0 rbytes=1\n8:0 wbytes=2\n"), "8:0 1 2 0 0\n"); }

TEST(IoStat, RefusesWhatIsBroken) {
  EXPECT_EQ(shown("rbytes=1\n"), "line 1: a device's numbers expected in \"rbytes=1\"");
  EXPECT_EQ(shown("8:0 rbytes=x\n"), "line 1: \"x\" is not a number of the kind expected");
}

TEST(CgroupProcs, CountsAllAndGivesThoseThatHaveAPidHere) {
  std::vector<std::int32_t> pids{9};
  EXPECT_EQ(parse_cgroup_procs("812\n0\n830\n", pids).value(), 3u);
  EXPECT_THAT(pids, ::testing::ElementsAre(812, 830));
  EXPECT_EQ(parse_cgroup_procs("", pids).value(), 0u);
  EXPECT_FALSE(parse_cgroup_procs("812\nx\n", pids));
}

}  // namespace
}  // namespace mixnet
