// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kExit = "nodes/two/root/root/.nym/nym-nodes/default-nym-node/config/config.toml";
constexpr const char* kMix = "nodes/two/root/home/nym/.nym/nym-nodes/mix1/config/config.toml";

TEST(NymConfig, ReadsWhatTheNodeWrote) {
  const auto options = parse_nym_config(test::fixture(kExit)).value();
  EXPECT_EQ(options.id, "default-nym-node");
  EXPECT_EQ(options.mixnode, false);
  EXPECT_EQ(options.entry, true);
  EXPECT_EQ(options.exit, true);
  EXPECT_EQ(options.wireguard, false);
  EXPECT_EQ(options.http_bind, "[::]:8080");
  EXPECT_EQ(options.access_token, "lorem-ipsum-token");
  EXPECT_EQ(options.bound[PortRole::mix], 1789);
  EXPECT_EQ(options.bound[PortRole::client_ws], 9000);
  EXPECT_EQ(options.bound[PortRole::lp_control], 41264);
  EXPECT_EQ(options.bound[PortRole::wireguard], 51822);
  EXPECT_EQ(options.announced[PortRole::mix], 0);
  EXPECT_EQ(options.announced[PortRole::wireguard], 51822);
  EXPECT_THAT(options.nym_api_urls, ElementsAre("https://validator.nymtech.net/api/"));
  EXPECT_THAT(options.public_ips, ElementsAre("203.0.113.17", "2001:db8:4::17"));
  EXPECT_THAT(options.tunnel_addresses, ElementsAre("10.1.0.1/16", "fc01::1/112"));
  EXPECT_EQ(options.hostname, "nym-exit.example.org");
  EXPECT_EQ(options.location, "CH");
  EXPECT_EQ(options.data_directory, "/root/.nym/nym-nodes/default-nym-node/data");
  EXPECT_EQ(parse_nym_config(test::fixture(kMix)).value().announced[PortRole::mix], 1789);
}

TEST(NymConfig, KnowsHowOlderNodesSaidIt) {
  const auto options = parse_nym_config(
                           "id = 'a'\nmode = 'exit-gateway'\n[entry_gateway]\nbind_address = '0.0.0.0:9009'\n"
                           "[wireguard]\nannounced_port = 5\n")
                           .value();
  EXPECT_EQ(options.mixnode, false);
  EXPECT_EQ(options.entry, true);
  EXPECT_EQ(options.exit, true);
  EXPECT_EQ(options.bound[PortRole::client_ws], 9009);
  EXPECT_EQ(options.announced[PortRole::wireguard], 5);
}

TEST(NymConfig, SkipsWhatItDoesNotKnow) {
  EXPECT_EQ(parse_nym_config("").value(), NymOptions{});
  EXPECT_EQ(parse_nym_config("id = 7\nmodes = 'all'\nnew = {a = [1, {b = 2}]}\n[http]\nbind_address = 8080\n[mixnet]\n"
                             "announce_port = 70000\nnym_api_urls = [1, 2]\n[host]\npublic_ips = 'all'\n")
                .value(),
            NymOptions{});
}

TEST(NymConfig, TellsWhereItIsBrokenAndNotWhatStandsThere) {
  for (const auto* text : {"id = 'a'\naccess_token = lorem\n", "id = 'a'\naccess_token = 'lorem\n", "id = 'a'\nlorem\n",
                           "id = 'a'\nx = 99999999999999999999\n", "id = 'a'\nid = 'lorem'\n", "id = 'a'\n[lorem\n",
                           "id = 'a'\n\xff\xfelorem = 1\n", "id = 'a'\nx = '''lorem\n", "id = 'a'\nx = \"\\lorem\"\n"}) {
    const auto options = parse_nym_config(text);
    ASSERT_FALSE(options) << text;
    EXPECT_EQ(options.error().fault, Fault::malformed);
    EXPECT_THAT(options.error().message, StartsWith("line "));
    EXPECT_THAT(options.error().message, Not(HasSubstr("lorem")));
    EXPECT_THAT(options.error().message, Not(HasSubstr("9999")));
  }
  EXPECT_EQ(parse_nym_config("id = 'a'\naccess_token = 'lorem\n").error().message,
            "line 2, column 22: Error while parsing literal string");
  for (const auto* text : {"[=", "[[=", "[a.=]"}) EXPECT_FALSE(parse_nym_config(text)) << text;  // toml++ asserts otherwise
  std::string deep(100'000, '[');
  EXPECT_FALSE(parse_nym_config("x = " + deep));
}

}  // namespace
}  // namespace mixnet
