// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/checks/made_window.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::kNowSeconds;
using test::MadeWindow;
using ::testing::HasSubstr;

TEST(CheckDown, IsCriticalAfterThreeMinutes) {
  const auto down_since = [](double since) {
    return MadeWindow()
        .gauge("mixnet_node_process_up{node=\"a\"}", [=](double s) { return s < since ? 1.0 : 0.0; })
        .one("node");
  };
  EXPECT_EQ(down_since(1).status, Status::ok);
  EXPECT_EQ(down_since(1).message, "node a runs");
  EXPECT_EQ(down_since(-120).status, Status::ok);
  EXPECT_EQ(down_since(-200).status, Status::critical);
  EXPECT_EQ(down_since(-200).message, "node a does not run");
  EXPECT_EQ(down_since(-200).alert, "MixnetNodeDown");
}

TEST(CheckDown, IsJudgedHoweverYoungItIs) {
  auto window = MadeWindow().gauge("mixnet_node_process_up{node=\"a\"}", 0);
  window.gauge("mixnet_node_process_start_time_seconds{node=\"a\"}", kNowSeconds - 60);
  EXPECT_EQ(window.one("node").status, Status::critical);
}

TEST(CheckDown, ANodeElsewhereHasNoProcess) {
  EXPECT_TRUE(MadeWindow().gauge("mixnet_node_api_up{node=\"a\",endpoint=\"/health\"}", 1).check("node").empty());
  EXPECT_TRUE(MadeWindow().check("node").empty());
}

TEST(CheckApi, WarnsWhereTheNodeRunsAndDoesNotAnswer) {
  const auto answering = [](double up, double process, double age = 86'400) {
    return MadeWindow()
        .gauge("mixnet_node_process_up{node=\"a\"}", process)
        .gauge("mixnet_node_process_start_time_seconds{node=\"a\"}", kNowSeconds - age)
        .gauge("mixnet_node_api_up{endpoint=\"/health\",node=\"a\"}", up);
  };
  EXPECT_EQ(answering(1, 1).one("node.api").status, Status::ok);
  EXPECT_EQ(answering(0, 1).one("node.api").status, Status::warning);
  EXPECT_EQ(answering(0, 1).one("node.api").message, "node a runs, but its HTTP API does not say that it is up");
  EXPECT_TRUE(answering(0, 0).check("node.api").empty()) << "that it is down is told already";
  EXPECT_EQ(answering(0, 1, 300).one("node.api").status, Status::ok) << "just started";
}

TEST(CheckUnit, IsCriticalWhereItFailed) {
  const auto failed = [](double is) {
    return MadeWindow().node("a").gauge("mixnet_node_unit_state{node=\"a\",state=\"failed\"}", is);
  };
  EXPECT_EQ(failed(0).one("node.unit").status, Status::ok);
  EXPECT_EQ(failed(1).one("node.unit").status, Status::critical);
  EXPECT_TRUE(MadeWindow().node("a").check("node.unit").empty()) << "no systemd";
}

TEST(CheckRestarts, CountsThoseOfTheLastHour) {
  const auto restarted = [](double times) {
    MadeWindow out(90min);
    return out.node("a")
        .counter("mixnet_node_restarts_total{node=\"a\"}", [=](double s) { return s < -1800 ? 0 : times; })
        .one("node.restarts");
  };
  EXPECT_EQ(restarted(0).status, Status::ok);
  EXPECT_EQ(restarted(0).message, "node a: not restarted in 1 h");
  EXPECT_EQ(restarted(1).status, Status::ok);
  EXPECT_EQ(restarted(2).status, Status::warning);
  EXPECT_EQ(restarted(2).message, "node a: 2 restarts in 1 h");
  EXPECT_EQ(restarted(5).status, Status::critical);
}

TEST(CheckRestarts, ThoseBeforeCountNoMoreAndSystemdsAreNotAdded) {
  MadeWindow window(3h);
  window.node("a", 60)
      .counter("mixnet_node_restarts_total{node=\"a\"}", [](double s) { return s < -7200 ? 0 : 9; })
      .counter("mixnet_node_unit_restarts_total{node=\"a\"}", [](double s) { return s < -600 ? 3 : 4; });
  EXPECT_EQ(window.one("node.restarts").message, "node a: 1 restart in 1 h");
}

TEST(CheckRestarts, AShortRecordIsTheLeastThatThereWere) {
  MadeWindow window(5min);
  window.node("a", 30).counter("mixnet_node_restarts_total{node=\"a\"}", [](double s) { return s < -100 ? 0 : 3; });
  EXPECT_EQ(window.one("node.restarts").status, Status::warning);
}

TEST(CheckFds, GoesByTheShareOfTheLimit) {
  const auto open = [](double count) {
    return MadeWindow()
        .node("a")
        .gauge("mixnet_node_process_open_fds{node=\"a\"}", count)
        .gauge("mixnet_node_process_max_fds{node=\"a\"}", 1024)
        .one("fds");
  };
  EXPECT_EQ(open(100).status, Status::ok);
  EXPECT_EQ(open(100).message, "node a has 100 of 1024 file descriptors open (9.8 %)");
  EXPECT_EQ(open(800).status, Status::warning);    // 78 %
  EXPECT_EQ(open(1000).status, Status::critical);  // 98 %
  EXPECT_TRUE(MadeWindow().node("a").check("fds").empty()) << "the right to see them is lacking";
}

}  // namespace
}  // namespace mixnet
