// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet::simulator {
namespace {

TEST(Keys, Base58IsBitcoins) {
  EXPECT_EQ("", base58(""));
  EXPECT_EQ("2NEpo7TZRRrLZSi2U", base58("Hello World!"));
  EXPECT_EQ("11233QC4", base58(std::string("\0\0\x28\x7f\xb4\xcd", 6)));
}

TEST(Keys, Base64AndHex) {
  EXPECT_EQ("", base64(""));
  EXPECT_EQ("Zg==", base64("f"));
  EXPECT_EQ("Zm8=", base64("fo"));
  EXPECT_EQ("Zm9v", base64("foo"));
  EXPECT_EQ("00ff", hex(std::string("\0\xff", 2)));
}

TEST(Keys, AreOfTheRealLength) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_THAT(public_key(seed, "x").size(), testing::AnyOf(43, 44));
    EXPECT_THAT(signature(seed, "x").size(), testing::AnyOf(87, 88));
  }
}

TEST(Keys, AreMadeOfSeedAndName) {
  EXPECT_EQ(public_key(1, "identity"), public_key(1, "identity"));
  EXPECT_NE(public_key(1, "identity"), public_key(2, "identity"));
  EXPECT_NE(public_key(1, "identity"), public_key(1, "sphinx"));
}

}  // namespace
}  // namespace mixnet::simulator
