// SPDX-License-Identifier: Apache-2.0
#include "daemon/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

namespace mixnet {
namespace {

std::string inflated(const std::string& compressed) {
  z_stream z{};
  inflateInit2(&z, 15 + 16);
  std::string out(1 << 22, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  z.avail_in = static_cast<uInt>(compressed.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&z, Z_FINISH);
  out.resize(z.total_out);
  inflateEnd(&z);
  return status == Z_STREAM_END && z.avail_in == 0 ? out : "not a whole gzip stream";
}

TEST(Gzip, GivesWholeStreamsAgainAndAgain) {
  Gzip gzip;
  std::string out;
  std::string text;
  for (int line = 0; line < 2000; ++line) text += "node_cpu_seconds_total{cpu=\"" + std::to_string(line * 7919) + "\"} 1\n";
  for (const auto& each : {text, std::string(), std::string("x"), text}) {
    gzip.compress(each, out);
    EXPECT_EQ(inflated(out), each);
  }
  EXPECT_LT(out.size(), text.size() / 4);
}

TEST(Gzip, HasRoomForWhatCannotBeCompressed) {
  std::mt19937 random(7);
  Gzip gzip;
  std::string out;
  for (const std::size_t bytes : {1U, 7U, 300U, 4095U, 65535U, 65536U, 131070U, 131071U, 1U << 21}) {
    std::string noise(bytes, '\0');
    for (auto& byte : noise) byte = static_cast<char>(random());
    gzip.compress(noise, out);
    EXPECT_EQ(inflated(out), noise) << bytes;
  }
}

/// Long runs, a few words over and over, and noise in between: what makes compressors take another way.
std::string odd_text(std::mt19937& random) {
  constexpr std::size_t kPieceMax = 1000;
  std::string text;
  for (auto pieces = random() % 200; pieces > 0; --pieces) {
    const auto bytes = random() % kPieceMax;
    switch (random() % 3) {
      case 0: text.append(bytes, static_cast<char>(random())); break;
      case 1: text += text.substr(text.empty() ? 0 : random() % text.size(), bytes); break;
      default:
        for (std::size_t at = 0; at < bytes; ++at) text += static_cast<char>(random());
    }
  }
  return text;
}

TEST(Gzip, GivesBackTextsOfAnyKind) {
  std::mt19937 random(11);
  Gzip gzip;
  std::string out;
  for (int times = 0; times < 300; ++times) {
    const auto text = odd_text(random);
    gzip.compress(text, out);
    ASSERT_EQ(inflated(out), text) << times;
  }
}

}  // namespace
}  // namespace mixnet
