// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string_view>

#include "daemon/commands/all_commands.h"
#include "daemon/commands/check.h"
#include "daemon/flags.h"

namespace {

/// The exit status of a wrong command line. A monitoring system would take 1 for a warning.
int misuse(int argc, char** argv) {
  for (int index = 1; index < argc; ++index) {
    const std::string_view word(argv[index]);
    if (!word.starts_with("-")) return word == "check" ? mixnet::kPluginUnknown : 1;
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto commands = mixnet::all_commands();
  const auto line = mixnet::parse_command_line({argv + 1, argv + argc}, commands);
  if (!line) {
    std::fprintf(stderr, "mixnet-exporter: error: %s\nTry mixnet-exporter --help.\n", line.error().message.c_str());
    return misuse(argc, argv);
  }
  if (!line->print.empty()) return std::fputs(line->print.c_str(), stdout) < 0;
  for (const auto& command : commands) {
    if (command.name == line->flags.command) return command.run(line->flags);
  }
  return 1;
}
