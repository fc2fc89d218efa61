// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collectors/node/nodes.h"

namespace mixnet {

/// What a process shows of which node it is; what is not known is empty, a port then 0.
struct NodeTraits {
  std::string unit, config_file, id;
  std::uint16_t http_port = 0;
  bool config_is_supposed = false;  ///< nobody told config_file, Nym puts it there; where HOME is another it is elsewhere
};

/// The process that each entry means, by its index; nothing where none is it. An entry is known by its unit, else by its
/// config_file, its name as the node's id, or its http port; the only entry means the only process where nothing it says
/// speaks against it. No process is meant by two entries.
std::vector<std::optional<std::size_t>> matched(std::span<const NodeSettings> entries, std::span<const NodeTraits> processes);

}  // namespace mixnet
