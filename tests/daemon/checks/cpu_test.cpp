// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/checks/made_window.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::kNow;
using test::MadeWindow;
using ::testing::HasSubstr;
using ::testing::Not;

/// Two CPUs, of whose two seconds a second `user` and `steal` are these.
MadeWindow host(double user, double steal = 0, std::chrono::seconds length = 20min) {
  MadeWindow out(length);
  out.counter("node_cpu_seconds_total{mode=\"user\"}", user);
  out.counter("node_cpu_seconds_total{mode=\"system\"}", 0.1);
  out.counter("node_cpu_seconds_total{mode=\"steal\"}", steal);
  out.counter("node_cpu_seconds_total{mode=\"iowait\"}", 0.1);
  out.counter("node_cpu_seconds_total{mode=\"idle\"}", 2 - user - steal - 0.2);
  return out;
}

MadeWindow with_node(MadeWindow window, double user, double system, double age = 86'400) {
  return window.node("a", age)
      .counter("mixnet_node_process_cpu_seconds_total{node=\"a\",mode=\"user\"}", user)
      .counter("mixnet_node_process_cpu_seconds_total{node=\"a\",mode=\"system\"}", system);
}

TEST(CheckCpu, ANodeThatTakesLittleIsFine) {
  const auto found = with_node(host(0.5), 0.3, 0.1).one("cpu");  // 0.4 of 2
  EXPECT_EQ(found.check, "cpu");
  EXPECT_EQ(found.alert, "MixnetNodeCpuHigh");
  EXPECT_EQ(found.node, "a");
  EXPECT_EQ(found.status, Status::ok);
  EXPECT_EQ(found.message, "node a takes 20 % of 2 CPUs, over 10 min");
  EXPECT_EQ(found.remedy, "");
  ASSERT_EQ(found.measures.size(), 1u);
  EXPECT_EQ(found.measures[0].label, "a cpu");
  EXPECT_NEAR(found.measures[0].value, 20, 1e-6);
  EXPECT_EQ(found.measures[0].unit, "%");
  EXPECT_EQ(found.measures[0].warning, Range::parse("80").value());
  EXPECT_EQ(found.measures[0].max, 100);
}

TEST(CheckCpu, WarnsAndIsCriticalByItsShareOfTheMachine) {
  const auto warning = with_node(host(1.8), 1.4, 0.3).one("cpu");  // 1.7 of 2
  EXPECT_EQ(warning.status, Status::warning);
  EXPECT_EQ(warning.message, "node a takes 85 % of 2 CPUs, over 10 min");
  EXPECT_THAT(warning.remedy, HasSubstr("more CPUs"));
  EXPECT_EQ(with_node(host(1.8), 1.7, 0.25).one("cpu").status, Status::critical);  // 1.95 of 2
}

TEST(CheckCpu, GoesByTheLimitWhereThatIsNearer) {
  auto window = with_node(host(0.5), 0.3, 0.15);  // 0.45, 22.5 % of the machine
  window.gauge("mixnet_node_cgroup_cpu_quota_cores{node=\"a\"}", 0.5);
  const auto found = window.one("cpu");
  EXPECT_EQ(found.status, Status::warning);
  EXPECT_EQ(found.message, "node a takes 90 % of its limit of 0.5 CPUs (22 % of the machine), over 10 min");
  // One that is larger than the machine limits nothing.
  auto wide = with_node(host(0.5), 0.3, 0.15);
  wide.gauge("mixnet_node_cgroup_cpu_quota_cores{node=\"a\"}", 8);
  EXPECT_EQ(wide.one("cpu").message, "node a takes 22 % of 2 CPUs, over 10 min");
}

TEST(CheckCpu, NamesStealAndThrottlingAsTheCause) {
  auto stolen = with_node(host(1.0, 0.6), 1.7, 0);  // 0.6 of 2 withheld
  EXPECT_EQ(stolen.one("cpu").message,
            "node a takes 85 % of 2 CPUs, over 10 min; the hypervisor withheld 30 % of the CPU time");
  EXPECT_THAT(stolen.one("cpu").remedy, HasSubstr("provider"));

  auto throttled = with_node(host(0.5), 0.48, 0);
  throttled.gauge("mixnet_node_cgroup_cpu_quota_cores{node=\"a\"}", 0.5)
      .counter("mixnet_node_cgroup_cpu_periods_total{node=\"a\"}", 10)
      .counter("mixnet_node_cgroup_cpu_throttled_periods_total{node=\"a\"}", 4);
  const auto found = throttled.one("cpu");
  EXPECT_EQ(found.status, Status::critical);  // 96 %
  EXPECT_THAT(found.message, HasSubstr("; its CPU quota held it back in 40 % of the periods"));
  EXPECT_THAT(found.remedy, HasSubstr("CPUQuota="));
}

TEST(CheckCpu, ARestartLosesNothing) {
  auto window = host(1.0).node("a");
  window.counter("mixnet_node_process_cpu_seconds_total{node=\"a\",mode=\"user\"}",
                 [](double s) { return s < -300 ? 90'000 + s : s + 300; });
  const auto found = window.one("cpu");  // 585 s of the 600
  EXPECT_EQ(found.status, Status::ok);
  EXPECT_NEAR(found.measures[0].value, 100 * (585.0 / 600) / 2, 1e-9);
}

TEST(CheckCpu, TooShortARecordIsNoTrouble) {
  const auto busy = with_node(host(1.75, 0, 5min), 1.75, 0).one("cpu");
  EXPECT_EQ(busy.status, Status::unknown);
  EXPECT_THAT(busy.message, HasSubstr("less than the last 10 min is recorded"));
  EXPECT_EQ(with_node(host(0.5, 0, 5min), 0.5, 0).one("cpu").status, Status::ok);
}

TEST(CheckCpu, IsMissingWhereItShouldBe) {
  auto window = host(0.5).node("a");
  window.ended("mixnet_node_process_cpu_seconds_total{node=\"a\",mode=\"user\"}", 5, -120);
  const auto found = window.one("cpu");
  EXPECT_EQ(found.status, Status::unknown);
  EXPECT_EQ(found.message, "node a: its CPU time is not known now");
  EXPECT_EQ(MadeWindow().node("a").one("cpu.host").status, Status::unknown);
  EXPECT_EQ(with_node(host(0.5), 0.4, 0).check("cpu", MadeWindow::find("cpu").limits, kNow + 300'000).front().status,
            Status::unknown);
}

TEST(CheckCpu, OfANodeThatIsNotThereOrDoesNotRunThereIsNothing) {
  EXPECT_TRUE(host(0.5).check("cpu").empty());
  auto down = host(0.5).gauge("mixnet_node_process_up{node=\"a\"}", 0);
  down.ended("mixnet_node_process_cpu_seconds_total{node=\"a\",mode=\"user\"}", 5, -120);
  EXPECT_TRUE(down.check("cpu").empty());
  // Watched from afar.
  EXPECT_TRUE(host(0.5).gauge("mixnet_network_node_performance_ratio{node=\"b\"}", 1).check("cpu").empty());
  // Renamed a while ago.
  auto gone = with_node(host(0.5), 0.3, 0);
  gone.ended("mixnet_node_process_up{node=\"old\"}", 1, -300)
      .ended("mixnet_node_process_cpu_seconds_total{node=\"old\"}", 1, -300);
  EXPECT_EQ(gone.one("cpu").node, "a");
}

TEST(CheckCpu, IsSparedWhereItJustStarted) {
  const auto found = with_node(host(1.75), 1.75, 0, 240).one("cpu");
  EXPECT_EQ(found.status, Status::ok);
  EXPECT_THAT(found.message, HasSubstr("; it was started 4 min ago, and is judged after 10 min"));
  EXPECT_EQ(with_node(host(1.75), 1.75, 0, 601).one("cpu").status, Status::warning);
}

TEST(CheckCpu, LooksAtEachNode) {
  auto window = with_node(host(1.0), 0.1, 0).node("b");
  window.counter("mixnet_node_process_cpu_seconds_total{node=\"b\",mode=\"user\"}", 1.7);
  const auto found = window.check("cpu");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].node, "a");
  EXPECT_EQ(found[0].status, Status::ok);
  EXPECT_EQ(found[1].node, "b");
  EXPECT_EQ(found[1].status, Status::warning);
}

TEST(CheckHostCpu, CountsAllButIdleIowaitAndSteal) {
  const auto fine = host(1.0, 0.3).one("cpu.host");  // (1.0 + 0.1) of 2
  EXPECT_EQ(fine.status, Status::ok);
  EXPECT_EQ(fine.node, "");
  EXPECT_EQ(fine.message, "the host's 2 CPUs are busy 55 % of the time, over 15 min");
  EXPECT_EQ(host(1.75).one("cpu.host").status, Status::warning);  // 92.5 %
  EXPECT_EQ(host(1.8, 0, 10min).one("cpu.host").status, Status::unknown) << "15 min are looked at";
}

TEST(CheckSteal, GoesByItsShare) {
  EXPECT_EQ(host(1.0, 0.1).one("cpu.steal").status, Status::ok);        // 5 %
  EXPECT_EQ(host(1.0, 0.3).one("cpu.steal").status, Status::warning);   // 15 %
  EXPECT_EQ(host(1.0, 0.6).one("cpu.steal").status, Status::critical);  // 30 %
  EXPECT_EQ(host(1.0, 0.6).one("cpu.steal").message, "the hypervisor withheld 30 % of the CPU time, over 10 min");
}

TEST(CheckThrottling, GoesByPeriodsHeldBack) {
  const auto held_back = [](double per_second) {
    auto window = host(1.0).node("a");
    window.gauge("mixnet_node_cgroup_cpu_quota_cores{node=\"a\"}", 1)
        .counter("mixnet_node_cgroup_cpu_periods_total{node=\"a\"}", 10)
        .counter("mixnet_node_cgroup_cpu_throttled_periods_total{node=\"a\"}", per_second);
    return window.one("cpu.throttling");
  };
  EXPECT_EQ(held_back(0.5).status, Status::ok);
  EXPECT_EQ(held_back(2).status, Status::warning);
  EXPECT_EQ(held_back(3).status, Status::critical);
  EXPECT_EQ(held_back(3).message, "the CPU quota of node a held it back in 30 % of the periods, over 10 min");
  // Without work there are no periods.
  auto idle = host(1.0).node("a");
  idle.gauge("mixnet_node_cgroup_cpu_quota_cores{node=\"a\"}", 1)
      .counter("mixnet_node_cgroup_cpu_periods_total{node=\"a\"}", 0)
      .counter("mixnet_node_cgroup_cpu_throttled_periods_total{node=\"a\"}", 0);
  EXPECT_EQ(idle.one("cpu.throttling").status, Status::ok);
  EXPECT_TRUE(host(1.0).node("a").check("cpu.throttling").empty()) << "no limit, nothing to be held back by";
}

}  // namespace
}  // namespace mixnet
