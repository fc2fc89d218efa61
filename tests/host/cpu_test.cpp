// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/cpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kFolder = "sys/devices/system/cpu/";

/// A CPU that was `ticks` in every mode.
CpuTimes all_at(std::uint32_t cpu, std::uint64_t ticks) {
  CpuTimes times{};
  times.cpu = cpu;
  times.ticks.fill(ticks);
  return times;
}

std::string proc_stat_line(std::uint32_t cpu, std::uint64_t idle) {
  return "cpu" + std::to_string(cpu) + " 10 0 20 " + std::to_string(idle) + " 5 0 1 0 0 0\n";
}

TEST(Cpu, GivesTheTimesOfEachCpuInSeconds) {
  const auto lines = test::collected(kCpu, test::fixtures() / "host");
  for (const auto* expected :
       {"node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 57383.21\n", "node_cpu_seconds_total{cpu=\"0\",mode=\"nice\"} 12.04\n",
        "node_cpu_seconds_total{cpu=\"0\",mode=\"system\"} 20104.48\n",
        "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 1136982.15\n",
        "node_cpu_seconds_total{cpu=\"0\",mode=\"iowait\"} 284.11\n", "node_cpu_seconds_total{cpu=\"0\",mode=\"irq\"} 0\n",
        "node_cpu_seconds_total{cpu=\"0\",mode=\"softirq\"} 810.23\n",
        "node_cpu_seconds_total{cpu=\"0\",mode=\"steal\"} 198.22\n",
        "node_cpu_guest_seconds_total{cpu=\"0\",mode=\"user\"} 12\n",
        "node_cpu_guest_seconds_total{cpu=\"0\",mode=\"nice\"} 0.3\n",
        "node_cpu_seconds_total{cpu=\"3\",mode=\"idle\"} 1128114.5\n"}) {
    EXPECT_THAT(lines, HasSubstr(expected));
  }
  EXPECT_THAT(lines, Not(HasSubstr("node_cpu_info")));
}

TEST(Cpu, GivesThrottlesAndIsolation) {
  EXPECT_THAT(test::collected(kCpu, test::fixtures() / "host"),
              HasSubstr("node_cpu_isolated{cpu=\"3\"} 1\n"
                        "node_cpu_core_throttles_total{core=\"0\",package=\"0\"} 7\n"
                        "node_cpu_core_throttles_total{core=\"1\",package=\"0\"} 0\n"
                        "node_cpu_core_throttles_total{core=\"2\",package=\"0\"} 3\n"
                        "node_cpu_core_throttles_total{core=\"3\",package=\"0\"} 1\n"
                        "node_cpu_package_throttles_total{package=\"0\"} 12\n"));
}

TEST(Cpu, LeavesTheGuestsOutWhenTold) {
  Settings settings;
  settings.cpu.guest = false;
  EXPECT_THAT(test::collected(kCpu, test::fixtures() / "host", settings), Not(HasSubstr("guest")));
}

TEST(Cpu, GivesWhatKindOfCpuItIsWhenAskedFor) {
  Settings settings;
  settings.cpu.info_flags_include = Regex::compile("^(aes|avx.?)$").value();
  settings.cpu.info_bugs_include = Regex::compile("^spectre_").value();
  Context context(test::roots_below(test::fixtures() / "host"), settings);
  const auto lines = test::collected(kCpu, context);
  for (const auto* expected :
       {"node_cpu_info{cachesize=\"8192 "
        "KB\",core=\"3\",cpu=\"3\",family=\"6\",microcode=\"0xf4\",model=\"158\",model_name=\"Intel(R) "
        "Xeon(R) E-2224 CPU @ 3.40GHz\",package=\"0\",stepping=\"10\",vendor=\"GenuineIntel\"} 1\n",
        "node_cpu_frequency_hertz{core=\"3\",cpu=\"3\",package=\"0\"} 3607911000\n",
        "node_cpu_flag_info{flag=\"aes\"} 1\nnode_cpu_flag_info{flag=\"avx\"} 1\nnode_cpu_flag_info{flag=\"avx2\"} 1\n"
        "node_cpu_bug_info{bug=\"spectre_v1\"} 1\nnode_cpu_bug_info{bug=\"spectre_v2\"} 1\n"}) {
    EXPECT_THAT(lines, HasSubstr(expected));
  }
  EXPECT_EQ(test::collected(kCpu, context), lines);
}

TEST(Cpu, CountsThrottlesOfACoreOnceForAllItsThreads) {
  const test::TemporaryFolder host;
  host.write("proc/stat", proc_stat_line(0, 100));
  for (const auto* cpu : {"cpu0/", "cpu1/"}) {  // two threads of one core; the first has no file of its own
    host.write(kFolder + cpu + "topology/physical_package_id", "1\n");
    host.write(kFolder + cpu + "topology/core_id", "5\n");
  }
  host.write(kFolder + "cpu1/thermal_throttle/core_throttle_count", "8\n");
  host.write(kFolder + "cpu2/topology/physical_package_id", "-1\n");
  EXPECT_THAT(test::collected(kCpu, host.path()),
              HasSubstr("\"nice\"} 0\nnode_cpu_core_throttles_total{core=\"5\",package=\"1\"} 8\n"));
}

TEST(Cpu, TellsWhichCpusAreOnline) {
  const test::TemporaryFolder host;
  host.write("proc/stat", proc_stat_line(0, 100));
  for (const auto* cpu : {"cpu0/", "cpu1/", "cpu2/"}) host.write(kFolder + cpu + "online", "1\n");
  host.write(kFolder + "online", "0,2\n");
  Context context(test::roots_below(host.path()), {});
  EXPECT_THAT(test::collected(kCpu, context),
              HasSubstr("node_cpu_online{cpu=\"0\"} 1\nnode_cpu_online{cpu=\"1\"} 0\nnode_cpu_online{cpu=\"2\"} 1\n"));
  host.write(kFolder + "online", "0-2\n");
  EXPECT_THAT(test::collected(kCpu, context), HasSubstr("node_cpu_online{cpu=\"1\"} 1\n"));
}

TEST(Cpu, TellsOfNoneOnlineWhereTheFirstCannotGoOffline) {  // as node_exporter
  EXPECT_THAT(test::collected(kCpu, test::fixtures() / "host"), Not(HasSubstr("node_cpu_online")));
}

TEST(Cpu, FollowsACpuThatIsUnpluggedAndPluggedIn) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  host.write("proc/stat", proc_stat_line(0, 1000) + proc_stat_line(1, 2000));
  EXPECT_THAT(test::collected(kCpu, context), HasSubstr("{cpu=\"1\",mode=\"idle\"} 20\n"));
  host.write("proc/stat", proc_stat_line(0, 1100));
  EXPECT_THAT(test::collected(kCpu, context), Not(HasSubstr("cpu=\"1\"")));
  host.write("proc/stat", proc_stat_line(0, 1200) + proc_stat_line(1, 7));
  EXPECT_THAT(test::collected(kCpu, context), HasSubstr("{cpu=\"1\",mode=\"idle\"} 0.07\n"));
}

TEST(Cpu, KeepsCountersFromASmallStepBack) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  context.memory.get<CpuCounters>().cpus = {all_at(0, 1000)};
  host.write("proc/stat", proc_stat_line(0, 999));
  const auto lines = test::collected(kCpu, context);
  EXPECT_THAT(lines, HasSubstr("{cpu=\"0\",mode=\"idle\"} 10\n"));
  EXPECT_THAT(lines, HasSubstr("{cpu=\"0\",mode=\"user\"} 10\n"));
}

TEST(CpuCounters, TakeWhatHasGrown) {
  CpuCounters counters{{all_at(0, 1000)}};
  counters.update(std::vector{all_at(0, 1010)});
  EXPECT_EQ(counters.cpus[0].ticks, all_at(0, 1010).ticks);
}

TEST(CpuCounters, StayWhereTheKernelStepsBackByLessThanThreeSeconds) {
  CpuCounters counters{{all_at(0, 1000)}};
  counters.update(std::vector{all_at(0, 701)});
  EXPECT_EQ(counters.cpus[0].ticks, all_at(0, 1000).ticks);
}

TEST(CpuCounters, BeginAnewWhenIdleFallsByThreeSeconds) {
  CpuCounters counters{{all_at(0, 1000), all_at(1, 1000)}};
  auto replugged = all_at(0, 20);
  replugged.ticks[CpuTimes::idle] = 700;
  counters.update(std::vector{replugged, all_at(1, 990)});
  EXPECT_EQ(counters.cpus[0].ticks, replugged.ticks);
  EXPECT_EQ(counters.cpus[1].ticks, all_at(1, 1000).ticks);
}

TEST(CpuCounters, ForgetTheCpusThatLeftAndKeepTheirOrder) {
  CpuCounters counters{{all_at(0, 5), all_at(2, 5), all_at(3, 5)}};
  counters.update(std::vector{all_at(1, 7), all_at(3, 4), all_at(8, 9)});
  std::vector<std::uint32_t> cpus;
  for (const auto& times : counters.cpus) cpus.push_back(times.cpu);
  EXPECT_THAT(cpus, ElementsAre(1, 3, 8));
  EXPECT_EQ(counters.cpus[1].ticks[CpuTimes::user], 5u);
}

TEST(Cpu, NeedsOnlyProcStat) {  // a container without /sys
  const test::TemporaryFolder host;
  host.write("proc/stat", proc_stat_line(0, 100));
  EXPECT_THAT(test::collected(kCpu, host.path()), HasSubstr("node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 1\n"));
}

TEST(Cpu, NamesTheFileThatIsBroken) {
  const test::TemporaryFolder host;
  host.write("proc/stat", proc_stat_line(0, 100));
  host.write(kFolder + "isolated", "x\n");
  EXPECT_EQ(test::collected(kCpu, host.path()),
            "error: " + (host.path() / kFolder / "isolated").string() + ": \"x\" is not a number of the kind expected\n");
}

}  // namespace
}  // namespace mixnet
