// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collectors/kit/result.h"
#include "collectors/kit/tree.h"
#include "collectors/node/nodes.h"
#include "collectors/node/nym_command_line.h"

namespace mixnet {

/// Where a process stands in the hierarchies of control groups.
struct ProcessCgroup {
  std::string path;  ///< of version 2, without a slash in front; empty where it is not in one, or outside of our root
  std::string unit;  ///< "nym-node.service" or "session-3.scope"; empty where systemd did not start it
};

/// /proc/PID/cgroup, see cgroups(7).
ProcessCgroup parse_process_cgroup(std::string_view text);

/// What tells one process from another, of /proc/PID/stat.
struct ProcessIdentity {
  std::string_view comm;
  char state = '?';
  std::uint64_t start_ticks = 0;  ///< since boot
};
Result<ProcessIdentity> parse_process_identity(std::string_view text);

/// A process that is a Nym node.
struct FoundProcess {
  NodeProcess process;
  std::string comm;
  std::optional<std::uint32_t> uid;  ///< the real one
  NymCommandLine command;
  ProcessCgroup cgroup;
};

/// Looks for nodes among the processes. A host with thousands of them costs the listing of /proc and little else: what was no
/// node twice (a process may execute another program after it has been forked) is not looked at again for five minutes.
class ProcessScan {
 public:
  /// The nodes that run, in the order of their PIDs; valid until the next call.
  Result<std::span<const FoundProcess>> scan(Tree& proc, std::chrono::steady_clock::time_point now);

  /// How many processes were looked at in the last scan, and how many there were.
  std::size_t looked_at() const { return looked_at_; }
  std::size_t processes() const { return looks_.size() + found_.size(); }

 private:
  struct Look {
    int times = 0;
    std::uint64_t scan = 0;  ///< in which it was listed last
  };
  void look(Tree& proc, const std::string& pid_text, std::int32_t pid);

  std::vector<std::string> names_;
  std::unordered_map<std::int32_t, Look> looks_;  ///< at what is no node
  std::vector<FoundProcess> found_;
  std::uint64_t scan_ = 0;
  std::size_t looked_at_ = 0;
  std::chrono::steady_clock::time_point all_due_{};
};

}  // namespace mixnet
