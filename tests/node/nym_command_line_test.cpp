// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::ElementsAre;

NymCommandLine parsed(std::initializer_list<const char*> arguments) {
  std::string text;
  for (const auto* argument : arguments) text.append(argument).append(1, '\0');
  return parse_nym_command_line(text);
}

TEST(NymCommandLine, TellsANodeFromOtherUses) {
  EXPECT_TRUE(parsed({"nym-node", "run"}).runs_a_node());
  EXPECT_TRUE(parsed({"/root/nym-binaries/nym-node", "run", "--id", "a"}).runs_a_node());
  EXPECT_TRUE(parsed({"./nym-node-1.31.0", "run"}).runs_a_node());
  EXPECT_TRUE(parsed({"nym-node", "--no-banner", "-c", "/etc/nym.env", "run"}).runs_a_node());
  EXPECT_FALSE(parsed({"nym-node"}).runs_a_node());
  EXPECT_FALSE(parsed({"nym-node", "--version"}).runs_a_node());
  EXPECT_FALSE(parsed({"nym-node", "sign", "--text", "run"}).runs_a_node());
  EXPECT_FALSE(parsed({"nym-node", "-c", "run", "bonding-information"}).runs_a_node());
  EXPECT_FALSE(parsed({"nym-node", "run", "--init-only"}).runs_a_node());
  EXPECT_FALSE(parsed({"/bin/sh", "/usr/local/bin/nym-node", "run"}).runs_a_node());
  EXPECT_FALSE(parsed({"nymvisor", "run"}).runs_a_node());
  EXPECT_FALSE(parse_nym_command_line("").runs_a_node());
  EXPECT_FALSE(parse_nym_command_line(std::string_view("\0\0\0", 3)).runs_a_node());
}

TEST(NymCommandLine, ReadsBothWaysToGiveAValue) {
  const auto line =
      parsed({"nym-node", "run", "--id=exit1", "--http-bind-address", "0.0.0.0:8081", "--mixnet-bind-address=[::]:1",
              "--mixnet-announce-port", "1789", "--entry-bind-address", "[::]:9002", "--lp-data-bind-address", "[::]:51265",
              "--wireguard-enabled", "true", "--nym-api-urls", "https://a/api,https://b/api",
              "--public-ips=203.0.113.1,2001:db8::1", "--accept-operator-terms-and-conditions", "-w"});
  const auto& options = line.options;
  EXPECT_EQ(options.id, "exit1");
  EXPECT_EQ(options.http_bind, "0.0.0.0:8081");
  EXPECT_EQ(options.bound[PortRole::http], 8081);
  EXPECT_EQ(options.bound[PortRole::mix], 1);
  EXPECT_EQ(options.announced[PortRole::mix], 1789);
  EXPECT_EQ(options.bound[PortRole::client_ws], 9002);
  EXPECT_EQ(options.bound[PortRole::lp_data], 51265);
  EXPECT_EQ(options.wireguard, true);
  EXPECT_THAT(options.nym_api_urls, ElementsAre("https://a/api", "https://b/api"));
  EXPECT_THAT(options.public_ips, ElementsAre("203.0.113.1", "2001:db8::1"));
  EXPECT_TRUE(line.accepts_terms);
  EXPECT_FALSE(options.mixnode);
  EXPECT_EQ(parsed({"nym-node", "run", "--wireguard-enabled", "false"}).options.wireguard, false);
  EXPECT_EQ(parsed({"nym-node", "run", "--config-file", "/etc/nym/a.toml"}).config_file, "/etc/nym/a.toml");
}

TEST(NymCommandLine, KnowsWhatModesStandFor) {
  const auto modes = [](std::initializer_list<const char*> arguments) {
    const auto options = parsed(arguments).options;
    const auto letter = [](std::optional<bool> mode) { return mode ? *mode ? '1' : '0' : '-'; };
    return std::string{letter(options.mixnode), letter(options.entry), letter(options.exit)};
  };
  EXPECT_EQ(modes({"nym-node", "run"}), "---");
  EXPECT_EQ(modes({"nym-node", "run", "--mode", "mixnode"}), "100");
  EXPECT_EQ(modes({"nym-node", "run", "--mode", "entry-gateway", "--id", "mixnode"}), "010");
  EXPECT_EQ(modes({"nym-node", "run", "--mode=exit-gateway"}), "011");
  EXPECT_EQ(modes({"nym-node", "run", "--modes", "mixnode,exit-providers-only"}), "101");
  EXPECT_EQ(modes({"nym-node", "run", "--mode", "mixnode", "entry-gateway"}), "110");
  EXPECT_EQ(modes({"nym-node", "run", "--mode", "mixnode", "--mode", "exit"}), "111");
}

TEST(NymCommandLine, KeepsNoMnemonic) {
  const auto line = parsed({"nym-node", "run", "--mnemonic", "lorem ipsum dolor", "--http-access-token=sit"});
  EXPECT_EQ(line.options.access_token, "sit");
  NymOptions expected;
  expected.source = "command line";
  expected.access_token = "sit";
  EXPECT_EQ(line.options, expected);
}

TEST(SocketAddress, IsAnAddressAndAPort) {
  EXPECT_EQ(parse_socket_address("[::]:8080")->host, "::");
  EXPECT_EQ(parse_socket_address("[::]:8080")->port, 8080);
  EXPECT_EQ(parse_socket_address("127.0.0.1:0")->port, 0);
  for (const auto* text :
       {"", ":", "8080", ":8080", "::1:8080", "[127.0.0.1]:80", "localhost:80", "1.2.3.4:65536", "1.2.3.4:", "[]:1"}) {
    EXPECT_FALSE(parse_socket_address(text)) << text;
  }
}

TEST(SocketAddress, OfEveryAddressIsAskedOnLoopback) {
  const auto url = [](const char* text, bool ipv6_only = false) {
    return loopback_url(*parse_socket_address(text), ipv6_only);
  };
  EXPECT_EQ(url("0.0.0.0:8080"), "http://127.0.0.1:8080");
  EXPECT_EQ(url("[::]:8080"), "http://127.0.0.1:8080");
  EXPECT_EQ(url("[::]:8080", true), "http://[::1]:8080");
  EXPECT_EQ(url("[::0]:8080", true), "http://[::1]:8080");
  EXPECT_EQ(url("[2001:db8::1]:8080"), "http://[2001:db8::1]:8080");
  EXPECT_EQ(url("192.0.2.1:80", true), "http://192.0.2.1:80");
}

TEST(UrlPort, IsTheOneNamed) {
  EXPECT_EQ(url_port("http://127.0.0.1:8080"), 8080);
  EXPECT_EQ(url_port("http://[::1]:8081/api"), 8081);
  EXPECT_EQ(url_port("http://[2001:db8::80]"), 0);
  EXPECT_EQ(url_port("https://example.org/a:1"), 0);
  EXPECT_EQ(url_port(""), 0);
}

}  // namespace
}  // namespace mixnet
