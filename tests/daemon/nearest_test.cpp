// SPDX-License-Identifier: Apache-2.0
#include "daemon/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace mixnet {
namespace {

const std::vector<std::string> kWords = {"collectors", "log", "path", "web"};

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest("colectors", kWords), "collectors");
  EXPECT_EQ(nearest("collectros", kWords), "collectors");
  EXPECT_EQ(nearest("wbe", kWords), "web");
  EXPECT_EQ(nearest("paths", kWords), "path");
  EXPECT_EQ(did_you_mean("lgo", kWords), "; did you mean \"log\"?");
  EXPECT_EQ(did_you_mean("lgo", kWords, "--"), "; did you mean \"--log\"?");
}

TEST(Nearest, GuessesNothingFromAfar) {
  EXPECT_EQ(nearest("zebra", kWords), "");
  EXPECT_EQ(nearest("", kWords), "");
  EXPECT_EQ(nearest("web", {}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'w'), kWords), "");
  EXPECT_EQ(did_you_mean("zebra", kWords), "");
}

}  // namespace
}  // namespace mixnet
