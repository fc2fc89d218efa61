// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/processes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Processes, CountsProcessesAndThreadsByState) {
  EXPECT_EQ(test::collected(kProcesses, test::fixtures() / "host"),
            "node_processes_threads 14\nnode_processes_max_threads 127123\n"
            "node_processes_state{state=\"D\"} 1\nnode_processes_state{state=\"I\"} 2\nnode_processes_state{state=\"R\"} 1\n"
            "node_processes_state{state=\"S\"} 4\nnode_processes_state{state=\"Z\"} 1\n"
            "node_processes_threads_state{thread_state=\"D\"} 2\nnode_processes_threads_state{thread_state=\"I\"} 2\n"
            "node_processes_threads_state{thread_state=\"R\"} 2\nnode_processes_threads_state{thread_state=\"S\"} 7\n"
            "node_processes_threads_state{thread_state=\"Z\"} 1\n"
            "node_processes_pids 9\nnode_processes_max_processes 4194304\n");
}

std::string stat_line(std::string_view name, char state, int threads) {
  return "7 (" + std::string(name) + ") " + state + " 1 7 7 0 -1 4194560 0 0 0 0 1 2 0 0 20 0 " + std::to_string(threads) +
         " 0 5 6\n";
}

TEST(Processes, SkipsThoseThatEndWhileItLooks) {
  const test::TemporaryFolder host;
  host.write("proc/sys/kernel/threads-max", "100\n");
  host.write("proc/sys/kernel/pid_max", "200\n");
  host.write("proc/7/stat", stat_line("a", 'S', 3));
  host.write("proc/7/task/7/stat", stat_line("a", 'S', 3));
  host.write("proc/7/task/8/comm", "ended");  // a thread, and a process, of which only the folder was seen
  host.write("proc/9/comm", "ended");
  host.write("proc/11/stat", stat_line("b", 'R', 2));  // a process whose threads cannot be listed any more
  EXPECT_EQ(test::collected(kProcesses, host.path()),
            "node_processes_threads 5\nnode_processes_max_threads 100\n"
            "node_processes_state{state=\"R\"} 1\nnode_processes_state{state=\"S\"} 1\n"
            "node_processes_threads_state{thread_state=\"S\"} 1\nnode_processes_pids 2\nnode_processes_max_processes 200\n");
}

TEST(Processes, SeesItselfOnThisHost) {
  Context context(Roots{}, {});
  EXPECT_THAT(test::collected(kProcesses, context), ::testing::HasSubstr("node_processes_state{state=\"R\"} "));
}

}  // namespace
}  // namespace mixnet
