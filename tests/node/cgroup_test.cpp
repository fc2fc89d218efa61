// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/cgroup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

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

struct Host {
  explicit Host(const fs::path& root, std::string_view name = "exit1") : context(test::roots_below(root), {}) {
    context.directory->publish({node_of(name, {812, 2209})});
  }
  std::string scrape() { return run(kNodeCgroup, context); }
  Context context;
};

TEST(NodeCgroup, GivesANodeOnDebian12) {
  Host host(test::fixtures() / "node/debian12");
  EXPECT_EQ(host.scrape(),
            "mixnet_node_cgroup_processes{node=\"exit1\"} 1\n"
            "mixnet_node_cgroup_cpu_seconds_total{node=\"exit1\",mode=\"user\"} 42188.331204\n"
            "mixnet_node_cgroup_cpu_seconds_total{node=\"exit1\",mode=\"system\"} 10449.019017\n"
            "mixnet_node_cgroup_memory_bytes{node=\"exit1\"} 1288490188\n"
            "mixnet_node_cgroup_memory_peak_bytes{node=\"exit1\"} 1402118144\n"
            "mixnet_node_cgroup_swap_bytes{node=\"exit1\"} 2097152\n"
            "mixnet_node_cgroup_memory_anon_bytes{node=\"exit1\"} 626692096\n"
            "mixnet_node_cgroup_memory_file_bytes{node=\"exit1\"} 611320832\n"
            "mixnet_node_cgroup_memory_inactive_file_bytes{node=\"exit1\"} 401220608\n"
            "mixnet_node_cgroup_memory_file_mapped_bytes{node=\"exit1\"} 32493568\n"
            "mixnet_node_cgroup_memory_file_dirty_bytes{node=\"exit1\"} 1351680\n"
            "mixnet_node_cgroup_memory_file_writeback_bytes{node=\"exit1\"} 0\n"
            "mixnet_node_cgroup_memory_shmem_bytes{node=\"exit1\"} 0\n"
            "mixnet_node_cgroup_memory_kernel_bytes{node=\"exit1\"} 24121344\n"
            "mixnet_node_cgroup_memory_kernel_stack_bytes{node=\"exit1\"} 163840\n"
            "mixnet_node_cgroup_memory_page_tables_bytes{node=\"exit1\"} 1658880\n"
            "mixnet_node_cgroup_memory_slab_bytes{node=\"exit1\"} 21940352\n"
            "mixnet_node_cgroup_memory_sock_bytes{node=\"exit1\"} 8171520\n"
            "mixnet_node_cgroup_page_faults_total{node=\"exit1\"} 1940112\n"
            "mixnet_node_cgroup_major_page_faults_total{node=\"exit1\"} 320\n"
            "mixnet_node_cgroup_memory_high_events_total{node=\"exit1\"} 0\n"
            "mixnet_node_cgroup_memory_max_events_total{node=\"exit1\"} 0\n"
            "mixnet_node_cgroup_oom_events_total{node=\"exit1\"} 0\n"
            "mixnet_node_cgroup_oom_kills_total{node=\"exit1\"} 0\n"
            "mixnet_node_cgroup_io_read_bytes_total{node=\"exit1\",device=\"vda\"} 44040192\n"
            "mixnet_node_cgroup_io_written_bytes_total{node=\"exit1\",device=\"vda\"} 2711240704\n"
            "mixnet_node_cgroup_io_reads_total{node=\"exit1\",device=\"vda\"} 1120\n"
            "mixnet_node_cgroup_io_writes_total{node=\"exit1\",device=\"vda\"} 190221\n"
            "mixnet_node_cgroup_tasks{node=\"exit1\"} 5\n"
            "mixnet_node_cgroup_tasks_max{node=\"exit1\"} 9531\n"
            "mixnet_node_cgroup_tasks_refused_total{node=\"exit1\"} 0\n"
            "mixnet_node_cgroup_pressure_cpu_waiting_seconds_total{node=\"exit1\"} 188.120331\n"
            "mixnet_node_cgroup_pressure_cpu_stalled_seconds_total{node=\"exit1\"} 0\n"
            "mixnet_node_cgroup_pressure_memory_waiting_seconds_total{node=\"exit1\"} 0.012044\n"
            "mixnet_node_cgroup_pressure_memory_stalled_seconds_total{node=\"exit1\"} 0.00912\n"
            "mixnet_node_cgroup_pressure_io_waiting_seconds_total{node=\"exit1\"} 90.221033\n"
            "mixnet_node_cgroup_pressure_io_stalled_seconds_total{node=\"exit1\"} 81.220331\n");
  EXPECT_EQ(remarks_of(host.context), "");
}

TEST(NodeCgroup, GivesLimitsAndWhatTheyCost) {
  Host host(test::fixtures() / "node/limited");
  const auto lines = host.scrape();
  for (const auto* line :
       {"mixnet_node_cgroup_processes{node=\"exit1\"} 2\n", "mixnet_node_cgroup_cpu_periods_total{node=\"exit1\"} 88120\n",
        "mixnet_node_cgroup_cpu_throttled_periods_total{node=\"exit1\"} 41022\n",
        "mixnet_node_cgroup_cpu_throttled_seconds_total{node=\"exit1\"} 1902.210331\n",
        "mixnet_node_cgroup_cpu_quota_cores{node=\"exit1\"} 1.5\n",
        "mixnet_node_cgroup_memory_high_bytes{node=\"exit1\"} 483183820\n",
        "mixnet_node_cgroup_memory_max_bytes{node=\"exit1\"} 536870912\n",
        "mixnet_node_cgroup_swap_max_bytes{node=\"exit1\"} 268435456\n",
        "mixnet_node_cgroup_memory_high_events_total{node=\"exit1\"} 120331\n",
        "mixnet_node_cgroup_memory_max_events_total{node=\"exit1\"} 9120\n",
        "mixnet_node_cgroup_oom_events_total{node=\"exit1\"} 3\n", "mixnet_node_cgroup_oom_kills_total{node=\"exit1\"} 2\n",
        "mixnet_node_cgroup_tasks_refused_total{node=\"exit1\"} 17\n",
        "mixnet_node_cgroup_io_read_bytes_total{node=\"exit1\",device=\"nvme0n1\"} 912033280\n",
        "mixnet_node_cgroup_io_reads_total{node=\"exit1\",device=\"8:0\"} 1\n"}) {
    EXPECT_THAT(lines, HasSubstr(line));
  }
}

TEST(NodeCgroup, GivesWhatAHybridHostHas) {
  Host host(test::fixtures() / "node/hybrid");
  const auto group = (test::fixtures() / "node/hybrid/cgroup/unified/system.slice/nym-node.service").string();
  EXPECT_EQ(host.scrape(),
            "mixnet_node_cgroup_processes{node=\"exit1\"} 1\n"
            "mixnet_node_cgroup_cpu_seconds_total{node=\"exit1\",mode=\"user\"} 2\n"
            "mixnet_node_cgroup_cpu_seconds_total{node=\"exit1\",mode=\"system\"} 1\n");
  const auto lacks = [&](const std::string& file, const std::string& remedy) {
    return "exit1: " + file + ": " + group + "/" + file + ": No such file or directory; " + remedy + "\n";
  };
  const auto remarks = lacks("memory.current", "MemoryAccounting=yes in the node's unit gives it") +
                       lacks("io.stat", "IOAccounting=yes in the node's unit gives it") +
                       lacks("pids.current", "TasksAccounting=yes in the node's unit gives it") +
                       lacks("cpu.pressure", "the kernel was started with psi=0, or built without it");
  EXPECT_EQ(remarks_of(host.context), remarks);
  host.scrape();
  EXPECT_EQ(remarks_of(host.context), remarks) << "the second time";
}

TEST(NodeCgroup, FollowsAUnitThatStopsAndStarts) {
  const test::TemporaryFolder folder;
  Host host(folder.path());
  EXPECT_EQ(host.scrape(), "");
  EXPECT_EQ(remarks_of(host.context),
            "exit1: cgroup: its cgroup is not there: the unit is not running, or cgroups of version 2 are not mounted\n");
  fs::copy(test::fixtures() / "node/debian12", folder.path(), fs::copy_options::recursive);
  EXPECT_THAT(host.scrape(), HasSubstr("mixnet_node_cgroup_memory_bytes"));
}

TEST(NodeCgroup, LosesOnlyTheControllerThatIsGarbled) {
  const test::TemporaryFolder folder;
  fs::copy(test::fixtures() / "node/debian12", folder.path(), fs::copy_options::recursive);
  folder.write("cgroup/system.slice/nym-node.service/io.stat", "254:0 rbytes=lots\n");
  Host host(folder.path());
  const auto lines = host.scrape();
  EXPECT_THAT(lines, Not(HasSubstr("cgroup_io_read")));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_cgroup_tasks{"));
  EXPECT_THAT(remarks_of(host.context), HasSubstr("!exit1: cgroup: "));
  EXPECT_THAT(remarks_of(host.context), HasSubstr("io.stat: line 1: \"lots\" is not a number"));
}

TEST(NodeCgroup, IsAbsentWithoutNodes) {
  Context context(test::roots_below(test::fixtures() / "node/debian12"), {});
  EXPECT_EQ(run(kNodeCgroup, context), "error: no node is known on this host\n");
}

TEST(NodeCgroup, AllocatesNothingInTheLongRun) {
  Host host(test::fixtures() / "node/limited");
  Samples samples;
  std::size_t least = SIZE_MAX;
  for (int scrape = 0; scrape < 10; ++scrape) {
    const auto before = test::allocations();
    host.context.begin_collection();
    host.context.remarks.clear();
    samples.clear();
    ASSERT_TRUE(kNodeCgroup.collect(host.context, samples));
    least = std::min(least, test::allocations() - before);
  }
  EXPECT_EQ(least, 0u);
}

/// The cgroup of version 2 that this test runs in, below Roots::cgroup; empty where there is none.
std::string own_cgroup() {
  Tree proc("/proc");
  const auto text = proc.read("self/cgroup", Shape::single);
  if (!text) return "";
  Lines lines(*text);
  for (std::string_view line; lines.next(line);) {
    if (line.starts_with("0::/")) return std::string(line.substr(4));
  }
  return "";
}

TEST(NodeCgroupOnThisHost, ReadsTheCgroupOfThisTest) {
  auto node = node_of("self", {});
  node.cgroup = own_cgroup();
  if (node.cgroup.empty()) node.cgroup = ".";  // the root has fewer files
  Context context(Roots{}, {});
  context.directory->publish({node});
  const auto lines = run(kNodeCgroup, context);
  if (lines.empty()) GTEST_SKIP() << "no cgroups of version 2 here: " << remarks_of(context);
  EXPECT_THAT(lines, HasSubstr("mixnet_node_cgroup_cpu_seconds_total{node=\"self\",mode=\"user\"} "));
  EXPECT_THAT(remarks_of(context), Not(HasSubstr("!")));
}

}  // namespace
}  // namespace mixnet
