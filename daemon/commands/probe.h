// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/commands/all_commands.h"

namespace mixnet {

/// Prints the metrics of a saved result of nym-gateway-probe; exit status 1 where there is none in the file.
int run_probe(const Flags& flags);

inline constexpr CommandFlag kProbeFlags[] = {
    {"file", "FILE", "The result, with or without the probe's log around it; - for standard input."},
    {"node", "NAME", "Label `node` of the metrics; where not given the gateway's identity key."},
};

}  // namespace mixnet
