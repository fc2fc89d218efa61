// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/sntp.h"

#include <gtest/gtest.h>

#include <string>

namespace mixnet {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kNonce = 0x0123456789abcdef;
// 2026-05-16 10:00:00 UTC; of NTP's seconds that is 1778925600 + 2208988800.
constexpr std::chrono::system_clock::time_point kSent{1'778'925'600s};
constexpr std::uint64_t kSentSeconds = 3'987'914'400;

std::string big_endian(std::uint64_t value) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

/// A server's answer; timestamps are seconds after kSent, in quarters.
std::string answer(int received_quarters, int answered_quarters, char head = '\x24', char stratum = '\x02',
                   std::uint64_t nonce = kNonce) {
  const auto time = [](int quarters) {
    return big_endian((kSentSeconds << 32) + (static_cast<std::uint64_t>(static_cast<std::int64_t>(quarters)) << 30));
  };
  return std::string{head, stratum, '\x06', '\xec'} + std::string(4, '\0') + std::string(4, '\0') + "GPS " + time(-400) +
         big_endian(nonce) + time(received_quarters) + time(answered_quarters);
}

SntpAnswer read(const std::string& packet, std::chrono::milliseconds took = 1000ms) {
  return read_sntp(packet, kNonce, kSent, took);
}

TEST(Sntp, AsksWithANonceForItsTime) {
  const auto request = sntp_request(kNonce);
  const std::string text(request.begin(), request.end());
  EXPECT_EQ(text, "\x23" + std::string(39, '\0') + big_endian(kNonce)) << "version 4, a client, and nothing of our clock";
}

TEST(Sntp, WorksOutTheOffset) {
  // Sent at 0, received there at 2.5, answered at 2.75, back here at 1: 0.75 s on the way, the server is 2.125 s ahead.
  const auto ahead = read(answer(10, 11));
  ASSERT_TRUE(ahead);
  EXPECT_DOUBLE_EQ(ahead->offset_s, 2.125);
  EXPECT_DOUBLE_EQ(ahead->round_trip_s, 0.75);
  EXPECT_EQ(ahead->stratum, 2);
  const auto behind = read(answer(-40, -40));
  ASSERT_TRUE(behind);
  EXPECT_DOUBLE_EQ(behind->offset_s, -10.5);
  EXPECT_DOUBLE_EQ(behind->round_trip_s, 1);
}

TEST(Sntp, KnowsThatTimestampsBeginAgainIn2036) {
  const std::chrono::system_clock::time_point sent{std::chrono::seconds(4'294'967'296 - 2'208'988'800 - 1)};
  auto packet = answer(0, 0);
  packet.replace(32, 8, big_endian(std::uint64_t{1} << 32)).replace(40, 8, big_endian(std::uint64_t{1} << 32));
  const auto time = read_sntp(packet, kNonce, sent, 0s);  // a second before the end, to one after it
  ASSERT_TRUE(time);
  EXPECT_DOUBLE_EQ(time->offset_s, 2);
}

TEST(Sntp, RefusesWhatTellsNoTime) {
  EXPECT_EQ(read("").error(), SntpFault::malformed);
  EXPECT_EQ(read(answer(1, 2).substr(0, 47)).error(), SntpFault::malformed);
  EXPECT_EQ(read(answer(1, 2, '\x23')).error(), SntpFault::malformed) << "a client's packet";
  EXPECT_EQ(read(answer(1, 2, '\x04')).error(), SntpFault::malformed) << "version 0";
  EXPECT_EQ(read(answer(1, 2, '\x24', 2, kNonce + 1)).error(), SntpFault::not_ours);
  EXPECT_EQ(read(answer(1, 2, '\x24', 0)).error(), SntpFault::kiss_of_death);
  EXPECT_EQ(read(answer(1, 2, '\xe4')).error(), SntpFault::unsynchronised) << "leap indicator 3";
  EXPECT_EQ(read(answer(1, 2, '\x24', 16)).error(), SntpFault::unsynchronised);
  EXPECT_EQ(read(answer(0, 8)).error(), SntpFault::malformed) << "two seconds at the server, of one altogether";
  EXPECT_EQ(read(answer(8, 0)).error(), SntpFault::malformed) << "answered before it was received";
  auto far = answer(1, 2);
  far[9] = '\x10';  // root dispersion of 16 s
  EXPECT_EQ(read(far).error(), SntpFault::unsynchronised);
  auto without = answer(1, 2);
  without.replace(40, 8, std::string(8, '\0'));
  EXPECT_EQ(read(without).error(), SntpFault::malformed);
  EXPECT_TRUE(read(answer(1, 2) + std::string(20, 'x'))) << "extensions and authentication come after";
}

}  // namespace
}  // namespace mixnet
