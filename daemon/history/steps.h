// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"
#include "daemon/history/curve.h"

namespace mixnet {

/// Beyond this the increase of a counter is not known: the exporter was away.
inline constexpr UnixMs kGapMax = 5 * 60 * 1000;

/// Puts what was recorded of one series into steps of equal length: of a gauge its values, of a counter its increase per second
/// from one value to the next, which belongs to the step of the later. A counter that has fallen began anew at 0.
class Steps {
 public:
  Steps(const Series& series, UnixMs start, UnixMs step, std::size_t count);

  /// Values in the order of their times. kGap is skipped, as are those of no step.
  void add(UnixMs time, double value);

  /// Where a counter's next increase begins, with a value that is not added itself. kGap changes nothing.
  void go_on_from(UnixMs time, double value);

  /// What was put into steps before: as `write` gives it, of steps that are not longer than these.
  Result<void> add_written(UnixMs start, UnixMs step, std::string_view text);
  std::string write() const;

  Curve curve() const;

 private:
  struct Step {
    double weight = 0, sum = 0, min = 0, max = 0;

    void add(double least, double mean, double greatest, double its_weight);
  };

  Step* at(UnixMs time);

  Series series_;
  UnixMs start_, step_;
  std::vector<Step> steps_;
  UnixMs last_time_ = 0;
  double last_value_ = kGap;
};

}  // namespace mixnet
