// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/moment.h"

#include <array>
#include <ctime>

namespace mixnet {
namespace {

std::string formatted(UnixMs time, const char* format) {
  const auto seconds = static_cast<std::time_t>(time / 1000);
  std::tm parts{};
  if (gmtime_r(&seconds, &parts) == nullptr) return "";
  std::array<char, 40> text{};
  const auto length = std::strftime(text.data(), text.size(), format, &parts);
  return {text.data(), length};
}

struct Part {
  UnixMs length;
  const char* name;
};
constexpr Part kParts[] = {{86'400'000, " d"}, {3'600'000, " h"}, {60'000, " min"}, {1000, " s"}};

}  // namespace

std::string clock_text(UnixMs time) { return formatted(time, "%H:%M"); }

std::string day_text(UnixMs time) { return formatted(time, "%a %d %b"); }

std::string rfc3339_text(UnixMs time) { return formatted(time, "%Y-%m-%dT%H:%M:%SZ"); }

std::string length_text(UnixMs length) {
  for (const auto& part : kParts) {
    if (length < part.length) continue;
    std::string out = std::to_string(length / part.length) + part.name;
    const bool has_smaller = &part + 1 != std::end(kParts) && part.length >= 3'600'000;
    if (has_smaller) {
      const auto& smaller = *(&part + 1);
      if (const auto rest = length % part.length / smaller.length; rest > 0) out += " " + std::to_string(rest) + smaller.name;
    }
    return out;
  }
  return "0 s";
}

}  // namespace mixnet
