// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "daemon/commands/all_commands.h"
#include "daemon/config.h"

namespace mixnet {

/// What the command line asks for: a command, or only a text to print (of --help and --version).
struct CommandLine {
  Flags flags;
  std::string print;
};

/// Reads the arguments after the program's name, as kingpin does for node_exporter: `--flag=value` and `--flag value`, before
/// and after the command; booleans as `--flag`, `--no-flag`, `--flag=true` and `--flag=false`; no flag twice but lists.
/// A flag that one command has goes with that command only. Values are checked by load_config, together with the file's.
Result<CommandLine> parse_command_line(std::span<const char* const> arguments, std::span<const Command> commands);

/// What --help prints.
std::string help_text(std::span<const Command> commands);

}  // namespace mixnet
