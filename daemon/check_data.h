// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/checks/check.h"
#include "daemon/config.h"

namespace mixnet {

/// A check to be made, and its limits.
struct ChosenCheck {
  const Check* check;
  CheckLimits limits;
};

/// What checks look at.
struct CheckData {
  Window window;
  UnixMs now = 0;
  std::string note;  ///< how it was come by, where that is not the usual way
};

/// What the daemon has recorded. absent: it is not there, too old or without what is needed; other errors as they come.
Result<CheckData> recorded_data(const Config& config, std::span<const ChosenCheck> checks, UnixMs now);

/// What this host tells now, and a few seconds later where there are counters among it. The limits of those checks that a few
/// seconds tell enough are set to that time. `more` are metrics that are looked at beside those of the checks.
CheckData sampled_data(const Config& config, std::span<ChosenCheck> checks, std::span<const std::string_view> more = {});

}  // namespace mixnet
