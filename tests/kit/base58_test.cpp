// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/base58.h"

#include <gtest/gtest.h>

#include <string>

namespace mixnet {
namespace {

using namespace std::string_literals;

// The pairs are those of the Internet-Draft on base 58, draft-msporny-base58-03, section 5.
TEST(Base58, DecodesWhatBitcoinWrites) {
  EXPECT_EQ(decode_base58("2NEpo7TZRRrLZSi2U").value(), "Hello World!");
  EXPECT_EQ(decode_base58("USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z").value(),
            "The quick brown fox jumps over the lazy dog.");
  EXPECT_EQ(decode_base58("11233QC4").value(), "\0\0\x28\x7f\xb4\xcd"s) << "a 1 in front is a zero byte";
  EXPECT_EQ(decode_base58("").value(), "");
  EXPECT_EQ(decode_base58("111").value(), "\0\0\0"s);
}

TEST(Base58, RefusesWhatIsNone) {
  for (const auto* text : {"0", "O", "I", "l", "2NEpo7TZRRr LZSi2U", "ä"}) EXPECT_FALSE(decode_base58(text)) << text;
  EXPECT_TRUE(decode_base58(std::string(128, 'z')));
  EXPECT_FALSE(decode_base58(std::string(129, 'z')));
}

TEST(Base58, KnowsAnIdentityKeyByItsLength) {
  EXPECT_TRUE(is_identity_key("2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1"));
  EXPECT_TRUE(is_identity_key(std::string(32, '1'))) << "32 zero bytes";
  EXPECT_FALSE(is_identity_key(std::string(31, '1')));
  EXPECT_FALSE(is_identity_key("2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2E"));
  EXPECT_FALSE(is_identity_key(""));
}

}  // namespace
}  // namespace mixnet
