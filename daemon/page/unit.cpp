// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/unit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>

namespace mixnet {
namespace {

constexpr std::size_t kMarksMax = 12;

/// A unit of measure and how it is written.
struct Scale {
  double size;
  std::string_view suffix;
};

constexpr Scale kCounts[] = {{1e9, " G"}, {1e6, " M"}, {1e3, " k"}, {1, ""}};
constexpr Scale kRates[] = {{1e9, " G/s"}, {1e6, " M/s"}, {1e3, " k/s"}, {1, "/s"}};
constexpr Scale kBytes[] = {{1099511627776.0, " TiB"}, {1073741824.0, " GiB"}, {1048576.0, " MiB"}, {1024, " KiB"}, {1, " B"}};
constexpr Scale kByteRates[] = {{1e9, " GB/s"}, {1e6, " MB/s"}, {1e3, " kB/s"}, {1, " B/s"}};
constexpr Scale kRatios[] = {{0.01, " %"}};

std::span<const Scale> scales_of(Unit unit) {
  switch (unit) {
    case Unit::count:
    case Unit::packets: return kCounts;
    case Unit::packets_per_second: return kRates;
    case Unit::bytes: return kBytes;
    case Unit::bytes_per_second: return kByteRates;
    case Unit::ratio: return kRatios;
  }
  return kCounts;
}

/// The greatest that is not greater than `value`, else the least.
const Scale& scale_for(double value, Unit unit) {
  const auto scales = scales_of(unit);
  const auto fits = std::find_if(scales.begin(), scales.end(), [&](const Scale& scale) { return value >= scale.size; });
  return fits == scales.end() ? scales.back() : *fits;
}

std::string number_text(double value, int decimals) {
  std::array<char, 48> text{};
  const auto length = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  std::string out(text.data(), static_cast<std::size_t>(std::clamp(length, 0, static_cast<int>(text.size()) - 1)));
  return out.find_first_not_of("-0.") == std::string::npos && out.starts_with('-') ? out.substr(1) : out;
}

int decimals_for_three_digits(double value) {
  if (value == 0) return 0;
  return std::clamp(2 - static_cast<int>(std::floor(std::log10(value))), 0, 2);
}

std::string with_thousands(std::string text) {
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

/// 1, 2 or 5 by a power of the base: the least that is not less than `least`.
double round_step(double least, double unit) {
  double power = unit;
  while (power < least) power *= 10;
  while (power / 10 >= least) power /= 10;
  for (const double part : {0.1, 0.2, 0.5}) {
    if (power * part >= least) return power * part;
  }
  return power;
}

/// Of what comes in pieces no mark between two of them.
bool is_whole(Unit unit) { return unit == Unit::count || unit == Unit::packets || unit == Unit::bytes; }

int decimals_of(double step) {
  for (int decimals = 0; decimals < 4; ++decimals) {
    const double shifted = step * std::pow(10, decimals);
    if (std::abs(shifted - std::round(shifted)) < 1e-6) return decimals;
  }
  return 4;
}

}  // namespace

std::string_view to_string(Unit unit) {
  switch (unit) {
    case Unit::count: return "count";
    case Unit::packets: return "packets";
    case Unit::packets_per_second: return "packets per second";
    case Unit::bytes: return "bytes";
    case Unit::bytes_per_second: return "bytes per second";
    case Unit::ratio: return "percent";
  }
  return "";
}

std::string_view word_of(Unit unit) {
  switch (unit) {
    case Unit::count: return "count";
    case Unit::packets: return "packets";
    case Unit::packets_per_second: return "packets_per_second";
    case Unit::bytes: return "bytes";
    case Unit::bytes_per_second: return "bytes_per_second";
    case Unit::ratio: return "ratio";
  }
  return "";
}

std::string value_text(double value, Unit unit) {
  if (!std::isfinite(value)) return "–";
  const double size = std::abs(value);
  const std::string sign = value < 0 ? "−" : "";
  constexpr double kWrittenOut = 100'000;
  if ((unit == Unit::count || unit == Unit::packets) && size < kWrittenOut) {
    const bool whole = size >= 100 || size == std::floor(size);
    if (whole) return sign + with_thousands(number_text(size, 0));
    return sign + number_text(size, decimals_for_three_digits(size));
  }
  const auto& scale = scale_for(size, unit);
  const double scaled = size / scale.size;
  return sign + number_text(scaled, decimals_for_three_digits(scaled)) + std::string(scale.suffix);
}

Axis axis_of(double least, double greatest, Unit unit) {
  if (!(greatest > least)) greatest = least + (unit == Unit::ratio ? 0.01 : 1);
  const auto& scale = scale_for(std::max(std::abs(least), std::abs(greatest)), unit);
  double step = round_step((greatest - least) / 5, scale.size);
  if (is_whole(unit)) step = std::max(step, 1.0);
  const double first = std::floor(least / step + 1e-9), last = std::max(std::ceil(greatest / step - 1e-9), first + 1);
  const int decimals = decimals_of(step / scale.size);
  Axis axis{first * step, last * step, {}, {}};
  for (double place = first; place <= last && axis.marks.size() < kMarksMax; ++place) {
    const double value = place * step;
    axis.marks.push_back(value);
    // What is drawn below zero is no less than nothing: sent beside received.
    const bool zero = std::abs(value) < step / 2;
    axis.texts.push_back(zero ? "0" : number_text(std::abs(value) / scale.size, decimals) + std::string(scale.suffix));
  }
  return axis;
}

}  // namespace mixnet
