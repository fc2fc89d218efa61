// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/commands/all_commands.h"
#include "daemon/config.h"

namespace mixnet {

/// What the command line asks for: a command, or only a text to print (of --help and --version).
struct CommandLine {
  Flags flags;
  std::string print;
};

/// A flag, as it is parsed and shown.
struct Flag {
  std::string name;  ///< without dashes
  std::string help, preset;
  bool boolean = false, repeatable = false;
  std::string_view command = {};  ///< that alone has it; empty: all have
  std::string value = "VALUE";    ///< what stands for it in the help where there is no preset
  bool hidden = false;            ///< from the help
};

/// Every flag but --help and --version, in the order --help shows them: those that all commands have, then those of each.
std::vector<Flag> all_flags(std::span<const Command> commands);

/// Reads the arguments after the program's name, as kingpin does for node_exporter: `--flag=value` and `--flag value`, before
/// and after the command; booleans as `--flag`, `--no-flag`, `--flag=true` and `--flag=false`; no flag twice but lists.
/// A flag that one command has goes with that command only. Values are checked by load_config, together with the file's.
Result<CommandLine> parse_command_line(std::span<const char* const> arguments, std::span<const Command> commands);

/// What --help prints.
std::string help_text(std::span<const Command> commands);

}  // namespace mixnet
