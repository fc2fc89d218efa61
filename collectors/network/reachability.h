// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/collector.h"

namespace mixnet {

/// Whether the ports that this host's nodes announce answer at the addresses that they announce, and the clock.
extern constinit const Collector kReachability;

}  // namespace mixnet
