// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/mdadm.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

/// The only array of a text, behind the line of personalities.
MdArray only(const std::string& lines) {
  static std::string text;
  text = "Personalities : [raid1] [raid0] [raid6] [raid5] [raid4] [raid10] [linear]\n" + lines + "\nunused devices: <none>\n";
  std::vector<MdArray> arrays;
  const auto parsed = parse_mdstat(text, arrays);
  EXPECT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(arrays.size(), 1U);
  return arrays.empty() ? MdArray{} : arrays.front();
}

TEST(Mdadm, ReportsAnArrayThatHasLostADisk) {
  EXPECT_EQ(test::collected(kMdadm, test::fixtures() / "host"),
            "node_md_disks_required{device=\"md0\"} 2\n"
            "node_md_disks{device=\"md0\",state=\"active\"} 1\n"
            "node_md_disks{device=\"md0\",state=\"failed\"} 1\n"
            "node_md_disks{device=\"md0\",state=\"spare\"} 0\n"
            "node_md_state{device=\"md0\",state=\"active\"} 1\n"
            "node_md_state{device=\"md0\",state=\"check\"} 0\n"
            "node_md_state{device=\"md0\",state=\"inactive\"} 0\n"
            "node_md_state{device=\"md0\",state=\"recovering\"} 0\n"
            "node_md_state{device=\"md0\",state=\"resync\"} 0\n"
            "node_md_blocks{device=\"md0\"} 488253440\n"
            "node_md_blocks_synced{device=\"md0\"} 488253440\n"
            "node_md_raid_disks{device=\"md0\"} 2\n"
            "node_md_degraded{device=\"md0\"} 1\n");
}

TEST(Mdadm, DeclaresWhatItEmits) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  EXPECT_EQ(test::undeclared(kMdadm, context), "");
}

TEST(Mdadm, ReadsAnArrayThatRecovers) {
  const auto array = only(
      "md2 : active raid5 sdd1[4] sdc1[2] sdb1[1] sda1[0]\n"
      "      15627542528 blocks super 1.2 level 5, 512k chunk, algorithm 2 [4/3] [UUU_]\n"
      "      [=>...................]  recovery =  8.5% (443345280/5209180842) finish=640.4min speed=124020K/sec\n"
      "      bitmap: 1/39 pages [4KB], 65536KB chunk\n");
  EXPECT_EQ(array.state, "recovering");
  EXPECT_EQ(array.disks_required, 4);
  EXPECT_EQ(array.disks_active, 3);
  EXPECT_EQ(array.blocks, 15627542528);
  EXPECT_EQ(array.blocks_synced, 443345280);
}

TEST(Mdadm, ReadsOtherActions) {
  const std::string head = "md3 : active raid1 sdb1[1] sda1[0]\n      1000 blocks super 1.2 [2/2] [UU]\n      ";
  EXPECT_EQ(only(head + "[>....]  check =  1.0% (10/1000) finish=1.0min speed=1K/sec\n").state, "checking");
  EXPECT_EQ(only(head + "[>....]  reshape =  1.0% (10/1000) finish=1.0min speed=1K/sec\n").state, "reshaping");
  EXPECT_EQ(only(head + "[>....]  resync =  1.0% (10/1000) finish=1.0min speed=1K/sec\n").state, "resyncing");
  EXPECT_EQ(only(head + "\tresync=DELAYED\n").blocks_synced, 0);
  EXPECT_EQ(only(head + "\tresync=PENDING\n").state, "resyncing");
  EXPECT_EQ(only(head + "bitmap: 0/1 pages [0KB], 65536KB chunk\n").blocks_synced, 1000);
}

TEST(Mdadm, ReadsArraysWithoutRedundancyAndInactiveOnes) {
  const auto striped = only("md4 : active raid0 sdb1[1] sda1[0]\n      1953259520 blocks super 1.2 512k chunks\n");
  EXPECT_EQ(striped.disks_required, 2);
  EXPECT_EQ(striped.disks_active, 2);
  const auto inactive = only("md127 : inactive sdb[1](S) sda[0](S)\n      5860270 blocks super external:imsm\n");
  EXPECT_EQ(inactive.state, "inactive");
  EXPECT_EQ(inactive.disks_required, 0);
  EXPECT_EQ(inactive.disks_spare, 2);
  const auto read_only =
      only("md5 : active (auto-read-only) raid1 sdb1[1] sda1[0](W)\n      100 blocks super 1.2 [2/2] [UU]\n");
  EXPECT_EQ(read_only.disks_required, 2);
  EXPECT_EQ(read_only.state, "active");
}

TEST(Mdadm, ReadsTheAttributesOfGrowingArraysAndContainers) {
  const test::TemporaryFolder host;
  host.write("proc/mdstat", "Personalities : \nunused devices: <none>\n");
  host.write("sys/block/md1/md/level", "raid6\n");
  host.write("sys/block/md1/md/raid_disks", "11 (10)\n");
  host.write("sys/block/md1/md/degraded", "0\n");
  host.write("sys/block/md126/md/level", "container\n");
  host.write("sys/block/md126/md/raid_disks", "0\n");
  host.write("sys/block/sda/size", "1\n");
  EXPECT_EQ(
      test::collected(kMdadm, host.path()),
      "node_md_raid_disks{device=\"md1\"} 11\nnode_md_degraded{device=\"md1\"} 0\nnode_md_degraded{device=\"md126\"} 0\n");
}

TEST(Mdadm, RefusesWhatIsBroken) {
  std::vector<MdArray> arrays;
  EXPECT_EQ(parse_mdstat("md0 :\n", arrays).error().message, "line 1: name, colon and state expected in \"md0 :\"");
  EXPECT_EQ(parse_mdstat("md0 : active raid1 sda1[0]\n", arrays).error().message,
            "line 1: the blocks of the array are missing");
  EXPECT_EQ(parse_mdstat("md0 : active raid1 sda1[0]\n\n      1 blocks [1/1] [U]\n", arrays).error().message,
            "line 2: the blocks of the array are missing");
  EXPECT_EQ(parse_mdstat("md0 : active raid1 sda1[0]\n      many blocks\n", arrays).error().message,
            "line 2: \"many\" is not a number of the kind expected");
  EXPECT_EQ(parse_mdstat("md0 : active raid1 sda1[0]\n      10 blocks super 1.2\n", arrays).error().message,
            "line 2: [required/active] expected in \"      10 blocks super 1.2\"");
  EXPECT_EQ(
      parse_mdstat("md0 : active raid1 sda1[0]\n      10 blocks [2/1] [U_]\n      recovery = 1%\n", arrays).error().message,
      "line 3: (done/all) expected in \"      recovery = 1%\"");
}

TEST(Mdadm, IsAbsentWithoutTheDriver) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  Samples samples;
  EXPECT_EQ(kMdadm.collect(context, samples).error().fault, Fault::absent);
}

}  // namespace
}  // namespace mixnet
