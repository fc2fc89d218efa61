// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mixnet {

/// What a collector remembers of each node, by the node's name. One that goes and comes back is still known.
template <class Value>
class PerNode {
 public:
  /// Valid until the next call.
  Value& of(std::string_view node) {
    const auto is_it = [&](const auto& entry) { return entry.first == node; };
    const auto found = std::find_if(entries_.begin(), entries_.end(), is_it);
    return found != entries_.end() ? found->second : entries_.emplace_back(std::string(node), Value{}).second;
  }

 private:
  std::vector<std::pair<std::string, Value>> entries_;
};

}  // namespace mixnet
