// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/sockets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Node exit_node() {
  Node node;
  node.name = "exit1";
  node.process = {812, 4711};
  node.ports[PortRole::mix] = 1789;
  node.ports[PortRole::http] = 8080;
  node.ports[PortRole::client_ws] = 9000;
  node.ports[PortRole::wireguard] = 51822;
  return node;
}

/// A node's sockets as the kernel lists them; mix listens, two nodes have connected, it has connected to one that is slow.
constexpr std::string_view kTcp6 =
    "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when "
    "retrnsmt"
    "   uid  timeout inode\n"
    "   0: 00000000000000000000000000000000:06FD 00000000000000000000000000000000:0000 0A 00000000:00000002 00:00000000 "
    "00000000"
    "     0        0 21034 1 ffff8e0a41f0a300 100 0 0 10 0\n"
    "   1: 0000000000000000FFFF00000100007F:06FD 0000000000000000FFFF0000CB007107:C350 01 00000010:00000020 00:00000000 "
    "00000000"
    "     0        0 21035 1 ffff8e0a41f0a301 20 4 30 10 -1\n"
    "   2: 0000000000000000FFFF00000100007F:06FD 0000000000000000FFFF0000CB007108:06FD 08 00000000:00000001 00:00000000 "
    "00000000"
    "     0        0 21036 1 ffff8e0a41f0a302 20 4 30 10 -1\n"
    "   3: 0000000000000000FFFF00000100007F:D431 0000000000000000FFFF0000CB007109:06FD 01 00008000:00000000 00:00000000 "
    "00000000"
    "     0        0 21037 1 ffff8e0a41f0a303 20 4 30 10 -1\n";
constexpr std::string_view kTcp =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 558 1 ff 100 0 0 10 0\n"
    "   1: 0100007F:1F90 0100007F:E2F4 06 00000000:00000000 03:000017A4 00000000     0        0 0 3 ff\n"
    "   2: 0100007F:E2F4 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 9 1 ff 20 4 30 10 -1\n";
constexpr std::string_view kUdp6 =
    "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when "
    "retrnsmt"
    "   uid  timeout inode ref pointer drops\n"
    " 1071: 00000000000000000000000000000000:CA6E 00000000000000000000000000000000:0000 07 00000000:00000300 00:00000000 "
    "00000000"
    "     0        0 0 2 ffff8e0a5a2b1c80 42\n";

void write_tables(const test::TemporaryFolder& host, const std::string& folder) {
  host.write(folder + "net/tcp", kTcp);
  host.write(folder + "net/tcp6", kTcp6);
  host.write(folder + "net/udp6", kUdp6);
}

TEST(NodeSockets, AreToldApartByRole) {
  const test::TemporaryFolder host;
  write_tables(host, "proc/");
  Context context(test::roots_below(host.path()), {});
  context.directory->publish({exit_node()});
  const auto lines = test::collected(kNodeSockets, context);
  for (const auto* expected : {"mixnet_node_port_listening{node=\"exit1\",port=\"mix\"} 1\n",
                               "mixnet_node_port_listening{node=\"exit1\",port=\"http\"} 1\n",
                               "mixnet_node_port_listening{node=\"exit1\",port=\"client_ws\"} 0\n",
                               "mixnet_node_port_listening{node=\"exit1\",port=\"wireguard\"} 1\n",
                               "mixnet_node_port_accept_queue_connections{node=\"exit1\",port=\"mix\"} 2\n",
                               "mixnet_node_connections{node=\"exit1\",port=\"mix\",state=\"established\"} 1\n",
                               "mixnet_node_connections{node=\"exit1\",port=\"mix\",state=\"close_wait\"} 1\n",
                               "mixnet_node_connections{node=\"exit1\",port=\"mix\",state=\"fin_wait1\"} 0\n",
                               "mixnet_node_connections{node=\"exit1\",port=\"http\",state=\"time_wait\"} 1\n",
                               "mixnet_node_connections{node=\"exit1\",port=\"client_ws\",state=\"established\"} 0\n",
                               "mixnet_node_connections_receive_queue_bytes{node=\"exit1\",port=\"mix\"} 33\n",
                               "mixnet_node_connections_transmit_queue_bytes{node=\"exit1\",port=\"mix\"} 16\n",
                               "mixnet_node_outbound_connections{node=\"exit1\",port=\"mix\",state=\"established\"} 1\n",
                               "mixnet_node_outbound_connections{node=\"exit1\",port=\"mix\",state=\"syn_sent\"} 0\n",
                               "mixnet_node_outbound_connections_transmit_queue_bytes{node=\"exit1\",port=\"mix\"} 32768\n",
                               "mixnet_node_udp_receive_queue_bytes{node=\"exit1\",port=\"wireguard\"} 768\n",
                               "mixnet_node_udp_receive_drops_total{node=\"exit1\",port=\"wireguard\"} 42\n"}) {
    EXPECT_THAT(lines, HasSubstr(expected));
  }
  for (const auto* unexpected :
       {"state=\"listen\"", "verloc", "lp_", "outbound_connections{node=\"exit1\",port=\"http\"", "max_"}) {
    EXPECT_THAT(lines, Not(HasSubstr(unexpected)));
  }
  EXPECT_THAT(context.remarks.all(), IsEmpty());
  EXPECT_EQ(test::undeclared(kNodeSockets, context), "");
}

TEST(NodeSockets, OfAnotherPortThanUsualLeadToBoth) {
  const test::TemporaryFolder host;
  host.write("proc/net/tcp", "head\n0: a:C000 b:06FD 01 0:0 0 0 0 0 0\n1: a:C001 b:2710 01 0:0 0 0 0 0 0\n");
  auto node = exit_node();
  node.ports[PortRole::mix] = 10000;
  Context context(test::roots_below(host.path()), {});
  context.directory->publish({node});
  EXPECT_THAT(test::collected(kNodeSockets, context),
              HasSubstr("mixnet_node_outbound_connections{node=\"exit1\",port=\"mix\",state=\"established\"} 2\n"));
}

TEST(NodeSockets, AreNotDividedAmongSeveralNodes) {
  const test::TemporaryFolder host;
  write_tables(host, "proc/");
  auto other = exit_node();
  other.name = "mix2";
  other.ports[PortRole::mix] = 2789;
  Context context(test::roots_below(host.path()), {});
  context.directory->publish({exit_node(), other});
  const auto lines = test::collected(kNodeSockets, context);
  EXPECT_THAT(lines, HasSubstr("mixnet_node_port_listening{node=\"exit1\",port=\"mix\"} 1\n"));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_port_listening{node=\"mix2\",port=\"mix\"} 0\n"));
  EXPECT_THAT(lines, Not(HasSubstr("outbound")));
}

TEST(NodeSockets, OfAnotherNetworkNamespaceAreReadThere) {
  const test::TemporaryFolder host;
  host.write("proc/net/dev", "");
  host.write("proc/net/tcp", "head\n");
  host.write("proc/812/net/dev", "");
  write_tables(host, "proc/812/");
  Context context(test::roots_below(host.path()), {});
  context.directory->publish({exit_node()});
  const auto lines = test::collected(kNodeSockets, context);
  EXPECT_THAT(lines, HasSubstr("mixnet_node_port_listening{node=\"exit1\",port=\"mix\"} 1\n"));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_outbound_connections{node=\"exit1\",port=\"mix\",state=\"established\"} 1\n"));
  EXPECT_THAT(context.remarks.all(), IsEmpty());
}

TEST(NodeSockets, SayWhatCouldNotBeRead) {
  const test::TemporaryFolder host;
  host.write("proc/net/udp6", kUdp6);
  host.write("proc/net/tcp", "head\nbroken\n");
  Context context(test::roots_below(host.path()), {});
  EXPECT_EQ(test::collected(kNodeSockets, context), "error: no node is known on this host\n");
  context.directory->publish({exit_node()});
  const auto lines = test::collected(kNodeSockets, context);
  EXPECT_THAT(lines, HasSubstr("mixnet_node_port_listening{node=\"exit1\",port=\"wireguard\"} 1\n"));
  EXPECT_THAT(lines, Not(HasSubstr("port=\"mix\"")));
  ASSERT_EQ(context.remarks.all().size(), 1U);
  EXPECT_EQ(context.remarks.all()[0].subject, "exit1: TCP sockets");
  EXPECT_EQ(context.remarks.all()[0].error.fault, Fault::malformed);
}

}  // namespace
}  // namespace mixnet
