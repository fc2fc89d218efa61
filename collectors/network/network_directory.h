// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mixnet {

/// Where the chain says that a node of this host is to be asked.
struct BondedHost {
  std::string node;  ///< its name here
  std::string host;
  std::optional<std::uint16_t> custom_http_port;

  bool operator==(const BondedHost&) const = default;
};

/// What one collector learns from the network's lists and others need: the collector that asks for the lists publishes it.
/// From any thread.
class NetworkDirectory {
 public:
  struct FleetEdition {
    std::shared_ptr<const std::string> fleet;  ///< as `parse_fleet` reads it; null: not known
    std::string environment;
  };

  FleetEdition fleet() const {
    const std::lock_guard lock(mutex_);
    return fleet_;
  }
  void publish(FleetEdition fleet) {
    const std::lock_guard lock(mutex_);
    fleet_ = std::move(fleet);
  }

  /// Nothing where the node is not bonded, or it is not known where.
  std::optional<BondedHost> bonded_host(const std::string& node) const {
    const std::lock_guard lock(mutex_);
    for (const auto& each : bonded_hosts_) {
      if (each.node == node) return each;
    }
    return std::nullopt;
  }
  void publish(std::vector<BondedHost> hosts) {
    const std::lock_guard lock(mutex_);
    bonded_hosts_ = std::move(hosts);
  }

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  FleetEdition fleet_;
  std::vector<BondedHost> bonded_hosts_;
};

}  // namespace mixnet
