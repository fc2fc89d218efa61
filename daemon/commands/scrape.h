// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/config.h"

namespace mixnet {

/// Collects once and prints the exposition; exit status 1 where a collector failed.
int run_scrape(const Flags& flags);

}  // namespace mixnet
