// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "daemon/commands/all_commands.h"
#include "daemon/flags.h"

int main(int argc, char** argv) {
  const auto commands = mixnet::all_commands();
  const auto line = mixnet::parse_command_line({argv + 1, argv + argc}, commands);
  if (!line) {
    std::fprintf(stderr, "mixnet-exporter: error: %s\nTry mixnet-exporter --help.\n", line.error().message.c_str());
    return 1;
  }
  if (!line->print.empty()) return std::fputs(line->print.c_str(), stdout) < 0;
  for (const auto& command : commands) {
    if (command.name == line->flags.command) return command.run(line->flags);
  }
  return 1;
}
