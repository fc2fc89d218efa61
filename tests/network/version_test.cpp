// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/version.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

TEST(Version, ReadsItsParts) {
  const auto version = parse_version("1.32.10-rc.1+build.5").value();
  EXPECT_EQ(version.major, 1U);
  EXPECT_EQ(version.minor, 32U);
  EXPECT_EQ(version.patch, 10U);
  EXPECT_EQ(version.prerelease, "rc.1");
  EXPECT_EQ(parse_version("1.2.3+a-b").value().prerelease, "");
}

TEST(Version, IsOrderedAsSemanticVersionsAre) {
  const char* ordered[] = {
      "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
      "1.0.0", "1.0.1",       "1.2.0",         "1.10.0",           "2.0.0"};
  for (std::size_t low = 0; low < std::size(ordered); ++low) {
    for (std::size_t high = 0; high < std::size(ordered); ++high) {
      EXPECT_EQ(parse_version(ordered[low]).value() <=> parse_version(ordered[high]).value(), low <=> high)
          << ordered[low] << " and " << ordered[high];
    }
  }
  EXPECT_EQ(parse_version("1.0.0+a").value(), parse_version("1.0.0+b").value());
}

TEST(Version, RefusesWhatIsNone) {
  for (const auto* text : {"", "1", "1.2", "1.2.x", "v1.2.3", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-a..b", "1.2.3-a.",
                           "1.2.3-01", "1.2.3-ä", " 1.2.3", "-1.2.3", "1.2.99999999999999999999"}) {
    EXPECT_FALSE(parse_version(text)) << text;
  }
}

}  // namespace
}  // namespace mixnet
