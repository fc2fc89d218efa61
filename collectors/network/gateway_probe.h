// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/collector.h"

namespace mixnet {

extern const Collector kGatewayProbe;

}  // namespace mixnet
