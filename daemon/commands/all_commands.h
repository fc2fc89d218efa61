// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "daemon/config.h"

namespace mixnet {

/// A flag of its command; one of the same name of another command takes a value, or none, and repeats alike.
struct CommandFlag {
  std::string_view name;         ///< without dashes
  std::string_view value, help;  ///< "FILE"; empty: it takes no value
  bool repeatable = false;
};

/// What the program is asked to do: one row, and one file beside this one.
struct Command {
  std::string_view name;  ///< as it is written on the command line: "config check"
  std::string_view help;
  int (*run)(const Flags& flags);  ///< gives the exit status
  std::span<const CommandFlag> flags = {};
  std::string_view argument = {};  ///< what has to follow the name, "SERIES" say; empty: nothing
  bool hidden = false;             ///< from --help and what is made like it: not for operators
};

/// Every command, in the order --help shows them.
std::span<const Command> all_commands();

}  // namespace mixnet
