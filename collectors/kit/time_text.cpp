// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/time_text.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::string_view kDigits = "0123456789";

/// Takes a number of exactly `digits` digits and `separator` behind it off the front of `text`.
std::optional<unsigned> take_number(std::string_view& text, std::size_t digits, std::string_view separator) {
  const auto part = text.substr(0, digits);
  if (part.size() < digits || part.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  const auto value = number<unsigned>(part);
  text.remove_prefix(digits);
  if (!value || !text.starts_with(separator)) return std::nullopt;
  text.remove_prefix(separator.size());
  return *value;
}

/// Takes ".511" off the front of `text`; 0 where there is none.
std::optional<double> take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return 0.0;
  text.remove_prefix(1);
  const auto digits = text.substr(0, text.find_first_not_of(kDigits));
  text.remove_prefix(digits.size());
  if (digits.empty()) return std::nullopt;
  double value = 0, unit = 0.1;
  for (const char digit : digits) {
    value += unit * (digit - '0');
    unit /= 10;
  }
  return value;
}

/// "Z" or "+02:00", in seconds east of Greenwich.
std::optional<double> parse_zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0.0;
  const double sign = text.starts_with('-') ? -1 : 1;
  if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2, ":");
  const auto minutes = hours ? take_number(text, 2, "") : std::nullopt;
  if (!minutes || !text.empty()) return std::nullopt;
  return sign * (*hours * 3600.0 + *minutes * 60.0);
}

std::optional<double> unit_seconds(std::string_view name) {
  constexpr struct {
    std::string_view name;
    double seconds;
  } kUnits[] = {{"ns", 1e-9},
                {"nsec", 1e-9},
                {"us", 1e-6},
                {"usec", 1e-6},
                {"ms", 1e-3},
                {"msec", 1e-3},
                {"s", 1},
                {"sec", 1},
                {"second", 1},
                {"m", 60},
                {"min", 60},
                {"minute", 60},
                {"h", 3600},
                {"hr", 3600},
                {"hour", 3600},
                {"d", 86'400},
                {"day", 86'400},
                {"w", 7 * 86'400},
                {"week", 7 * 86'400},
                {"M", 30.44 * 86'400},
                {"month", 30.44 * 86'400},
                {"y", 365.25 * 86'400},
                {"year", 365.25 * 86'400}};
  const auto singular = name.size() > 2 && name.ends_with('s') ? name.substr(0, name.size() - 1) : name;
  for (const auto& unit : kUnits) {
    if (unit.name == name || unit.name == singular) return unit.seconds;
  }
  return std::nullopt;
}

/// Takes "2026-05-16" off the front of `text`, in days since 1970.
std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = take_number(text, 4, "-");
  const auto month = year ? take_number(text, 2, "-") : std::nullopt;
  const auto day = month ? take_number(text, 2, "") : std::nullopt;
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

}  // namespace

std::optional<std::int64_t> parse_date(std::string_view text) {
  const auto days = take_date(text);
  return text.empty() ? days : std::nullopt;
}

std::optional<double> parse_offset_date_time(std::string_view text) {
  constexpr std::string_view kSeconds = ":00";
  const auto blank = text.rfind(' ');
  if (blank == std::string_view::npos || blank == text.find(' ')) return parse_rfc3339(text);
  auto zone = text.substr(blank + 1);
  if (zone.size() == 9 && zone.ends_with(kSeconds)) zone.remove_suffix(kSeconds.size());
  return parse_rfc3339(std::string(text.substr(0, blank)).append(zone));
}

std::string rfc3339(std::int64_t unix_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(unix_ms)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text;
}

std::optional<double> parse_rfc3339(std::string_view text) {
  const auto days = take_date(text);
  if (!days || text.empty() || std::string_view("Tt ").find(text.front()) == std::string_view::npos) return std::nullopt;
  text.remove_prefix(1);
  const auto hour = take_number(text, 2, ":");
  const auto minute = hour ? take_number(text, 2, ":") : std::nullopt;
  const auto second = minute ? take_number(text, 2, "") : std::nullopt;
  const auto fraction = second ? take_fraction(text) : std::nullopt;
  const auto zone = fraction ? parse_zone(text) : std::nullopt;
  if (!zone || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto seconds = *days * 86'400 + *hour * 3600 + *minute * 60 + *second;
  return static_cast<double>(seconds) + *fraction - *zone;
}

std::optional<double> parse_humantime(std::string_view text) {
  double seconds = 0;
  bool any = false;
  for (auto field = take_field(text); !field.empty(); field = take_field(text)) {
    const auto digits = field.substr(0, field.find_first_not_of(kDigits));
    const auto count = number<std::uint64_t>(digits);
    const auto unit = unit_seconds(field.substr(digits.size()));
    if (!count || !unit) return std::nullopt;
    seconds += static_cast<double>(*count) * *unit;
    any = true;
  }
  return any ? std::optional(seconds) : std::nullopt;
}

}  // namespace mixnet
