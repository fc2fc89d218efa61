// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/commands/collectors.h"
#include "daemon/commands/config_check.h"
#include "daemon/commands/config_show.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::StartsWith;

struct Outcome {
  int status;
  std::string out, err;
};

Outcome run(int (*command)(const Flags&), const Flags& flags) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int status = command(flags);
  return {status, ::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr()};
}

TEST(Commands, ConfigCheckPrintsEveryFault) {
  const test::TemporaryFolder folder;
  folder.write("bad.yml", "log: {level: loud}\nzebra: 1\n");
  folder.write("good.yml", "log: {level: warn}\n");
  const auto bad = (folder.path() / "bad.yml").string();
  const auto refused = run(run_config_check, {.command = "", .config_file = bad, .options = {}});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err,
            bad + ":1:14: \"loud\" is not one of debug, info, warn, error\n" + bad + ":2:1: unknown key \"zebra\"\n");
  const auto good = run(run_config_check, {.command = "", .config_file = folder.path() / "good.yml", .options = {}});
  EXPECT_EQ(good.status, 0);
  EXPECT_EQ(good.out, "The configuration is good.\n");
}

TEST(Commands, ConfigShowPrintsWhatIsInForce) {
  const test::TemporaryFolder folder;
  folder.write("c.yml", "log: {level: warn}\n");
  const Flags flags{.command = "", .config_file = folder.path() / "c.yml", .options = {{"log.format", "json"}}};
  const auto shown = run(run_config_show, flags);
  EXPECT_EQ(shown.status, 0);
  EXPECT_THAT(shown.out, EndsWith("log:\n  level: warn\n  format: json\n"));
  EXPECT_EQ(run(run_config_show, {.command = "", .config_file = "/nowhere.yml", .options = {}}).status, 1);
}

TEST(Commands, CollectorsTellWhatTheyFind) {
  Config config;
  config.roots = test::roots_below(test::fixtures() / "host");
  config.switches["loadavg"] = false;
  const auto table = collectors_table(config);
  EXPECT_THAT(table, ContainsRegex("^NAME +ON +HELP +STATE\n"));
  EXPECT_THAT(table, ContainsRegex("\nloadavg +off +Load averages from /proc/loadavg. +present\n"));

  const test::TemporaryFolder host;
  host.write("proc/loadavg", "nonsense\n");
  config.roots = test::roots_below(host.path());
  EXPECT_THAT(collectors_table(config),
              ContainsRegex("\nloadavg .* failing: .*/proc/loadavg: line 1: three averages expected"));
  config.roots.proc = "/nowhere";
  EXPECT_THAT(collectors_table(config), ContainsRegex("\nloadavg .* absent: /nowhere/loadavg: "));
}

}  // namespace
}  // namespace mixnet
