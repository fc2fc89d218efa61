// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "daemon/commands/collectors.h"
#include "daemon/commands/config_check.h"
#include "daemon/commands/config_init.h"
#include "daemon/commands/config_show.h"
#include "daemon/commands/discover.h"
#include "daemon/commands/probe.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
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
  EXPECT_THAT(shown.out, HasSubstr("log:\n  level: warn\n  format: json\nchecks:\n"));
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

Config with_two_nodes() {
  Config config;
  config.roots = test::roots_below(test::fixtures() / "nodes/two");
  return config;
}

TEST(Commands, DiscoverTellsWhatIsKnownAndFromWhere) {
  const auto text = discover_text(with_two_nodes());
  EXPECT_THAT(text, ContainsRegex("^NODE +FACT +VALUE +SOURCE, OR WHY IT IS NOT KNOWN\n"));
  EXPECT_THAT(text, ContainsRegex("\ndefault-nym-node +process +PID 812 +named nym-node\n"));
  EXPECT_THAT(text, ContainsRegex("\n +unit +nym-node.service +/proc/812/cgroup\n"));
  EXPECT_THAT(text, ContainsRegex("\n +access token +set, not shown +.root..nym/"));
  EXPECT_THAT(text, ContainsRegex("\n +environment +\\? +not readable"));
  EXPECT_THAT(text, ContainsRegex("\nmix1 +process +PID 901 "));
  EXPECT_THAT(text, Not(HasSubstr("lorem")));
}

TEST(Commands, DiscoverTellsWhatToDoWithoutANode) {
  Config config;
  config.roots = test::roots_below(test::fixtures() / "host");
  const auto text = discover_text(config);
  EXPECT_THAT(text, StartsWith("No node is known on this host: no process in "));
  EXPECT_THAT(text, HasSubstr("  - name: my-node\n    http_url: http://127.0.0.1:8080\n"));
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

Flags init_flags(const std::filesystem::path& file, const std::filesystem::path& host) {
  return {.command = "",
          .config_file = file,
          .options = {{"path.procfs", host / "proc"}, {"path.rootfs", host / "root"}, {"path.sysfs", host / "sys"}}};
}

TEST(Commands, ConfigInitWritesWhatConfigCheckAccepts) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "etc/m.yml";
  const auto flags = init_flags(file, test::fixtures() / "nodes/two");
  const auto done = run(run_config_init, flags);
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, StartsWith("Wrote " + file.string() + ".\nWrote "));
  EXPECT_THAT(done.out + done.err, Not(HasSubstr("lorem")));
  const auto text = content(file);
  EXPECT_THAT(text, Not(HasSubstr("lorem")));
  EXPECT_THAT(text, HasSubstr("  - name: default-nym-node\n    kind: nym\n    unit: nym-node.service\n"));
  EXPECT_THAT(text, HasSubstr("  # modes: entry, exit, wireguard (command line)\n"));
  const auto token = folder.path() / "etc/default-nym-node.token";
  EXPECT_THAT(text, HasSubstr("    access_token_file: " + token.string() + "\n"));
  EXPECT_EQ(content(token), "lorem-ipsum-token\n");
  struct stat status {};
  ASSERT_EQ(::stat(token.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  const auto checked = run(run_config_check, {.command = "", .config_file = file, .options = {}});
  EXPECT_EQ(checked.status, 0) << checked.err;
  const auto shown = run(run_config_show, {.command = "", .config_file = file, .options = {}});
  EXPECT_THAT(shown.out, HasSubstr("access_token_file: " + token.string() + "\n"));
  EXPECT_THAT(shown.out, Not(HasSubstr("lorem")));
}

TEST(Commands, ConfigInitOverwritesNothing) {
  const test::TemporaryFolder folder;
  const auto flags = init_flags(folder.path() / "m.yml", test::fixtures() / "nodes/two");
  folder.write("default-nym-node.token", "other\n");
  EXPECT_EQ(run(run_config_init, flags).status, 1);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "m.yml")) << "all or nothing";
  EXPECT_EQ(content(folder.path() / "default-nym-node.token"), "other\n");
  std::filesystem::remove(folder.path() / "default-nym-node.token");
  folder.write("m.yml", "log: {level: warn}\n");
  const auto refused = run(run_config_init, flags);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("m.yml exists, and is left as it is"));
  EXPECT_EQ(content(folder.path() / "m.yml"), "log: {level: warn}\n");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "default-nym-node.token"));
}

TEST(Commands, ConfigInitWithoutANodeWritesAnExample) {
  const test::TemporaryFolder folder;
  const auto done = run(run_config_init, init_flags(folder.path() / "m.yml", test::fixtures() / "host"));
  EXPECT_EQ(done.status, 0);
  EXPECT_THAT(done.out, HasSubstr("No node is known on this host: "));
  EXPECT_THAT(content(folder.path() / "m.yml"), HasSubstr("# nodes:\n"));
  EXPECT_EQ(run(run_config_check, {.command = "", .config_file = folder.path() / "m.yml", .options = {}}).status, 0);
}

/// `probe` with these flags of its own.
Outcome probe(std::vector<std::pair<std::string, std::string>> own) {
  return run(run_probe, {.command = "probe", .config_file = "", .options = {}, .of_command = std::move(own)});
}

TEST(Commands, ProbePrintsTheMetricsOfASavedResult) {
  const test::TemporaryFolder folder;
  const auto file = (folder.path() / "result.json").string();
  folder.write("result.json",
               "2026-05-16T08:11:02Z  INFO\n{\n \"node\": \"K\", \"used_entry\": \"K\",\n"
               "\"outcome\": {\"as_entry\": {\"can_connect\": true}}\n}\n");
  const timespec written[2] = {{1'778'919'062, 0}, {1'778'919'062, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), written, 0), 0);
  const auto printed = probe({{"file", file}});
  EXPECT_EQ(printed.err, "");
  EXPECT_EQ(printed.status, 0);
  EXPECT_EQ(printed.out,
            "# HELP mixnet_network_node_probe_success Whether the last probe could do this; missing where it did not try.\n"
            "# TYPE mixnet_network_node_probe_success gauge\n"
            "mixnet_network_node_probe_success{node=\"K\",source=\"gateway_probe\",part=\"as_entry\",test=\"can_connect\"} 1\n"
            "# HELP mixnet_network_node_probe_timestamp_seconds When the last probe ended.\n"
            "# TYPE mixnet_network_node_probe_timestamp_seconds gauge\n"
            "mixnet_network_node_probe_timestamp_seconds{node=\"K\",source=\"gateway_probe\"} 1778919062\n");
  EXPECT_THAT(probe({{"file", file}, {"node", "exit1"}}).out, HasSubstr("{node=\"exit1\",source="));
}

TEST(Commands, ProbeSaysWhichFileIsNoResultAndWhy) {
  const test::TemporaryFolder folder;
  const auto refused = [&](std::string_view text) {
    folder.write("r", text);
    const auto out = probe({{"file", (folder.path() / "r").string()}});
    EXPECT_EQ(out.status, 1) << text;
    EXPECT_EQ(out.out, "");
    EXPECT_THAT(out.err, StartsWith((folder.path() / "r: ").string()));
    return out.err.substr((folder.path() / "r: ").string().size());
  };
  EXPECT_EQ(refused(""), "empty\n");
  EXPECT_EQ(refused("{}"), "not a probe's result: it has no outcome\n");
  EXPECT_THAT(refused("An error occurred: no funds"), HasSubstr("line 1, column 1"));
  EXPECT_EQ(refused(R"({"outcome":{}})"), "it names no gateway; --node=NAME gives it a name\n");
  EXPECT_THAT(refused(R"({"node":"A","used_entry":"B","outcome":{}})"), StartsWith("it is of two gateways, A and B, "));
  EXPECT_EQ(probe({{"file", "/nowhere"}}).err, "/nowhere: No such file or directory\n");
  EXPECT_THAT(probe({}).err, StartsWith("probe needs --file=FILE"));
  EXPECT_EQ(probe({}).status, 1);
}

}  // namespace
}  // namespace mixnet
