// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/udp_queues.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(UdpQueues, SumsTheQueuesOfEachFamily) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  EXPECT_EQ(test::collected(kUdpQueues, context),
            "node_udp_queues{queue=\"tx\",ip=\"v4\"} 768\nnode_udp_queues{queue=\"rx\",ip=\"v4\"} 14336\n"
            "node_udp_queues{queue=\"tx\",ip=\"v6\"} 0\nnode_udp_queues{queue=\"rx\",ip=\"v6\"} 2304\n");
  EXPECT_EQ(test::undeclared(kUdpQueues, context), "");
}

TEST(UdpQueues, DoesWithOneFamily) {
  const test::TemporaryFolder host;
  host.write("proc/net/udp6", "head\n");
  EXPECT_EQ(test::collected(kUdpQueues, host.path()),
            "node_udp_queues{queue=\"tx\",ip=\"v6\"} 0\nnode_udp_queues{queue=\"rx\",ip=\"v6\"} 0\n");
}

TEST(UdpQueues, IsAbsentWithoutBoth) {
  const test::TemporaryFolder host;
  EXPECT_EQ(test::collected(kUdpQueues, host.path()),
            "error: " + (host.path() / "proc/net/udp").string() + " and udp6 are not there\n");
}

TEST(UdpQueues, NamesTheFileInItsErrors) {
  const test::TemporaryFolder host;
  host.write("proc/net/udp", "head\nbroken\n");
  EXPECT_EQ(test::collected(kUdpQueues, host.path()),
            "error: " + (host.path() / "proc/net/udp").string() + ": line 2: 10 columns expected in \"broken\"\n");
}

}  // namespace
}  // namespace mixnet
