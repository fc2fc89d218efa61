// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/sntp.h"

#include <algorithm>

namespace mixnet {
namespace {

// Offsets into a packet.
constexpr std::size_t kStratum = 1, kRootDelay = 4, kRootDispersion = 8, kOrigin = 24, kReceive = 32, kTransmit = 40;

constexpr std::uint8_t kVersion = 4, kClient = 3, kServer = 4, kUnsynchronised = 3;
constexpr int kStratumMax = 15;
constexpr double kDistanceMax = 16;  // in seconds, from the server to the clock that it goes by
constexpr std::int64_t kSeconds1900To1970 = 2'208'988'800;
constexpr double kFraction = 4294967296.0;  // of a second, in the lower half of a timestamp

std::uint64_t big_endian(std::string_view packet, std::size_t at, std::size_t bytes) {
  std::uint64_t out = 0;
  for (std::size_t index = 0; index < bytes; ++index) out = out << 8 | static_cast<std::uint8_t>(packet[at + index]);
  return out;
}

/// A timestamp less `time`. Timestamps begin again every 136 years: the one that is next to `time` is meant.
double difference(std::uint64_t timestamp, std::chrono::system_clock::time_point time) {
  const auto since_1970 = time.time_since_epoch();
  const auto whole = std::chrono::floor<std::chrono::seconds>(since_1970);
  const auto ours = static_cast<std::uint32_t>(whole.count() + kSeconds1900To1970);
  const auto seconds = static_cast<std::int32_t>(static_cast<std::uint32_t>(timestamp >> 32) - ours);
  const double fraction = static_cast<double>(static_cast<std::uint32_t>(timestamp)) / kFraction;
  return seconds + fraction - std::chrono::duration<double>(since_1970 - whole).count();
}

SntpAnswer refused(SntpFault fault) { return tl::unexpected<SntpFault>(fault); }

}  // namespace

std::string_view to_string(SntpFault fault) {
  switch (fault) {
    case SntpFault::malformed: return "malformed";
    case SntpFault::not_ours: return "not_ours";
    case SntpFault::unsynchronised: return "unsynchronised";
    case SntpFault::kiss_of_death: return "kiss_of_death";
  }
  return "";
}

std::array<std::uint8_t, kSntpBytes> sntp_request(std::uint64_t nonce) {
  std::array<std::uint8_t, kSntpBytes> out{};
  out[0] = kVersion << 3 | kClient;
  for (std::size_t index = 0; index < sizeof nonce; ++index) {
    out[kTransmit + index] = static_cast<std::uint8_t>(nonce >> (56 - 8 * index));
  }
  return out;
}

SntpAnswer read_sntp(std::string_view packet, std::uint64_t nonce, std::chrono::system_clock::time_point sent,
                     std::chrono::duration<double> took) {
  if (packet.size() < kSntpBytes) return refused(SntpFault::malformed);
  const auto head = static_cast<std::uint8_t>(packet[0]);
  const int version = head >> 3 & 7, mode = head & 7;
  if (big_endian(packet, kOrigin, 8) != nonce) return refused(SntpFault::not_ours);
  if (mode != kServer || version < 1 || version > kVersion) return refused(SntpFault::malformed);
  const int stratum = static_cast<std::uint8_t>(packet[kStratum]);
  if (stratum == 0) return refused(SntpFault::kiss_of_death);
  const double distance = static_cast<double>(big_endian(packet, kRootDelay, 4)) / 65536 / 2 +
                          static_cast<double>(big_endian(packet, kRootDispersion, 4)) / 65536;
  if (head >> 6 == kUnsynchronised || stratum > kStratumMax || distance >= kDistanceMax) {
    return refused(SntpFault::unsynchronised);
  }
  const auto received = big_endian(packet, kReceive, 8), answered = big_endian(packet, kTransmit, 8);
  if (received == 0 || answered == 0) return refused(SntpFault::malformed);
  // Between the two of the server there are milliseconds; one that says otherwise does not know the time.
  const double there = difference(received, sent), back = difference(answered, sent) - took.count();
  const double round_trip = took.count() - (difference(answered, sent) - there);
  if (round_trip < -0.001 || round_trip > took.count() + 0.001) return refused(SntpFault::malformed);
  return SntpTime{(there + back) / 2, std::max(round_trip, 0.0), stratum};
}

}  // namespace mixnet
