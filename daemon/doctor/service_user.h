// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "collectors/kit/result.h"

namespace mixnet {

/// The exporter's unit as systemd has it.
struct ServiceUnit {
  std::string state;               ///< "active", "failed", …; empty where no systemd answers or it knows no such unit
  std::uint32_t main_pid = 0;      ///< 0: it does not run
  std::uint64_t capabilities = 0;  ///< AmbientCapabilities=, a bit for each
};

ServiceUnit service_unit();

/// Makes this process the service's user, with the service's capabilities and credentials, where root started it and there is
/// such a user; so that what it finds is what the service finds. Gives a sentence that says as whom the checks are made.
/// Only the calling thread has the capabilities of the unit, so it is called before another one is started.
Result<std::string> become_service_user(const ServiceUnit& unit);

}  // namespace mixnet
