// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

inline constexpr std::size_t kSntpBytes = 48;

/// A request of NTP's version 4, mode 3 (RFC 5905). `nonce` stands where the client's time would: the answer has to repeat it,
/// and the server learns nothing of our clock.
std::array<std::uint8_t, kSntpBytes> sntp_request(std::uint64_t nonce);

/// Why an answer tells no time.
enum class SntpFault : std::uint8_t { malformed, not_ours, unsynchronised, kiss_of_death };
std::string_view to_string(SntpFault fault);

struct SntpTime {
  double offset_s = 0;      ///< the server's time less ours
  double round_trip_s = 0;  ///< on the way, without what the server itself took
  int stratum = 0;
};

using SntpAnswer = tl::expected<SntpTime, SntpFault>;

/// What the answer says to a request with `nonce` that was sent at `sent` of this host's clock and took `took` altogether.
SntpAnswer read_sntp(std::string_view packet, std::uint64_t nonce, std::chrono::system_clock::time_point sent,
                     std::chrono::duration<double> took);

}  // namespace mixnet
