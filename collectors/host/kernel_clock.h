// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/timex.h>

#include "collectors/collector.h"

namespace mixnet {

/// What adjtimex(2) answers.
struct KernelClock {
  int result;   ///< TIME_OK, TIME_ERROR …
  timex state;  ///< of the clock

  bool is_synchronised() const { return result != TIME_ERROR; }
  double offset_seconds() const { return static_cast<double>(state.offset) / units_a_second(); }
  /// Of the fields whose unit depends on the status.
  double units_a_second() const { return (state.status & STA_NANO) != 0 ? 1e9 : 1e6; }
};

/// The kernel's clock, asked once a collection whoever asks first. Valid until the next collection.
Result<const KernelClock*> kernel_clock(Context& context);

}  // namespace mixnet
