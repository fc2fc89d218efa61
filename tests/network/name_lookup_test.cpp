// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/name_lookup.h"

#include <gtest/gtest.h>

#include <thread>

namespace mixnet {
namespace {

using namespace std::chrono_literals;

std::vector<IpAddress> addresses(std::initializer_list<const char*> texts) {
  std::vector<IpAddress> out;
  for (const auto* text : texts) out.push_back(IpAddress::parse(text).value());
  return out;
}

TEST(NameLookup, FindsWhatTheHostKnows) {
  NameLookup lookup;
  const std::vector<std::string> names{"localhost", "no such name"};
  for (int round = 0; round < 3; ++round) {
    const auto found = lookup.find(names, 60s);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].name, "localhost");
    ASSERT_FALSE(found[0].addresses.empty()) << found[0].message;
    EXPECT_TRUE(found[0].addresses.front().is_loopback());
    EXPECT_EQ(found[0].message, "");
    EXPECT_TRUE(found[1].addresses.empty());
    EXPECT_NE(found[1].message, "");
  }
}

TEST(NameLookup, WaitsNoLongerThanItIsTo) {
  NameLookup lookup;
  const std::vector<std::string> names{"localhost"};
  EXPECT_EQ(lookup.find(names, 0s).front().message, "no answer in time");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(lookup.find(names, std::chrono::hours(1), stop.get_token()).front().addresses.empty());
}

TEST(NameLookup, ComparesAddressesOfEachFamily) {
  const auto announced = addresses({"203.0.113.17", "203.0.113.18", "2001:db8::17"});
  EXPECT_TRUE(same_addresses(addresses({"203.0.113.18", "203.0.113.17"}), announced, false)) << "in any order";
  EXPECT_FALSE(same_addresses(addresses({"203.0.113.18"}), announced, false)) << "one is missing";
  EXPECT_FALSE(same_addresses(addresses({"203.0.113.17", "203.0.113.18", "192.0.2.1"}), announced, false)) << "one more";
  EXPECT_TRUE(same_addresses(addresses({"192.0.2.1", "2001:db8::17"}), announced, true)) << "the other family is another's";
  EXPECT_FALSE(same_addresses(addresses({"203.0.113.17"}), announced, true));
}

}  // namespace
}  // namespace mixnet
