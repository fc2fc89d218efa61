// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/kit/result.h"
#include "collectors/network/api_source.h"
#include "collectors/network/fleet.h"

namespace mixnet {

/// Asks nym-api for all its nodes, once. Fails where the bonded nodes or, with `rewarded`, the rewarded set cannot be had;
/// without descriptions nodes have neither roles nor versions, and that is a failure too.
Result<Fleet> ask_for_fleet(const ApiSource::Place& place, bool rewarded);

}  // namespace mixnet
