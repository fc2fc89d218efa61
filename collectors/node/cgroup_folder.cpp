// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/cgroup_folder.h"

#include <chrono>
#include <optional>

namespace mixnet {
namespace {

using std::chrono::steady_clock;

constexpr auto kLookedAgain = std::chrono::minutes(1);

struct Hierarchy {
  bool is_hybrid = false;
  std::optional<steady_clock::time_point> looked;
};

std::string_view prefix(Context& context) {
  auto& hierarchy = context.memory.get<Hierarchy>();
  const auto now = steady_clock::now();
  if (!hierarchy.looked || now - *hierarchy.looked >= kLookedAgain) {
    hierarchy.looked = now;
    hierarchy.is_hybrid = !context.cgroup.exists("cgroup.procs") && context.cgroup.exists("unified/cgroup.procs");
  }
  return hierarchy.is_hybrid ? "unified/" : "";
}

}  // namespace

Path cgroup_file(Context& context, const Node& node, std::string_view file) {
  return Path(prefix(context), node.cgroup, "/", file);
}

}  // namespace mixnet
