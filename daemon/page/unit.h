// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mixnet {

/// What a number on the page is a number of.
enum class Unit { count, packets, packets_per_second, bytes, bytes_per_second, ratio };

/// In words, for a chart's caption: "packets per second".
std::string_view to_string(Unit unit);

/// As the API has it, in base units: "packets_per_second".
std::string_view word_of(Unit unit);

/// With three digits that count and the unit: "12.3 MB/s", "4.1 GiB", "98.7 %", "1,234". Of what is no number an en dash.
std::string value_text(double value, Unit unit);

/// Where an axis has marks: round numbers that divide it into three to six parts.
struct Axis {
  double from = 0, to = 1;
  std::vector<double> marks;       ///< the ends among them
  std::vector<std::string> texts;  ///< one for each mark, all with as many digits; "2.5 GiB"
};

/// An axis that has all from `least` to `greatest` on it.
Axis axis_of(double least, double greatest, Unit unit);

}  // namespace mixnet
