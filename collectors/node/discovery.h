// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/collector.h"

namespace mixnet {

/// Finds the nodes on this host and publishes them to Context::directory.
extern const Collector kNode;

}  // namespace mixnet
