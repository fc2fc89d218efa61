// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/sockets.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>

#include "tests/support/host.h"
#include "tests/support/netlink.h"

namespace mixnet {
namespace {

TEST(Sockets, AreTakenFromMessagesOfADump) {
  inet_diag_msg message{};
  message.idiag_state = 1;
  message.idiag_rqueue = 0xffffffff;
  message.idiag_wqueue = 3;
  message.id.idiag_sport = htons(1789);
  message.id.idiag_dport = htons(51000);
  for (const auto* more : {"", "attributes"}) {
    const auto socket = parse_tcp_socket(test::bytes_of(message) + more);
    ASSERT_TRUE(socket);
    EXPECT_EQ(socket->local_port, 1789);
    EXPECT_EQ(socket->remote_port, 51000);
    EXPECT_EQ(socket->state, 1);
    EXPECT_EQ(socket->receive_queue, 0xffffffffU);
    EXPECT_EQ(socket->transmit_queue, 3U);
  }
  EXPECT_FALSE(parse_tcp_socket("short"));
}

TEST(Sockets, AreReadOnceACollection) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  context.begin_collection();
  const auto* first = tcp_sockets(context).value();
  const auto established = first->all.in_state[1];
  EXPECT_EQ(tcp_sockets(context).value()->all.in_state[1], established);
  context.begin_collection();
  EXPECT_EQ(tcp_sockets(context).value()->all.in_state[1], established);
  EXPECT_EQ(first, tcp_sockets(context).value());
}

TEST(Sockets, WatchThePortsOfNodesAsTheyBecomeKnown) {
  const test::TemporaryFolder host;
  host.write("proc/net/tcp", "head\n0: a:06FD b:C000 01 0:0 0 0 0 0 0\n1: a:2328 b:C000 01 0:0 0 0 0 0 0\n");
  host.write("proc/net/udp", "head\n0: a:C83E b:0 07 0:2 0 0 0 0 0 2 ff 17\n");
  host.write("proc/net/udp6", "head\n0: a:C83E b:0 07 0:40 0 0 0 0 0 2 ff 3\n");
  Context context(test::roots_below(host.path()), {});
  context.begin_collection();
  EXPECT_EQ(tcp_sockets(context).value()->of(1789).local.in_state[1], 0U);
  Node node;
  node.ports[PortRole::mix] = 1789;
  node.ports[PortRole::lp_data] = 51262;
  context.directory->publish({node});
  context.begin_collection();
  EXPECT_EQ(tcp_sockets(context).value()->of(1789).local.in_state[1], 1U);
  EXPECT_EQ(tcp_sockets(context).value()->of(9000).local.in_state[1], 0U);
  const auto* udp = udp_sockets(context).value();
  EXPECT_EQ(udp->both.of(51262).drops, 20U);
  EXPECT_EQ(udp->both.of(51262).local.receive_queue, 0x42U);
  EXPECT_EQ(udp->v4->receive_queue, 2U);
  EXPECT_EQ(udp->v6->receive_queue, 0x40U);
}

TEST(Sockets, AreAbsentWithoutTheirFiles) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  context.begin_collection();
  EXPECT_EQ(tcp_sockets(context).error().fault, Fault::absent);
  EXPECT_EQ(udp_sockets(context).error().fault, Fault::absent);
  SocketTally tally;
  EXPECT_EQ(read_socket_tables(context.proc, "812/", SocketKind::udp, tally).error().message,
            (host.path() / "proc/812/net/udp").string() + " and udp6 are not there");
}

}  // namespace
}  // namespace mixnet
