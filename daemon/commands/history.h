// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/commands/all_commands.h"

namespace mixnet {

inline constexpr CommandFlag kHistoryShowFlags[] = {
    {"since", "DURATION", "How far back to look, 24h or 7d say; an hour where it is not given."},
    {"step", "DURATION", "Give the least, mean and greatest value of each step, of a counter its increase per second."},
    {"format", "FORMAT", "table, csv, json or openmetrics."},
};

int run_history_list(const Flags& flags);
int run_history_show(const Flags& flags);

}  // namespace mixnet
