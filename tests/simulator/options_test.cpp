// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/options.h"

#include <gtest/gtest.h>

#include <vector>

namespace mixnet::simulator {
namespace {

Result<Options> parse(const std::vector<const char*>& words) { return parse_options(words); }

std::string message(const std::vector<const char*>& words) {
  const auto options = parse(words);
  return options ? "no error" : options.error().message;
}

TEST(Options, TheRealCommandLine) {
  const auto options = parse({"run", "--mode", "exit-gateway", "--id", "demo", "--accept-operator-terms-and-conditions",
                              "--wireguard-enabled", "true", "--http-access-token=secret"});
  ASSERT_TRUE(options);
  EXPECT_EQ("demo", options->id);
  EXPECT_TRUE(options->modes.entry);
  EXPECT_TRUE(options->modes.exit);
  EXPECT_FALSE(options->modes.mixnode);
  EXPECT_TRUE(options->modes.wireguard);
  EXPECT_TRUE(options->accepted_terms);
  EXPECT_EQ("secret", options->access_token);
}

TEST(Options, SeveralModes) {
  const auto options = parse({"run", "--modes", "mixnode,entry-gateway"});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->modes.mixnode && options->modes.entry && !options->modes.exit);
}

TEST(Options, Ports) {
  const auto options = parse({"run", "--sim-port-base=2000", "--sim-ws-port", "9000"});
  ASSERT_TRUE(options);
  EXPECT_EQ(2000, options->ports.http);
  EXPECT_EQ(9000, options->ports.websocket);
  EXPECT_EQ(2006, options->ports.wireguard);
  EXPECT_EQ(0, parse({"run", "--sim-port-base=0"})->ports.wireguard);
}

TEST(Options, TheRealFlagsForFilesAndPorts) {
  const auto options = parse({"run", "--config-file", "/home/x/node/config/config.toml", "--http-bind-address=[::]:8080"});
  ASSERT_TRUE(options);
  EXPECT_EQ("/home/x/node", options->home);
  EXPECT_EQ(8080, options->ports.http);
}

TEST(Options, AnEmptyTokenIsAValue) { EXPECT_EQ("", parse({"run", "--http-access-token=", "--id=x"})->access_token); }

TEST(Options, Releases) {
  const auto old = parse({"run", "--sim-version", "1.20"});
  ASSERT_TRUE(old);
  EXPECT_EQ("1.20", old->release.text);
  EXPECT_TRUE(old->release.before(1, 25));
  EXPECT_FALSE(old->release.before(1, 20));
}

TEST(Options, Errors) {
  EXPECT_EQ("a command expected: run", message({}));
  EXPECT_EQ("unknown command \"walk\"", message({"walk"}));
  EXPECT_EQ("unknown flag \"--colour\"", message({"run", "--colour", "red"}));
  EXPECT_EQ("--id wants a value", message({"run", "--id"}));
  EXPECT_EQ("--mode: unknown mode \"oracle\"", message({"run", "--mode", "oracle"}));
  EXPECT_EQ("--sim-connections: not more than 200", message({"run", "--sim-connections", "201"}));
  EXPECT_EQ("--sim-traffic: \"odd\" is none of idle, steady, busy, bursty", message({"run", "--sim-traffic", "odd"}));
}

}  // namespace
}  // namespace mixnet::simulator
