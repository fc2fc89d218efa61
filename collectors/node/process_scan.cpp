// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/process_scan.h"

#include <algorithm>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::string_view kName = "nym-node";  // and what begins so: the kernel cuts names off, nym-node-1.31.0
constexpr int kLooks = 2;
constexpr std::chrono::minutes kAllAgain{5};  // PIDs are used again

/// The last component that names a unit: a service may have groups of its own below.
std::string unit_of(std::string_view path) {
  std::string_view unit;
  while (!path.empty()) {
    const auto component = take_until(path, '/');
    if (component.ends_with(".service") || component.ends_with(".scope")) unit = component;
  }
  return std::string(unit);
}

/// Uid:	1000	1000	1000	1000
std::optional<std::uint32_t> parse_uid(std::string_view status) {
  Lines lines(status);
  for (std::string_view line; lines.next(line);) {
    if (take_field(line) != "Uid:") continue;
    const auto uid = number<std::uint32_t>(take_field(line));
    return uid ? std::optional(*uid) : std::nullopt;
  }
  return std::nullopt;
}

/// Nothing where the process is no node, has ended meanwhile, or is a zombie.
std::optional<FoundProcess> examine(Tree& proc, const std::string& pid_text, std::int32_t pid) {
  FoundProcess out;
  const auto stat = proc.read_once(Path(pid_text, "/stat"), Shape::single);
  if (!stat) return std::nullopt;
  const auto identity = parse_process_identity(*stat);
  if (!identity || identity->state == 'Z' || identity->state == 'X') return std::nullopt;
  out.process = {pid, identity->start_ticks};
  out.comm = identity->comm;
  const auto command = proc.read_once(Path(pid_text, "/cmdline"), Shape::records);
  if (!command) return std::nullopt;
  out.command = parse_nym_command_line(*command);
  if (!out.command.runs_a_node()) return std::nullopt;
  if (const auto status = proc.read_once(Path(pid_text, "/status"), Shape::single)) out.uid = parse_uid(*status);
  if (const auto cgroup = proc.read_once(Path(pid_text, "/cgroup"), Shape::single)) {
    out.cgroup = parse_process_cgroup(*cgroup);
  }
  return out;
}

}  // namespace

// 0::/system.slice/nym-node.service
// 1:name=systemd:/system.slice/nym-node.service
ProcessCgroup parse_process_cgroup(std::string_view text) {
  ProcessCgroup out;
  std::string unit_of_version_1;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    const auto number = take_until(line, ':');
    const auto controllers = take_until(line, ':');
    if (line.starts_with('/')) line.remove_prefix(1);
    if (number == "0" && controllers.empty()) {
      out.unit = unit_of(line);
      if (line.find("..") == std::string_view::npos) out.path = line;
    } else if (controllers == "name=systemd") {
      unit_of_version_1 = unit_of(line);
    }
  }
  if (out.unit.empty()) out.unit = std::move(unit_of_version_1);
  return out;
}

// 812 (nym-node) S 1 812 812 0 -1 4194560 1203 0 12 0 2 911 0 0 20 0 9 0 1843 1286443008 …
// The name may hold anything, parentheses too.
Result<ProcessIdentity> parse_process_identity(std::string_view text) {
  constexpr std::size_t kState = 0, kStart = 19;  // fields 3 and 22 of proc(5)
  const auto begin = text.find('(');
  const auto end = text.rfind(')');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
    return fail(Fault::malformed, "no name in " + in_quotes(text));
  }
  const Fields<kStart + 1> fields(trim(text.substr(end + 1)));
  if (fields.count() <= kStart) return fail(Fault::malformed, "22 fields expected in " + in_quotes(text));
  if (fields[kState].size() != 1) return fail(Fault::malformed, in_quotes(fields[kState]) + " is not a state");
  const auto start = TRY(number<std::uint64_t>(fields[kStart]));
  return ProcessIdentity{text.substr(begin + 1, end - begin - 1), fields[kState].front(), start};
}

void ProcessScan::look(Tree& proc, const std::string& pid_text, std::int32_t pid) {
  ++looked_at_;
  const auto comm = proc.read_once(Path(pid_text, "/comm"), Shape::single);
  if (comm && comm->starts_with(kName)) {
    if (auto node = examine(proc, pid_text, pid)) {
      looks_.erase(pid);
      found_.push_back(*std::move(node));
      return;
    }
  }
  auto& seen = looks_[pid];
  ++seen.times;
  seen.scan = scan_;
}

Result<std::span<const FoundProcess>> ProcessScan::scan(Tree& proc, std::chrono::steady_clock::time_point now) {
  TRY(proc.list("", names_));
  ++scan_;
  looked_at_ = 0;
  found_.clear();
  const bool all = now >= all_due_;
  if (all) all_due_ = now + kAllAgain;
  for (const auto& name : names_) {
    const auto pid = number<std::int32_t>(name);
    if (!pid || *pid <= 0) continue;
    const auto known = looks_.find(*pid);
    if (known != looks_.end()) known->second.scan = scan_;
    if (!all && known != looks_.end() && known->second.times >= kLooks) continue;
    look(proc, name, *pid);
  }
  std::erase_if(looks_, [this](const auto& entry) { return entry.second.scan != scan_; });
  std::sort(found_.begin(), found_.end(),
            [](const FoundProcess& a, const FoundProcess& b) { return a.process.pid < b.process.pid; });
  return std::span<const FoundProcess>(found_);
}

}  // namespace mixnet
