// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "tests/simulator/keys.h"

namespace mixnet::simulator {

/// Throws that come out the same whenever the same things are thrown for, in whatever order.
class Dice {
 public:
  Dice(std::uint64_t seed, std::string subject) : seed_(seed), subject_(std::move(subject)) {}

  /// A whole number below `end`, for `what`.
  std::uint64_t below(std::uint64_t end, std::string_view what) const { return thrown(what) % end; }

  /// A number from 0 to less than 1.
  double fraction(std::string_view what) const { return static_cast<double>(thrown(what) >> 11) * 0x1p-53; }

  double between(double low, double high, std::string_view what) const { return low + (high - low) * fraction(what); }

  /// true in so many of a hundred cases.
  bool chance(double percent, std::string_view what) const { return fraction(what) * 100 < percent; }

  template <class T>
  T one_of(std::initializer_list<T> values, std::string_view what) const {
    return *(values.begin() + below(values.size(), what));
  }

 private:
  std::uint64_t thrown(std::string_view what) const { return hash(seed_, subject_ + " " + std::string(what)); }

  std::uint64_t seed_;
  std::string subject_;
};

}  // namespace mixnet::simulator
