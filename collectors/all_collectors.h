// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "collectors/collector.h"

namespace mixnet {

/// Every collector there is, in the order of their names. `mixnet-exporter collectors` prints it.
std::span<const Collector* const> all_collectors();

}  // namespace mixnet
