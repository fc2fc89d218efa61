// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks/past.h"

#include <algorithm>
#include <cmath>

namespace mixnet {
namespace {

constexpr UnixMs kFreshMin = 60'000;
constexpr UnixMs kStepMissing = 15'000;  // where there are not two times

/// The time that is mostly between two ticks: the median of the last ones.
UnixMs usual_step(std::span<const UnixMs> times) {
  constexpr std::size_t kLast = 20;
  std::vector<UnixMs> steps;
  for (std::size_t index = times.size() > kLast ? times.size() - kLast : 1; index < times.size(); ++index) {
    steps.push_back(times[index] - times[index - 1]);
  }
  if (steps.empty()) return kStepMissing;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

/// What a counter grew by from one value to the next. One that is less was begun anew, from 0; but not where more than half of
/// it is left: then something that is part of it has gone, a CPU say.
double growth(double before, double value) {
  if (value >= before) return value - before;
  return value > before / 2 ? 0 : value;
}

/// The rise of one counter.
struct Climb {
  double amount = 0;
  UnixMs first = 0, last = 0, hole = 0;
  bool begun = false;

  void add(UnixMs time, double value) {
    if (begun) {
      amount += growth(before, value);
      hole = std::max(hole, time - last);
    } else {
      first = time;
    }
    begun = true;
    last = time;
    before = value;
  }

 private:
  double before = 0;
};

}  // namespace

Past::Past(const Window& window, UnixMs now, std::chrono::milliseconds over)
    : window_(window), now_(now), over_(over), step_(usual_step(window.times())), fresh_for_(std::max(kFreshMin, 3 * step_)) {
  const auto times = window.times();
  const auto place = [&](auto at) { return static_cast<std::size_t>(at - times.begin()); };
  end_ = place(std::upper_bound(times.begin(), times.end(), now));
  begin_ = std::min(end_, place(std::lower_bound(times.begin(), times.end(), now - over.count())));
  if (end_ - begin_ < 2) begin_ = end_ - std::min<std::size_t>(end_, 2);
}

std::span<const UnixMs> Past::times() const { return window_.times().subspan(begin_, end_ - begin_); }

std::span<const double> Past::values(const Column& column) const {
  return std::span(column.values).subspan(begin_, end_ - begin_);
}

std::optional<double> Past::latest(const Column* column) const {
  return column == nullptr ? std::nullopt : latest(values(*column));
}

std::optional<double> Past::latest(std::span<const double> values) const {
  for (std::size_t index = values.size(); index-- > 0;) {
    if (std::isnan(values[index])) continue;
    if (!is_fresh(times()[index])) break;
    return values[index];
  }
  return std::nullopt;
}

bool Past::is_there(const Column* column) const {
  if (column == nullptr || end_ == 0) return false;
  const auto end = window_.times()[end_ - 1];
  for (std::size_t index = end_; index-- > 0 && end - window_.times()[index] <= fresh_for_;) {
    if (!std::isnan(column->values[index])) return true;
  }
  return false;
}

std::optional<Rise> Past::rise(std::span<const Column* const> columns) const {
  if (columns.empty()) return std::nullopt;
  Rise out;
  out.covers = true;
  for (const auto* column : columns) {
    Climb climb;
    const auto of_it = values(*column);
    for (std::size_t index = 0; index < of_it.size(); ++index) {
      if (!std::isnan(of_it[index])) climb.add(times()[index], of_it[index]);
    }
    if (climb.first == climb.last || !is_fresh(climb.last)) return std::nullopt;
    out.amount += climb.amount;
    out.seconds = std::max(out.seconds, static_cast<double>(climb.last - climb.first) / 1000);
    out.covers &= covers(climb.first, climb.last, climb.hole);
  }
  return out;
}

bool Past::covers(UnixMs first, UnixMs last, UnixMs longest_hole) const {
  return last - first + 2 * step_ >= over_.count() && longest_hole <= std::max(over_.count() / 2, 2 * step_);
}

}  // namespace mixnet
