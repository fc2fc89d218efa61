// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/time_query.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "tests/support/sockets.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 30s;
const IpAddress kHost = IpAddress::parse("127.0.0.1").value();

/// An answer to `packet` that says it is 2036, when NTP's seconds begin again.
std::string answer(const std::string& packet, char stratum = '\x01') {
  const std::string time("\0\0\0\0\x80\0\0\0", 8);
  return std::string{'\x24', stratum} + std::string(14, '\0') + time + packet.substr(40, 8) + time + time;
}

TEST(TimeQuery, HasTheOffset) {
  const test::UdpServer server([](const std::string& packet) { return answer(packet); });
  const auto before = std::chrono::system_clock::now();
  const auto time = ask_time(kHost, server.port(), kLong);
  ASSERT_TRUE(time);
  const double until_2036 = 4'294'967'296.0 - 2'208'988'800.0 + 0.5;
  const double now = std::chrono::duration<double>(before.time_since_epoch()).count();
  EXPECT_NEAR(time->offset_s, until_2036 - now, 60) << "as far as the clock goes on";
  EXPECT_GE(time->round_trip_s, 0);
  EXPECT_EQ(time->stratum, 1);
}

TEST(TimeQuery, SaysWhyThereIsNone) {
  const auto fault_of = [](const std::function<std::string(const std::string&)>& reply, std::chrono::milliseconds timeout) {
    const test::UdpServer server(reply);
    const auto time = ask_time(kHost, server.port(), timeout);
    return time ? "" : std::string(to_string(time.error()));
  };
  EXPECT_EQ(fault_of([](const std::string& packet) { return answer(packet, '\0'); }, kLong), "kiss_of_death");
  EXPECT_EQ(fault_of([](const std::string& packet) { return answer(packet, '\x10'); }, kLong), "unsynchronised");
  EXPECT_EQ(fault_of([](const std::string&) { return "hello"; }, kLong), "malformed");
  EXPECT_EQ(fault_of([](const std::string&) { return ""; }, 100ms), "timeout");
  EXPECT_EQ(fault_of([](const std::string&) { return answer(std::string(48, 'x')); }, 100ms), "timeout") << "not the answer";
}

TEST(TimeQuery, NobodyThere) {
  std::uint16_t port = 0;
  {
    const test::BoundSocket socket(SOCK_DGRAM, "127.0.0.1");
    port = socket.port();
  }
  const auto time = ask_time(kHost, port, kLong);
  ASSERT_FALSE(time);
  EXPECT_EQ(time.error(), TimeFault::unreachable);
}

}  // namespace
}  // namespace mixnet
