// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mixnet::simulator {

/// 2026-05-16T10:21:30.113421512Z, with so many digits after the point.
std::string rfc3339(std::chrono::system_clock::time_point time, int digits = 0);

/// 12ms 345us 678ns, as Rust's humantime prints a duration.
std::string humantime(std::uint64_t nanoseconds);

}  // namespace mixnet::simulator
