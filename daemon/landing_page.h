// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "daemon/board.h"
#include "daemon/web/message.h"

namespace mixnet {

/// The page at "/": what this is, where the metrics are, and how each collector fared last.
web::Response landing_page(std::string_view title, std::string_view telemetry_path, std::span<const Run> runs);

}  // namespace mixnet
