// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/config.h"

namespace mixnet {

/// Prints the metrics of a saved result of nym-gateway-probe; exit status 1 where there is none in the file.
int run_probe(const Flags& flags);

}  // namespace mixnet
