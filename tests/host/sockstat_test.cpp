// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/sockstat.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Sockstat, GivesWhatEachProtocolHas) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  const auto page = ::sysconf(_SC_PAGESIZE);
  EXPECT_EQ(test::collected(kSockstat, context),
            "node_sockstat_sockets_used 214\n"
            "node_sockstat_TCP_inuse 31\nnode_sockstat_TCP_orphan 1\nnode_sockstat_TCP_tw 12\nnode_sockstat_TCP_alloc 44\n"
            "node_sockstat_TCP_mem 27\nnode_sockstat_TCP_mem_bytes " +
                std::to_string(27 * page) +
                "\n"
                "node_sockstat_UDP_inuse 9\nnode_sockstat_UDP_mem 4\nnode_sockstat_UDP_mem_bytes " +
                std::to_string(4 * page) +
                "\n"
                "node_sockstat_UDPLITE_inuse 0\nnode_sockstat_RAW_inuse 0\n"
                "node_sockstat_FRAG_inuse 0\nnode_sockstat_FRAG_memory 0\n"
                "node_sockstat_TCP6_inuse 8\nnode_sockstat_UDP6_inuse 3\nnode_sockstat_UDPLITE6_inuse 0\n"
                "node_sockstat_RAW6_inuse 1\nnode_sockstat_FRAG6_inuse 0\nnode_sockstat_FRAG6_memory 0\n");
  EXPECT_EQ(test::undeclared(kSockstat, context), "");
}

TEST(Sockstat, DoesWithoutEitherFamily) {
  const test::TemporaryFolder host;
  EXPECT_EQ(test::collected(kSockstat, host.path()), "");
  host.write("proc/net/sockstat", "sockets: used 3\nTCP: inuse 1 newer 7\n");
  EXPECT_EQ(test::collected(kSockstat, host.path()), "node_sockstat_sockets_used 3\nnode_sockstat_TCP_inuse 1\n");
}

TEST(Sockstat, RefusesWhatIsBroken) {
  Sockstat stat;
  EXPECT_EQ(parse_sockstat("TCP: inuse\n", stat).error().message, "line 1: \"\" is not a number of the kind expected");
  EXPECT_EQ(parse_sockstat("TCP: inuse 1\nUDP: inuse x\n", stat).error().message,
            "line 2: \"x\" is not a number of the kind expected");
  EXPECT_EQ(parse_sockstat("a b: inuse 1\n", stat).error().message, "line 1: a protocol expected in \"a b\"");
}

}  // namespace
}  // namespace mixnet
