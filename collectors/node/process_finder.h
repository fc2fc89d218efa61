// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "collectors/collector.h"
#include "collectors/host/process_stat.h"

namespace mixnet {

/// A node's process, followed from one run to the next.
struct FollowedProcess {
  NodeProcess discovered;      ///< what discovery said last
  NodeProcess current;         ///< pid 0: it is not running
  NodeProcess last;            ///< the one that ran last, or still does; pid 0: none was ever seen
  std::uint64_t restarts = 0;  ///< how often another one ran than before
};

/// Follows the node's process: the one seen last while it lives, else the one that discovery found, else the oldest of the
/// node's name in its cgroup, so that a restart is seen at once and no other process is looked at. Gives /proc/PID/stat of it,
/// or nothing where it is not running. Fault::absent where processes of its cgroup are hidden from the exporter.
Result<std::optional<ProcessStat>> follow_process(Context& context, const Node& node, FollowedProcess& process);

}  // namespace mixnet
