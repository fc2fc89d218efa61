// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::Each;
using testing::HasSubstr;

/// A node's data directory with files of known sizes.
void write_data(const test::TemporaryFolder& host) {
  const std::string data = "root/var/lib/nym/data/";
  const auto write = [&](const std::string& name, std::size_t bytes) { host.write(data + name, std::string(bytes, 'x')); };
  write("clients.sqlite", 1000);
  write("clients.sqlite-wal", 200);
  write("clients.sqlite-shm", 30);
  write("stats.sqlite", 4);
  write("nr_persistent_reply_store.sqlite", 5000);
  write("ipr_gateways_info_store.sqlite-journal", 600);
  write("cosmos_mnemonic", 99999);
  write("replay-detection/rot-166.bloom", 70000);
  write("replay-detection/rot-167.flush", 8);
}

Node with_data() {
  Node node;
  node.name = "exit1";
  node.data_directory = "/var/lib/nym/data";
  return node;
}

TEST(NodeData, SumsUpFilesByWhatTheyAreFor) {
  const test::TemporaryFolder host;
  write_data(host);
  Context context(test::roots_below(host.path()), {});
  context.directory->publish({with_data()});
  struct statvfs file_system {};
  ASSERT_EQ(::statvfs(host.path().c_str(), &file_system), 0);
  const auto lines = test::collected(kNodeData, context);
  for (const auto* expected : {"mixnet_node_data_database_bytes{node=\"exit1\",database=\"clients\"} 1230\n",
                               "mixnet_node_data_database_bytes{node=\"exit1\",database=\"stats\"} 4\n",
                               "mixnet_node_data_database_bytes{node=\"exit1\",database=\"other\"} 5600\n",
                               "mixnet_node_data_replay_filters_bytes{node=\"exit1\"} 70008\n",
                               "mixnet_node_data_filesystem_avail_bytes{node=\"exit1\"} "}) {
    EXPECT_THAT(lines, HasSubstr(expected));
  }
  DataUsage usage;
  ASSERT_EQ(measure_data(host.path(), usage), 0);
  EXPECT_EQ(usage.size, std::uint64_t{file_system.f_blocks} * file_system.f_frsize);
}

/// The files and folders below `folder` that are opened while it lives.
class Opened {
 public:
  explicit Opened(const std::filesystem::path& folder) : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    ::inotify_add_watch(fd_, folder.c_str(), IN_OPEN);
  }
  ~Opened() { ::close(fd_); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  std::vector<std::string> names() const {
    alignas(inotify_event) char events[4096];
    const auto length = ::read(fd_, events, sizeof events);
    std::vector<std::string> out;
    for (ssize_t at = 0; at < length;) {
      const auto* event = reinterpret_cast<const inotify_event*>(events + at);
      if (event->len > 0) out.emplace_back(event->name);
      at += static_cast<ssize_t>(sizeof *event + event->len);
    }
    return out;
  }

 private:
  int fd_;
};

TEST(NodeData, OpensNoFile) {
  const test::TemporaryFolder host;
  write_data(host);
  const auto folder = host.path() / "root/var/lib/nym/data";
  const Opened opened(folder);
  DataUsage usage;
  ASSERT_EQ(measure_data(folder, usage), 0);
  EXPECT_EQ(usage.clients, 1230U);
  EXPECT_THAT(opened.names(), Each("replay-detection"));
}

TEST(NodeData, SaysWhatToDoWhereItMayNotLook) {
  const test::TemporaryFolder host;
  write_data(host);
  Context context(test::roots_below(host.path()), {});
  auto unknown = with_data();
  unknown.data_directory.clear();
  auto gone = with_data();
  gone.data_directory = "/nowhere";
  context.directory->publish({unknown, gone});
  EXPECT_EQ(test::collected(kNodeData, context), "");
  ASSERT_EQ(context.remarks.all().size(), 2U);
  EXPECT_EQ(context.remarks.all()[0].error.message, "not known; set data_directory in the configuration");
  EXPECT_EQ(context.remarks.all()[1].error.message, (host.path() / "root/nowhere").string() + ": No such file or directory");
  context.remarks.clear();

  if (::geteuid() != 0) GTEST_SKIP() << "takes root, to leave a folder of its own behind";
  context.directory->publish({with_data()});
  std::filesystem::permissions(host.path(), std::filesystem::perms::all);
  std::filesystem::permissions(host.path() / "root/var/lib/nym", std::filesystem::perms::owner_all);
  ASSERT_EQ(::seteuid(65534), 0);
  const auto lines = test::collected(kNodeData, context);
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_EQ(lines, "");
  ASSERT_EQ(context.remarks.all().size(), 1U);
  EXPECT_EQ(context.remarks.all()[0].subject, "exit1: data directory");
  EXPECT_EQ(context.remarks.all()[0].error.fault, Fault::absent);
  EXPECT_THAT(context.remarks.all()[0].error.message, HasSubstr("CAP_DAC_READ_SEARCH"));
}

}  // namespace
}  // namespace mixnet
