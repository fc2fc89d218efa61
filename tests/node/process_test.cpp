// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "collectors/host/process_stat.h"
#include "tests/node/nodes.h"
#include "tests/support/allocations.h"

namespace mixnet {
namespace {

namespace fs = std::filesystem;
using test::node_of;
using test::remarks_of;
using test::run;
using ::testing::HasSubstr;
using ::testing::Not;

/// A context on a host of fixtures with one node on it.
struct Host {
  explicit Host(const fs::path& root, const Node& node, const Settings& settings = {})
      : context(test::roots_below(root), settings) {
    context.directory->publish({node});
  }
  std::string scrape() { return run(kNodeProcess, context); }
  Context context;
};

/// A copy of a host of fixtures that can be changed.
struct ChangingHost {
  explicit ChangingHost(const char* name) {
    fs::copy(test::fixtures() / "node" / name, folder.path(), fs::copy_options::recursive);
  }
  /// What is kept open of a process that has ended gives ESRCH; of a file it gives what was written last.
  void end_process(const std::string& pid) const {
    begin_process(pid, "ended", 1);
    fs::remove_all(folder.path() / "proc" / pid);
  }
  void begin_process(const std::string& pid, const std::string& name, int start_ticks, char state = 'S') const {
    folder.write("proc/" + pid + "/stat", pid + " (" + name + ") " + state + " 1 1 1 0 -1 0 0 0 0 0 100 50 0 0 20 0 1 0 " +
                                              std::to_string(start_ticks) + " 0 0\n");
  }
  void set_group(std::string_view pids) const { folder.write("cgroup/system.slice/nym-node.service/cgroup.procs", pids); }
  test::TemporaryFolder folder;
};

TEST(NodeProcess, GivesANodeOnDebian12) {
  auto node = node_of("exit1", {812, 2209});
  node.accepts_terms = true;
  Settings settings;
  settings.node_process.pss = true;
  Host host(test::fixtures() / "node/debian12", node, settings);
  EXPECT_EQ(host.scrape(),
            "mixnet_node_accepts_terms{node=\"exit1\"} 1\n"
            "mixnet_node_restarts_total{node=\"exit1\"} 0\n"
            "mixnet_node_process_up{node=\"exit1\"} 1\n"
            "mixnet_node_process_cpu_seconds_total{node=\"exit1\",mode=\"user\"} 42188.33\n"
            "mixnet_node_process_cpu_seconds_total{node=\"exit1\",mode=\"system\"} 10449.02\n"
            "mixnet_node_process_threads{node=\"exit1\"} 5\n"
            "mixnet_node_process_minor_page_faults_total{node=\"exit1\"} 1930442\n"
            "mixnet_node_process_major_page_faults_total{node=\"exit1\"} 312\n"
            "mixnet_node_process_virtual_memory_bytes{node=\"exit1\"} 1610055680\n"
            "mixnet_node_process_resident_memory_bytes{node=\"exit1\"} 659185664\n"
            "mixnet_node_process_resident_memory_peak_bytes{node=\"exit1\"} 718962688\n"
            "mixnet_node_process_resident_anon_bytes{node=\"exit1\"} 626692096\n"
            "mixnet_node_process_resident_file_bytes{node=\"exit1\"} 32493568\n"
            "mixnet_node_process_resident_shmem_bytes{node=\"exit1\"} 0\n"
            "mixnet_node_process_swap_bytes{node=\"exit1\"} 2097152\n"
            "mixnet_node_process_context_switches_total{node=\"exit1\"} 122856769\n"
            "mixnet_node_process_cpu_waiting_seconds_total{node=\"exit1\"} 566.133799753\n"
            "mixnet_node_process_read_bytes_total{node=\"exit1\"} 95322105112\n"
            "mixnet_node_process_written_bytes_total{node=\"exit1\"} 101200337121\n"
            "mixnet_node_process_disk_read_bytes_total{node=\"exit1\"} 44040192\n"
            "mixnet_node_process_disk_written_bytes_total{node=\"exit1\"} 2711240704\n"
            "mixnet_node_process_open_fds{node=\"exit1\"} 7\n"
            "mixnet_node_process_proportional_memory_bytes{node=\"exit1\"} 656404480\n"
            "mixnet_node_process_oom_score{node=\"exit1\"} 685\n"
            "mixnet_node_process_oom_score_adjustment{node=\"exit1\"} 0\n"
            "mixnet_node_process_max_fds{node=\"exit1\"} 65536\n"
            "mixnet_node_process_start_time_seconds{node=\"exit1\"} 1763200022.09\n");
  EXPECT_EQ(remarks_of(host.context), "");
}

TEST(NodeProcess, ReadsPssOnlyWhenAsked) {
  Host host(test::fixtures() / "node/debian12", node_of("exit1", {812, 2209}));
  EXPECT_THAT(host.scrape(), Not(HasSubstr("proportional")));
}

TEST(NodeProcess, RemarksOnWhatItHasNoRightTo) {
  Host host(test::fixtures() / "node/limited", node_of("entry1", {20455, 55203311}));
  const auto proc = (test::fixtures() / "node/limited/proc/20455").string();
  const auto remarks = "entry1: io: " + proc +
                       "/io: No such file or directory; needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH\n"
                       "entry1: fd: " +
                       proc + "/fd: No such file or directory; needs Linux 6.2 or CAP_DAC_READ_SEARCH\n";
  for (int scrape = 0; scrape < 2; ++scrape) {
    const auto lines = host.scrape();
    EXPECT_THAT(lines, HasSubstr("mixnet_node_process_oom_score_adjustment{node=\"entry1\"} 200\n"));
    EXPECT_THAT(lines, HasSubstr("mixnet_node_process_max_fds{node=\"entry1\"} 1024\n"));
    EXPECT_THAT(lines, Not(HasSubstr("open_fds")));
    EXPECT_THAT(lines, Not(HasSubstr("disk_read")));
    EXPECT_EQ(remarks_of(host.context), remarks);
  }
}

TEST(NodeProcess, TriesWhatItLacksOnceAMinuteOnly) {
  const ChangingHost changing("limited");
  Host host(changing.folder.path(), node_of("entry1", {20455, 55203311}));
  host.scrape();
  changing.folder.write("proc/20455/io", "rchar: 1\nwchar: 2\nread_bytes: 3\nwrite_bytes: 4\n");
  EXPECT_THAT(host.scrape(), Not(HasSubstr("disk_read")));
}

TEST(NodeProcess, FollowsARestartThroughTheCgroup) {
  const ChangingHost changing("debian12");
  Host host(changing.folder.path(), node_of("exit1", {812, 2209}));
  EXPECT_THAT(host.scrape(), HasSubstr("mixnet_node_restarts_total{node=\"exit1\"} 0\n"));
  changing.end_process("812");
  changing.begin_process("899", "nymvisor", 9000);
  changing.begin_process("900", "nym-node", 9001);
  changing.begin_process("901", "nym-node", 9002);  // a child of it
  changing.begin_process("902", "nym-node", 8000, 'Z');
  changing.set_group("902\n901\n900\n899\n");
  for (int scrape = 0; scrape < 2; ++scrape) {  // discovery knows nothing of it yet
    const auto lines = host.scrape();
    EXPECT_THAT(lines, HasSubstr("mixnet_node_restarts_total{node=\"exit1\"} 1\n"));
    EXPECT_THAT(lines, HasSubstr("mixnet_node_process_up{node=\"exit1\"} 1\n"));
    EXPECT_THAT(lines, HasSubstr("mixnet_node_process_start_time_seconds{node=\"exit1\"} 1763200090.01\n"));
  }
  host.context.directory->publish({node_of("exit1", {900, 9001})});  // now it does
  EXPECT_THAT(host.scrape(), HasSubstr("mixnet_node_restarts_total{node=\"exit1\"} 1\n"));
}

TEST(NodeProcess, KnowsAPidThatWasUsedAgainForAnotherProcess) {
  const ChangingHost changing("debian12");
  changing.set_group("");
  Host host(changing.folder.path(), node_of("exit1", {812, 2208}));
  EXPECT_EQ(host.scrape(), "mixnet_node_restarts_total{node=\"exit1\"} 0\nmixnet_node_process_up{node=\"exit1\"} 0\n");
}

TEST(NodeProcess, GivesNothingButThatItIsDown) {
  const ChangingHost changing("debian12");
  Host host(changing.folder.path(), node_of("exit1", {812, 2209}));
  host.scrape();
  changing.end_process("812");
  changing.set_group("");
  EXPECT_EQ(host.scrape(), "mixnet_node_restarts_total{node=\"exit1\"} 0\nmixnet_node_process_up{node=\"exit1\"} 0\n");
  host.context.directory->publish({node_of("exit1", {})});  // discovery sees it too
  EXPECT_EQ(host.scrape(), "mixnet_node_restarts_total{node=\"exit1\"} 0\nmixnet_node_process_up{node=\"exit1\"} 0\n");
  changing.begin_process("900", "nym-node", 9001);
  changing.set_group("900\n");
  host.context.directory->publish({node_of("exit1", {900, 9001})});
  EXPECT_THAT(host.scrape(), HasSubstr("mixnet_node_restarts_total{node=\"exit1\"} 1\n"));
}

TEST(NodeProcess, SaysSoWhereProcessesAreHidden) {
  const ChangingHost changing("debian12");
  changing.end_process("812");
  Host host(changing.folder.path(), node_of("exit1", {}));
  EXPECT_EQ(host.scrape(), "");
  EXPECT_EQ(remarks_of(host.context),
            "exit1: process: the processes of its cgroup are hidden from the exporter (hidepid or ProtectProc)\n");
}

TEST(NodeProcess, SaysNothingOfANodeElsewhere) {
  Node node;
  node.name = "remote";
  Host host(test::fixtures() / "node/debian12", node);
  EXPECT_EQ(host.scrape(), "");
  EXPECT_EQ(remarks_of(host.context), "remote: process: it is not known as a process of this host\n");
}

TEST(NodeProcess, IsAbsentWithoutNodes) {
  Context context(test::roots_below(test::fixtures() / "node/debian12"), {});
  EXPECT_EQ(run(kNodeProcess, context), "error: no node is known on this host\n");
}

TEST(NodeProcess, LosesOnlyWhatIsGarbled) {
  const ChangingHost changing("debian12");
  changing.folder.write("proc/812/io", "rchar: much\n");
  Host host(changing.folder.path(), node_of("exit1", {812, 2209}));
  const auto lines = host.scrape();
  EXPECT_THAT(lines, Not(HasSubstr("disk_read")));
  EXPECT_THAT(lines, HasSubstr("resident_memory_bytes"));
  EXPECT_THAT(lines, HasSubstr("open_fds"));
  EXPECT_THAT(remarks_of(host.context), HasSubstr("!exit1: process: "));
  EXPECT_THAT(remarks_of(host.context), HasSubstr("\"much\" is not a number of the kind expected"));
}

// The rest is against the kernel of this machine.

/// This program as a node.
Node this_process() {
  Tree proc("/proc");
  const auto file = std::to_string(::getpid()) + "/stat";
  const auto text = proc.read(file, Shape::single);
  const auto stat = parse_process_stat(text.value());
  Node node;
  node.name = "self";
  node.comm = stat->name;
  node.process = {::getpid(), stat->start_ticks};
  return node;
}

double value_of(const std::string& lines, const std::string& series) {
  const auto at = lines.find(series + " ");
  if (at == std::string::npos) {
    ADD_FAILURE() << series << " is not in " << lines;
    return -1;
  }
  return std::stod(lines.substr(at + series.size() + 1));
}

TEST(NodeProcessOnThisHost, AgreesWithWhatTheProcessKnowsOfItself) {
  Context context(Roots{}, {});
  context.directory->publish({this_process()});
  std::jthread thread([](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
  });
  const auto lines = run(kNodeProcess, context);
  rusage usage{};
  ASSERT_EQ(::getrusage(RUSAGE_SELF, &usage), 0);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  std::vector<std::string> fds, threads;
  ASSERT_TRUE(Tree("/proc").list("self/fd", fds));
  ASSERT_TRUE(Tree("/proc").list("self/task", threads));
  const auto value = [&](const char* name) { return value_of(lines, std::string(name) + "{node=\"self\"}"); };
  EXPECT_GE(threads.size(), 2U);  // the thread sanitizer has one of its own
  EXPECT_EQ(value("mixnet_node_process_threads"), static_cast<double>(threads.size()));
  EXPECT_EQ(value("mixnet_node_process_max_fds"), static_cast<double>(limit.rlim_cur));
  // Those opened meanwhile: what the collector keeps open of /proc, and the listing itself.
  EXPECT_LE(value("mixnet_node_process_open_fds"), static_cast<double>(fds.size()));
  EXPECT_GT(value("mixnet_node_process_open_fds"), 3);
  EXPECT_LE(value("mixnet_node_process_minor_page_faults_total"), static_cast<double>(usage.ru_minflt));
  EXPECT_LE(value("mixnet_node_process_resident_memory_bytes"), static_cast<double>(usage.ru_maxrss) * 1024 + 10e6);
  EXPECT_GT(value("mixnet_node_process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value("mixnet_node_process_context_switches_total"), 0);
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  EXPECT_LE(value("mixnet_node_process_start_time_seconds"), static_cast<double>(now.tv_sec) + 1);
  EXPECT_GT(value("mixnet_node_process_start_time_seconds"), static_cast<double>(now.tv_sec) - 3600);
}

TEST(NodeProcessOnThisHost, SeesAProcessEnd) {
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  Tree proc("/proc");
  const auto stat = parse_process_stat(proc.read(std::to_string(child) + "/stat", Shape::single).value());
  Node node;
  node.name = "child";
  node.process = {child, stat->start_ticks};
  Context context(Roots{}, {});
  context.directory->publish({node});
  EXPECT_THAT(run(kNodeProcess, context), HasSubstr("mixnet_node_process_up{node=\"child\"} 1\n"));
  ::kill(child, SIGKILL);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_THAT(run(kNodeProcess, context), HasSubstr("mixnet_node_process_up{node=\"child\"} 0\n")) << "not waited for";
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_THAT(run(kNodeProcess, context), HasSubstr("mixnet_node_process_up{node=\"child\"} 0\n")) << "gone";
}

TEST(NodeProcessOnThisHost, AllocatesNothingInTheLongRun) {
  Context context(Roots{}, {});
  context.directory->publish({this_process()});
  Samples samples;
  std::size_t least = SIZE_MAX;
  for (int scrape = 0; scrape < 10; ++scrape) {
    const auto before = test::allocations();
    context.begin_collection();
    context.remarks.clear();
    samples.clear();
    ASSERT_TRUE(kNodeProcess.collect(context, samples));
    least = std::min(least, test::allocations() - before);
  }
  EXPECT_EQ(least, 0u);
}

}  // namespace
}  // namespace mixnet
