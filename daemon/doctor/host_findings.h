// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/board.h"
#include "daemon/config.h"
#include "daemon/doctor/findings.h"
#include "daemon/doctor/service_user.h"

namespace mixnet {

/// Does the service run and answer, and if not, may it: the addresses it is to listen on, its folder and the disk below it.
Diagnoses service_findings(const Config& config, const ServiceUnit& unit);

/// Are the nodes' secrets to be had, their ports served, their processes given enough files?
Diagnoses node_findings(const Config& config, const Board& board);

/// The clock, and what of the kernel's settings a node would have otherwise. Advice: nothing is ever changed.
Diagnoses host_findings(const Config& config, const Board& board);

}  // namespace mixnet
