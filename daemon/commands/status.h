// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/commands/all_commands.h"

namespace mixnet {

/// Prints how the nodes and the host are, as the status page has it; 1 where that cannot be told.
int run_status(const Flags& flags);

inline constexpr CommandFlag kStatusFlags[] = {
    {"json", "", "Print it as JSON, as /api/v1/status has it."},
    {"watch", "", "Print it again every ten seconds, until interrupted."},
    {"range", "RANGE", "How far back the values are drawn: 1h, 24h or 7d."},
};

}  // namespace mixnet
