// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "collectors/kit/result.h"
#include "collectors/kit/state_folder.h"

namespace mixnet {

/// When the probe may run, and which gateway's turn it is. A run is written down before it begins, so that whoever starts the
/// exporter again and again gets no more runs than who lets it be; where it cannot be written down there is none.
class ProbeTurns {
 public:
  /// As the clocks stand, or as a test would have them.
  struct Moment {
    std::chrono::steady_clock::time_point steady;
    std::chrono::system_clock::time_point system;
  };
  using Clock = std::function<Moment()>;
  static Moment real_clock() { return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()}; }

  struct Times {
    std::chrono::milliseconds interval, start_delay;
  };

  /// The first turn is half to one and a half times the start's delay from now, and the interval after the last run of whatever
  /// process.
  ProbeTurns(StateFolder state, Times times, std::uint32_t random, Clock clock = real_clock);

  /// Reads what was written down, and with `write` writes it again, to see that it can be. Any error: no turn may be taken.
  enum class Use { read, write };
  Result<void> load(Use use);

  /// The key whose turn it is, of those that one is asked for: the one that has waited longest. Nothing before the time.
  std::optional<std::string> next(std::span<const std::string> keys) const;

  /// Writes down that a run of it begins now. Any error: it is not to begin.
  Result<void> begin(const std::string& key);

  /// When the next run may begin.
  std::chrono::system_clock::time_point due() const;

 private:
  /// By the clock that cannot be set: one that was set back must not let the probe run again at once.
  struct Start {
    std::string key;
    std::chrono::steady_clock::time_point steady;
    std::chrono::system_clock::time_point system;
  };

  void read(const std::string& text);
  std::string text() const;
  std::chrono::steady_clock::time_point due_steady() const;
  std::chrono::milliseconds some_of(std::chrono::milliseconds time);

  StateFolder state_;
  Times times_;
  std::minstd_rand random_;
  Clock clock_;
  std::chrono::steady_clock::time_point not_before_;
  std::chrono::milliseconds later_{};  ///< by chance, so that not all hosts run it at one time
  std::vector<Start> starts_;          ///< the last of each key
};

}  // namespace mixnet
