// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// One array of /proc/mdstat. The views point into the text parsed or to constants.
struct MdArray {
  std::string_view name;
  std::string_view state;  ///< active, inactive, broken …, or what it is busy with: recovering, reshaping, resyncing, checking
  std::int64_t disks_required, disks_active, disks_failed, disks_spare;
  std::int64_t blocks, blocks_synced;
};

/// /proc/mdstat, as md(4) describes it.
Result<void> parse_mdstat(std::string_view text, std::vector<MdArray>& arrays);

extern const Collector kMdadm;

}  // namespace mixnet
