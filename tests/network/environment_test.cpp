// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/environment.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

TEST(Environment, IsToldByItsUrls) {
  EXPECT_EQ(environment_of("https://validator.nymtech.net/api/")->name, "mainnet");
  EXPECT_EQ(environment_of("https://validator.nymtech.net/api")->name, "mainnet");
  EXPECT_EQ(environment_of("https://cdn1.media-platform.net/api/")->name, "mainnet");
  EXPECT_EQ(environment_of("https://sandbox-nym-api1.nymtech.net/api/")->name, "sandbox");
  EXPECT_EQ(environment_of("https://validator.nymtech.net.evil.example/api"), nullptr);
  EXPECT_EQ(environment_of(""), nullptr);
}

TEST(Environment, HasAName) {
  for (const auto* name : {"", "custom", "mainnet", "sandbox", "canary", "local"}) EXPECT_TRUE(check_environment(name)) << name;
  EXPECT_FALSE(check_environment("Mainnet"));
  EXPECT_EQ(find_environment("custom"), nullptr);
  EXPECT_EQ(find_environment("canary")->nym_api.size(), 1U);
}

}  // namespace
}  // namespace mixnet
