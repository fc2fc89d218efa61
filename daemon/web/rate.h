// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

namespace mixnet::web {

/// A bucket of `burst` requests that gains one every `interval`. Used from one thread.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  RateLimit(std::chrono::milliseconds interval, int burst) : interval_(interval), burst_(burst), left_(burst) {}

  /// Takes one request out; false where none is left.
  bool allow(Clock::time_point now) {
    const double gained = std::chrono::duration<double>(now - last_) / std::chrono::duration<double>(interval_);
    left_ = std::min(static_cast<double>(burst_), left_ + std::max(0.0, gained));
    last_ = now;
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  std::chrono::milliseconds interval_;
  int burst_;
  double left_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace mixnet::web
