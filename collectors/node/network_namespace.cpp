// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/network_namespace.h"

#include "collectors/kit/text.h"

namespace mixnet {

bool is_in_another_network_namespace(const Tree& proc, const Node& node) {
  if (node.process.pid <= 0) return false;
  const Decimal pid(static_cast<std::uint64_t>(node.process.pid));
  const auto theirs = proc.stamp(Path(pid, "/net/dev"));
  const auto ours = proc.stamp("net/dev");
  return theirs && ours && theirs->inode != ours->inode;
}

}  // namespace mixnet
