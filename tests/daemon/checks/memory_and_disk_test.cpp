// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/checks/made_window.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::MadeWindow;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kGiB = 1024.0 * 1024 * 1024;

MadeWindow machine(std::chrono::seconds length = 20min) {
  MadeWindow out(length);
  return out.node("a").gauge("node_memory_MemTotal_bytes", 4 * kGiB);
}

TEST(CheckMemory, GoesByTheShareOfTheMachine) {
  const auto resident = [](double bytes) {
    return machine().gauge("mixnet_node_process_resident_memory_bytes{node=\"a\"}", bytes).one("memory");
  };
  EXPECT_EQ(resident(1 * kGiB).status, Status::ok);
  EXPECT_EQ(resident(1 * kGiB).message, "node a has 25 % of the machine's memory of 4 GiB");
  EXPECT_EQ(resident(3.5 * kGiB).status, Status::warning);   // 87.5 %
  EXPECT_EQ(resident(3.9 * kGiB).status, Status::critical);  // 97.5 %
}

TEST(CheckMemory, AMomentIsNoTrouble) {
  auto window = machine();
  window.gauge("mixnet_node_process_resident_memory_bytes{node=\"a\"}", [](double s) { return s > -300 ? 3.9 * kGiB : kGiB; });
  EXPECT_EQ(window.one("memory").status, Status::ok);
  // Critical only part of the time, but never fine.
  auto both = machine();
  both.gauge("mixnet_node_process_resident_memory_bytes{node=\"a\"}", [](double s) { return (s > -300 ? 3.9 : 3.5) * kGiB; });
  EXPECT_EQ(both.one("memory").status, Status::warning);
}

TEST(CheckMemory, GoesByTheCgroupsLimitWhereThatIsNearer) {
  auto window = machine();
  window.gauge("mixnet_node_process_resident_memory_bytes{node=\"a\"}", 1 * kGiB)
      .gauge("mixnet_node_cgroup_memory_anon_bytes{node=\"a\"}", 1.5 * kGiB)
      .gauge("mixnet_node_cgroup_memory_shmem_bytes{node=\"a\"}", 0.2 * kGiB)
      .gauge("mixnet_node_cgroup_memory_kernel_bytes{node=\"a\"}", 0.1 * kGiB)
      .gauge("mixnet_node_cgroup_memory_max_bytes{node=\"a\"}", 2 * kGiB);
  const auto found = window.one("memory");
  EXPECT_EQ(found.status, Status::warning);  // 1.8 of 2
  EXPECT_EQ(found.message, "node a has 90 % of the 2 GiB that its cgroup may have");
  EXPECT_THAT(found.remedy, HasSubstr("MemoryMax="));
}

TEST(CheckMemory, KnowsMissingFromAbsent) {
  EXPECT_TRUE(machine().check("memory").empty()) << "a node without a process here";
  EXPECT_EQ(machine().ended("mixnet_node_process_resident_memory_bytes{node=\"a\"}", kGiB, -120).one("memory").status,
            Status::unknown);
}

TEST(CheckHostMemory, GoesByWhatIsAvailable) {
  const auto available = [](double bytes) {
    return machine().gauge("node_memory_MemAvailable_bytes", bytes).one("memory.host");
  };
  EXPECT_EQ(available(2 * kGiB).status, Status::ok);
  EXPECT_EQ(available(2 * kGiB).message, "50 % of the host's memory of 4 GiB is available");
  EXPECT_EQ(available(0.3 * kGiB).status, Status::warning);   // 7.5 %
  EXPECT_EQ(available(0.1 * kGiB).status, Status::critical);  // 2.5 %
  EXPECT_EQ(machine().one("memory.host").status, Status::unknown);
}

MadeWindow disk(MadeWindow::Values available, std::chrono::seconds length = 3h) {
  MadeWindow out(length);
  return out.gauge("node_filesystem_size_bytes{mountpoint=\"/\"}", 100 * kGiB)
      .gauge("node_filesystem_avail_bytes{mountpoint=\"/\"}", std::move(available));
}

MadeWindow disk(double available) {
  return disk([=](double) { return available * kGiB; });
}

TEST(CheckDisk, GoesByTheUsedShare) {
  EXPECT_EQ(disk(40).one("disk").status, Status::ok);
  EXPECT_EQ(disk(40).one("disk").message, "the file system / is 60 % full, 40 GiB are left");
  EXPECT_EQ(disk(10).one("disk").status, Status::warning);
  EXPECT_EQ(disk(4).one("disk").status, Status::critical);
  EXPECT_EQ(MadeWindow().one("disk").status, Status::unknown);
}

TEST(CheckDisk, WarnsOfOneThatFills) {
  // 1 GiB an hour, 30 left: full in 30 h.
  const auto found = disk([](double s) { return (30 - s / 3600) * kGiB; }).one("disk");
  EXPECT_EQ(found.status, Status::warning);
  EXPECT_EQ(found.message, "the file system / is 70 % full, 30 GiB are left; it fills, and is full in 30 h");
  // At half of that there is time.
  EXPECT_EQ(disk([](double s) { return (30 - s / 7200) * kGiB; }).one("disk").status, Status::ok);
  // So there is where most of it is empty, whatever comes.
  EXPECT_EQ(disk([](double s) { return (45 - s / 1800) * kGiB; }).one("disk").status, Status::ok);
}

TEST(CheckDisk, OneLargeFileIsNoTrend) {
  EXPECT_EQ(disk([](double s) { return (s < -4000 ? 38 : 30) * kGiB; }).one("disk").status, Status::ok);
}

TEST(CheckDisk, TellsNoTrendOfAnHour) {
  EXPECT_EQ(disk([](double s) { return (30 - s / 3600) * kGiB; }, 1h).one("disk").status, Status::ok);
}

TEST(CheckDisk, TheNodesDataCountOnceWhereTheyAreOnTheSame) {
  auto same = disk(4).node("a");
  same.gauge("mixnet_node_data_filesystem_size_bytes{node=\"a\"}", 100 * kGiB)
      .gauge("mixnet_node_data_filesystem_avail_bytes{node=\"a\"}", 4.1 * kGiB);
  EXPECT_EQ(same.one("disk").node, "");
  auto other = disk(40).node("a");
  other.gauge("mixnet_node_data_filesystem_size_bytes{node=\"a\"}", 20 * kGiB)
      .gauge("mixnet_node_data_filesystem_avail_bytes{node=\"a\"}", 2 * kGiB);
  const auto found = other.check("disk");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].node, "a");
  EXPECT_EQ(found[1].status, Status::warning);
  EXPECT_EQ(found[1].message, "the file system of node a's data is 90 % full, 2 GiB are left");
}

}  // namespace
}  // namespace mixnet
