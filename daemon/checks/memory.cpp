// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <optional>

#include "daemon/checks/subjects.h"
#include "daemon/checks/words.h"

namespace mixnet {
namespace {

/// What of a node's cgroup cannot be taken away when memory is short.
Look::Values kept_by_cgroup(const Look& look, const NodeNow& node) {
  Look::Values out;
  for (const auto metric : {kCgroupAnon, kCgroupShmem, kCgroupKernel}) {
    const auto* column = look.first(metric, node);
    if (column == nullptr) continue;  // an older kernel
    const auto values = look.past.values(*column);
    out.resize(values.size(), kGap);
    for (std::size_t index = 0; index < out.size(); ++index) {
      if (std::isnan(values[index])) continue;
      out[index] = values[index] + (std::isnan(out[index]) ? 0 : out[index]);
    }
  }
  return out;
}

Look::Values of_limit(const Look& look, const NodeNow& node) {
  const auto* limit = look.first(kCgroupMemoryMax, node);
  auto out = kept_by_cgroup(look, node);
  if (limit == nullptr || out.empty()) return {};
  const auto values = look.past.values(*limit);
  for (std::size_t index = 0; index < out.size(); ++index) out[index] = share(out[index], values[index]);
  return out;
}

/// The greater at each time.
Look::Values higher(Look::Values a, const Look::Values& b) {
  for (std::size_t index = 0; index < b.size(); ++index) a[index] = std::fmax(a[index], b[index]);
  return a;
}

}  // namespace

void check_node_memory(const Look& look) {
  const auto* total = look.first(kMemTotal);
  for (const auto& node : look.nodes()) {
    const auto* resident = look.first(kResident, node);
    if (!node.runs || !Look::any_seen({{resident}})) continue;
    const auto of_machine = total == nullptr ? Look::Values() : combined(look.past, *resident, *total, share);
    const auto in_limit = of_limit(look, node);
    std::optional<Held> held;
    if (!of_machine.empty()) held = look.held(higher(of_machine, in_limit));
    if (!held) {
      look.missing(&node, "its memory");
      continue;
    }
    auto finding = look.finding(node.name);
    finding.status = held->status;
    const bool limit_is_nearer = look.past.latest(in_limit).value_or(0) >= held->latest;
    finding.message = "node " + node.name + " has " + percent(held->latest) + " of ";
    if (limit_is_nearer) {
      const auto limit = look.past.latest(look.first(kCgroupMemoryMax, node));
      finding.message += "the " + bytes(limit.value_or(0)) + " that its cgroup may have";
      finding.remedy = "At the limit the kernel kills it: raise MemoryMax= of its unit, or its container's limit.";
    } else {
      finding.message += "the machine's memory of " + bytes(look.past.latest(total).value_or(0));
      finding.remedy = "Steps at a key rotation are normal, a slope over days is a leak: restart it, or get more memory.";
    }
    finding.measures = {look.percentage(node.name + " memory", held->latest)};
    look.conclude(std::move(finding), held->covers, &node);
  }
}

void check_host_memory(const Look& look) {
  const auto *available = look.first(kMemAvailable), *total = look.first(kMemTotal);
  std::optional<Held> held;
  if (available != nullptr && total != nullptr) held = look.held(combined(look.past, *available, *total, share));
  if (!held) return look.missing(nullptr, "the host's memory");
  auto finding = look.finding();
  finding.status = held->status;
  finding.message =
      percent(held->latest) + " of the host's memory of " + bytes(look.past.latest(total).value_or(0)) + " is available";
  finding.remedy = "The kernel kills a process when there is none left, the node first: see what takes it, or get more memory.";
  finding.measures = {look.percentage("host memory available", held->latest)};
  look.conclude(std::move(finding), held->covers);
}

}  // namespace mixnet
