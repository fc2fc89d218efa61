// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace mixnet {

/// A number as perfdata and ranges have it: in decimal, no longer than it takes to be read back as the same.
std::string plain_number(double value);

/// "97 %", "2.3 %".
std::string percent(double value);

/// "1.5 GiB".
std::string bytes(double value);

/// "2", "1.5": for what is mostly a whole number.
std::string amount(double value);

/// "3 s", "10 min", "2 h", "5 days".
std::string time_span(double seconds);

/// As a configuration has it, "10m"; what parse_duration takes.
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace mixnet
