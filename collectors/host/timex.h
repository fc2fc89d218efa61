// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/collector.h"
#include "collectors/host/kernel_clock.h"

namespace mixnet {

void emit_timex(const KernelClock& answer, Samples& out);

extern const Collector kTimex;

}  // namespace mixnet
