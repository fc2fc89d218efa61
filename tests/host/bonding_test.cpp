// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/bonding.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Bonding, CountsSlavesAndThoseThatAreUp) {
  const test::TemporaryFolder host;
  host.write("sys/class/net/bonding_masters", "bond0 old empty\n");
  host.write("sys/class/net/bond0/bonding/slaves", "eth0 ens19\n");
  host.write("sys/class/net/bond0/lower_eth0/bonding_slave/mii_status", "up\n");
  host.write("sys/class/net/bond0/lower_ens19/bonding_slave/mii_status", "down\n");
  host.write("sys/class/net/old/bonding/slaves", "eth1\n");
  host.write("sys/class/net/old/slave_eth1/bonding_slave/mii_status", "up\n");
  host.write("sys/class/net/empty/bonding/slaves", "\n");
  Context context(test::roots_below(host.path()), {});
  EXPECT_EQ(test::collected(kBonding, context),
            "node_bonding_slaves{master=\"bond0\"} 2\nnode_bonding_slaves{master=\"old\"} 1\n"
            "node_bonding_slaves{master=\"empty\"} 0\n"
            "node_bonding_active{master=\"bond0\"} 1\nnode_bonding_active{master=\"old\"} 1\n"
            "node_bonding_active{master=\"empty\"} 0\n");
  EXPECT_EQ(test::undeclared(kBonding, context), "");
}

TEST(Bonding, PassesOverWhatVanishesMeanwhile) {
  const test::TemporaryFolder host;
  host.write("sys/class/net/bonding_masters", "gone bond1\n");
  host.write("sys/class/net/bond1/bonding/slaves", "gone0\n");
  EXPECT_EQ(test::collected(kBonding, host.path()),
            "node_bonding_slaves{master=\"bond1\"} 1\nnode_bonding_active{master=\"bond1\"} 0\n");
}

TEST(Bonding, IsSilentWithoutBondsAndAbsentWithoutTheModule) {
  const test::TemporaryFolder host;
  EXPECT_EQ(test::collected(kBonding, host.path()),
            "error: " + (host.path() / "sys/class/net/bonding_masters").string() + ": No such file or directory\n");
  host.write("sys/class/net/bonding_masters", "\n");
  EXPECT_EQ(test::collected(kBonding, host.path()), "");
}

}  // namespace
}  // namespace mixnet
