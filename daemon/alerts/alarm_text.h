// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "collectors/kit/text.h"
#include "daemon/alerts/alarms.h"

namespace mixnet {

// How alarms stand in the files that keep them over a restart: fields with a tab between, a line for each.

/// A text as such a field, without tabs and newlines.
void append_escaped(std::string& out, std::string_view text);
/// malformed with the number of the line taken last.
Result<std::string> parse_escaped(const Lines& lines, std::string_view text, std::size_t bytes_max);

Result<UnixMs> parse_time(const Lines& lines, std::string_view text);

/// The fields of an alarm, of which it takes eight.
void append_alarm(std::string& out, const Alarm& alarm);
Result<Alarm> parse_alarm(const Lines& lines, std::string_view line);

}  // namespace mixnet
