// SPDX-License-Identifier: Apache-2.0
// What is installed beside the program says what the program says, and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "daemon/commands/all_commands.h"
#include "daemon/config.h"
#include "daemon/documents/documents.h"
#include "daemon/flags.h"

namespace mixnet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string shown(std::string_view text) { return to_yaml(read_config({}, "sample.yml", text).value()); }

/// The sample with every setting switched on: without the # before it.
std::string switched_on() {
  std::istringstream in(sample_configuration());
  std::string out;
  for (std::string line; std::getline(in, line);) {
    const auto at = line.find_first_not_of(' ');
    const bool switched_off = at != std::string::npos && line[at] == '#';
    if (switched_off && line.compare(at, 2, "# ") == 0) continue;
    out += (switched_off ? line.erase(at, 1) : line) + "\n";
  }
  return out;
}

TEST(Documents, TheSampleMeansTheSameAsNone) { EXPECT_EQ(shown(sample_configuration()), shown("")); }

TEST(Documents, TheSampleHasEveryDefault) {
  const auto config = read_config({}, "sample.yml", switched_on());
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->settings.nodes.size(), 1U);
  auto without_nodes = *config;
  without_nodes.settings.nodes.clear();
  auto defaults = read_config({}, "", "").value();
  defaults.switches = without_nodes.switches;
  EXPECT_EQ(to_yaml(without_nodes), to_yaml(defaults));
}

TEST(Documents, TheSampleHasEveryOption) {
  const auto text = sample_configuration();
  for (const auto& option : all_options()) {
    EXPECT_THAT(text, HasSubstr("#" + option.key.substr(option.key.rfind('.') + 1) + ":")) << option.flag;
    EXPECT_THAT(text, HasSubstr("\n" + option.section + ":\n"));
  }
}

TEST(Documents, TheManualsHaveAllThatIsNotHidden) {
  const auto program = manual_of_program(), file = manual_of_configuration();
  const auto plain = [](std::string_view text) {
    std::string out;
    for (const char c : text) out.append(c == '-' ? "\\" : "").append(1, c);
    return out;
  };
  for (const auto& command : all_commands()) {
    const auto entry = "\\fB" + plain(command.name) + "\\fR";
    EXPECT_EQ(program.find(entry) == std::string::npos, command.hidden) << entry;
  }
  for (const auto& flag : all_flags(all_commands())) {
    EXPECT_EQ(program.find(plain("--" + flag.name)) == std::string::npos &&
                  program.find(plain("no-]" + flag.name)) == std::string::npos,
              flag.hidden)
        << flag.name;
  }
  for (const auto& option : all_options()) EXPECT_THAT(file, HasSubstr("\\fB" + plain(option.key) + "\\fR"));
}

TEST(Documents, CompletionKnowsCommandsAndFlags) {
  const auto text = bash_completion();
  EXPECT_THAT(text, HasSubstr("[config]=\"check show init"));
  EXPECT_THAT(text, HasSubstr("--web.listen-address="));
  EXPECT_THAT(text, HasSubstr("--no-collector.loadavg"));
  EXPECT_THAT(text, Not(HasSubstr("documents")));
}

}  // namespace
}  // namespace mixnet
