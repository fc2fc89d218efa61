// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/config.h"

namespace mixnet {

int run_config_show(const Flags& flags);

}  // namespace mixnet
