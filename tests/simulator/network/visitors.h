// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/simulator/commands.h"

namespace mixnet::simulator {

/// Who asked for what, and how: what it takes to see whether a client is polite. Not for several threads at once.
class Visitors {
 public:
  void note(const Request& request, const Answer& answer);
  void connected();
  void disconnected() { --open_; }
  void began();
  void ended() { --running_; }
  void forget();
  Json json() const;

 private:
  /// Of one path. What differs without end is cut off at some number of values.
  struct Asked {
    std::uint64_t count = 0, with_if_none_match = 0, with_if_modified_since = 0, bytes = 0;
    std::map<int, std::uint64_t> statuses;
    std::set<std::string> user_agents, accept_encodings, queries;
    std::optional<std::chrono::steady_clock::time_point> last;
    std::optional<double> shortest_interval;
  };

  std::map<std::string, Asked> asked_;
  std::uint64_t opened_ = 0, open_ = 0, most_open_ = 0, running_ = 0, most_running_ = 0;
};

}  // namespace mixnet::simulator
