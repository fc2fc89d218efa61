// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mixnet {

/// mixnet-exporter(1): the commands and flags that --help lists.
std::string manual_of_program();

/// mixnet-exporter.yml(5): every section and key of the configuration file.
std::string manual_of_configuration();

/// The configuration file as it is installed: every key with what it does and its default, all commented out, so that it means
/// the same as none and goes on to do so when a later version has other defaults.
std::string sample_configuration();

/// What bash completes on a command line of the program: commands, flags, and the files that some of them take.
std::string bash_completion();

}  // namespace mixnet
