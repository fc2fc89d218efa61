// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks/words.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

namespace mixnet {
namespace {

std::string with_decimals(double value, int decimals) {
  std::array<char, 400> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals).ptr;
  std::string out(text.data(), end);
  if (out.find_first_not_of("-0.") == std::string::npos) return "0";
  if (out.find('.') == std::string::npos) return out;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out;
}

}  // namespace

std::string plain_number(double value) {
  if (value == 0) return "0";
  std::array<char, 1200> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr};
}

std::string percent(double value) { return with_decimals(value, std::abs(value) < 10 ? 1 : 0) + " %"; }

std::string bytes(double value) {
  constexpr std::string_view kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; std::abs(value) >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return with_decimals(value, unit > 0 && std::abs(value) < 10 ? 1 : 0).append(" ").append(kUnits[unit]);
}

std::string amount(double value) {
  const double magnitude = std::abs(value);
  return with_decimals(value, magnitude >= 100 ? 0 : magnitude >= 1 ? 1 : 3);
}

std::string time_span(double seconds) {
  constexpr std::pair<double, std::string_view> kUnits[] = {{86'400, " days"}, {3600, " h"}, {60, " min"}};
  for (const auto& [length, name] : kUnits) {
    const bool whole = seconds > 0 && std::fmod(seconds, length) == 0;
    if (seconds >= 2 * length || whole) return std::to_string(std::llround(seconds / length)).append(name);
  }
  return amount(seconds >= 1 ? std::round(seconds) : seconds) + " s";
}

std::string duration_text(std::chrono::milliseconds duration) {
  constexpr std::pair<std::int64_t, std::string_view> kUnits[] = {
      {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}};
  for (const auto& [length, name] : kUnits) {
    if (duration.count() != 0 && duration.count() % length == 0) return std::to_string(duration.count() / length).append(name);
  }
  return std::to_string(duration.count()) + (duration.count() == 0 ? "s" : "ms");
}

}  // namespace mixnet
