// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/probe_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kKey = "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1";
constexpr const char* kWords = "abandon zebra error wagon limit";

Settings settings() {
  Settings out;
  out.gateway_probe.program = MIXNET_FAKE_GATEWAY_PROBE;
  out.gateway_probe.timeout = 60s;
  return out;
}

/// Runs the program of the tests, which does as `fake` says.
ProbeRun run(const std::string& fake, const Settings& with = settings(), const std::string& mnemonic = kWords) {
  const test::TemporaryFolder folder;
  auto options = probe_child(with, kKey, mnemonic, folder.path().string());
  options.environment.push_back("PROBE_FAKE=" + fake);
  options.grace = 50ms;
  auto child = ChildProcess::start(options).value();
  EXPECT_TRUE(child.advance(ChildProcess::Clock::now() + 120s, {}));
  return judge(child, kKey, mnemonic);
}

TEST(ProbeRun, NamesTheGatewayAndTheMnemonicAsTheProgramTakesThem) {
  auto with = settings();
  with.gateway_probe.env_file = "/etc/sandbox.env";
  with.gateway_probe.test_mode = "all";
  const auto options = probe_child(with, kKey, kWords, "/f");
  EXPECT_THAT(options.arguments,
              ElementsAre(MIXNET_FAKE_GATEWAY_PROBE, "--no-log", "--config-env-file", "/etc/sandbox.env", "run",
                          "--entry-gateway", kKey, "--config-dir", "/f", "--test-mode", "all", "--mnemonic", kWords));
  EXPECT_EQ(probe_child(settings(), kKey, "", "/f").arguments.back(), "--use-mock-ecash");
  EXPECT_EQ(options.memory_bytes_max, 1U << 30);
  EXPECT_EQ(options.time_max, 60s);
  EXPECT_GT(options.nice, 0);
}

TEST(ProbeRun, GivesTheProgramOfOurEnvironmentWhatItNeeds) {
  ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1);
  ::setenv("PROBE_NETSTACK_NUM_PING", "3", 1);
  const auto environment = probe_child(settings(), kKey, kWords, "/f").environment;
  ::unsetenv("CREDENTIALS_DIRECTORY");
  ::unsetenv("PROBE_NETSTACK_NUM_PING");
  EXPECT_THAT(environment, Contains("HOME=/f"));
  EXPECT_THAT(environment, Contains("PROBE_NETSTACK_NUM_PING=3"));
  EXPECT_THAT(environment, Contains(StartsWith("PATH=")));
  EXPECT_THAT(environment, Not(Contains(StartsWith("CREDENTIALS_DIRECTORY="))));
  EXPECT_THAT(environment, Not(Contains(HasSubstr("zebra"))));
}

TEST(ProbeRun, GivesTheResultAlsoWhereAllFailed) {
  const auto good = run("");
  ASSERT_TRUE(good.ok) << good.reason;
  EXPECT_EQ(good.result.node, kKey);
  EXPECT_EQ(good.result.passed[0], true);
  EXPECT_EQ(good.result.v4.ping_ips, 0.8);
  const auto bad = run("fail");
  ASSERT_TRUE(bad.ok) << "status 0 says that there is a result";
  EXPECT_EQ(bad.result.passed[0], false);
  EXPECT_TRUE(run("log").ok) << "a log before it";
  EXPECT_TRUE(run("", settings(), "").ok) << "mock ecash";
}

TEST(ProbeRun, SaysWhyThereIsNone) {
  const auto reason = [](const std::string& fake, ProbeFailure failure) {
    const auto out = run(fake);
    EXPECT_FALSE(out.ok) << fake;
    EXPECT_EQ(out.failure, failure) << fake;
    return out.reason;
  };
  EXPECT_EQ(reason("error", ProbeFailure::status), "it ended with status 1: \"An error occurred: insufficient funds\"");
  EXPECT_EQ(reason("crash", ProbeFailure::signal), "signal 11 ended it");
  EXPECT_EQ(reason("flood", ProbeFailure::flood), "it was ended as it wrote more than 1 MiB");
  EXPECT_THAT(reason("garbage", ProbeFailure::malformed), StartsWith("what it printed is no result: "));
  EXPECT_EQ(reason("other", ProbeFailure::malformed), "its result is of another gateway");
  auto in_haste = settings();
  in_haste.gateway_probe.timeout = 100ms;
  EXPECT_EQ(run("hang", in_haste).failure, ProbeFailure::timeout);
}

TEST(ProbeRun, NeverTellsTheMnemonic) {
  const auto out = run("reveal");
  EXPECT_EQ(out.reason, "it ended with status 1, and what it says of it names the mnemonic, so it is not shown");
  EXPECT_TRUE(reveals("words: [\"abandon\",\n\"zebra\"]", kWords));
  EXPECT_TRUE(reveals("wagon limit", kWords));
  EXPECT_FALSE(reveals("An error occurred at the limit", kWords)) << "words that errors are made of";
  EXPECT_FALSE(reveals("zebra abandon", kWords));
  EXPECT_TRUE(reveals("a secret", "secret"));
  EXPECT_FALSE(reveals("anything", ""));
}

}  // namespace
}  // namespace mixnet
