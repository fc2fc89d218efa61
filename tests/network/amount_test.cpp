// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/amount.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

TEST(Amount, IsExactToTheLastDigitOfADouble) {
  EXPECT_EQ(nym_of_unym("250000000").value(), 250);
  EXPECT_EQ(nym_of_unym("253120111.110203948102394").value(), 253.120111110203948102394);
  EXPECT_EQ(nym_of_unym("0.3").value(), 0.0000003);
  EXPECT_EQ(nym_of_unym("1").value(), 0.000001);
  EXPECT_EQ(nym_of_unym("0").value(), 0);
  EXPECT_EQ(nym_of_unym("61194696938683.2").value(), 61194696.9386832);
  // 33333333.3 / 1e6 is another double than 33.3333333 is
  EXPECT_EQ(nym_of_unym("33333333.3").value(), 33.3333333);
}

TEST(Amount, RefusesWhatIsNone) {
  for (const auto* text : {"", ".", ".5", "5.", "-5", "+5", "1e6", "1.2.3", "1,5", "abc", "nan", "inf", " 5", "5 "}) {
    EXPECT_FALSE(nym_of_unym(text)) << text;
  }
  EXPECT_FALSE(nym_of_unym(std::string(81, '1')));
}

}  // namespace
}  // namespace mixnet
