// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nodes.h"

#include <utility>

namespace mixnet {

std::string_view to_string(PortRole role) {
  switch (role) {
    case PortRole::mix: return "mix";
    case PortRole::verloc: return "verloc";
    case PortRole::http: return "http";
    case PortRole::client_ws: return "client_ws";
    case PortRole::lp_control: return "lp_control";
    case PortRole::lp_data: return "lp_data";
    case PortRole::wireguard: return "wireguard";
  }
  return "";
}

NodeDirectory::Edition NodeDirectory::latest() const {
  const std::lock_guard lock(mutex_);
  return {nodes_, number_};
}

void NodeDirectory::publish(NodeList nodes) {
  auto list = std::make_shared<const NodeList>(std::move(nodes));
  {
    const std::lock_guard lock(mutex_);
    nodes_ = std::move(list);
    ++number_;
  }
  published_.notify_all();
}

void NodeDirectory::wait(std::uint64_t number, std::chrono::steady_clock::time_point deadline, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  published_.wait_until(lock, stop, deadline, [&] { return number_ > number; });
}

}  // namespace mixnet
