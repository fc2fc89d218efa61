// SPDX-License-Identifier: Apache-2.0
#include "daemon/address.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

std::string outcome(std::string_view text) {
  const auto address = parse_address(text);
  return address ? address->host + " " + std::to_string(address->port) : address.error().message;
}

TEST(Address, IsHostAndPort) {
  EXPECT_EQ(outcome("127.0.0.1:10087"), "127.0.0.1 10087");
  EXPECT_EQ(outcome("[::1]:9100"), "::1 9100");
  EXPECT_EQ(outcome("[::]:0"), ":: 0");
  EXPECT_EQ(outcome(":9100"), " 9100");
  EXPECT_EQ(outcome("localhost:65535"), "localhost 65535");
  EXPECT_EQ(outcome("node-1.example.org:80"), "node-1.example.org 80");
}

TEST(Address, RefusesAllElse) {
  EXPECT_EQ(outcome(""), "\"\" is not HOST:PORT");
  EXPECT_EQ(outcome("9100"), "\"9100\" is not HOST:PORT");
  EXPECT_EQ(outcome("localhost:"), "\"\" is not a port from 0 to 65535");
  EXPECT_EQ(outcome("localhost:http"), "\"http\" is not a port from 0 to 65535");
  EXPECT_EQ(outcome(":65536"), "\"65536\" is not a port from 0 to 65535");
  EXPECT_EQ(outcome(":-1"), "\"-1\" is not a port from 0 to 65535");
  EXPECT_EQ(outcome(": 80"), "\" 80\" is not a port from 0 to 65535");
  EXPECT_EQ(outcome("::1:80"), "an IPv6 address needs brackets: [::1]:PORT");
  EXPECT_EQ(outcome("[127.0.0.1]:80"), "\"127.0.0.1\" is neither an IP address nor a host's name");
  EXPECT_EQ(outcome("[::g]:80"), "\"::g\" is neither an IP address nor a host's name");
  EXPECT_EQ(outcome("[]:80"), "\"[]\" is neither an IP address nor a host's name");
  EXPECT_EQ(outcome("256.0.0.1:80"), "\"256.0.0.1\" is neither an IP address nor a host's name");
  EXPECT_EQ(outcome("1.2.3:80"), "\"1.2.3\" is neither an IP address nor a host's name");
  EXPECT_EQ(outcome("a b:80"), "\"a b\" is neither an IP address nor a host's name");
  EXPECT_EQ(outcome("http://a:80"), "\"http://a\" is neither an IP address nor a host's name");
  EXPECT_EQ(outcome("-a:80"), "\"-a\" is neither an IP address nor a host's name");
  EXPECT_EQ(outcome("a..b:80"), "\"a..b\" is neither an IP address nor a host's name");
  EXPECT_EQ(outcome(std::string(64, 'a') + ":80"),
            "\"" + std::string(60, 'a') + "\"… is neither an IP address nor a host's name");
  EXPECT_EQ(outcome(std::string_view("::1\0:80", 7)), "\"::1\\x00\" is neither an IP address nor a host's name");
}

}  // namespace
}  // namespace mixnet
