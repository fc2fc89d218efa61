// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/text.h"

#include <gtest/gtest.h>

#include "collectors/kit/utf8.h"

namespace mixnet {
namespace {

TEST(Lines, CountsFromOneAndNeedsNoLastNewline) {
  Lines lines("a\n\nb");
  std::string_view line;
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(line, "a");
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(line, "");
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(line, "b");
  EXPECT_EQ(lines.malformed("broken").value().message, "line 3: broken");
  EXPECT_FALSE(lines.next(line));
}

TEST(Fields, CountsMoreThanItKeeps) {
  const Fields<2> fields("  one\ttwo   three ");
  EXPECT_EQ(fields.count(), 3U);
  EXPECT_EQ(fields[0], "one");
  EXPECT_EQ(fields[1], "two");
  EXPECT_EQ(fields[2], "");
}

TEST(Number, TakesAllOfTheTextOrNothing) {
  EXPECT_EQ(number<int>("-12").value(), -12);
  EXPECT_EQ(number<std::uint64_t>("18446744073709551615").value(), 18446744073709551615U);
  EXPECT_EQ(number<unsigned>("ff", 16).value(), 255U);
  EXPECT_DOUBLE_EQ(number<double>("1e3").value(), 1000);
  for (const auto* bad : {"", " 1", "1 ", "0x1", "1.5", "99999999999"}) {
    const auto refused = number<int>(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().fault, Fault::malformed);
  }
}

TEST(InQuotes, ShowsControlCharactersAndCutsOff) {
  EXPECT_EQ(in_quotes("a\x01\n"), "\"a\\x01\\x0a\"");
  EXPECT_EQ(in_quotes(std::string(61, 'x')), "\"" + std::string(60, 'x') + "\"…");
}

TEST(Utf8, KnowsWholeCharacters) {
  EXPECT_EQ(utf8_length("a"), 1U);
  EXPECT_EQ(utf8_length("\xc3\xa4"), 2U);
  EXPECT_EQ(utf8_length("\xe2\x82\xac"), 3U);
  EXPECT_EQ(utf8_length("\xf0\x9f\x98\x80"), 4U);
}

TEST(Utf8, RefusesWhatIsCutOffOverlongOrASurrogate) {
  for (const auto* bad :
       {"\xc3", "\xe2\x82", "\xf0\x9f\x98", "\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(utf8_length(bad), 0U);
  }
}

}  // namespace
}  // namespace mixnet
