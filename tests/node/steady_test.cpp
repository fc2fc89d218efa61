// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "collectors/node/host.h"
#include "collectors/node/sockets.h"
#include "collectors/node/tunnels.h"
#include "tests/support/allocations.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(NodesAtAScrape, AllocateNothingInTheSteadyState) {
  Node node;
  node.name = "exit1";
  node.process = {::getpid(), 1};
  node.modes = NodeModes{.entry = true, .exit = true, .wireguard = true};
  std::uint16_t port = 1789;
  for (const auto role : kPortRoles) node.ports[role] = port++;
  node.exit_interface = "lo";  // which is always there
  Context context(Roots{}, {});
  context.directory->publish({node});
  Samples samples;
  const auto collect = [&] {
    context.begin_collection();
    samples.clear();
    for (const auto* collector : {&kNodeHost, &kNodeSockets, &kNodeTunnels}) {
      context.remarks.clear();
      ASSERT_TRUE(collector->collect(context, samples));
    }
  };
  for (int warm_up = 0; warm_up < 5; ++warm_up) collect();
  if (test::lines_of(samples).find("mixnet_host_clock_") == std::string::npos) GTEST_SKIP() << "adjtimex is not permitted here";
  std::size_t least = SIZE_MAX;  // others may open sockets meanwhile
  for (int round = 0; round < 10 && least != 0; ++round) {
    const auto before = test::allocations();
    collect();
    least = std::min(least, test::allocations() - before);
  }
  EXPECT_EQ(least, 0U);
}

}  // namespace
}  // namespace mixnet
