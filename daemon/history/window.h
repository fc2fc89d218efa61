// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/history/series.h"

namespace mixnet {

/// Milliseconds of Unix time.
using UnixMs = std::int64_t;

/// The clock's.
inline UnixMs unix_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// No value at that time: the series was not there.
inline constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

/// What was recorded at one time.
struct Tick {
  UnixMs time = 0;
  std::shared_ptr<const std::vector<Series>> series;  ///< shared by the ticks for as long as no series is new
  std::vector<double> values;                         ///< of `series`, kGap where one was not there
};

/// Recorded values of many series at the same times, the oldest first. What checks are worked out of and a page's newest values
/// are from, whether it was recorded by this process, read from the history's file or collected just now.
class Window {
 public:
  struct Column {
    Series series;
    std::vector<double> values;  ///< one for each of `times`, kGap where there is none
  };

  /// Adds what is newer than all that is there; an older tick is left out.
  void add(const Tick& tick);
  /// Forgets what was recorded before `time`.
  void forget_before(UnixMs time);

  std::span<const UnixMs> times() const { return times_; }
  std::span<const Column> columns() const { return columns_; }
  bool empty() const { return times_.empty(); }

  /// The columns of a metric, in the order in which they came.
  std::vector<const Column*> of(std::string_view metric) const;
  /// The first column of the metric whose label is `value`; null where there is none.
  const Column* of(std::string_view metric, std::string_view label, std::string_view value) const;

 private:
  std::vector<std::size_t> places_for(const std::vector<Series>& series);

  std::vector<UnixMs> times_;
  std::vector<Column> columns_;
  std::shared_ptr<const std::vector<Series>> last_series_;  // of the tick added last
  std::vector<std::size_t> places_;                         // where its values belong in columns_
};

}  // namespace mixnet
