// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/process_finder.h"

#include <vector>

#include "collectors/node/cgroup_files.h"
#include "collectors/node/cgroup_folder.h"

namespace mixnet {
namespace {

/// The PIDs of a cgroup, in memory that is used again.
struct Group {
  std::vector<std::int32_t> pids;
};

Path stat_file(std::int32_t pid) { return Path(Decimal(static_cast<std::uint64_t>(pid)), "/stat"); }

/// Has it ended, though its parent has not asked for its exit status yet?
bool has_ended(const ProcessStat& stat) { return stat.state == 'Z' || stat.state == 'X'; }

/// Nothing where there is no such process any more.
Result<std::optional<ProcessStat>> stat_of(Tree& proc, const NodeProcess& process) {
  if (process.pid <= 0) return std::nullopt;
  const auto file = stat_file(process.pid);
  const auto text = proc.read_if_there(file, Shape::single);
  if (!text) return std::nullopt;
  const auto stat = TRY(proc.named(file, parse_process_stat(*text)));
  if (stat.start_ticks != process.start_ticks || has_ended(stat)) return std::nullopt;
  return stat;
}

/// The oldest process in the node's cgroup that has the node's name; pid 0 where there is none.
Result<NodeProcess> search_group(Context& context, const Node& node) {
  if (node.cgroup.empty()) return NodeProcess{};
  const auto procs = cgroup_file(context, node, "cgroup.procs");
  const auto text = context.cgroup.read_if_there(procs, Shape::short_records);
  if (!text) return NodeProcess{};  // systemd removes the group of a unit that is not running
  auto& pids = context.memory.get<Group>().pids;
  TRY(context.cgroup.named(procs, parse_cgroup_procs(*text, pids)));
  NodeProcess oldest;
  std::size_t seen = 0;
  for (const auto pid : pids) {
    const auto file = stat_file(pid);
    const auto stat_text = context.proc.read_once(file, Shape::single);
    if (!stat_text) continue;  // it has ended, or is hidden
    ++seen;
    const auto stat = TRY(context.proc.named(file, parse_process_stat(*stat_text)));
    if (has_ended(stat) || (!node.comm.empty() && stat.name != node.comm)) continue;
    if (oldest.pid == 0 || stat.start_ticks < oldest.start_ticks) oldest = {pid, stat.start_ticks};
  }
  if (!pids.empty() && seen == 0) {
    return fail(Fault::absent, "the processes of its cgroup are hidden from the exporter (hidepid or ProtectProc)");
  }
  return oldest;
}

void count_restart(FollowedProcess& process) {
  if (process.last.pid != 0 && process.last != process.current) ++process.restarts;
  process.last = process.current;
}

}  // namespace

Result<std::optional<ProcessStat>> follow_process(Context& context, const Node& node, FollowedProcess& process) {
  if (process.discovered != node.process) process.current = process.discovered = node.process;
  auto stat = TRY(stat_of(context.proc, process.current));
  if (!stat) {
    process.current = {};
    process.current = TRY(search_group(context, node));
    stat = TRY(stat_of(context.proc, process.current));
  }
  if (stat) count_restart(process);
  return stat;
}

}  // namespace mixnet
