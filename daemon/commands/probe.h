// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/commands/all_commands.h"

namespace mixnet {

/// Prints the metrics of a saved result of nym-gateway-probe; exit status 1 where there is none in the file.
int run_probe(const Flags& flags);

inline constexpr CommandFlag kProbeFlags[] = {
    {"file", "The result, with or without the probe's log around it; - for the standard input.", false},
    {"node", "Label `node` of the metrics; the gateway's identity key where it is not given.", false},
};

}  // namespace mixnet
