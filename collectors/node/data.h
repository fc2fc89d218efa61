// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// What the files of a node's data directory take up. None of them is opened: some hold keys.
struct DataUsage {
  std::uint64_t clients = 0, stats = 0, other_databases = 0;  ///< bytes, with their journals
  std::optional<std::uint64_t> replay_filters;                ///< bytes; nothing where their folder may not be listed
  std::uint64_t free = 0, size = 0;                           ///< bytes of the file system; free to the node's user
};

/// Looks at the directory `path`; an errno, or 0.
int measure_data(const std::string& path, DataUsage& out);

extern const Collector kNodeData;

}  // namespace mixnet
