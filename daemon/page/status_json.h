// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/page/status_view.h"

namespace mixnet {

/// What the status page says, for programs: /api/v1/status and `status --json`. Times are in seconds since 1970, values in base
/// units; a value that is not known is null.
std::string status_json(const StatusView& view);

}  // namespace mixnet
