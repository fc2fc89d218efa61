// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace mixnet {

/// Several base URLs of one API. The one that works is used; the preferred one, the first, is tried again after a while.
class ApiBases {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes kBackAfter{10};

  explicit ApiBases(std::vector<std::string> urls = {}) : urls_(std::move(urls)) {}

  std::size_t size() const { return urls_.size(); }
  /// To be asked now; empty where there is none.
  const std::string& current(Time now);
  const std::string& current() const;
  /// The current one does not work: the next takes its place.
  void failed(Time now);

 private:
  std::vector<std::string> urls_;
  std::size_t at_ = 0;
  Time left_{};  ///< when the preferred one was
};

}  // namespace mixnet
