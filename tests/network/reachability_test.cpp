// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/reachability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "collectors/network/websocket.h"
#include "tests/network/tls_server.h"
#include "tests/node/nodes.h"
#include "tests/support/http_server.h"

namespace mixnet {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A node that listens on this host, or not.
class Reachability : public testing::Test {
 protected:
  Reachability() {
    folder_.write("ca.pem", authority_.certificate);
    settings_.reachability.ca_file = (folder_.path() / "ca.pem").string();
    node_.name = "exit1";
    node_.hostname = "localhost";
    node_.public_addresses = {"127.0.0.1"};
    node_.announced_ports[PortRole::mix] = mix_.port();
    node_.announced_ports[PortRole::http] = http_.port();
    node_.announced_ports[PortRole::client_ws] = http_.port();
    node_.announced_wss_port = wss_.port();
  }

  std::string collect() {
    Context context(test::roots_below(folder_.path()), settings_);
    context.directory->publish({node_});
    const auto out = test::run(kReachability, context);
    remarks_ = test::remarks_of(context);
    return out;
  }

  static std::string labels(const std::string& port, const std::string& address = "127.0.0.1",
                            const std::string& family = "ipv4") {
    return R"({node="exit1",port=")" + port + R"(",address=")" + address + R"(",family=")" + family + "\"";
  }

  static std::string answer_of(const std::string& head) {
    constexpr std::string_view kHeader = "Sec-WebSocket-Key: ";
    const auto at = head.find(kHeader);
    if (at == std::string::npos) return test::answer(200, "{}").bytes;
    return "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           websocket_accept(head.substr(at + kHeader.size(), 24)) + "\r\n\r\n";
  }

  test::TemporaryFolder folder_;
  test::Identity authority_ = test::make_authority("The CA");
  test::TcpServer mix_{[](int) {}};
  test::HttpServer http_{[](const std::string& head) { return test::Reply{answer_of(head)}; }};
  test::TlsServer wss_{test::make_identity(authority_, "localhost", {"dns:localhost"}), answer_of};
  Settings settings_;
  Node node_;
  std::string remarks_;
};

TEST_F(Reachability, OfANodeThatIsThere) {
  const auto out = collect();
  for (const auto* port : {"mix", "http", "client_ws", "client_wss"}) {
    EXPECT_THAT(out, HasSubstr("mixnet_network_node_reachable" + labels(port) + "} 1\n"));
    EXPECT_THAT(out, HasSubstr("mixnet_network_node_connect_seconds" + labels(port) + "} "));
    EXPECT_THAT(out, Not(HasSubstr("reach_fault_info" + labels(port))));
  }
  EXPECT_THAT(out, Not(HasSubstr("answers" + labels("mix")))) << "what it speaks takes keys";
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_answers" + labels("http") + "} 1\n"));
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_answers" + labels("client_ws") + "} 1\n"));
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_answers" + labels("client_wss") + "} 1\n"));
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_http_seconds" + labels("http") + "} "));
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_websocket_seconds" + labels("client_ws") + "} "));
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_tls_handshake_seconds" + labels("client_wss") + "} "));
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_tls_name_matches" + labels("client_wss") + "} 1\n"));
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_tls_chain_valid" + labels("client_wss") + "} 1\n"));
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_tls_certificate_expiry_timestamp_seconds" + labels("client_wss") + "} "));
  EXPECT_THAT(out, HasSubstr(R"(mixnet_network_node_address_is_local{node="exit1",address="127.0.0.1",family="ipv4"} 1)"));
  EXPECT_THAT(out, HasSubstr(R"(mixnet_network_node_dns_resolves{node="exit1"} 1)"));
  EXPECT_THAT(out, HasSubstr("mixnet_network_reachability_left_out 0\n"));
  EXPECT_THAT(out, Not(HasSubstr("clock"))) << "nobody asked for it";
}

TEST_F(Reachability, OfANodeThatIsNot) {
  node_.announced_ports[PortRole::verloc] = 1;
  node_.public_addresses = {"127.0.0.1", "127.0.0.2"};
  const auto out = collect();
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_reachable" + labels("verloc") + "} 0\n"));
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_reach_fault_info" + labels("verloc") + ",reason=\"refused\"} 1\n"));
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_reachable" + labels("mix", "127.0.0.2") + "} 0\n"));
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_answers" + labels("http", "127.0.0.2") + "} 0\n"));
  EXPECT_THAT(out, Not(HasSubstr("connect_seconds" + labels("mix", "127.0.0.2"))));
  EXPECT_THAT(out, HasSubstr(R"(mixnet_network_node_dns_matches{node="exit1",family="ipv4"} 0)"));
}

TEST_F(Reachability, OfACertificateForAnotherName) {
  node_.hostname = "127.0.0.1";
  const auto out = collect();
  EXPECT_THAT(out, HasSubstr("tls_name_matches" + labels("client_wss") + "} 0\n"));
  EXPECT_THAT(out, HasSubstr("answers" + labels("client_wss") + "} 1\n")) << "that is not what it says";
  EXPECT_THAT(out, Not(HasSubstr("dns_"))) << "an address is no name";
}

TEST_F(Reachability, IsAskedAtTheTargetsOfTheOperator) {
  node_.public_addresses = {"203.0.113.17"};
  settings_.reachability.targets = {"exit1=127.0.0.1", "other=127.0.0.3"};
  const auto out = collect();
  EXPECT_THAT(out, HasSubstr("mixnet_network_node_reachable" + labels("mix") + "} 1\n"));
  EXPECT_THAT(out, AllOf(Not(HasSubstr("203.0.113.17")), Not(HasSubstr("127.0.0.3"))));
}

TEST_F(Reachability, TakesNoLoopbackOfTheHostsFileForTheDns) {
  node_.public_addresses = {"203.0.113.17"};  // the name is known here as 127.0.0.1, as many hosts have their own
  settings_.reachability.targets = {"127.0.0.1"};
  const auto out = collect();
  EXPECT_THAT(out, Not(HasSubstr("dns_matches")));
  EXPECT_THAT(remarks_, HasSubstr("exit1: localhost: a loopback address on this host"));
}

TEST_F(Reachability, SaysWhereNothingCanBeTried) {
  node_.public_addresses.clear();
  node_.hostname = "no-such-host.invalid";
  const auto out = collect();
  EXPECT_THAT(out, Not(HasSubstr("node_reachable{")));
  EXPECT_THAT(out, HasSubstr(R"(mixnet_network_node_dns_resolves{node="exit1"} 0)"));
  EXPECT_THAT(remarks_, HasSubstr("exit1: no public address is known"));
  EXPECT_THAT(remarks_, HasSubstr("!exit1: no-such-host.invalid: "));
}

TEST_F(Reachability, WithoutAuthoritiesSaysNothingOfChains) {
  settings_.reachability.ca_file = "/nonexistent.pem";
  const auto out = collect();
  EXPECT_THAT(out, HasSubstr("tls_name_matches" + labels("client_wss") + "} 1\n"));
  EXPECT_THAT(out, Not(HasSubstr("tls_chain_valid")));
  EXPECT_THAT(remarks_, HasSubstr("!TLS: read /nonexistent.pem: "));
}

TEST_F(Reachability, AsksAnNtpServer) {
  const test::UdpServer server([](const std::string& packet) {
    const std::string time("\0\0\0\0\x80\0\0\0", 8);
    return "\x24\x03" + std::string(14, '\0') + time + packet.substr(40, 8) + time + time;
  });
  settings_.reachability.ntp_server = "127.0.0.1:" + std::to_string(server.port());
  const auto labels = "{server=\"" + settings_.reachability.ntp_server + "\"";
  const auto out = collect();
  EXPECT_THAT(out, HasSubstr("mixnet_network_clock_server_up" + labels + "} 1\n"));
  EXPECT_THAT(out, HasSubstr("mixnet_network_clock_offset_seconds" + labels + "} "));
  EXPECT_THAT(out, HasSubstr("mixnet_network_clock_round_trip_seconds" + labels + "} "));
  EXPECT_THAT(out, HasSubstr("mixnet_network_clock_stratum" + labels + "} 3\n"));
  EXPECT_THAT(out, Not(HasSubstr("clock_fault_info")));
}

TEST_F(Reachability, SaysWhyThereIsNoTime) {
  settings_.reachability.ntp_server = "no-such-host.invalid";
  const auto out = collect();
  EXPECT_THAT(out, HasSubstr("mixnet_network_clock_server_up{server=\"no-such-host.invalid\"} 0\n"));
  EXPECT_THAT(out, HasSubstr("mixnet_network_clock_fault_info{server=\"no-such-host.invalid\",reason=\"name\"} 1\n"));
}

TEST_F(Reachability, TriesAgainWhenTheIntervalHasPassedOnly) {
  Context context(test::roots_below(folder_.path()), settings_);
  context.directory->publish({node_});
  for (int run = 0; run < 3; ++run) test::run(kReachability, context);
  EXPECT_EQ(http_.connections(), 2) << "one for http, one for client_ws";
}

TEST_F(Reachability, IsAbsentWithoutNodes) {
  Context context(test::roots_below(folder_.path()), settings_);
  EXPECT_EQ(test::run(kReachability, context), "error: no node is known on this host\n");
}

TEST_F(Reachability, DeclaresWhatItEmits) {
  settings_.reachability.ntp_server = "127.0.0.1:1";
  Context context(test::roots_below(folder_.path()), settings_);
  context.directory->publish({node_});
  EXPECT_EQ(test::undeclared(kReachability, context), "");
}

}  // namespace
}  // namespace mixnet
