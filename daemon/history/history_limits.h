// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mixnet {

/// How much of the past is kept.
struct HistoryLimits {
  std::chrono::milliseconds full{std::chrono::hours(48)};         ///< every value
  std::chrono::milliseconds coarse{std::chrono::hours(24 * 60)};  ///< of each five minutes the least, the mean and the greatest
  std::uint64_t bytes_max = std::uint64_t{128} << 20;             ///< the file with its journal; the oldest goes first

  bool operator==(const HistoryLimits&) const = default;
};

/// Where the history is, in the folder of --path.state.
inline std::string history_path(const std::string& state_folder) { return state_folder + "/history.sqlite"; }

}  // namespace mixnet
