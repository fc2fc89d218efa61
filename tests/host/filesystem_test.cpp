// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/filesystem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "collectors/kit/stallable.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// File systems that a test controls: what they answer, and whether they do.
class Disks {
 public:
  /// The same answer for all that is not set otherwise: 1000 blocks of 4096 bytes, 400 free, 300 of them for all, 50 inodes, 20
  /// free.
  int ask(const std::string& path, struct statfs* answer) {
    std::unique_lock lock(mutex_);
    ++asked_[path];
    changed_.notify_all();
    changed_.wait(lock, [&] { return !hanging_[path]; });
    answer->f_bsize = 4096;
    answer->f_blocks = 1000;
    answer->f_bfree = 400;
    answer->f_bavail = 300;
    answer->f_files = 50;
    answer->f_ffree = 20;
    return errors_[path];
  }
  void hang(const std::string& path, bool hangs) {
    const std::lock_guard lock(mutex_);
    hanging_[path] = hangs;
    changed_.notify_all();
  }
  void fail(const std::string& path, int error) {
    const std::lock_guard lock(mutex_);
    errors_[path] = error;
  }
  int asked(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return asked_[path];
  }
  void wait_until_asked(const std::string& path, int times) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_[path] >= times; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, bool> hanging_;
  std::map<std::string, int> errors_, asked_;
};

/// A host with the mounts of a test on Disks.
class Filesystem : public ::testing::Test {
 protected:
  Filesystem() : disks_(std::make_shared<Disks>()) {}
  ~Filesystem() override {
    for (const auto* path : {"/mnt/nfs", "/mnt/nfs/image"}) disks_->hang(path, false);
  }

  std::string collect(const std::string& mountinfo) {
    host_.write("proc/1/mountinfo", mountinfo);
    return collect();
  }
  std::string collect() {
    if (!context_) {
      context_ = std::make_unique<Context>(Roots{.proc = host_.path() / "proc", .sys = host_.path() / "sys", .rootfs = rootfs_},
                                           settings_);
      context_->memory.get<StatfsCall>().ask = [disks = disks_](const char* path, struct statfs* answer) {
        return disks->ask(path, answer);
      };
    }
    return test::collected(kFilesystem, *context_);
  }

  test::TemporaryFolder host_;
  std::string rootfs_ = "/";
  Settings settings_;
  std::shared_ptr<Disks> disks_;
  std::unique_ptr<Context> context_;
};

constexpr const char* kRoot = "28 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n";
constexpr const char* kNfs = "50 28 0:45 / /mnt/nfs rw,relatime shared:9 - nfs4 server:/export rw,vers=4.2,hard\n";
constexpr const char* kCifs = "51 28 0:46 / /mnt/cifs rw,relatime - cifs //nas/share rw\n";

std::string healthy(const std::string& device, const std::string& type, const std::string& point, const std::string& numbers,
                    bool read_only = false) {
  const auto labels = "{device=\"" + device + "\",device_error=\"\",fstype=\"" + type + "\",mountpoint=\"" + point + "\"} ";
  return "node_filesystem_device_error" + labels + "0\nnode_filesystem_readonly" + labels + (read_only ? "1" : "0") +
         "\nnode_filesystem_size_bytes" + labels + "4096000\nnode_filesystem_free_bytes" + labels +
         "1638400\nnode_filesystem_avail_bytes" + labels + "1228800\nnode_filesystem_files" + labels +
         "50\nnode_filesystem_files_free" + labels + "20\nnode_filesystem_purgeable_bytes" + labels +
         "0\nnode_filesystem_mount_info{device=\"" + device + "\"," + numbers + ",mountpoint=\"" + point + "\"} 1\n";
}

const std::string kNfsLate =
    "node_filesystem_device_error{device=\"server:/export\",device_error=\"mountpoint "
    "timeout\",fstype=\"nfs4\",mountpoint=\"/mnt/"
    "nfs\"} 1\n";

TEST_F(Filesystem, ReportsAMount) {
  EXPECT_EQ(collect(kRoot), healthy("/dev/nvme0n1p2", "ext4", "/", "major=\"259\",minor=\"2\""));
  EXPECT_EQ(test::undeclared(kFilesystem, *context_), "");
}

TEST_F(Filesystem, AsksLocalMountsWithoutAThread) {
  collect(std::string(kRoot) + "30 28 0:24 / /run rw - tmpfs tmpfs rw\n");
  EXPECT_EQ(context_->memory.get<Stallable>().threads(), 0U);
  collect(std::string(kRoot) + kNfs);
  EXPECT_EQ(context_->memory.get<Stallable>().threads(), 1U);
}

TEST_F(Filesystem, DoesNotWalkThroughADeadServerToALocalMount) {
  settings_.filesystem.mount_timeout = std::chrono::milliseconds(50);
  disks_->hang("/mnt/nfs/image", true);  // would hang the test if this thread asked
  EXPECT_THAT(
      collect(std::string(kRoot) + kNfs + "52 50 7:0 / /mnt/nfs/image ro - ext4 /dev/loop0 ro\n"),
      HasSubstr("node_filesystem_device_error{device=\"/dev/loop0\",device_error=\"mountpoint timeout\",fstype=\"ext4\","
                "mountpoint=\"/mnt/nfs/image\"} 1\n"));
}

TEST_F(Filesystem, LeavesOutWhatTheDefaultsExclude) {
  EXPECT_EQ(collect("24 28 0:5 / /dev rw - devtmpfs udev rw\n"
                    "30 24 0:24 / /dev/shm rw - tmpfs tmpfs rw\n"
                    "61 28 0:50 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw\n"
                    "62 28 0:51 / /snap rw - squashfs /dev/loop1 ro\n"),
            "");
}

TEST_F(Filesystem, LeavesOutCgroupsOfEitherVersionAndTheRootOfAContainer) {
  EXPECT_EQ(collect("32 26 0:27 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,mode=755\n"  // version 1
                    "33 32 0:28 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 cgroup2 rw,nsdelegate\n"       // with both
                    "37 32 0:32 / /sys/fs/cgroup/cpu,cpuacct rw shared:15 - cgroup cgroup rw,cpu,cpuacct\n"),
            "");
  EXPECT_EQ(collect("35 25 0:30 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n"), "");
  EXPECT_EQ(collect("612 521 0:61 / / rw,relatime - overlay overlay rw,lowerdir=/l/A:/l/B,upperdir=/u,workdir=/w\n"
                    "620 612 8:1 /var/lib/docker/containers/4d/hosts /etc/hosts rw,relatime - ext4 /dev/sda1 rw\n"),
            healthy("/dev/sda1", "ext4", "/etc/hosts", "major=\"8\",minor=\"1\""));
}

TEST_F(Filesystem, ObeysFiltersOfTheOperator) {
  settings_.filesystem.mount_points = {.include = Regex::compile("^/data").value(), .exclude = {}};
  settings_.filesystem.fs_types = {.include = {}, .exclude = Regex::compile("^xfs$").value()};
  EXPECT_EQ(
      collect(std::string(kRoot) + "40 28 8:1 / /data rw - ext4 /dev/sda1 rw\n41 28 8:2 / /data/x rw - xfs /dev/sda2 rw\n"),
      healthy("/dev/sda1", "ext4", "/data", "major=\"8\",minor=\"1\""));
}

TEST_F(Filesystem, TellsReadOnlyByEitherOptions) {
  EXPECT_EQ(collect("40 28 8:1 / /a ro,relatime - ext4 /dev/sda1 rw\n"),
            healthy("/dev/sda1", "ext4", "/a", "major=\"8\",minor=\"1\"", true));
  EXPECT_EQ(collect("40 28 8:1 / /a rw - ext4 /dev/sda1 ro\n"),
            healthy("/dev/sda1", "ext4", "/a", "major=\"8\",minor=\"1\"", true));
  EXPECT_EQ(collect("40 28 8:1 / /a rw - ext4 /dev/sda1 rw,emergency_ro\n"),
            healthy("/dev/sda1", "ext4", "/a", "major=\"8\",minor=\"1\"", true));
  EXPECT_EQ(collect("40 28 8:1 / /a rw - ext4 /dev/sda1 rw,errors=ro\n"),
            healthy("/dev/sda1", "ext4", "/a", "major=\"8\",minor=\"1\""));
}

TEST_F(Filesystem, UnescapesMountPointsAndAsksTheRealPath) {
  EXPECT_EQ(collect("40 28 8:1 / /a\\040b\\134c\\011\\303\\244 rw - ext4 /dev/disk\\040one rw\n"),
            healthy("/dev/disk\\\\040one", "ext4", "/a b\\\\c\tä", "major=\"8\",minor=\"1\""));
  EXPECT_EQ(disks_->asked("/a b\\c\tä"), 1);
}

TEST_F(Filesystem, TakesTheHostsRootOffMountPoints) {
  rootfs_ = "/host";
  EXPECT_EQ(collect("28 1 8:1 / /host rw - ext4 /dev/sda1 rw\n"), healthy("/dev/sda1", "ext4", "/", "major=\"8\",minor=\"1\""));
  EXPECT_EQ(disks_->asked("/host/"), 1);
  EXPECT_EQ(collect("29 1 8:2 / /host/srv rw - ext4 /dev/sda2 rw\n"),
            healthy("/dev/sda2", "ext4", "/srv", "major=\"8\",minor=\"2\""));
  EXPECT_EQ(disks_->asked("/host/srv"), 1);
  EXPECT_EQ(collect("29 1 8:2 / /hosting rw - ext4 /dev/sda2 rw\n"),
            healthy("/dev/sda2", "ext4", "/hosting", "major=\"8\",minor=\"2\""));
}

TEST_F(Filesystem, ReportsWhatCanBeSeenOfTwoMountsAtOnePlace) {
  EXPECT_EQ(collect("40 28 0:30 / /scratch rw - tmpfs tmpfs rw\n41 40 0:31 / /scratch ro - tmpfs tmpfs rw\n"),
            healthy("tmpfs", "tmpfs", "/scratch", "major=\"0\",minor=\"31\"", true));
}

TEST_F(Filesystem, PutsTheReasonOfAFailureIntoALabel) {
  disks_->fail("/", EACCES);
  EXPECT_EQ(collect(kRoot),
            "node_filesystem_device_error{device=\"/dev/nvme0n1p2\",device_error=\"permission denied\",fstype=\"ext4\","
            "mountpoint=\"/\"} 1\n"
            "node_filesystem_readonly{device=\"/dev/nvme0n1p2\",device_error=\"permission denied\",fstype=\"ext4\","
            "mountpoint=\"/\"} 0\n");
}

TEST_F(Filesystem, ReportsADeadServerOnceLateAndDoesNotWaitForItAgain) {
  settings_.filesystem.mount_timeout = std::chrono::milliseconds(50);
  disks_->hang("/mnt/nfs", true);
  const auto first = collect(std::string(kRoot) + kNfs);
  EXPECT_THAT(first, HasSubstr(kNfsLate));

  context_->settings.filesystem.mount_timeout = std::chrono::minutes(10);  // would hang the test if it were waited for
  EXPECT_EQ(collect(), first);
  EXPECT_THAT(collect(std::string(kRoot) + kNfs + kCifs),
              HasSubstr("node_filesystem_device_error{device=\"//nas/share\",device_error=\"\",fstype=\"cifs\","
                        "mountpoint=\"/mnt/cifs\"} 0\n"));
  EXPECT_EQ(disks_->asked("/mnt/nfs"), 1);
}

TEST_F(Filesystem, SeesADeadServerComeBack) {
  settings_.filesystem.mount_timeout = std::chrono::milliseconds(50);
  disks_->hang("/mnt/nfs", true);
  ASSERT_THAT(collect(kNfs), HasSubstr(kNfsLate));
  disks_->hang("/mnt/nfs", false);
  context_->settings.filesystem.mount_timeout = std::chrono::minutes(10);
  const auto recovered = healthy("server:/export", "nfs4", "/mnt/nfs", "major=\"0\",minor=\"45\"");
  while (collect() != recovered) std::this_thread::yield();  // until its thread has noticed
  EXPECT_EQ(collect(), recovered);
}

TEST_F(Filesystem, AsksAnewWhatIsMountedAgainInPlaceOfADeadOne) {
  settings_.filesystem.mount_timeout = std::chrono::milliseconds(50);
  disks_->hang("/mnt/nfs", true);
  ASSERT_THAT(collect(kNfs), HasSubstr(kNfsLate));
  collect("77 28 0:47 / /mnt/nfs rw - nfs4 server:/export rw\n");
  disks_->wait_until_asked("/mnt/nfs", 2);  // hangs the test if the first one is still waited for
}

TEST_F(Filesystem, RemembersADeadServerWhenOtherMountsChange) {
  settings_.filesystem.mount_timeout = std::chrono::milliseconds(50);
  disks_->hang("/mnt/nfs", true);
  ASSERT_THAT(collect(kNfs), HasSubstr(kNfsLate));
  context_->settings.filesystem.mount_timeout = std::chrono::minutes(10);
  EXPECT_THAT(collect(std::string(kNfs) + kCifs), HasSubstr(kNfsLate));
  EXPECT_EQ(disks_->asked("/mnt/nfs"), 1);
}

TEST_F(Filesystem, FallsBackToItsOwnMounts) {
  host_.write("proc/self/mountinfo", kRoot);
  EXPECT_EQ(collect(), healthy("/dev/nvme0n1p2", "ext4", "/", "major=\"259\",minor=\"2\""));
}

TEST_F(Filesystem, ReportsNothingOfABrokenList) {
  const auto file = (host_.path() / "proc/1/mountinfo").string();
  EXPECT_EQ(collect(std::string(kRoot) + "29 1 8 / /x rw - ext4 /dev/sda2 rw\n"),
            "error: " + file + ": line 2: \"\" is not a number of the kind expected\n");
  EXPECT_EQ(collect("29 1 8:1 / x rw - ext4 /dev/sda2 rw\n"), "error: " + file + ": line 1: no mount point in \"x\"\n");
  EXPECT_EQ(collect("29 1 8:1 / /x rw shared:1 ext4 /dev/sda2 rw\n"),
            "error: " + file + ": line 1: no file system type behind \" - \"\n");
  EXPECT_EQ(collect(kRoot), healthy("/dev/nvme0n1p2", "ext4", "/", "major=\"259\",minor=\"2\""));
}

TEST_F(Filesystem, SaysWhereThereAreNoMounts) {
  EXPECT_EQ(collect(), "error: " + (host_.path() / "proc/self/mountinfo").string() + ": No such file or directory\n");
}

TEST(Mountinfo, ReadsEmptySourcesAndManyOptionalFields) {
  std::string text = "29 1 8:1 / /x rw shared:1 master:2 propagate_from:3 unbindable - tmpfs  rw\n";
  std::vector<Mount> mounts;
  ASSERT_TRUE(parse_mountinfo(text, mounts));
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].type, "tmpfs");
  EXPECT_EQ(mounts[0].device, "");
  EXPECT_FALSE(mounts[0].read_only);
}

TEST(Mountinfo, ReadsThisHost) {
  Context context({}, {});
  const auto lines = test::collected(kFilesystem, context);
  EXPECT_THAT(lines, Not(HasSubstr("error: ")));
}

}  // namespace
}  // namespace mixnet
