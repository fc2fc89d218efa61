// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/collector.h"

namespace mixnet {

/// Would nym-api, asking the nodes on this host now, take their descriptions?
extern const Collector kSelfDescription;

}  // namespace mixnet
