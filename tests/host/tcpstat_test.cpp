// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/tcpstat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/host.h"

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

}  // namespace
}  // namespace mixnet
