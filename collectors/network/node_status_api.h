// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/collector.h"

namespace mixnet {

/// The node status API (Harbourmaster): the last probe of the gateways on this host, and of those watched.
extern const Collector kNodeStatusApi;

}  // namespace mixnet
