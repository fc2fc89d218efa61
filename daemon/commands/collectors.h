// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/config.h"

namespace mixnet {

/// Every collector by name, on or off, what it is for, and what one collection found: `present`, or why not.
std::string collectors_table(const Config& config);

int run_collectors(const Flags& flags);

}  // namespace mixnet
