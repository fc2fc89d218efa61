// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/checks/made_window.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::MadeWindow;
using ::testing::HasSubstr;

MadeWindow running(double age = 86'400) {
  MadeWindow out(20min);
  return out.node("a", age);
}

MadeWindow dropping(double sent, double egress, double ingress, double age = 86'400) {
  return running(age)
      .counter("mixnet_node_packets_sent_total{node=\"a\",type=\"forward\"}", sent / 2)
      .counter("mixnet_node_packets_sent_total{node=\"a\",type=\"ack\"}", sent / 2)
      .counter("mixnet_node_packets_dropped_total{node=\"a\",direction=\"egress\"}", egress)
      .counter("mixnet_node_packets_dropped_total{node=\"a\",direction=\"ingress\"}", ingress);
}

TEST(CheckDrops, GoesByTheShareOfAllToBeSentOn) {
  const auto fine = dropping(990, 6, 4).one("drops");
  EXPECT_EQ(fine.status, Status::ok);
  EXPECT_EQ(fine.message, "node a drops 1 % of 1000 packets/s, over 10 min");
  EXPECT_EQ(dropping(950, 30, 20).one("drops").status, Status::warning);    // 5 %
  EXPECT_EQ(dropping(800, 150, 50).one("drops").status, Status::critical);  // 20 %
}

TEST(CheckDrops, AFewPacketsAreNoTrouble) {
  EXPECT_EQ(dropping(4, 5, 0).one("drops").status, Status::ok) << "9 a second";
  EXPECT_EQ(dropping(5, 5, 0).one("drops").status, Status::critical) << "10 a second";
  EXPECT_EQ(dropping(0, 0, 0).one("drops").message, "node a drops 0 % of 0 packets/s, over 10 min");
}

TEST(CheckDrops, IsSparedAfterAStartAndNothingWithoutCounters) {
  EXPECT_EQ(dropping(800, 200, 0, 120).one("drops").status, Status::ok);
  EXPECT_TRUE(running().check("drops").empty());
  EXPECT_EQ(running()
                .counter("mixnet_node_packets_sent_total{node=\"a\"}", 100)
                .ended("mixnet_node_packets_dropped_total{node=\"a\"}", 7, -90)
                .one("drops")
                .status,
            Status::unknown);
}

TEST(CheckDrops, AResetOfTheNodesCountersIsNoDrop) {
  auto window = running();
  window.counter("mixnet_node_packets_sent_total{node=\"a\"}",
                 [](double s) { return s < -300 ? 1e6 + 100 * s : 100 * (s + 300); });
  window.counter("mixnet_node_packets_dropped_total{node=\"a\"}", [](double s) { return s < -300 ? 5e5 : 0; });
  EXPECT_EQ(window.one("drops").status, Status::ok);
}

TEST(CheckUdpDrops, GoesByDatagramsASecond) {
  const auto lost = [](double rate) {
    return running().counter("mixnet_node_udp_receive_drops_total{node=\"a\"}", rate).one("drops.udp");
  };
  EXPECT_EQ(lost(0.5).status, Status::ok);
  EXPECT_EQ(lost(2.5).status, Status::warning);
  EXPECT_EQ(lost(2.5).message, "node a loses 2.5 datagrams/s at its UDP ports, over 10 min");
  EXPECT_TRUE(running().check("drops.udp").empty());
}

MadeWindow receiving(double forward, double in_set, double age = 86'400) {
  return running(age)
      .counter("mixnet_node_packets_received_total{node=\"a\",hop=\"forward\"}", forward)
      .counter("mixnet_node_packets_received_total{node=\"a\",hop=\"final\"}", 0)
      .gauge("mixnet_network_node_in_rewarded_set{node=\"a\"}", in_set);
}

TEST(CheckPackets, NoneInTheRewardedSetIsCritical) {
  const auto none = receiving(0, 1).one("packets");
  EXPECT_EQ(none.status, Status::critical);
  EXPECT_EQ(none.alert, "MixnetNodeNoPackets");
  EXPECT_EQ(none.message, "node a receives 0 packets/s, over 10 min, and is in the rewarded set");
  EXPECT_EQ(receiving(0.1, 1).one("packets").status, Status::ok);
}

TEST(CheckPackets, NoneIsFineOutsideOfItAndOnStandby) {
  EXPECT_EQ(receiving(0, 0).one("packets").status, Status::ok);
  EXPECT_EQ(receiving(0, 1).gauge("mixnet_network_node_role{node=\"a\",role=\"standby\"}", 1).one("packets").status,
            Status::ok);
  EXPECT_EQ(receiving(0, 1).gauge("mixnet_network_node_role{node=\"a\",role=\"standby\"}", 0).one("packets").status,
            Status::critical);
}

TEST(CheckPackets, IsSparedAfterAStart) { EXPECT_EQ(receiving(0, 1, 300).one("packets").status, Status::ok); }

TEST(CheckPackets, IsNotToldWhileTheNetworkIsSilent) {
  const auto up = [](double s) { return s < -300 ? 1.0 : 0.0; };
  EXPECT_EQ(receiving(0, 1).gauge("mixnet_network_api_up{api=\"nym_api\",resource=\"rewarded_set\"}", up).one("packets").status,
            Status::unknown);
  EXPECT_EQ(receiving(9, 1).gauge("mixnet_network_api_up{api=\"nym_api\",resource=\"rewarded_set\"}", up).one("packets").status,
            Status::ok);
  EXPECT_EQ(receiving(0, 1).gauge("mixnet_network_api_up{api=\"nym_api\",resource=\"rewarded_set\"}", 1).one("packets").status,
            Status::critical);
}

TEST(CheckPackets, ASecondsLookIsTooShort) {
  MadeWindow seconds(3s, 3s);
  seconds.node("a")
      .counter("mixnet_node_packets_received_total{node=\"a\"}", 0)
      .gauge("mixnet_network_node_in_rewarded_set{node=\"a\"}", 1);
  EXPECT_EQ(seconds.one("packets").status, Status::unknown);
}

TEST(CheckPackets, ARestartOfTheCountersIsTraffic) {
  auto window = running().gauge("mixnet_network_node_in_rewarded_set{node=\"a\"}", 1);
  window.counter("mixnet_node_packets_received_total{node=\"a\"}", [](double s) { return s < -300 ? 1e6 : 20; });
  EXPECT_EQ(window.one("packets").status, Status::ok);
}

MadeWindow peers(double active, double bytes) {
  return running()
      .gauge("mixnet_node_wireguard_active_peers{node=\"a\",device=\"nymwg\"}", active)
      .counter("mixnet_node_tunnel_transmit_bytes_total{node=\"a\"}", bytes);
}

TEST(CheckPeers, WarnsWherePeersGetNothing) {
  EXPECT_EQ(peers(5, 100'000).one("peers").status, Status::ok);
  EXPECT_EQ(peers(5, 102'400).one("peers").message,
            "node a has 5 active WireGuard peers and sends them 100 KiB/s, over 15 min");
  EXPECT_EQ(peers(5, 20).one("peers").status, Status::warning) << "4 bytes a second for each";
  EXPECT_EQ(peers(2, 0).one("peers").status, Status::ok) << "too few to tell";
  EXPECT_TRUE(running().check("peers").empty()) << "no WireGuard";
}

TEST(CheckPeers, TakesTheNodesWordWhereTheKernelIsNotAsked) {
  auto window = running();
  window.gauge("mixnet_node_wireguard_reported_active_peers{node=\"a\"}", 5)
      .counter("mixnet_node_wireguard_sent_bytes_total{node=\"a\"}", 0);
  EXPECT_EQ(window.one("peers").status, Status::warning);
}

}  // namespace
}  // namespace mixnet
