// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// Where a file of the node's cgroup is, below Context::cgroup. On a host that still has both versions of cgroups, version 2
/// is a folder of its own, "unified", in the place where it otherwise is.
Path cgroup_file(Context& context, const Node& node, std::string_view file);

}  // namespace mixnet
