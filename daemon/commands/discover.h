// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/config.h"

namespace mixnet {

/// What is known of the nodes on this host, from where, and what could not be read and why; where there is none, what was
/// looked for and what to do. Never a secret.
std::string discover_text(const Config& config);

/// Prints it; 0 also where there is no node.
int run_discover(const Flags& flags);

}  // namespace mixnet
