// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/config.h"

namespace mixnet {

/// Serves until SIGTERM or SIGINT; SIGHUP reads the configuration again.
int run_run(const Flags& flags);

}  // namespace mixnet
