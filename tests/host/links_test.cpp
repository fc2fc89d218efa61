// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/links.h"

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "tests/support/host.h"
#include "tests/support/netlink.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::attribute;
using test::attribute_of;

std::string link_message(unsigned flags, const std::string& attributes) {
  ifinfomsg info{};
  info.ifi_index = 7;
  info.ifi_type = 1;
  info.ifi_flags = flags;
  return test::bytes_of(info) + attributes;
}

std::string named(std::string_view name) { return attribute(IFLA_IFNAME, std::string(name) + '\0'); }

Link parsed(const std::string& message) {
  Link link;
  const auto done = parse_link(message, link);
  EXPECT_TRUE(done) << done.error().message;
  return link;
}

TEST(Links, AreReadFromNetlinkAsTheFilesHaveThem) {
  rtnl_link_stats64 stats{};
  stats.rx_bytes = 0xffffffffffffffff;
  stats.rx_dropped = 1, stats.rx_missed_errors = 2;
  stats.rx_length_errors = 4, stats.rx_over_errors = 8, stats.rx_crc_errors = 16, stats.rx_frame_errors = 32;
  stats.tx_carrier_errors = 1, stats.tx_aborted_errors = 2, stats.tx_window_errors = 4, stats.tx_heartbeat_errors = 8;
  stats.rx_nohandler = 3;
  const auto link =
      parsed(link_message(IFF_UP | IFF_BROADCAST | IFF_RUNNING | IFF_LOWER_UP,
                          named("eth0") + attribute(IFLA_ADDRESS, {"\x02\xfc\0\0\0\x01", 6}) +
                              attribute(IFLA_BROADCAST, "\xff\xff\xff\xff\xff\xff") +
                              attribute(IFLA_IFALIAS, {" up link\n\0", 10}) + attribute_of<std::uint8_t>(IFLA_OPERSTATE, 6) +
                              attribute_of<std::uint8_t>(IFLA_CARRIER, 1) + attribute_of<std::uint32_t>(IFLA_MTU, 1400) +
                              attribute_of<std::uint32_t>(IFLA_PROMISCUITY, 2) + attribute_of<std::uint32_t>(IFLA_ALLMULTI, 1) +
                              attribute_of(IFLA_STATS64, stats) + attribute(999, "of a newer kernel")));
  EXPECT_EQ(link.name, "eth0");
  EXPECT_EQ(link.address, "02:fc:00:00:00:01");
  EXPECT_EQ(link.broadcast, "ff:ff:ff:ff:ff:ff");
  EXPECT_EQ(link.alias, "up link");
  EXPECT_EQ(link.operstate, "up");
  EXPECT_EQ(link.carrier, 1);
  EXPECT_EQ(link.dormant, 0);
  EXPECT_EQ(link.mtu, 1400);
  EXPECT_EQ(link.flags, IFF_UP | IFF_BROADCAST | IFF_PROMISC | IFF_ALLMULTI);
  EXPECT_TRUE(link.flags_complete);
  EXPECT_EQ(link.index, 7);
  EXPECT_EQ(link.lower_index, 7);
  ASSERT_TRUE(link.counters);
  EXPECT_EQ(link.counters->receive_bytes, 0xffffffffffffffff);
  EXPECT_EQ(link.counters->receive_drop, 3U);
  EXPECT_EQ(link.counters->receive_frame, 60U);
  EXPECT_EQ(link.counters->transmit_carrier, 15U);
  EXPECT_EQ(link.counters->receive_nohandler, 3U);
}

TEST(Links, LeaveUnsetWhatDoesNotApply) {
  Link link = parsed(link_message(IFF_UP | IFF_DORMANT, named("a") + attribute_of<std::uint8_t>(IFLA_CARRIER, 1) +
                                                            attribute_of<std::uint32_t>(IFLA_LINK, 0)));
  EXPECT_EQ(link.carrier, 1);
  EXPECT_EQ(link.dormant, 1);
  EXPECT_EQ(link.lower_index, 0);
  EXPECT_FALSE(link.flags_complete);
  ASSERT_TRUE(parse_link(link_message(0, named("b\xff") + attribute_of<std::uint8_t>(IFLA_CARRIER, 1)), link));
  EXPECT_EQ(link.name, "b\xff");
  EXPECT_FALSE(link.carrier);  // down
  EXPECT_FALSE(link.dormant);
  EXPECT_EQ(link.lower_index, 7);
  EXPECT_FALSE(link.counters);
}

TEST(Links, OfAnOlderKernelCountLess) {
  const std::string stats(offsetof(rtnl_link_stats64, rx_nohandler), '\1');
  const auto link = parsed(link_message(0, named("eth0") + attribute(IFLA_STATS64, stats)));
  ASSERT_TRUE(link.counters);
  EXPECT_FALSE(link.counters->receive_nohandler);
  EXPECT_FALSE(parsed(link_message(0, named("eth0") + attribute(IFLA_STATS64, stats.substr(1)))).counters);
}

TEST(Links, RefusesMessagesCutShort) {
  Link link;
  EXPECT_EQ(parse_link("x", link).error().message, "a message about an interface that is too short");
  EXPECT_EQ(parse_link(link_message(0, ""), link).error().message, "an interface without a name");
}

TEST(Links, HaveTheirSpeedReadAgainWhenAnythingChangedOrAMinutePassed) {
  const test::TemporaryFolder host;
  host.write("class/net/eth0/speed", "1000\n");
  host.write("class/net/eth0/duplex", "full\n");
  Tree sys(host.path());
  LinkTable table;
  table.links.resize(1);
  auto& link = table.links[0];
  link.name = "eth0";
  const auto start = std::chrono::steady_clock::now();
  read_files_of_links(sys, table, start);
  EXPECT_EQ(link.speed, 1000);
  EXPECT_EQ(link.duplex, "full");
  EXPECT_FALSE(link.device_id);

  host.write("class/net/eth0/speed", "100\n");
  read_files_of_links(sys, table, start + 59s);
  EXPECT_EQ(link.speed, 1000);
  link.carrier_changes = 2;  // the cable was out: another speed was negotiated
  read_files_of_links(sys, table, start + 59s);
  EXPECT_EQ(link.speed, 100);

  host.write("class/net/eth0/speed", "10\n");
  read_files_of_links(sys, table, start + 60s);
  EXPECT_EQ(link.speed, 100);
  read_files_of_links(sys, table, start + 119s);
  EXPECT_EQ(link.speed, 10);

  link.index = 9;  // another interface of that name
  std::filesystem::remove_all(host.path() / "class");
  read_files_of_links(sys, table, start + 120s);
  EXPECT_FALSE(link.speed);
  EXPECT_EQ(link.duplex, "");
}

TEST(NetDev, IsParsed) {
  std::vector<NetDev> devices;
  ASSERT_TRUE(parse_net_dev(test::fixture("host/proc/net/dev"), devices));
  ASSERT_EQ(devices.size(), 4U);
  const auto text = "h\nh\n  a\xc3\xbc:b-c.1\"\\:18446744073709551615 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n\n";
  ASSERT_TRUE(parse_net_dev(text, devices));
  ASSERT_EQ(devices.size(), 1U);
  EXPECT_EQ(devices[0].name, "a\xc3\xbc:b-c.1\"\\");
  EXPECT_EQ(devices[0].counters.receive_bytes, 18446744073709551615U);
  EXPECT_EQ(devices[0].counters.receive_frame, 6U);
  EXPECT_EQ(devices[0].counters.transmit_bytes, 9U);
  EXPECT_EQ(devices[0].counters.transmit_compressed, 16U);
}

TEST(NetDev, RefusesWhatIsBroken) {
  std::vector<NetDev> devices;
  EXPECT_TRUE(parse_net_dev("", devices));
  EXPECT_EQ(parse_net_dev("h\nh\n eth0 1 2\n", devices).error().message, "line 3: no interface in \" eth0 1 2\"");
  EXPECT_EQ(parse_net_dev("h\nh\neth0: 1 2\n", devices).error().message, "line 3: 16 counters expected in \"eth0: 1 2\"");
  EXPECT_EQ(parse_net_dev("h\nh\neth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 -1\n", devices).error().message,
            "line 3: \"-1\" is not a number of the kind expected");
}

TEST(LinkProperties, AreDecimalOrHexadecimal) {
  EXPECT_EQ(parse_link_property("0x1003\n"), 0x1003);
  EXPECT_EQ(parse_link_property("-1\n"), -1);
  EXPECT_EQ(parse_link_property(" 12 "), 12);
  EXPECT_FALSE(parse_link_property("0x"));
  EXPECT_FALSE(parse_link_property("up"));
  EXPECT_FALSE(parse_link_property(""));
}

}  // namespace
}  // namespace mixnet
