// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/config.h"

namespace mixnet {

/// What `run` would refuse of the web configuration file, or of listening beyond loopback without it.
Result<void> check_web(const Config::Web& web);

int run_config_check(const Flags& flags);

}  // namespace mixnet
