// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/host/kernel_clock.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::HasSubstr;

TEST(NodeHost, TellsWhetherItForwards) {
  const test::TemporaryFolder host;
  host.write("proc/sys/net/ipv4/ip_forward", "1\n");
  host.write("proc/sys/net/ipv6/conf/all/forwarding", "0\n");
  Context context(test::roots_below(host.path()), {});
  EXPECT_EQ(test::collected(kNodeHost, context), "error: no node is known on this host\n");
  context.directory->publish({Node{}});
  EXPECT_EQ(test::collected(kNodeHost, context),
            "mixnet_host_ip_forwarding{family=\"ipv4\"} 1\nmixnet_host_ip_forwarding{family=\"ipv6\"} 0\n");
  ASSERT_EQ(context.remarks.all().size(), 1U);
  EXPECT_EQ(context.remarks.all()[0].error.message, "the clock's state is known for this host only");
}

TEST(NodeHost, TellsThisHostsTime) {
  Context context(Roots{}, {});
  context.directory->publish({Node{}});
  const auto lines = test::collected(kNodeHost, context);
  const auto clock = kernel_clock(context);
  if (!clock) GTEST_SKIP() << clock.error().message;
  EXPECT_THAT(lines, HasSubstr("mixnet_host_clock_offset_seconds "));
  EXPECT_THAT(lines, HasSubstr((*clock)->is_synchronised() ? "mixnet_host_clock_synchronised 1\n"
                                                           : "mixnet_host_clock_synchronised 0\n"));
}

}  // namespace
}  // namespace mixnet
