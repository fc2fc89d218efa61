// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/socket_table.h"

#include <gtest/gtest.h>

#include <numeric>

namespace mixnet {
namespace {

constexpr auto kTcp = SocketKind::tcp, kUdp = SocketKind::udp;

std::string refused(std::string_view text, SocketKind kind = kTcp) {
  SocketTally tally;
  const auto done = add_socket_table(text, kind, tally);
  return done ? "" : done.error().message;
}

TEST(SocketTable, RefusesWhatIsBroken) {
  EXPECT_EQ(refused(""), "");
  EXPECT_EQ(refused("head\n"), "");
  EXPECT_EQ(refused("0: a:1 b:1 01\n0: a:1 b:1 01\n"), "line 2: 10 columns expected in \"0: a:1 b:1 01\"");
  EXPECT_EQ(refused("head\n0: a:1 b:1 01 00000001 0 0 0 0 0\n"), "line 2: \"\" is not a number of the kind expected");
  EXPECT_EQ(refused("head\n0: a:1 b:1 G1 0:0 0 0 0 0 0\n"), "line 2: \"G1\" is not a number of the kind expected");
  EXPECT_EQ(refused("head\n0: a b:1 01 0:0 0 0 0 0 0\n"), "line 2: no port in \"a\"");
  EXPECT_EQ(refused("head\n0: a:10000 b:1 01 0:0 0 0 0 0 0\n"), "line 2: \"10000\" is not a number of the kind expected");
  const auto line = [](std::string_view drops) {
    return "head\n0: a:1 b:1 07 0:0 0 0 0 0 0 2 ff " + std::string(drops) + "\n";
  };
  EXPECT_EQ(refused(line("x"), kUdp), "line 2: \"x\" is not a number of the kind expected");
  EXPECT_EQ(refused(line("x"), kTcp), "");
}

TEST(SocketTable, CountsOnLinesAcrossPieces) {
  SocketTally tally;
  ASSERT_TRUE(add_socket_table("head\n0: a:1 b:1 0A 1:2 0 0 0 0 0\n", kTcp, tally));
  ASSERT_TRUE(add_socket_table("1: a:1 b:1 FF 10:20 0 0 0 0 0\n", kTcp, tally));
  EXPECT_EQ(tally.all.in_state[10], 1U);
  EXPECT_EQ(tally.all.transmit_queue, 0x11U);
  EXPECT_EQ(tally.all.receive_queue, 0x22U);
  const auto done = add_socket_table("x\n", kTcp, tally);
  EXPECT_EQ(done.error().message, "line 4: 10 columns expected in \"x\"");
}

TEST(SocketTally, TellsWatchedPortsApart) {
  SocketTally tally;
  tally.watch(std::array<std::uint16_t, 4>{1789, 0, 9000, 1789});
  tally.add({.local_port = 1789, .remote_port = 0, .state = kTcpListen, .receive_queue = 3, .transmit_queue = 128});
  tally.add({.local_port = 1789, .remote_port = 40000, .state = 1, .receive_queue = 5, .transmit_queue = 7});
  tally.add({.local_port = 1789, .remote_port = 9000, .state = 8});  // its own port says whose connection it is
  tally.add({.local_port = 40000, .remote_port = 1789, .state = 2, .receive_queue = 11, .transmit_queue = 13});
  tally.add({.local_port = 40000, .remote_port = 443, .state = 1, .drops = 9});
  tally.add({.local_port = 0, .remote_port = 0, .state = 200});
  const auto& mix = tally.of(1789);
  EXPECT_EQ(mix.listening, 1U);
  EXPECT_EQ(mix.accept_queue, 3U);
  EXPECT_EQ(mix.accept_queue_max, 128U);
  EXPECT_EQ(mix.local.in_state[1], 1U);
  EXPECT_EQ(mix.local.in_state[8], 1U);
  EXPECT_EQ(mix.local.in_state[kTcpListen], 0U);
  EXPECT_EQ(mix.local.receive_queue, 5U);
  EXPECT_EQ(mix.local.transmit_queue, 7U);
  EXPECT_EQ(mix.remote.in_state[2], 1U);
  EXPECT_EQ(mix.remote.transmit_queue, 13U);
  EXPECT_EQ(tally.of(9000).remote.in_state[8], 0U);
  EXPECT_EQ(tally.of(443).remote.in_state[1], 0U);
  EXPECT_EQ(tally.all.in_state[1], 2U);

  tally.clear();
  EXPECT_EQ(tally.of(1789).listening, 0U);
  tally.add({.local_port = 9000, .state = 1});
  EXPECT_EQ(tally.of(9000).local.in_state[1], 1U);
  tally.watch({});
  tally.add({.local_port = 9000, .state = 1});
  EXPECT_EQ(tally.of(9000).local.in_state[1], 0U);
}

TEST(SocketTally, WatchesNoMorePortsThanItHasPlacesFor) {
  std::vector<std::uint16_t> ports(1000);
  std::iota(ports.begin(), ports.end(), std::uint16_t{1});
  SocketTally tally;
  tally.watch(ports);
  for (const auto port : ports) tally.add({.local_port = port, .state = 1});
  EXPECT_EQ(tally.of(255).local.in_state[1], 1U);
  EXPECT_EQ(tally.of(256).local.in_state[1], 0U);
}

}  // namespace
}  // namespace mixnet
