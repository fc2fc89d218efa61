// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

struct sd_bus;

namespace mixnet {

/// A connection to the system's D-Bus, where systemd answers. Each call waits no longer than its deadline, whatever the bus
/// does; after a failure the connection is closed, and the next call makes another.
class SystemBus {
 public:
  using Clock = std::chrono::steady_clock;

  /// The object that stands for a unit: "/org/freedesktop/systemd1/unit/nym_2dnode_2eservice".
  static Result<std::string> unit_path(const std::string& unit);

  /// A property of one of systemd's objects: a string, or a number that the bus has in the given type. absent: there is no
  /// bus, no systemd on it, or no such object or property; denied; unavailable: it did not answer in time, or failed.
  Result<std::string> text(const std::string& path, const char* interface, const char* property, Clock::time_point deadline);
  Result<std::uint32_t> number32(const std::string& path, const char* interface, const char* property,
                                 Clock::time_point deadline);
  Result<std::uint64_t> number64(const std::string& path, const char* interface, const char* property,
                                 Clock::time_point deadline);

 private:
  struct Close {
    void operator()(sd_bus* bus) const;
  };

  Result<void> connect(Clock::time_point deadline);
  Result<void> get(const std::string& path, const char* interface, const char* property, const char* type, void* value,
                   Clock::time_point deadline);

  std::unique_ptr<sd_bus, Close> bus_;
};

}  // namespace mixnet
