// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/moments.h"

#include <array>
#include <ctime>
#include <string_view>

namespace mixnet::simulator {

std::string rfc3339(std::chrono::system_clock::time_point time, int digits) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t unix_time = std::chrono::system_clock::to_time_t(second);
  std::tm parts{};
  ::gmtime_r(&unix_time, &parts);
  std::array<char, 32> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string out(text.data(), length);
  if (digits > 0) {
    const auto fraction = std::chrono::duration_cast<std::chrono::nanoseconds>(time - second).count();
    out += "." + std::to_string(1'000'000'000 + fraction).substr(1, static_cast<std::size_t>(digits));
  }
  return out + "Z";
}

std::string humantime(std::uint64_t nanoseconds) {
  struct Unit {
    std::string_view name;
    std::uint64_t size;
  };
  constexpr std::array kUnits{Unit{"s", 1'000'000'000}, Unit{"ms", 1'000'000}, Unit{"us", 1000}, Unit{"ns", 1}};
  std::string out;
  for (const auto& unit : kUnits) {
    const auto count = nanoseconds / unit.size;
    nanoseconds %= unit.size;
    if (count != 0) out.append(out.empty() ? "" : " ").append(std::to_string(count)).append(unit.name);
  }
  return out.empty() ? "0s" : out;
}

}  // namespace mixnet::simulator
