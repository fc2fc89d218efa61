// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/process_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::steady_clock::time_point kBegin{1h};

void write_process(const test::TemporaryFolder& proc, int pid, const std::string& comm, std::string cmdline, int start = 100) {
  const auto folder = std::to_string(pid) + "/";
  proc.write(folder + "comm", comm + "\n");
  proc.write(folder + "stat", std::to_string(pid) + " (" + comm + ") S 1 1 1 0 -1 0 0 0 0 0 1 2 0 0 20 0 9 0 " +
                                  std::to_string(start) + " 1 2\n");
  for (char& c : cmdline) c = c == ' ' ? '\0' : c;
  proc.write(folder + "cmdline", cmdline + std::string(1, '\0'));
}

TEST(ProcessScan, FindsTheNodesOfAHost) {
  Tree proc(test::fixtures() / "nodes/two/proc");
  ProcessScan scan;
  const auto found = scan.scan(proc, kBegin).value();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].process, (NodeProcess{812, 1843}));
  EXPECT_EQ(found[0].comm, "nym-node");
  EXPECT_EQ(found[0].uid, 0u);
  EXPECT_EQ(found[0].cgroup.path, "system.slice/nym-node.service");
  EXPECT_EQ(found[0].cgroup.unit, "nym-node.service");
  EXPECT_TRUE(found[0].command.accepts_terms);
  EXPECT_EQ(found[1].process, (NodeProcess{901, 2204}));
  EXPECT_EQ(found[1].uid, 1001u);
  EXPECT_EQ(found[1].command.options.id, "mix1");
  EXPECT_EQ(found[1].cgroup.unit, "nymvisor.service");
  EXPECT_EQ(scan.processes(), 8u);
}

TEST(ProcessScan, LooksAtAProcessTwice) {
  const test::TemporaryFolder proc_folder;
  for (int pid = 1; pid <= 50; ++pid) write_process(proc_folder, pid, "sleep", "sleep 1");
  Tree proc(proc_folder.path());
  ProcessScan scan;
  EXPECT_TRUE(scan.scan(proc, kBegin).value().empty());
  EXPECT_EQ(scan.looked_at(), 50u);
  write_process(proc_folder, 7, "nym-node", "nym-node run");  // as a process that has executed another program
  EXPECT_EQ(scan.scan(proc, kBegin + 15s).value().size(), 1u);
  EXPECT_EQ(scan.looked_at(), 50u);
  EXPECT_EQ(scan.scan(proc, kBegin + 30s).value().size(), 1u);
  EXPECT_EQ(scan.looked_at(), 1u) << "the node only";
  write_process(proc_folder, 8, "nym-node", "nym-node run");  // its PID is used again
  EXPECT_EQ(scan.scan(proc, kBegin + 45s).value().size(), 1u);
  EXPECT_EQ(scan.scan(proc, kBegin + 6min).value().size(), 2u);
  std::filesystem::remove_all(proc_folder.path() / "9");
  write_process(proc_folder, 51, "nym-node", "nym-node run");
  EXPECT_EQ(scan.scan(proc, kBegin + 6min + 15s).value().size(), 3u);
  EXPECT_EQ(scan.processes(), 50u);
}

TEST(ProcessScan, FollowsANodeThatEnds) {
  const test::TemporaryFolder folder;
  write_process(folder, 7, "nym-node", "nym-node run");
  Tree proc(folder.path());
  ProcessScan scan;
  EXPECT_EQ(scan.scan(proc, kBegin).value().size(), 1u);
  std::filesystem::remove_all(folder.path() / "7");
  EXPECT_TRUE(scan.scan(proc, kBegin + 15s).value().empty());
  write_process(folder, 7, "nym-node", "nym-node run", 200);
  EXPECT_EQ(scan.scan(proc, kBegin + 30s).value().front().process, (NodeProcess{7, 200}));
  EXPECT_EQ(scan.scan(proc, kBegin + 45s).value().size(), 1u);
  std::filesystem::remove(folder.path() / "7/stat");  // it ends while it is looked at
  EXPECT_TRUE(scan.scan(proc, kBegin + 60s).value().empty());
}

TEST(ProcessScan, TellsThatThereIsNoProc) {
  Tree proc("/nonexistent");
  ProcessScan scan;
  EXPECT_EQ(scan.scan(proc, kBegin).error().fault, Fault::absent);
}

TEST(ProcessCgroup, NamesTheUnit) {
  const auto pair = [](std::string_view text) {
    const auto cgroup = parse_process_cgroup(text);
    return cgroup.path + "|" + cgroup.unit;
  };
  EXPECT_EQ(pair("0::/system.slice/nym-node.service\n"), "system.slice/nym-node.service|nym-node.service");
  EXPECT_EQ(pair("0::/system.slice/system-nym.slice/nym@exit1.service\n"),
            "system.slice/system-nym.slice/nym@exit1.service|nym@exit1.service");
  EXPECT_EQ(pair("0::/user.slice/user-0.slice/user@0.service/app.slice/nym.service/sub\n"),
            "user.slice/user-0.slice/user@0.service/app.slice/nym.service/sub|nym.service");
  EXPECT_EQ(pair("0::/user.slice/user-0.slice/session-3.scope\n"), "user.slice/user-0.slice/session-3.scope|session-3.scope");
  EXPECT_EQ(
      pair(
          "12:cpu,cpuacct:/system.slice/nym.service\n1:name=systemd:/system.slice/nym.service\n0::/system.slice/nym.service\n"),
      "system.slice/nym.service|nym.service");
  EXPECT_EQ(pair("12:cpu,cpuacct:/\n1:name=systemd:/system.slice/nym.service\n"), "|nym.service");
  EXPECT_EQ(pair("0::/../../nym.service\n"), "|nym.service");
  EXPECT_EQ(pair("0::/\n"), "|");
  EXPECT_EQ(pair(""), "|");
  EXPECT_EQ(pair("nonsense\n:::\n0:\n"), "|");
}

TEST(ProcessIdentity, StandsBehindAnyName) {
  const std::string fields = " S 1 1 1 0 -1 0 0 0 0 0 1 2 0 0 20 0 9 0 4711 1 2\n";
  for (const std::string name : {"nym-node", ") S 1 (", "", "a b\nc"}) {
    const auto line = "7 (" + name + ")" + fields;
    const auto identity = parse_process_identity(line).value();
    EXPECT_EQ(identity.comm, name);
    EXPECT_EQ(identity.state, 'S');
    EXPECT_EQ(identity.start_ticks, 4711u);
  }
  for (const auto* text : {"", "7", "7 (a", ")(", "7 (a) S 1 2", "7 (a) SS 1 1 1 0 -1 0 0 0 0 0 1 2 0 0 20 0 9 0 4711 1",
                           "7 (a) S 1 1 1 0 -1 0 0 0 0 0 1 2 0 0 20 0 9 0 x 1"}) {
    EXPECT_FALSE(parse_process_identity(text)) << text;
  }
}

TEST(ProcessScan, SeesThisHost) {
  Tree proc("/proc");
  ProcessScan scan;
  EXPECT_TRUE(scan.scan(proc, kBegin));
  EXPECT_GT(scan.processes(), 0u);
  Tree self("/proc/self");
  const auto identity = parse_process_identity(self.read_once("stat", Shape::single).value()).value();  // of the tree's buffer
  EXPECT_EQ(identity.state, 'R');
  EXPECT_GT(identity.start_ticks, 0u);
}

}  // namespace
}  // namespace mixnet
