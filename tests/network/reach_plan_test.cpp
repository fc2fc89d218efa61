// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/reach_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet {
namespace {

using testing::ElementsAre;

Node exit_node() {
  Node out;
  out.name = "exit1";
  out.hostname = "node.example.org";
  out.public_addresses = {"203.0.113.17", "2001:db8::17"};
  out.announced_ports[PortRole::mix] = 1789;
  out.announced_ports[PortRole::verloc] = 1790;
  out.announced_ports[PortRole::http] = 8080;
  out.announced_ports[PortRole::client_ws] = 9000;
  out.announced_ports[PortRole::lp_control] = 41264;
  out.announced_ports[PortRole::lp_data] = 51264;
  out.announced_ports[PortRole::wireguard] = 51822;
  out.announced_wss_port = 9001;
  return out;
}

std::string text_of(const ReachPlan& plan) {
  std::string out;
  for (std::size_t index = 0; index < plan.checks.size(); ++index) {
    const auto& target = plan.checks[index].target;
    out.append(to_string(plan.what[index].port)).append(" ").append(target.host).append(" ");
    out.append(target.address.text()).append(":").append(std::to_string(target.port)).append(target.tls ? " tls" : "");
    out.append(target.talk == Talk::health ? " health\n" : target.talk == Talk::websocket ? " websocket\n" : "\n");
  }
  return out;
}

std::vector<IpAddress> addresses(std::initializer_list<const char*> texts) {
  std::vector<IpAddress> out;
  for (const auto* text : texts) out.push_back(IpAddress::parse(text).value());
  return out;
}

TEST(ReachPlan, HasAllThatIsAnnouncedOverTcp) {
  ReachPlan plan;
  plan.add(0, reach_node(exit_node(), std::nullopt, {}), addresses({"203.0.113.17"}));
  EXPECT_EQ(text_of(plan),
            "mix node.example.org 203.0.113.17:1789\n"
            "verloc node.example.org 203.0.113.17:1790\n"
            "http node.example.org 203.0.113.17:8080 health\n"
            "https node.example.org 203.0.113.17:443 tls health\n"
            "client_ws node.example.org 203.0.113.17:9000 websocket\n"
            "client_wss node.example.org 203.0.113.17:9001 tls websocket\n"
            "lp_control node.example.org 203.0.113.17:41264\n");
}

TEST(ReachPlan, OfAMixnodeWithoutANameIsShort) {
  auto node = exit_node();
  node.hostname.clear();
  node.announced_wss_port = 0;
  node.announced_ports[PortRole::client_ws] = node.announced_ports[PortRole::lp_control] = 0;
  ReachPlan plan;
  plan.add(0, reach_node(node, 18080, {}), addresses({"2001:db8::17"}));
  EXPECT_EQ(text_of(plan),
            "mix 2001:db8::17 2001:db8::17:1789\n"
            "verloc 2001:db8::17 2001:db8::17:1790\n"
            "http 2001:db8::17 2001:db8::17:18080 health\n")
      << "the port of the bond is that which nym-api asks";
}

TEST(ReachPlan, TriesTheTargetsThatAreMeantForTheNode) {
  const auto hosts = [](std::vector<std::string> targets) { return reach_node(exit_node(), std::nullopt, targets).hosts; };
  EXPECT_THAT(hosts({}), ElementsAre("203.0.113.17", "2001:db8::17"));
  EXPECT_THAT(hosts({"mix1=192.0.2.1"}), ElementsAre("203.0.113.17", "2001:db8::17")) << "another node's";
  EXPECT_THAT(hosts({"mix1=192.0.2.1", "exit1=192.0.2.2", "out.example.org"}), ElementsAre("192.0.2.2", "out.example.org"));
}

TEST(ReachPlan, IsBounded) {
  const auto node = reach_node(exit_node(), std::nullopt, {});
  std::vector<IpAddress> many;
  for (int last = 1; last <= 10; ++last) many.push_back(IpAddress::parse("203.0.113." + std::to_string(last)).value());
  ReachPlan plan;
  plan.add(0, node, many);
  EXPECT_EQ(plan.checks.size(), ReachPlan::kAddressesMax * 7);
  EXPECT_EQ(plan.left_out, 14U);
  for (std::size_t index = 1; index < 10; ++index) plan.add(index, node, many);
  EXPECT_EQ(plan.checks.size(), ReachPlan::kChecksMax);
  EXPECT_EQ(plan.what.size(), ReachPlan::kChecksMax);
  EXPECT_EQ(plan.left_out, 10U * 70 - ReachPlan::kChecksMax);
}

}  // namespace
}  // namespace mixnet
