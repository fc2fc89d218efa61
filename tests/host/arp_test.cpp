// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/arp.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Arp, CountsTheEntriesOfEachDevice) {
  EXPECT_EQ(test::collected(kArp, test::fixtures() / "host"),
            "node_arp_entries{device=\"ens19\"} 2\nnode_arp_entries{device=\"eth0\"} 1\n");
}

TEST(Arp, FiltersDevices) {
  Settings settings;
  settings.arp.device.include = Regex::compile("^eth").value();
  EXPECT_EQ(test::collected(kArp, test::fixtures() / "host", settings), "node_arp_entries{device=\"eth0\"} 1\n");
}

TEST(Arp, KnowsDevicesWithoutHardwareAddress) {
  std::vector<std::string_view> devices;
  ASSERT_TRUE(
      parse_arp("IP address ...\n10.0.0.2         0x300       0x2                               *        gre1\n", devices));
  EXPECT_EQ(devices, std::vector<std::string_view>{"gre1"});
}

TEST(Arp, RefusesWhatIsBroken) {
  std::vector<std::string_view> devices;
  EXPECT_TRUE(parse_arp("", devices));
  EXPECT_EQ(parse_arp("head\n192.0.2.1 0x1 0x2\n", devices).error().message,
            "line 2: 6 columns expected in \"192.0.2.1 0x1 0x2\"");
}

TEST(Arp, GivesTheSameByNetlinkAndByFile) {
  Roots by_file;
  by_file.proc = "/proc/.";
  Context netlink({}, {}), file(by_file, {});
  const auto expected = test::collected(kArp, file);
  const auto lines = test::collected(kArp, netlink);
  EXPECT_EQ(lines.find("error"), std::string::npos) << lines;
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), std::count(expected.begin(), expected.end(), '\n'))
      << lines << expected;
  EXPECT_EQ(test::undeclared(kArp, file), "");
}

}  // namespace
}  // namespace mixnet
