// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "collectors/kit/remarks.h"
#include "collectors/node/nodes.h"
#include "daemon/config.h"

namespace mixnet {

/// What one look for nodes found.
struct Discovered {
  std::shared_ptr<const NodeList> nodes;
  std::string none_because;     ///< a sentence, why there is no node or nobody could look; empty where there is one
  std::vector<Remark> remarks;  ///< on what could not be read
};

/// Looks for the nodes of this host once, whether the configuration has their collector on or not.
Discovered discover(const Config& config);

}  // namespace mixnet
