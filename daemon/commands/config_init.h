// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/config.h"

namespace mixnet {

/// Writes a commented configuration file, and for each node's access token a file of its own beside it that its owner only can
/// read. Files that exist are left alone: then nothing is written at all, and the status is 1.
int run_config_init(const Flags& flags);

}  // namespace mixnet
