// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace mixnet {

/// "2026-05-16T00:10:03.511Z" or "…+02:00" as seconds since 1970; nothing where it is anything else.
std::optional<double> parse_rfc3339(std::string_view text);

/// "12ms 345us 678ns" or "1day 2h", as Rust's humantime writes durations, in seconds; nothing where it is anything else.
std::optional<double> parse_humantime(std::string_view text);

}  // namespace mixnet
