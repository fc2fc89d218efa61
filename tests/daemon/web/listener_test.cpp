// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mixnet::web {
namespace {

TEST(Listener, KnowsLoopback) {
  for (const auto* host : {"127.0.0.1", "127.200.0.1", "::1", "localhost", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(Address{host, 1})) << host;
  }
  for (const auto* host : {"", "0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "name.invalid"}) {
    EXPECT_FALSE(is_loopback(Address{host, 1})) << host;
  }
}

TEST(Listener, SaysWhereItIsBound) {
  const auto four = Listener::bind({"127.0.0.1", 0});
  ASSERT_TRUE(four);
  EXPECT_NE(four->port(), 0);
  EXPECT_EQ(four->address(), "127.0.0.1:" + std::to_string(four->port()));
  EXPECT_TRUE(four->is_local());
  const auto six = Listener::bind({"::1", 0});
  ASSERT_TRUE(six);
  EXPECT_EQ(six->address(), "[::1]:" + std::to_string(six->port()));
  EXPECT_TRUE(six->is_local());
  const auto all = Listener::bind({"", 0});
  ASSERT_TRUE(all);
  EXPECT_FALSE(all->is_local());
}

TEST(Listener, SaysThatAnAddressIsTaken) {
  const auto first = Listener::bind({"127.0.0.1", 0});
  const auto second = Listener::bind({"127.0.0.1", first->port()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, "cannot listen on " + first->address() + ": Address already in use");
}

TEST(Listener, InheritsOnlyWhatListens) {
  const int idle = socket(AF_INET, SOCK_STREAM, 0);
  const auto refused = Listener::inherit(idle);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "descriptor " + std::to_string(idle) + " is not a stream socket that listens");
  const int listening = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(listen(listening, 1), 0);
  EXPECT_TRUE(Listener::inherit(listening));
}

TEST(Listener, NeverWaitsInAcceptOfAnInheritedSocket) {
  const int blocking = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(listen(blocking, 1), 0);
  const auto inherited = Listener::inherit(blocking);
  ASSERT_TRUE(inherited);
  EXPECT_NE(fcntl(blocking, F_GETFL) & O_NONBLOCK, 0);
}

TEST(NetworkOf, TakesIpv6ByItsPrefix) {
  const auto network = [](const char* text) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    inet_pton(AF_INET6, text, &address.sin6_addr);
    return network_of(reinterpret_cast<const sockaddr*>(&address));
  };
  EXPECT_EQ(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::1"));
  EXPECT_NE(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
  EXPECT_NE(network("::ffff:192.0.2.1"), network("::ffff:192.0.2.2"));
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = inet_addr("192.0.2.1");
  EXPECT_EQ(network("::ffff:192.0.2.1"), network_of(reinterpret_cast<const sockaddr*>(&four)));
}

}  // namespace
}  // namespace mixnet::web
