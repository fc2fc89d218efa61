// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/tunnels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kNetDev =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier "
    "compressed\n"
    " nymwg: 118302298 91422    3    4    0     0          0         0 91384211  81381    5    6    0     0       0          "
    "0\n";
constexpr std::string_view kAddresses =
    "fe800000000000000000000000000001 07 40 20 80    nymwg\n"
    "fc010000000000000000000000000001 07 70 00 80    nymwg\n"
    "fc000000000000000000000000000001 08 70 00 88  nymtun0\n"
    "00000000000000000000000000000001 01 80 10 80       lo\n";

Node exit_node() {
  Node node;
  node.name = "exit1";
  node.modes = NodeModes{.entry = true, .exit = true, .wireguard = true};
  return node;
}

void write_interface(const test::TemporaryFolder& host, const std::string& name, std::string_view flags,
                     std::string_view operstate) {
  host.write("sys/class/net/" + name + "/flags", flags);
  host.write("sys/class/net/" + name + "/operstate", operstate);
}

TEST(NodeTunnels, ShowInterfacesThatTheModesAskFor) {
  const test::TemporaryFolder host;
  host.write("proc/net/dev", kNetDev);
  host.write("proc/net/if_inet6", kAddresses);
  write_interface(host, "nymwg", "0x91\n", "unknown\n");
  Context context(test::roots_below(host.path()), {});
  context.directory->publish({exit_node()});
  EXPECT_EQ(test::collected(kNodeTunnels, context),
            "mixnet_node_tunnel_present{node=\"exit1\",device=\"nymwg\"} 1\n"
            "mixnet_node_tunnel_present{node=\"exit1\",device=\"nymtun0\"} 0\n"
            "mixnet_node_tunnel_up{node=\"exit1\",device=\"nymwg\"} 1\n"
            "mixnet_node_tunnel_global_ipv6{node=\"exit1\",device=\"nymwg\"} 1\n"
            "mixnet_node_tunnel_receive_bytes_total{node=\"exit1\",device=\"nymwg\"} 118302298\n"
            "mixnet_node_tunnel_receive_packets_total{node=\"exit1\",device=\"nymwg\"} 91422\n"
            "mixnet_node_tunnel_receive_errors_total{node=\"exit1\",device=\"nymwg\"} 3\n"
            "mixnet_node_tunnel_receive_drops_total{node=\"exit1\",device=\"nymwg\"} 4\n"
            "mixnet_node_tunnel_transmit_bytes_total{node=\"exit1\",device=\"nymwg\"} 91384211\n"
            "mixnet_node_tunnel_transmit_packets_total{node=\"exit1\",device=\"nymwg\"} 81381\n"
            "mixnet_node_tunnel_transmit_errors_total{node=\"exit1\",device=\"nymwg\"} 5\n"
            "mixnet_node_tunnel_transmit_drops_total{node=\"exit1\",device=\"nymwg\"} 6\n");
  EXPECT_THAT(context.remarks.all(), IsEmpty());
}

TEST(NodeTunnels, ThatNobodyHoldsAreDownAndAddressesThatFailedAreNone) {
  const test::TemporaryFolder host;
  host.write("proc/net/dev", "");
  host.write("proc/net/if_inet6", kAddresses);
  write_interface(host, "nymtun0", "0x1091\n", "down\n");
  Context context(test::roots_below(host.path()), {});
  context.directory->publish({exit_node()});
  const auto lines = test::collected(kNodeTunnels, context);
  EXPECT_THAT(lines, HasSubstr("mixnet_node_tunnel_up{node=\"exit1\",device=\"nymtun0\"} 0\n"));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_tunnel_global_ipv6{node=\"exit1\",device=\"nymtun0\"} 0\n"));
}

TEST(NodeTunnels, AreNamedByTheOperatorAndLeftOutWhereNobodyNeedsThem) {
  const test::TemporaryFolder host;
  host.write("proc/net/dev", "");
  write_interface(host, "wg7", "0x90\n", "down\n");
  auto node = exit_node();
  node.modes = NodeModes{.mixnode = true};
  Context context(test::roots_below(host.path()), {});
  context.directory->publish({node});
  EXPECT_EQ(test::collected(kNodeTunnels, context), "");
  node.wireguard_interface = "wg7";
  node.exit_interface = "tun9";
  node.modes.reset();
  context.directory->publish({node});
  const auto lines = test::collected(kNodeTunnels, context);
  EXPECT_THAT(lines, HasSubstr("mixnet_node_tunnel_present{node=\"exit1\",device=\"wg7\"} 1\n"));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_tunnel_up{node=\"exit1\",device=\"wg7\"} 0\n"));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_tunnel_present{node=\"exit1\",device=\"tun9\"} 0\n"));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_tunnel_global_ipv6{node=\"exit1\",device=\"wg7\"} 0\n"));  // no IPv6 at all
}

TEST(NodeTunnels, OfAnotherNetworkNamespaceAreReadThere) {
  const test::TemporaryFolder host;
  host.write("proc/net/dev", "");
  host.write("proc/812/net/dev", kNetDev);
  host.write("proc/812/net/if_inet6", kAddresses);
  auto node = exit_node();
  node.process = {812, 4711};
  Context context(test::roots_below(host.path()), {});
  context.directory->publish({node});
  const auto lines = test::collected(kNodeTunnels, context);
  EXPECT_THAT(lines, HasSubstr("mixnet_node_tunnel_receive_bytes_total{node=\"exit1\",device=\"nymwg\"} 118302298\n"));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_tunnel_global_ipv6{node=\"exit1\",device=\"nymwg\"} 1\n"));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_tunnel_present{node=\"exit1\",device=\"nymtun0\"} 0\n"));
  EXPECT_THAT(lines, Not(HasSubstr("tunnel_up")));
}

TEST(NodeTunnels, KeepTheirTrafficWhereTheAddressesCannotBeRead) {
  const test::TemporaryFolder host;
  host.write("proc/net/dev", kNetDev);
  host.write("proc/net/if_inet6", "broken\n");
  write_interface(host, "nymwg", "0x91\n", "unknown\n");
  Context context(test::roots_below(host.path()), {});
  context.directory->publish({exit_node()});
  const auto lines = test::collected(kNodeTunnels, context);
  EXPECT_THAT(lines, HasSubstr("mixnet_node_tunnel_receive_bytes_total{node=\"exit1\",device=\"nymwg\"} 118302298\n"));
  EXPECT_THAT(lines, Not(HasSubstr("global_ipv6")));
  ASSERT_EQ(context.remarks.all().size(), 1U);
  EXPECT_EQ(context.remarks.all()[0].subject, "exit1: nymwg");
  EXPECT_EQ(context.remarks.all()[0].error.message,
            (host.path() / "proc/net/if_inet6").string() + ": line 1: 6 columns expected in \"broken\"");
}

TEST(IfInet6, TakesLinesAndRefusesBrokenOnes) {
  std::vector<Ipv6Address> addresses;
  ASSERT_TRUE(parse_if_inet6(kAddresses, addresses));
  ASSERT_EQ(addresses.size(), 4U);
  EXPECT_EQ(addresses[0].interface, "nymwg");
  EXPECT_EQ(addresses[0].scope, 0x20);
  EXPECT_EQ(addresses[2].flags, 0x88);
  EXPECT_TRUE(parse_if_inet6("", addresses));
  EXPECT_TRUE(addresses.empty());
  EXPECT_EQ(parse_if_inet6("a 1 2 300 4 lo\n", addresses).error().message,
            "line 1: \"300\" is not a number of the kind expected");
}

}  // namespace
}  // namespace mixnet
