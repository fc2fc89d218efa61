// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/history/window.h"

namespace mixnet {

/// "14:05", of the time in UTC.
std::string clock_text(UnixMs time);

/// "Wed 25 Nov".
std::string day_text(UnixMs time);

/// "2026-11-25T14:05:10Z".
std::string rfc3339_text(UnixMs time);

/// How long, in its two greatest units at most: "45 s", "27 min", "3 h 5 min", "2 d 4 h".
std::string length_text(UnixMs length);

}  // namespace mixnet
