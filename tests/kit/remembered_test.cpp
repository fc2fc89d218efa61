// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/remembered.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

TEST(Remembered, WorksOutAKeyOnceAndAgainOnlyWhereAnotherStandsThere) {
  Remembered<std::string> remembered;
  int made = 0;
  const auto make = [&made](std::string_view key) {
    ++made;
    return "value of " + std::string(key);
  };
  EXPECT_EQ(remembered.at(0, "", make), "value of ");
  EXPECT_EQ(remembered.at(1, "b", make), "value of b");
  EXPECT_EQ(remembered.at(0, "", make), "value of ");
  EXPECT_EQ(remembered.at(1, "b", make), "value of b");
  EXPECT_EQ(made, 2);
  EXPECT_EQ(remembered.at(0, "b", make), "value of b");
  EXPECT_EQ(made, 3);
}

}  // namespace
}  // namespace mixnet
