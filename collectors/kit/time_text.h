// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mixnet {

/// "2026-05-16T00:10:03.511Z" or "…+02:00" as seconds since 1970; nothing where it is anything else.
std::optional<double> parse_rfc3339(std::string_view text);

/// Milliseconds since 1970 as "2026-05-16T00:10:03.511Z".
std::string rfc3339(std::int64_t unix_ms);

/// As parse_rfc3339 with a blank and a zone to the second behind, as Rust's time writes OffsetDateTime:
/// "2026-05-16 09:48:03.635274187 +00:00:00".
std::optional<double> parse_offset_date_time(std::string_view text);

/// "2026-05-16" as days since 1970; nothing where it is anything else.
std::optional<std::int64_t> parse_date(std::string_view text);

/// "12ms 345us 678ns" or "1day 2h", as Rust's humantime writes durations, in seconds; nothing where it is anything else.
std::optional<double> parse_humantime(std::string_view text);

}  // namespace mixnet
