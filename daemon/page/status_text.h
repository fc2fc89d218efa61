// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "daemon/page/status_view.h"

namespace mixnet {

/// How `status` writes.
struct TextStyle {
  bool colour = false;     ///< the terminal shows colours
  std::size_t width = 80;  ///< of the terminal, in characters
};

/// The values of a line as a row of eighths of blocks, a full one for `full` or the greatest value, whichever is more; a blank
/// where there is none; nothing where there are not two. Of more values than `width` several become one.
std::string sparkline(std::span<const double> values, std::size_t width, double full = 0);

/// What the status page says, for a terminal: how the node is, what to do, the newest values and how they went.
std::string status_text(const StatusView& view, const TextStyle& style);

}  // namespace mixnet
