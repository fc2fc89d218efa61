// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/column_codec.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace mixnet {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

std::string encoded(const std::vector<double>& values) {
  std::string out;
  encode_column(values, out);
  return out;
}

/// The same, bit for bit; any NaN is a gap.
void expect_back(const std::vector<double>& values) {
  std::vector<double> out{1, 2, 3};
  const auto decoded = decode_column(encoded(values), out);
  ASSERT_TRUE(decoded) << decoded.error().message;
  ASSERT_EQ(out.size(), values.size());
  for (std::size_t index = 0; index < values.size(); ++index) {
    if (std::isnan(values[index])) {
      EXPECT_TRUE(std::isnan(out[index])) << index;
    } else {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(out[index]), std::bit_cast<std::uint64_t>(values[index])) << index;
    }
  }
}

TEST(ColumnCodec, GivesBackWhatItWasGiven) {
  const double infinity = std::numeric_limits<double>::infinity();
  expect_back({});
  expect_back({0});
  expect_back({-0.0, 0.0});
  expect_back({kNoValue, kNoValue});
  expect_back({kNoValue, 1, kNoValue, 2, 3, kNoValue});
  expect_back({0.1, 0.2, 0.30000000000000004});
  expect_back({1795599006.53, 1795599021.53, 0, 12.345678901});
  expect_back({9007199254740991, 9007199254740994, -9007199254740992});
  expect_back({infinity, -infinity, std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::max()});
}

TEST(ColumnCodec, GivesBackAnyBits) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> values(random() % 300);
    for (auto& value : values) {
      switch (random() % 4) {
        case 0: value = std::bit_cast<double>(random()); break;
        case 1: value = static_cast<double>(random() % 1000) / 100; break;
        case 2: value = kNoValue; break;
        default: value = static_cast<double>(static_cast<std::int64_t>(random() % 2000) - 1000); break;
      }
    }
    expect_back(values);
  }
}

TEST(ColumnCodec, TakesLittleForWhatMetricsAreLike) {
  std::mt19937 random(5);
  std::vector<double> constant(960, 262144), times, cpu_seconds, packets, memory;
  double ticks = 123'450, sent = 8e9;
  for (int tick = 0; tick < 960; ++tick) {
    times.push_back(1.7955e12 + 15000.0 * tick);
    cpu_seconds.push_back((ticks += static_cast<double>(random() % 300)) / 100);
    packets.push_back(sent += 60'000 + static_cast<double>(random() % 10'000));
    memory.push_back(4e9 + 4096.0 * static_cast<double>(random() % 10'000));
  }
  EXPECT_LT(encoded(constant).size(), 20U);
  EXPECT_LT(encoded(times).size(), 30U);
  EXPECT_LT(encoded(cpu_seconds).size(), 2.1 * 960);
  EXPECT_LT(encoded(packets).size(), 3.1 * 960);
  EXPECT_LT(encoded(memory).size(), 4.1 * 960);
}

TEST(ColumnCodec, RefusesWhatIsNoColumn) {
  std::vector<double> out;
  const auto whole = encoded({1, 2.5, kNoValue, 7});
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(decode_column(whole.substr(0, length), out)) << length;
  EXPECT_FALSE(decode_column(whole + "x", out));
  EXPECT_FALSE(decode_column("\xff\xff\xff\xff\x7f\x01", out)) << "more values than memory";
  EXPECT_FALSE(decode_column(std::string("\x02\x02\x09\x01\x02", 5), out)) << "an unknown form";
}

}  // namespace
}  // namespace mixnet
