// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/diskstats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Diskstats, GivesCountersAndWhatUdevKnows) {
  const auto lines = test::collected(kDiskstats, test::fixtures() / "host");
  for (
      const auto* line : {
          R"(node_disk_info{device="sda",major="8",minor="0",model="ST500NM0011",path="pci-0000:00:17.0-ata-1",revision="SN02",rotational="1",serial="Z1M0ABCD",wwn="0x5000c5003e0c1a2b"} 1)",
          R"(node_disk_reads_completed_total{device="nvme0n1"} 412087)",
          R"(node_disk_read_bytes_total{device="nvme0n1"} 14546289664)",
          R"(node_disk_read_time_seconds_total{device="nvme0n1"} 88.121)",
          R"(node_disk_io_now{device="nvme0n1"} 2)",
          R"(node_disk_discarded_sectors_total{device="nvme0n1"} 812044032)",
          R"(node_disk_flush_requests_time_seconds_total{device="nvme0n1"} 6.021)",
          R"(node_disk_ata_write_cache{device="sda"} 1)",
          R"(node_disk_ata_write_cache_enabled{device="sda"} 0)",
          R"(node_disk_ata_rotation_rate_rpm{device="sda"} 7200)",
          R"(node_disk_filesystem_info{device="md0",type="ext4",usage="filesystem",uuid="7e1d1b9e-4c0f-4b55-9a55-2b8e6f3f6c11",version="1.0"} 1)",
      }) {
    EXPECT_THAT(lines, HasSubstr(std::string(line) + "\n"));
  }
  EXPECT_THAT(lines, Not(HasSubstr("\"sda1\"")));
  EXPECT_THAT(lines, Not(HasSubstr("\"nvme0n1p1\"")));
  EXPECT_THAT(lines, Not(HasSubstr("\"loop0\"")));
}

TEST(Diskstats, DeclaresWhatItEmits) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  EXPECT_EQ(test::undeclared(kDiskstats, context), "");
}

TEST(Diskstats, ReadsTheLinesOfAllKernels) {
  std::vector<Diskstat> disks;
  ASSERT_TRUE(
      parse_diskstats("   3    1 hda1 35486 38030 38030 38030\n"                                               // Linux 2.6
                      "   8    0 sda 1 2 3 4 5 6 7 8 9 10 11\n"                                                // to 4.17
                      "   8   16 sdb 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n"                                    // to 5.4
                      " 259    0 nvme0n1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n"                          // today
                      " 259    1 nvme1n1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 18446744073709551615 18 x\n",  // one day
                      disks));
  ASSERT_EQ(disks.size(), 4U);
  EXPECT_EQ(disks[0].device, "sda");
  EXPECT_EQ(disks[0].count, 11U);
  EXPECT_EQ(disks[1].count, 15U);
  EXPECT_EQ(disks[2].count, 17U);
  EXPECT_EQ(disks[3].count, 17U);
  EXPECT_EQ(disks[3].values[16], 18446744073709551615U);
}

TEST(Diskstats, EmitsOnlyWhatTheKernelHas) {
  const test::TemporaryFolder host;
  host.write("proc/diskstats", "   8    0 sda 1 2 3 4 5 6 7 8 9 10 11\n");
  const auto lines = test::collected(kDiskstats, host.path());
  EXPECT_THAT(lines, HasSubstr("node_disk_io_time_weighted_seconds_total{device=\"sda\"} 0.011\n"));
  EXPECT_THAT(lines, HasSubstr("rotational=\"0\""));
  EXPECT_THAT(lines, Not(HasSubstr("discard")));
}

TEST(Diskstats, RefusesWhatIsBroken) {
  std::vector<Diskstat> disks;
  EXPECT_EQ(parse_diskstats("8 0 sda 1 2\nx 0 sdb 1\n", disks).error().message,
            "line 2: \"x\" is not a number of the kind expected");
  EXPECT_EQ(parse_diskstats("8 0 sda 1 2 -3 4 5 6 7 8 9 10 11\n", disks).error().message,
            "line 1: \"-3\" is not a number of the kind expected");
  EXPECT_TRUE(parse_diskstats("", disks));
  EXPECT_TRUE(disks.empty());
}

TEST(Diskstats, ReadsUdevAgainWhenItHasWrittenAnew) {
  const test::TemporaryFolder host;
  host.write("proc/diskstats", "   8    0 sda 1 2 3 4 5 6 7 8 9 10 11\n");
  Context context(test::roots_below(host.path()), {});
  EXPECT_THAT(test::collected(kDiskstats, context), HasSubstr("model=\"\""));
  host.write("udev/b8:0", "E:ID_MODEL=Old\n");
  EXPECT_THAT(test::collected(kDiskstats, context), HasSubstr("model=\"Old\""));
  host.write("udev/.new", "E:ID_MODEL=Newer\nE:DM_NAME=crypt\nE:DM_UUID=CRYPT-1\n");
  std::filesystem::rename(host.path() / "udev/.new", host.path() / "udev/b8:0");
  const auto lines = test::collected(kDiskstats, context);
  EXPECT_THAT(lines, HasSubstr("model=\"Newer\""));
  EXPECT_THAT(
      lines, HasSubstr("node_disk_device_mapper_info{device=\"sda\",lv_layer=\"\",lv_name=\"\",name=\"crypt\",uuid=\"CRYPT-1\","
                       "vg_name=\"\"} 1\n"));
}

TEST(UdevProperties, PrefersTheSerialOnTheLabel) {
  UdevProperties properties;
  parse_udev_properties("E:ID_SERIAL=virtio\nE\nE:\nE:ID_MODEL\n", properties);
  EXPECT_EQ(properties.serial(), "virtio");
  EXPECT_EQ(properties.model, "");
  parse_udev_properties("E:ID_SERIAL_SHORT=short\n", properties);
  EXPECT_EQ(properties.serial(), "short");
  parse_udev_properties("E:SCSI_IDENT_SERIAL=label=1\nS:E:ID_MODEL=no\n", properties);
  EXPECT_EQ(properties.serial(), "label=1");
}

}  // namespace
}  // namespace mixnet
