// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/traffic.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "collectors/kit/text.h"

namespace mixnet::simulator {
namespace {

constexpr double kMinute = 60;
constexpr double kBurst = 10;
constexpr double kInBurst = 3.5;
constexpr double kBetweenBursts = 0.5;

/// Seconds of steady traffic that bring as many packets.
double bursty_seconds(double seconds) {
  const double minutes = std::floor(seconds / kMinute);
  const double rest = seconds - minutes * kMinute;
  const double quiet = std::min(rest, kMinute - kBurst);
  return minutes * kMinute + quiet * kBetweenBursts + (rest - quiet) * kInBurst;
}

}  // namespace

Result<Pattern> parse_pattern(std::string_view name) {
  if (name == "idle") return Pattern::idle;
  if (name == "steady") return Pattern::steady;
  if (name == "busy") return Pattern::busy;
  if (name == "bursty") return Pattern::bursty;
  return fail(Fault::malformed, in_quotes(name) + " is none of idle, steady, busy, bursty");
}

double packets_after(const Traffic& traffic, double seconds) {
  switch (traffic.pattern) {
    case Pattern::idle: return 0;
    case Pattern::steady: return traffic.packets_per_second * seconds;
    case Pattern::busy: return traffic.packets_per_second * 5 * seconds;
    case Pattern::bursty: return traffic.packets_per_second * bursty_seconds(seconds);
  }
  return 0;
}

}  // namespace mixnet::simulator
