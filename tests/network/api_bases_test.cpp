// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/api_bases.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

using namespace std::chrono_literals;

TEST(ApiBases, UsesTheNextWhereOneFailsAndReturnsToThePreferred) {
  ApiBases bases({"a", "b", "c"});
  const ApiBases::Time begin{1h};
  EXPECT_EQ(bases.current(begin), "a");
  bases.failed(begin);
  EXPECT_EQ(bases.current(begin), "b");
  EXPECT_EQ(bases.current(begin + 9min), "b");
  bases.failed(begin + 9min);
  EXPECT_EQ(bases.current(begin + 9min + 59s), "c");
  EXPECT_EQ(bases.current(begin + 10min), "a") << "ten minutes after the preferred one was left";
}

TEST(ApiBases, GoesRound) {
  ApiBases bases({"a", "b"});
  const ApiBases::Time begin{1h};
  bases.failed(begin);
  bases.failed(begin);
  EXPECT_EQ(bases.current(begin), "a");
}

TEST(ApiBases, MayBeNone) {
  ApiBases bases;
  bases.failed({});
  EXPECT_EQ(bases.current({}), "");
}

}  // namespace
}  // namespace mixnet
