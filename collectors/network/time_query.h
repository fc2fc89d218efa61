// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string_view>

#include "collectors/kit/ip_address.h"
#include "collectors/network/sntp.h"

namespace mixnet {

/// Why a server told no time.
enum class TimeFault : std::uint8_t { name, unreachable, timeout, malformed, unsynchronised, kiss_of_death };
std::string_view to_string(TimeFault fault);

/// Asks an NTP server once, with one packet; what is not the answer to it is passed over until `timeout`. Soon timeout where
/// `stop` is asked for.
tl::expected<SntpTime, TimeFault> ask_time(const IpAddress& address, std::uint16_t port, std::chrono::milliseconds timeout,
                                           const std::stop_token& stop = {});

}  // namespace mixnet
