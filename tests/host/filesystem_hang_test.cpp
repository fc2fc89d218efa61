// SPDX-License-Identifier: Apache-2.0
// The filesystem collector on a mount that really hangs in the kernel. The mount is made in a mount namespace of one thread of
// this process, so that nobody else meets it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include <thread>
#include <utility>

#include "collectors/host/filesystem.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::HasSubstr;

/// The program that serves the file system, until this is gone or ended.
class Hangfs {
 public:
  explicit Hangfs(const std::string& directory) {
    int to_child[2], from_child[2];
    if (::pipe2(to_child, O_CLOEXEC) != 0 || ::pipe2(from_child, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);
    std::string program = MIXNET_HANGFS, argument = directory;
    char* const arguments[] = {program.data(), argument.data(), nullptr};
    if (::posix_spawn(&child_, program.c_str(), &actions, nullptr, arguments, environ) != 0) child_ = -1;
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(to_child[0]);
    ::close(from_child[1]);
    keeps_alive_ = to_child[1];
    char text[256];
    const auto got = ::read(from_child[0], text, sizeof text);
    said_.assign(text, got > 0 ? static_cast<std::size_t>(got) : 0);
    ::close(from_child[0]);
  }
  ~Hangfs() { end(); }
  Hangfs(const Hangfs&) = delete;
  Hangfs& operator=(const Hangfs&) = delete;

  const std::string& said() const { return said_; }
  void end() {
    if (keeps_alive_ < 0) return;
    ::close(std::exchange(keeps_alive_, -1));
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
  }

 private:
  pid_t child_ = -1;
  int keeps_alive_ = -1;
  std::string said_;
};

/// What the test saw; the reason instead where this machine does not let it.
struct Seen {
  std::string skipped, first, second, after;
};

Seen skipped(std::string reason) {
  Seen seen;
  seen.skipped = std::move(reason);
  return seen;
}

Seen scrape_beside_a_dead_mount(const test::TemporaryFolder& host) {
  if (::unshare(CLONE_NEWNS) != 0) return skipped(std::string("unshare: ") + std::strerror(errno));
  ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  const auto directory = (host.path() / "dead").string();
  host.write("dead/.keep", "");
  Hangfs hangfs(directory);
  if (hangfs.said() != "mounted\n") return skipped("hangfs: " + hangfs.said());

  host.write("proc/1/mountinfo", "28 1 8:1 / / rw - ext4 /dev/sda1 rw\n50 28 0:45 / " + directory +
                                     " rw,nosuid,nodev - fuse.hang deadserver:/export rw\n");
  Settings settings;
  settings.filesystem.mount_timeout = std::chrono::milliseconds(100);
  Context context(Roots{.proc = host.path() / "proc", .sys = host.path() / "sys"}, settings);
  Seen seen;
  seen.first = test::collected(kFilesystem, context);
  context.settings.filesystem.mount_timeout = std::chrono::minutes(10);  // would hang the test if it were waited for
  seen.second = test::collected(kFilesystem, context);
  hangfs.end();
  do {
    seen.after = test::collected(kFilesystem, context);
  } while (seen.after.find("mountpoint timeout") != std::string::npos);  // until the kernel has freed the thread
  return seen;
}

TEST(FilesystemHang, CostsAScrapeTheDeadlineOnceAndNoOtherMount) {
  const test::TemporaryFolder host;
  Seen seen;
  std::thread([&] { seen = scrape_beside_a_dead_mount(host); }).join();
  if (!seen.skipped.empty()) GTEST_SKIP() << "no file system to hang on: " << seen.skipped;
  const auto late =
      R"(node_filesystem_device_error{device="deadserver:/export",device_error="mountpoint timeout",fstype="fuse.hang",mountpoint=")" +
      (host.path() / "dead").string() + "\"} 1\n";
  EXPECT_THAT(seen.first, HasSubstr(late));
  EXPECT_THAT(seen.first,
              HasSubstr(R"(node_filesystem_device_error{device="/dev/sda1",device_error="",fstype="ext4",mountpoint="/"} 0)"));
  EXPECT_THAT(seen.second, HasSubstr(late));
  EXPECT_THAT(seen.after, HasSubstr(R"(node_filesystem_device_error{device="deadserver:/export",device_error="",)"));
}

}  // namespace
}  // namespace mixnet
