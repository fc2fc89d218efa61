// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulator/exchange.h"
#include "tests/simulator/faults.h"

namespace mixnet::simulator {

inline constexpr std::string_view kControlPrefix = "/simulator/";

/// What an HTTP server serves. For several threads at once.
class Site {
 public:
  Site() = default;
  virtual ~Site() = default;
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  /// What is simulated.
  virtual Answer answer(const Request& request) = 0;

  /// The commands below kControlPrefix.
  virtual Answer control(const Request& request) = 0;

  virtual Faults& faults() = 0;

  /// A connection on which something simulated has been asked for: when that happens first, and when it has ended.
  virtual void connected() {}
  virtual void disconnected() {}

  /// The same of each such request.
  virtual void began() {}
  virtual void ended() {}
};

}  // namespace mixnet::simulator
