// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/history/window.h"

namespace mixnet {

/// By how much a counter, or several together, grew.
struct Rise {
  double amount = 0;
  double seconds = 0;   ///< between the first value and the last
  bool covers = false;  ///< the whole of the time looked at

  double per_second() const { return amount / seconds; }
};

/// The last while of a window, until `now`.
class Past {
 public:
  using Column = Window::Column;

  Past(const Window& window, UnixMs now, std::chrono::milliseconds over);

  const Window& window() const { return window_; }
  UnixMs now() const { return now_; }
  /// The same until another time, and over another time.
  Past until(UnixMs now) const { return {window_, now, over_}; }
  Past over(std::chrono::milliseconds over) const { return {window_, now_, over}; }

  /// When there are values; those of a column at these times. One more lies before them where there is only one otherwise, so
  /// that a counter's increase can be told.
  std::span<const UnixMs> times() const;
  std::span<const double> values(const Column& column) const;

  /// Whether a value of that time still tells how it is now.
  bool is_fresh(UnixMs time) const { return now_ - time <= fresh_for_; }
  /// The value of `column`, which may be null, where it is fresh.
  std::optional<double> latest(const Column* column) const;
  /// The newest of `values`, one for each of times(), where it is fresh.
  std::optional<double> latest(std::span<const double> values) const;

  /// Had the column, which may be null, a value about when the window ends? Otherwise what it is of is gone.
  bool is_there(const Column* column) const;

  /// Of columns that together are one counter. None where there are not two values of each, or the last is not fresh.
  ///
  /// What lies before a restart counts, and from 0 on after it. A gap counts as far as the values around it tell.
  std::optional<Rise> rise(std::span<const Column* const> columns) const;

  /// Whether values from `first` to `last`, with no hole longer than that, are all that could be asked for.
  bool covers(UnixMs first, UnixMs last, UnixMs longest_hole) const;

 private:
  const Window& window_;
  UnixMs now_;
  std::chrono::milliseconds over_;
  UnixMs step_, fresh_for_;
  std::size_t begin_ = 0, end_ = 0;  // of the window's times
};

}  // namespace mixnet
