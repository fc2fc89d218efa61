// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/collector.h"

struct timex;

namespace mixnet {

/// What adjtimex(2) answered: its result (TIME_OK, TIME_ERROR …) and the clock's state.
void emit_timex(int result, const timex& clock, Samples& out);

extern const Collector kTimex;

}  // namespace mixnet
