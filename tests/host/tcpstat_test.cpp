// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/tcpstat.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/host.h"
#include "tests/support/netlink.h"

namespace mixnet {
namespace {

using testing::HasSubstr;

TEST(Tcpstat, CountsStatesAndQueues) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  EXPECT_EQ(test::collected(kTcpstat, context),
            "node_tcp_connection_states{state=\"established\"} 4\nnode_tcp_connection_states{state=\"syn_sent\"} 1\n"
            "node_tcp_connection_states{state=\"syn_recv\"} 0\nnode_tcp_connection_states{state=\"fin_wait1\"} 0\n"
            "node_tcp_connection_states{state=\"fin_wait2\"} 0\nnode_tcp_connection_states{state=\"time_wait\"} 2\n"
            "node_tcp_connection_states{state=\"close\"} 0\nnode_tcp_connection_states{state=\"close_wait\"} 1\n"
            "node_tcp_connection_states{state=\"last_ack\"} 0\nnode_tcp_connection_states{state=\"listen\"} 3\n"
            "node_tcp_connection_states{state=\"closing\"} 0\n"
            "node_tcp_connection_states{state=\"rx_queued_bytes\"} 67\n"
            "node_tcp_connection_states{state=\"tx_queued_bytes\"} 1465\n");
  EXPECT_EQ(test::undeclared(kTcpstat, context), "");
}

int listening(int family) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return fd >= 0 && ::listen(fd, 1) == 0 ? fd : -1;  // on any free port
}

double listening_now(Context& context) {
  const auto lines = test::collected(kTcpstat, context);
  constexpr std::string_view kSeries = "{state=\"listen\"} ";
  const auto at = lines.find(kSeries);
  return at == std::string::npos ? -1 : std::stod(lines.substr(at + kSeries.size()));
}

TEST(Tcpstat, SeesBothFamiliesOfThisHostByNetlinkAndByFiles) {
  Roots by_files;
  by_files.proc = "/proc/.";
  for (const auto& roots : {Roots{}, by_files}) {
    Context context(roots, {});
    const auto before = listening_now(context);
    ASSERT_GE(before, 0);
    int expected = 0;
    std::vector<int> open;
    for (const int family : {AF_INET, AF_INET6}) {
      for (int count = 0; count < 20; ++count) open.push_back(listening(family));
      expected += 20 * (open.back() >= 0);
    }
    EXPECT_NEAR(listening_now(context), before + expected, 10);  // others may open and close theirs
    for (const int fd : open) ::close(fd);
  }
}

TEST(Tcpstat, TakesOneDumpedSocketAfterTheOther) {
  inet_diag_msg message{};
  message.idiag_state = 1;
  message.idiag_rqueue = 0xffffffff;
  message.idiag_wqueue = 3;
  SocketTotals totals;
  add_tcp_socket(test::bytes_of(message), totals);
  add_tcp_socket(test::bytes_of(message) + "attributes", totals);
  add_tcp_socket("short", totals);
  message.idiag_state = 200;
  add_tcp_socket(test::bytes_of(message), totals);
  EXPECT_EQ(totals.in_state[1], 2U);
  EXPECT_EQ(totals.receive_queue, 3 * std::uint64_t{0xffffffff});
  EXPECT_EQ(totals.transmit_queue, 9U);
}

std::size_t memory_peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
  }
  return 0;
}

TEST(Tcpstat, TakesFiftyThousandSocketsWithoutGrowing) {
  const test::TemporaryFolder host;
  std::string text = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
  for (int socket = 0; socket < 50'000; ++socket) {
    text += " 1: 0100007F:07E8 0100007F:C000 01 00000001:00000002 00:00000000 00000000     0        0 558 1 00000000fb370f2b\n";
  }
  host.write("proc/net/tcp", text);
  const auto bytes = text.size();
  ASSERT_GT(bytes, std::size_t{5} << 20);
  text = {};
  Context context(test::roots_below(host.path()), {});
  const auto before = memory_peak_kib();
  EXPECT_THAT(test::collected(kTcpstat, context), HasSubstr("{state=\"established\"} 50000\n"));
  EXPECT_LT(memory_peak_kib() - before, std::size_t{2} << 10);
}

TEST(SocketTable, RefusesWhatIsBroken) {
  SocketTotals totals;
  EXPECT_TRUE(add_socket_table("", totals));
  EXPECT_TRUE(add_socket_table("head\n", totals));
  EXPECT_EQ(add_socket_table("0: a b 01\n", totals).error().message, "line 2: 10 columns expected in \"0: a b 01\"");
  totals = {};
  EXPECT_EQ(add_socket_table("head\n0: a b 01 00000001 0 0 0 0 0\n", totals).error().message,
            "line 2: \"\" is not a number of the kind expected");
  totals = {};
  EXPECT_EQ(add_socket_table("head\n0: a b G1 0:0 0 0 0 0 0\n", totals).error().message,
            "line 2: \"G1\" is not a number of the kind expected");
}

TEST(SocketTable, CountsOnLinesAcrossPieces) {
  SocketTotals totals;
  ASSERT_TRUE(add_socket_table("head\n0: a b 0A 1:2 0 0 0 0 0\n", totals));
  ASSERT_TRUE(add_socket_table("1: a b FF 10:20 0 0 0 0 0\n", totals));
  EXPECT_EQ(totals.in_state[10], 1U);
  EXPECT_EQ(totals.transmit_queue, 0x11U);
  EXPECT_EQ(totals.receive_queue, 0x22U);
  EXPECT_EQ(add_socket_table("x\n", totals).error().message, "line 4: 10 columns expected in \"x\"");
}

}  // namespace
}  // namespace mixnet
