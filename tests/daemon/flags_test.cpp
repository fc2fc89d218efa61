// SPDX-License-Identifier: Apache-2.0
#include "daemon/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace mixnet {
namespace {

using ::testing::HasSubstr;

constexpr CommandFlag kFlags[] = {{"file", "FILE", "What to read."}, {"node", "NAME", "Whose."}};
constexpr CommandFlag kShowFlags[] = {{"node", "NAME", "Whose too."}};
constexpr Command kCommands[] = {
    {"run", "Run.", nullptr},
    {"config check", "Check.", nullptr},
    {"probe", "Read.", nullptr, kFlags},
    {"history list", "List.", nullptr},
    {"history show", "Show.", nullptr, kShowFlags, "SERIES"},
};

Result<CommandLine> parsed(std::vector<const char*> arguments) { return parse_command_line(arguments, kCommands); }

/// The command and what was set, as "COMMAND FILE flag=value ...", or the error.
std::string outcome(std::vector<const char*> arguments) {
  const auto line = parsed(std::move(arguments));
  if (!line) return line.error().message;
  std::string out = line->flags.command;
  if (!line->flags.config_file.empty()) out += " file=" + line->flags.config_file;
  for (const auto& [flag, value] : line->flags.options) out += " " + flag + "=" + value;
  for (const auto& [flag, value] : line->flags.of_command) out += " its " + flag + "=" + value;
  if (!line->flags.argument.empty()) out += " of " + line->flags.argument;
  return out;
}

TEST(CommandLine, TakesWhatACommandNeeds) {
  EXPECT_EQ(outcome({"history", "show", "node_load1"}), "history show of node_load1");
  EXPECT_EQ(outcome({"history", "show", "sum", "(a)"}), "history show of sum (a)");
  EXPECT_EQ(outcome({"history", "--node=b", "show", "a"}), "history show its node=b of a");
  EXPECT_EQ(outcome({"history", "show"}), "\"history show\" needs SERIES");
  EXPECT_EQ(outcome({"history", "list", "a"}), "unknown command \"history list a\"; did you mean \"history list\"?");
  EXPECT_EQ(outcome({"history", "list", "--node=b"}), "\"--node\" is a flag of \"probe\"");
}

TEST(CommandLine, TakesValuesInBothForms) {
  EXPECT_EQ(outcome({}), "run");
  EXPECT_EQ(outcome({"--log.level=debug", "--path.procfs", "/p"}), "run log.level=debug path.procfs=/p");
  EXPECT_EQ(outcome({"--web.listen-address=:1", "--web.listen-address", ":2"}),
            "run web.listen-address=:1 web.listen-address=:2");
  EXPECT_EQ(outcome({"--collector.netdev.device-exclude=", "--log.level=warn"}),
            "run collector.netdev.device-exclude= log.level=warn");
  EXPECT_EQ(outcome({"--collector.netdev.device-exclude=[a=b]"}), "run collector.netdev.device-exclude=[a=b]");
  EXPECT_EQ(outcome({"--collector.netdev.device-exclude", "-x"}), "run collector.netdev.device-exclude=-x");
  EXPECT_EQ(outcome({"--config.file=/c.yml"}), "run file=/c.yml");
}

TEST(CommandLine, TakesBooleansAsKingpinDoes) {
  EXPECT_EQ(outcome({"--collector.loadavg"}), "run collector.loadavg=true");
  EXPECT_EQ(outcome({"--no-collector.loadavg"}), "run collector.loadavg=false");
  EXPECT_EQ(outcome({"--collector.loadavg=false"}), "run collector.loadavg=false");
  EXPECT_EQ(outcome({"--collector.loadavg=true", "config", "check"}), "config check collector.loadavg=true");
  EXPECT_EQ(outcome({"--collector.loadavg=1"}), "\"--collector.loadavg\" is true or false, not \"1\"");
  EXPECT_EQ(outcome({"--no-collector.loadavg=true"}), "\"--no-collector.loadavg\" takes no value");
}

TEST(CommandLine, TakesFlagsBeforeAndAfterTheCommand) {
  EXPECT_EQ(outcome({"--log.level=debug", "config", "--config.file", "a", "check", "--log.format=json"}),
            "config check file=a log.level=debug log.format=json");
}

TEST(CommandLine, TakesFlagsThatOnlyOneCommandHas) {
  EXPECT_EQ(outcome({"probe", "--file", "-", "--node=exit1"}), "probe its file=- its node=exit1");
  EXPECT_EQ(outcome({"--file=r.json", "probe", "--log.level=warn"}), "probe log.level=warn its file=r.json");
  EXPECT_EQ(outcome({"probe", "--file"}), "\"--file\" needs a value");
  EXPECT_EQ(outcome({"probe", "--file=a", "--file=b"}), "\"--file\" cannot be repeated");
  EXPECT_EQ(outcome({"--file=a"}), "\"--file\" is a flag of \"probe\"");
  EXPECT_EQ(outcome({"config", "check", "--node=a"}), "\"--node\" is a flag of \"probe\"");
  EXPECT_EQ(outcome({"probe", "--fil=a"}), "unknown flag \"--fil\"; did you mean \"--file\"?");
  EXPECT_THAT(help_text(kCommands), HasSubstr("\nFlags of probe:\n      --file=FILE                What to read.\n"));
}

TEST(CommandLine, KnowsNodeExportersOldNames) {
  EXPECT_EQ(outcome({"--collector.filesystem.ignored-mount-points=^/x"}), "run collector.filesystem.mount-points-exclude=^/x");
  EXPECT_EQ(outcome({"--collector.netdev.device-whitelist", "a"}), "run collector.netdev.device-include=a");
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(outcome({"--web.listen-adress=:1"}),
            "unknown flag \"--web.listen-adress\"; did you mean \"--web.listen-address\"?");
  EXPECT_EQ(outcome({"--no-collector.loadvg"}),
            "unknown flag \"--no-collector.loadvg\"; did you mean \"--no-collector.loadavg\"?");
  EXPECT_EQ(outcome({"--no-log.level"}), "unknown flag \"--no-log.level\"; did you mean \"--log.level\"?");
  EXPECT_EQ(outcome({"--zebra"}), "unknown flag \"--zebra\"");
  EXPECT_EQ(outcome({"-x"}), "unknown flag \"-x\"");
  EXPECT_EQ(outcome({"--"}), "unknown flag \"--\"");
  EXPECT_EQ(outcome({"confg", "check"}), "unknown command \"confg check\"; did you mean \"config check\"?");
  EXPECT_EQ(outcome({"config"}), "unknown command \"config\"; there are run, config check, probe, history list, history show");
  EXPECT_EQ(outcome({"--log.level"}), "\"--log.level\" needs a value");
  EXPECT_EQ(outcome({"--log.level", "--log.format=json"}), "\"--log.level\" needs a value");
  EXPECT_EQ(outcome({"--config.file="}), "\"--config.file\" needs a value");
  EXPECT_EQ(outcome({"--log.level=info", "--log.level=warn"}), "\"--log.level\" cannot be repeated");
  EXPECT_EQ(outcome({"--collector.loadavg", "--no-collector.loadavg"}), "\"--collector.loadavg\" cannot be repeated");
}

TEST(CommandLine, HelpNamesEveryFlagAndCommand) {
  const auto help = parsed({"--help"})->print;
  EXPECT_EQ(parsed({"config", "check", "-h"})->print, help);
  EXPECT_THAT(help, HasSubstr("\n  config check                   Check.\n"));
  EXPECT_THAT(help, HasSubstr("\n      --[no-]collector.loadavg   Enable the loadavg collector. (default:\n                    "
                              "             enabled)\n"));
  EXPECT_THAT(help, HasSubstr("\n      --path.procfs=\"/proc\"      Where procfs is mounted.\n"));
  for (const auto& option : all_options()) EXPECT_THAT(help, HasSubstr(option.flag));
}

constexpr CommandFlag kOwnFlags[] = {
    {"colour", "COLOUR", "Which colours.", true},
    {"quick", "", "Be quick about it."},
};
constexpr Command kPaintCommands[] = {{"run", "Run.", nullptr}, {"paint", "Paint.", nullptr, kOwnFlags}};

/// The flags that only the command has, or the error.
std::string own(std::vector<const char*> arguments) {
  const auto line = parse_command_line(arguments, kPaintCommands);
  if (!line) return line.error().message;
  std::string out = line->flags.command;
  for (const auto& [flag, value] : line->flags.of_command) out += " " + flag + "=" + value;
  EXPECT_TRUE(line->flags.options.empty());
  return out;
}

TEST(CommandLine, ACommandMayHaveFlagsOfItsOwn) {
  EXPECT_EQ(own({"paint"}), "paint");
  EXPECT_EQ(own({"paint", "--colour=red", "--colour", "blue", "--quick"}), "paint colour=red colour=blue quick=true");
  EXPECT_EQ(own({"--colour=red", "--no-quick", "paint"}), "paint colour=red quick=false") << "before the command too";
  EXPECT_EQ(own({"--colour=red"}), "\"--colour\" is a flag of \"paint\"");
  EXPECT_EQ(own({"run", "--quick"}), "\"--quick\" is a flag of \"paint\"");
  EXPECT_EQ(own({"paint", "--color=red"}), "unknown flag \"--color\"; did you mean \"--colour\"?");
  EXPECT_EQ(own({"paint", "--quick", "--quick"}), "\"--quick\" cannot be repeated");
  EXPECT_EQ(own({"paint", "--quick=1"}), "\"--quick\" is true or false, not \"1\"");
  EXPECT_EQ(own({"paint", "--colour"}), "\"--colour\" needs a value");
  EXPECT_THAT(help_text(kPaintCommands), HasSubstr("\nFlags of paint:\n      --colour=COLOUR ...        Which colours.\n"
                                                   "      --quick                    Be quick about it.\n"));
}

// Flags may stand before the command, when it is not known yet whose they are.
TEST(CommandLine, FlagsOfOneNameAreAlikeWhateverTheCommand) {
  std::set<std::string_view> options;
  for (const auto& option : all_options()) options.insert(option.flag);
  std::map<std::string_view, std::pair<bool, bool>> known;
  for (const auto& command : all_commands()) {
    for (const auto& flag : command.flags) {
      EXPECT_FALSE(options.contains(flag.name)) << flag.name;
      const std::pair kind(flag.value.empty(), flag.repeatable);
      EXPECT_EQ(known.try_emplace(flag.name, kind).first->second, kind) << flag.name;
    }
  }
}

TEST(CommandLine, VersionTellsWhatTheBinaryIs) {
  EXPECT_THAT(parsed({"--version"})->print, HasSubstr("mixnet-exporter, version "));
}

}  // namespace
}  // namespace mixnet
