// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "collectors/kit/text.h"

namespace mixnet::simulator {
namespace {

using testing::HasSubstr;
using testing::Not;

Node gateway() {
  Options out;
  out.modes = {false, true, true, true};
  out.manual_clock = true;
  return Node(out);
}

std::vector<std::string_view> families(std::string_view text) {
  std::vector<std::string_view> out;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (line.starts_with("# TYPE ")) out.push_back(Fields<4>(line)[2]);
  }
  return out;
}

TEST(SimulatedExposition, NumbersAsRustPrintsThem) {
  EXPECT_EQ("0", rust_number(0));
  EXPECT_EQ("913842110334", rust_number(913842110334));
  EXPECT_EQ("901.2333333333333", rust_number(901.2333333333333));
  EXPECT_EQ("0.00001", rust_number(1e-5));
  EXPECT_EQ("10000000000000000000000", rust_number(1e22));
  EXPECT_EQ("inf", rust_number(std::numeric_limits<double>::infinity()));
  EXPECT_EQ("-inf", rust_number(-std::numeric_limits<double>::infinity()));
  EXPECT_EQ("NaN", rust_number(std::numeric_limits<double>::quiet_NaN()));
}

TEST(SimulatedExposition, AFreshNodePrintsTheSimpleFamiliesWithZeros) {
  const auto text = exposition(gateway());
  const auto names = families(text);
  EXPECT_EQ(43U, names.size());
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(text, HasSubstr("\nnym_node_wireguard_bytes_tx 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("packet_version")));
  EXPECT_THAT(text, Not(HasSubstr(" counter\n")));
}

TEST(SimulatedExposition, IsUpdatedEachHalfMinute) {
  auto node = gateway();
  node.advance(29);
  EXPECT_THAT(exposition(node), HasSubstr("\nnym_node_mixnet_ingress_final_hop_packets_received 0\n"));
  node.advance(1);
  const auto text = exposition(node);
  EXPECT_THAT(text, HasSubstr("\nnym_node_mixnet_ingress_final_hop_packets_received 29997\n"));
  EXPECT_THAT(text, HasSubstr("\nnym_node_mixnet_ingress_final_hop_packets_received_rate 999.9\n"));
  node.advance(29);
  EXPECT_THAT(exposition(node), HasSubstr("\nnym_node_mixnet_ingress_final_hop_packets_received 29997\n"));
}

TEST(SimulatedExposition, HasTheDefectsOfTheNode) {
  auto node = gateway();
  node.set_connections({7, 3});
  node.advance(3000);
  const auto text = exposition(node);
  EXPECT_THAT(text, HasSubstr("\nnym_node_mixnet_ingress_forward_packets_dropped 0\n"));
  EXPECT_THAT(text, HasSubstr("\nnym_node_mixnet_ingress_forward_packets_dropped_rate 0.1\n"));
  EXPECT_THAT(text, HasSubstr("\nnym_node_network_active_egress_mixnet_connections 0\n"));
  EXPECT_THAT(text, HasSubstr("\nnym_node_network_active_ingress_mixnet_connections 7\n"));
  EXPECT_THAT(text, Not(HasSubstr("\nnym_node_network_active_ingress_web_socket_connections 3\n")));
  EXPECT_THAT(text, HasSubstr("\nnym_node_mixnet_ingress_replayed_packets_received 0\n"));
}

TEST(SimulatedExposition, EventsAreThereOnceTheyHappened) {
  auto node = gateway();
  node.advance(19);
  EXPECT_THAT(exposition(node), Not(HasSubstr("nym_wireguard_wg_peer_addition_attempts")));
  node.advance(1);
  const auto text = exposition(node);
  EXPECT_THAT(text, HasSubstr("# HELP nym_wireguard_wg_peer_addition_attempts nym_wireguard_wg_peer_addition_attempts\n"
                              "# TYPE nym_wireguard_wg_peer_addition_attempts counter\n"
                              "nym_wireguard_wg_peer_addition_attempts 1\n"));
  EXPECT_THAT(text, HasSubstr("\nnym_node_wireguard_defguard_peer_creation_bucket{le=\"+Inf\"} 1\n"));
}

TEST(SimulatedExposition, TheFutureHasMore) {
  Options options;
  options.modes = {true, true, true, true};
  options.future = true;
  const auto text = exposition(Node(options));
  EXPECT_THAT(text, HasSubstr("\nmixnet_packet_total_latency_seconds_count 0\n"));
  EXPECT_THAT(text, HasSubstr("\nnym_node_tokio_runtime_busy_ratio NaN\n"));
}

}  // namespace
}  // namespace mixnet::simulator
