// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/netclass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Netclass, GivesTheProperties) {
  const auto lines = test::collected(kNetclass, test::fixtures() / "host");
  for (const auto* line : {
           "node_network_up{device=\"eth0\"} 1\n",
           "node_network_up{device=\"lo\"} 0\n",
           "node_network_info{device=\"eth0\",address=\"02:fc:00:00:00:01\",broadcast=\"ff:ff:ff:ff:ff:ff\",duplex=\"full\","
           "operstate=\"up\",adminstate=\"up\",ifalias=\"uplink\"} 1\n",
           "node_network_info{device=\"wg0\",address=\"\",broadcast=\"\",duplex=\"\",operstate=\"unknown\",adminstate=\"up\","
           "ifalias=\"\"} 1\n",
           "node_network_speed_bytes{device=\"eth0\"} 1.25e+08\n",
           "node_network_flags{device=\"wg0\"} 65681\n",
           "node_network_carrier_changes_total{device=\"ens19\"} 4\n",
           "node_network_protocol_type{device=\"lo\"} 772\n",
           "node_network_mtu_bytes{device=\"ens19\"} 9000\n",
       }) {
    EXPECT_THAT(lines, HasSubstr(line));
  }
  EXPECT_THAT(lines, Not(HasSubstr("speed_bytes{device=\"lo\"}")));
}

TEST(Netclass, TakesDirectoriesOnly) {
  const test::TemporaryFolder host;
  host.write("sys/class/net/bonding_masters", "bond0\n");
  host.write("sys/class/net/b\xc3\xbc\"r/speed", "-1\n");
  EXPECT_EQ(
      test::collected(kNetclass, host.path()),
      "node_network_up{device=\"bü\\\"r\"} 0\n"
      "node_network_info{device=\"bü\\\"r\",address=\"\",broadcast=\"\",duplex=\"\",operstate=\"\",adminstate=\"unknown\","
      "ifalias=\"\"} 1\n"
      "node_network_speed_bytes{device=\"bü\\\"r\"} -125000\n");
}

TEST(Netclass, LeavesOutWhatTheSettingsSay) {
  Settings settings;
  settings.netclass.ignored_devices = Regex::compile("^(lo|ens.*|wg0)$").value();
  settings.netclass.ignore_invalid_speed = true;
  const test::TemporaryFolder host;
  for (const auto* name : {"lo", "ens19", "wg0"}) host.write("sys/class/net/" + std::string(name) + "/mtu", "1500\n");
  host.write("sys/class/net/eth0/speed", "-1\n");
  const auto lines = test::collected(kNetclass, host.path(), settings);
  EXPECT_THAT(lines, HasSubstr("node_network_up{device=\"eth0\"} 0\n"));
  EXPECT_THAT(lines, Not(HasSubstr("speed")));
  EXPECT_THAT(lines, Not(HasSubstr("mtu")));
}

TEST(Netclass, ForgetsAnInterfaceThatHasGone) {
  const test::TemporaryFolder host;
  host.write("sys/class/net/a/mtu", "1\n");
  host.write("sys/class/net/b/mtu", "2\n");
  Context context(test::roots_below(host.path()), {});
  EXPECT_THAT(test::collected(kNetclass, context), HasSubstr("mtu_bytes{device=\"a\"} 1\n"));
  std::filesystem::remove_all(host.path() / "sys/class/net/a");
  const auto lines = test::collected(kNetclass, context);
  EXPECT_THAT(lines, Not(HasSubstr("device=\"a\"")));
  EXPECT_THAT(lines, HasSubstr("mtu_bytes{device=\"b\"} 2\n"));
}

TEST(Netclass, IsAbsentWithoutSysfs) {
  const test::TemporaryFolder host;
  EXPECT_EQ(test::collected(kNetclass, host.path()),
            "error: " + (host.path() / "sys/class/net").string() + ": No such file or directory\n");
}

TEST(Netclass, DeclaresWhatItEmits) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  EXPECT_EQ(test::undeclared(kNetclass, context), "");
}

}  // namespace
}  // namespace mixnet
