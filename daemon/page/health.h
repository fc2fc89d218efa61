// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/page/status_view.h"

namespace mixnet {

/// Something that is wrong, or has been until just now.
struct Problem {
  Status status = Status::warning;
  std::string_view alert, node, message, remedy;
  std::optional<UnixMs> since;  ///< when it began, where that is known
  bool is_over = false;         ///< the checks find it no longer; it is forgotten when that stays so for a while
};

/// How all is, in words. Views are of what the StatusView has.
struct Health {
  Status status = Status::unknown;
  std::string sentence;           ///< "Not healthy: 1 critical, 2 warnings."
  std::vector<Problem> problems;  ///< the worst first
  std::vector<const Finding*> fine;
  std::vector<const Finding*> unknown;
};

Health health_of(const StatusView& view);

/// "Critical", "Warning", "Fine" or "Not known".
std::string_view word_of(Status status);

}  // namespace mixnet
