// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "collectors/node/nym_options.h"

namespace mixnet {

/// A command line of nym-node. It can hold the access token, which is kept, and the mnemonic, which is not.
struct NymCommandLine {
  std::string program;      ///< "nym-node", without the folders before it
  std::string subcommand;   ///< "run"; empty where there is none
  std::string config_file;  ///< of --config-file
  bool accepts_terms = false;
  bool init_only = false;
  NymOptions options;

  /// Is the process a node? Not one is what prints a version, signs a message or only writes a configuration.
  bool runs_a_node() const { return program.starts_with("nym-node") && subcommand == "run" && !init_only; }
};

/// /proc/PID/cmdline: the arguments, each ended by a NUL.
NymCommandLine parse_nym_command_line(std::string_view text);

}  // namespace mixnet
