// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/connection_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <ctime>
#include <filesystem>
#include <thread>

#include "collectors/network/websocket.h"
#include "tests/network/tls_server.h"
#include "tests/support/host.h"
#include "tests/support/http_server.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kLong = 30s;  // never waited for where all is well

ConnectionCheck check_of(std::uint16_t port, Talk talk, const std::string& address = "127.0.0.1") {
  return {{IpAddress::parse(address).value(), port, "node.example.org", false, talk}, {}};
}

ConnectionOutcome outcome_of(ConnectionCheck check, std::chrono::milliseconds timeout = kLong) {
  run_checks({&check, 1}, timeout);
  return check.outcome;
}

/// What a server that speaks WebSocket answers to a request.
std::string accepting(const std::string& head) {
  constexpr std::string_view kHeader = "Sec-WebSocket-Key: ";
  const auto key = head.substr(head.find(kHeader) + kHeader.size());
  return "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: " +
         websocket_accept(key.substr(0, key.find('\r'))) + "\r\n\r\n";
}

std::size_t descriptors() {
  const std::filesystem::directory_iterator folder("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
}

TEST(ConnectionCheck, ConnectsOverBothFamilies) {
  for (const auto* address : {"127.0.0.2", "::1"}) {
    const test::TcpServer server([](int) {}, address);
    const auto outcome = outcome_of(check_of(server.port(), Talk::nothing, address));
    EXPECT_TRUE(outcome.connected) << address << ": " << outcome.message;
    EXPECT_FALSE(outcome.fault || outcome.secured || outcome.answered || outcome.certificate) << address;
  }
}

TEST(ConnectionCheck, SaysWhyThereIsNoConnection) {
  std::uint16_t port = 0;
  {
    const test::TcpServer server([](int) {});
    port = server.port();
  }
  const auto refused = outcome_of(check_of(port, Talk::health));
  EXPECT_EQ(refused.fault, ConnectionFault::refused);
  EXPECT_FALSE(refused.connected || refused.answered);
  const auto unreachable = outcome_of(check_of(80, Talk::nothing, "255.255.255.255"));
  EXPECT_EQ(unreachable.fault, ConnectionFault::unreachable) << unreachable.message;
}

TEST(ConnectionCheck, AsksForHealth) {
  const test::HttpServer server([](const std::string&) { return test::answer(200, "{}"); });
  const auto outcome = outcome_of(check_of(server.port(), Talk::health));
  EXPECT_TRUE(outcome.answered);
  EXPECT_FALSE(outcome.fault) << outcome.message;
  EXPECT_EQ(outcome.status, 200);
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests().front(), StartsWith("GET /api/v1/health HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests().front(), HasSubstr("Host: node.example.org:" + std::to_string(server.port()) + "\r\n"));
}

TEST(ConnectionCheck, TellsAnswersApart) {
  const auto fault_of = [](test::Reply reply, Talk talk = Talk::health, std::chrono::milliseconds timeout = kLong) {
    const test::HttpServer server([&](const std::string&) { return reply; });
    const auto outcome = outcome_of(check_of(server.port(), talk), timeout);
    EXPECT_TRUE(outcome.connected);
    return outcome.fault;
  };
  using Then = test::Reply::Then;
  EXPECT_EQ(fault_of(test::answer(503, "")), ConnectionFault::status);
  EXPECT_EQ(fault_of(test::answer(200, ""), Talk::websocket), ConnectionFault::status);
  EXPECT_EQ(fault_of({"SSH-2.0-OpenSSH_9.2\r\n\r\n", Then::close}), ConnectionFault::malformed);
  EXPECT_EQ(fault_of({"HTTP/1.1 200 OK\r\n", Then::close}), ConnectionFault::broken_off);
  EXPECT_EQ(fault_of({"", Then::reset}), ConnectionFault::broken_off);
  EXPECT_EQ(fault_of({"", Then::hang}, Talk::health, 200ms), ConnectionFault::timeout);
  EXPECT_EQ(fault_of({"HTTP/1.1 200 OK\r\nX: ", Then::close, 1 << 20}), ConnectionFault::malformed) << "a head without an end";
}

TEST(ConnectionCheck, ShakesHandsAsAWebSocket) {
  const test::HttpServer server([](const std::string& head) { return test::Reply{accepting(head)}; });
  const auto outcome = outcome_of(check_of(server.port(), Talk::websocket));
  EXPECT_TRUE(outcome.answered);
  EXPECT_FALSE(outcome.fault) << outcome.message;
  EXPECT_EQ(outcome.status, 101);
  const test::HttpServer other([](const std::string&) { return test::Reply{accepting("Sec-WebSocket-Key: b3RoZXI=\r\n")}; });
  const auto wrong = outcome_of(check_of(other.port(), Talk::websocket));
  EXPECT_EQ(wrong.fault, ConnectionFault::malformed);
  EXPECT_THAT(wrong.message, HasSubstr("Sec-WebSocket-Accept"));
}

TEST(ConnectionCheck, OneThatHangsKeepsNoOtherWaiting) {
  const test::HttpServer good([](const std::string&) { return test::answer(200, "{}"); });
  const test::HttpServer hanging([](const std::string&) { return test::Reply{"", test::Reply::Then::hang}; });
  ConnectionCheck checks[] = {check_of(hanging.port(), Talk::health), check_of(good.port(), Talk::health)};
  run_checks(checks, 500ms);
  EXPECT_EQ(checks[0].outcome.fault, ConnectionFault::timeout);
  EXPECT_TRUE(checks[1].outcome.answered);
  EXPECT_FALSE(checks[1].outcome.fault);
}

TEST(ConnectionCheck, EndsWhenToldTo) {
  const test::HttpServer hanging([](const std::string&) { return test::Reply{"", test::Reply::Then::hang}; });
  auto check = check_of(hanging.port(), Talk::health);
  std::stop_source stop;
  std::thread asking([&] { run_checks({&check, 1}, std::chrono::hours(1), stop.get_token()); });
  while (hanging.requests().empty()) std::this_thread::sleep_for(1ms);
  stop.request_stop();
  asking.join();
  EXPECT_EQ(check.outcome.fault, ConnectionFault::timeout);
}

TEST(ConnectionCheck, LeavesNoDescriptorOpen) {
  const test::BoundSocket silent(SOCK_STREAM, "127.0.0.1");  // the kernel connects, nobody accepts
  ASSERT_EQ(::listen(silent.number(), 64), 0);
  ConnectionCheck checks[] = {check_of(silent.port(), Talk::websocket), check_of(silent.port(), Talk::nothing),
                              check_of(1, Talk::nothing)};
  run_checks(checks, 20ms);
  const auto before = descriptors();
  for (int round = 0; round < 5; ++round) run_checks(checks, 20ms);
  EXPECT_EQ(descriptors(), before);
  EXPECT_EQ(checks[0].outcome.fault, ConnectionFault::timeout);
  EXPECT_FALSE(checks[1].outcome.fault);
  EXPECT_EQ(checks[2].outcome.fault, ConnectionFault::refused);
}

class Tls : public testing::Test {
 protected:
  static ConnectionOutcome outcome(std::uint16_t port, const std::string& host, Talk talk) {
    return outcome_of({{IpAddress::parse("127.0.0.1").value(), port, host, true, talk}, {}});
  }

  /// Does an authority trust what a server sent?
  bool trusts(const test::Identity& authority, const ConnectionOutcome& outcome) const {
    folder_.write("ca.pem", authority.certificate);
    const auto trust = TlsTrust::load((folder_.path() / "ca.pem").string());
    EXPECT_TRUE(trust);
    EXPECT_TRUE(outcome.certificate);
    return trust->trusts(outcome.certificate->chain);
  }

  test::TemporaryFolder folder_;
  test::Identity authority_ = test::make_authority("The CA");
  test::Identity identity_ = test::make_identity(authority_, "node.example.org", {"dns:node.example.org"});
};

TEST_F(Tls, ShakesHandsAndLooksAtTheCertificate) {
  const test::TlsServer server(identity_, accepting);
  const auto good = outcome(server.port(), "node.example.org", Talk::websocket);
  EXPECT_FALSE(good.fault) << good.message;
  EXPECT_TRUE(good.connected && good.secured && good.answered);
  ASSERT_TRUE(good.certificate);
  EXPECT_TRUE(good.certificate->name_matches);
  EXPECT_TRUE(trusts(authority_, good));
  const auto in = good.certificate->expires_s - static_cast<double>(std::time(nullptr));
  EXPECT_GT(in, 1800);
  EXPECT_LE(in, 3600);
}

TEST_F(Tls, GoesOnWhateverTheCertificate) {
  const test::TlsServer server(identity_, [](const std::string&) { return test::answer(200, "{}").bytes; });
  const auto other_name = outcome(server.port(), "other.example.org", Talk::health);
  EXPECT_FALSE(other_name.fault);
  EXPECT_TRUE(trusts(authority_, other_name));
  EXPECT_FALSE(other_name.certificate->name_matches);
  EXPECT_FALSE(trusts(test::make_authority("Another CA"), other_name));
  const auto address = outcome(server.port(), "127.0.0.1", Talk::health);
  ASSERT_TRUE(address.certificate);
  EXPECT_FALSE(address.certificate->name_matches) << "the certificate is not for an address";
}

TEST_F(Tls, IsNotSpokenByAll) {
  const test::HttpServer server([](const std::string&) { return test::answer(200, "{}"); });
  const test::TcpServer talking([](int socket) { (void)::send(socket, "220 mail\r\n", 10, MSG_NOSIGNAL); });
  const auto outcome_of_talking = outcome(talking.port(), "node.example.org", Talk::health);
  EXPECT_TRUE(outcome_of_talking.connected);
  EXPECT_EQ(outcome_of_talking.fault, ConnectionFault::tls);
  EXPECT_FALSE(outcome_of_talking.certificate || outcome_of_talking.secured);
}

TEST_F(Tls, NeedsAuthorities) {
  EXPECT_FALSE(TlsTrust::load("/nonexistent.pem"));
  folder_.write("empty.pem", "");
  EXPECT_FALSE(TlsTrust::load((folder_.path() / "empty.pem").string()));
  folder_.write("ca.pem", authority_.certificate);
  const auto trust = TlsTrust::load((folder_.path() / "ca.pem").string());
  ASSERT_TRUE(trust);
  const std::vector<std::string> none, garbled{"not DER"};
  EXPECT_FALSE(trust->trusts(none));
  EXPECT_FALSE(trust->trusts(garbled));
}

}  // namespace
}  // namespace mixnet
