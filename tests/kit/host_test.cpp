// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/host.h"

#include <gtest/gtest.h>

#include "collectors/kit/ip_address.h"

namespace mixnet {
namespace {

TEST(IpAddress, IsReadAndWritten) {
  const auto v4 = IpAddress::parse("203.0.113.17");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->text(), "203.0.113.17");
  EXPECT_EQ(v4->family(), "ipv4");
  const auto v6 = IpAddress::parse("2001:DB8:0:0::17");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->text(), "2001:db8::17");
  EXPECT_EQ(v6->family(), "ipv6");
  EXPECT_TRUE(*v6 == IpAddress::parse("2001:db8::17"));
  EXPECT_FALSE(*v6 == *v4);
  for (const auto* bad : {"", "203.0.113", "203.0.113.256", "[::1]", "fe80::1%eth0", "name", "203.0.113.17 "}) {
    EXPECT_FALSE(IpAddress::parse(bad)) << bad;
  }
}

TEST(IpAddress, KnowsLoopback) {
  for (const auto* text : {"127.0.0.1", "127.0.1.1", "::1"}) EXPECT_TRUE(IpAddress::parse(text)->is_loopback()) << text;
  for (const auto* text : {"128.0.0.1", "::2", "10.0.0.1"}) EXPECT_FALSE(IpAddress::parse(text)->is_loopback()) << text;
}

TEST(IpAddress, GoesBySocketAddresses) {
  const auto address = IpAddress::parse("2001:db8::17").value();
  auto with_port = address.with_port(443);
  EXPECT_EQ(with_port.ss_family, AF_INET6);
  EXPECT_TRUE(IpAddress::of(reinterpret_cast<const sockaddr*>(&with_port)) == address);
  with_port.ss_family = AF_UNIX;
  EXPECT_FALSE(IpAddress::of(reinterpret_cast<const sockaddr*>(&with_port)));
  EXPECT_FALSE(IpAddress::of(nullptr));
}

TEST(HostAndPort, IsReadInAllItsForms) {
  const auto read = [](std::string_view text) {
    const auto parsed = HostAndPort::parse(text);
    return parsed ? parsed->host + "|" + std::to_string(parsed->port) : "!";
  };
  EXPECT_EQ(read("ntp.example.org"), "ntp.example.org|0");
  EXPECT_EQ(read("ntp.example.org:1123"), "ntp.example.org|1123");
  EXPECT_EQ(read("192.0.2.1"), "192.0.2.1|0");
  EXPECT_EQ(read("192.0.2.1:123"), "192.0.2.1|123");
  EXPECT_EQ(read("2001:db8::1"), "2001:db8::1|0");
  EXPECT_EQ(read("[2001:db8::1]"), "2001:db8::1|0");
  EXPECT_EQ(read("[2001:db8::1]:123"), "2001:db8::1|123");
  for (const auto* bad :
       {"", ":", ":123", "a:", "a:0", "a:65536", "a:b", "a b", "http://a", "[::1", "[::1]x", "[::1]:", "a..b", "a/b"}) {
    EXPECT_EQ(read(bad), "!") << bad;
  }
}

TEST(HostAndPort, NamesAreBounded) {
  EXPECT_TRUE(is_host(std::string(63, 'a') + "." + std::string(63, 'b')));
  EXPECT_FALSE(is_host(std::string(64, 'a')));
  std::string longest;
  for (int label = 0; label < 64; ++label) longest += "abc.";
  EXPECT_FALSE(is_host(longest));
}

}  // namespace
}  // namespace mixnet
