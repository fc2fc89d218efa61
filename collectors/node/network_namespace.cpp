// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/network_namespace.h"

#include <algorithm>
#include <vector>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

struct Known {
  NodeProcess process;
  bool elsewhere;
};

struct Namespaces {
  std::uint64_t edition = 0;
  std::vector<Known> known;
};

/// Nothing where the process has just ended.
std::optional<bool> look(const Tree& proc, const NodeProcess& process) {
  const auto theirs = proc.stamp(Path(Decimal(static_cast<std::uint64_t>(process.pid)), "/net/dev"));
  const auto ours = proc.stamp("net/dev");
  if (!theirs || !ours) return std::nullopt;
  return theirs->inode != ours->inode;
}

}  // namespace

bool is_in_another_network_namespace(Context& context, const Node& node) {
  if (node.process.pid <= 0) return false;
  auto& namespaces = context.memory.get<Namespaces>();
  if (namespaces.edition != context.nodes.number) namespaces.known.clear();
  namespaces.edition = context.nodes.number;
  const auto found = std::find_if(namespaces.known.begin(), namespaces.known.end(),
                                  [&](const Known& one) { return one.process == node.process; });
  if (found != namespaces.known.end()) return found->elsewhere;
  const auto elsewhere = look(context.proc, node.process);
  if (elsewhere) namespaces.known.push_back({node.process, *elsewhere});
  return elsewhere.value_or(false);
}

}  // namespace mixnet
