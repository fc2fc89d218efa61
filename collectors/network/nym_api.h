// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/collector.h"

namespace mixnet {

/// nym-api: what the network says of the nodes on this host, and of those watched.
extern const Collector kNymApi;

}  // namespace mixnet
