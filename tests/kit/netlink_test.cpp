// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/netlink.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include "tests/support/netlink.h"

namespace mixnet {
namespace {

TEST(Netlink, DumpsTheSameListAgainAndAgain) {
  Netlink netlink(NETLINK_ROUTE);
  for (int times = 0; times < 3; ++times) {
    int loopbacks = 0;
    const auto done = netlink.dump(
        RTM_GETLINK, ifinfomsg{}, [&](std::string_view message) { loopbacks += front_as<ifinfomsg>(message)->ifi_index == 1; });
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(loopbacks, 1);
  }
}

TEST(Netlink, SaysWhyThereIsNoAnswerAndRecovers) {
  Netlink nobody(-1);
  EXPECT_EQ(nobody.dump(RTM_GETLINK, ifinfomsg{}, [](std::string_view) {}).error().message,
            "netlink socket: Protocol not supported");
  Netlink netlink(NETLINK_ROUTE);
  constexpr std::uint16_t kNoSuchDump = RTM_MAX + 2;
  EXPECT_EQ(netlink.dump(kNoSuchDump, ifinfomsg{}, [](std::string_view) {}).error().message,
            "netlink answer: Operation not supported");
  EXPECT_TRUE(netlink.dump(RTM_GETLINK, ifinfomsg{}, [](std::string_view) {}));
}

TEST(Attributes, AreTakenUpToTheFirstThatIsCutShort) {
  const std::string head = test::bytes_of(rtgenmsg{}) + std::string(3, '\0');
  const std::string two = head + test::attribute(3, {"eth0\0", 5}) + test::attribute_of<std::uint32_t>(4, 1500);
  auto attributes = Attributes::after<rtgenmsg>(two);
  ASSERT_TRUE(attributes.next());
  EXPECT_EQ(attributes.type(), 3);
  EXPECT_EQ(attributes.text(), "eth0");
  ASSERT_TRUE(attributes.next());
  EXPECT_EQ(front_as<std::uint32_t>(attributes.value()), 1500U);
  EXPECT_FALSE(front_as<std::uint64_t>(attributes.value()));
  EXPECT_FALSE(attributes.next());

  auto cut = Attributes::after<rtgenmsg>(std::string_view(two).substr(0, two.size() - 1));
  EXPECT_TRUE(cut.next());
  EXPECT_FALSE(cut.next());
  auto nothing = Attributes::after<ifinfomsg>("x");
  EXPECT_FALSE(nothing.next());
}

}  // namespace
}  // namespace mixnet
