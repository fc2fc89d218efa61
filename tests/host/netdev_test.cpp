// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/netdev.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cmath>

#include "collectors/host/links.h"
#include "collectors/host/netclass.h"
#include "tests/support/host.h"
#include "tests/support/netlink.h"

namespace mixnet {
namespace {

using testing::HasSubstr;

/// /proc and /sys under names that make the files be read in place of netlink.
Roots this_host_by_files() {
  Roots roots;
  roots.proc = "/proc/.";
  roots.sys = "/sys/.";
  return roots;
}

std::map<std::string, double> values_of(const Collector& collector, const Roots& roots) {
  Context context(roots, {});
  std::map<std::string, double> out;
  auto lines = test::collected(collector, context);
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string line(take_until(rest, '\n'));
    const auto space = line.rfind(' ');
    out[line.substr(0, space)] = std::stod(line.substr(space));
  }
  return out;
}

TEST(Netdev, GivesTheCounters) {
  const auto lines = test::collected(kNetdev, test::fixtures() / "host");
  for (const auto* line : {
           "node_network_receive_bytes_total{device=\"eth0\"} 8273645120934\n",
           "node_network_receive_drop_total{device=\"eth0\"} 1204\n",
           "node_network_receive_frame_total{device=\"eth0\"} 2\n",
           "node_network_receive_multicast_total{device=\"ens19\"} 12\n",
           "node_network_receive_nohandler_total{device=\"ens19\"} 17\n",
           "node_network_transmit_errs_total{device=\"wg0\"} 12\n",
           "node_network_transmit_carrier_total{device=\"eth0\"} 1\n",
       }) {
    EXPECT_THAT(lines, HasSubstr(line));
  }
}

TEST(Netdev, FiltersDevices) {
  Settings settings;
  settings.netdev.device.exclude = Regex::compile("^(lo|wg.*)$").value();
  const auto lines = test::collected(kNetdev, test::fixtures() / "host", settings);
  EXPECT_EQ(lines.find("\"lo\""), std::string::npos);
  EXPECT_EQ(lines.find("\"wg0\""), std::string::npos);
  EXPECT_NE(lines.find("\"ens19\""), std::string::npos);
}

TEST(Netdev, NeedsNoSysfs) {
  const test::TemporaryFolder host;
  host.write("proc/net/dev", "h\nh\n a:1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
  EXPECT_THAT(test::collected(kNetdev, host.path()), testing::StartsWith("node_network_receive_bytes_total{device=\"a\"} 1\n"));
}

TEST(Netdev, SaysThatItsFileIsMissing) {
  const test::TemporaryFolder host;
  EXPECT_EQ(test::collected(kNetdev, host.path()),
            "error: " + (host.path() / "proc/net/dev").string() + ": No such file or directory\n");
}

TEST(Netdev, AndNetclassGiveTheSameByNetlinkAndByFiles) {
  for (const Collector* collector : {&kNetdev, &kNetclass}) {
    const auto by_netlink = values_of(*collector, {});
    const auto by_files = values_of(*collector, this_host_by_files());
    ASSERT_FALSE(by_netlink.empty());
    for (const auto& [series, value] : by_netlink) {
      ASSERT_TRUE(by_files.contains(series)) << series;
      const auto tolerance = collector == &kNetdev ? 1e6 + value * 0.1 : 0;  // traffic goes on
      EXPECT_NEAR(by_files.at(series), value, tolerance) << series;
    }
    for (const auto& [series, value] : by_files) EXPECT_TRUE(by_netlink.contains(series)) << series;
  }
}

TEST(Netdev, ReadsTheInterfacesOnceForACollection) {
  Context context({}, {});
  context.begin_collection();
  const auto first = links(context).links.at(0).counters->receive_bytes;
  const_cast<LinkTable&>(links(context)).links.at(0).counters->receive_bytes = first + 1'000'000'000'000;
  EXPECT_EQ(links(context).links.at(0).counters->receive_bytes, first + 1'000'000'000'000);
  context.begin_collection();
  EXPECT_LT(links(context).links.at(0).counters->receive_bytes, first + 1'000'000'000'000);
}

TEST(Netdev, GivesAddressesWhenAsked) {
  Settings settings;
  settings.netdev.address_info = true;
  Context context({}, settings);
  const auto lines = test::collected(kNetdev, context);
  EXPECT_THAT(
      lines,
      HasSubstr("node_network_address_info{device=\"lo\",address=\"127.0.0.1\",netmask=\"8\",scope=\"link-local\"} 1\n"));
  EXPECT_EQ(test::undeclared(kNetdev, context), "");
  EXPECT_EQ(test::collected(kNetdev, test::fixtures() / "host", settings).find("address_info"), std::string::npos);
}

InterfaceAddress address(int family, const char* text) {
  InterfaceAddress out{2, static_cast<std::uint8_t>(family), 24, {}};
  EXPECT_EQ(::inet_pton(family, text, out.bytes.data()), 1);
  return out;
}

TEST(InterfaceAddress, HasAScope) {
  const std::map<const char*, const char*> kFour = {{"127.0.0.1", "link-local"}, {"169.254.1.1", "link-local"},
                                                    {"224.0.0.1", "link-local"}, {"10.0.0.1", "global"},
                                                    {"192.0.2.1", "global"},     {"0.0.0.0", ""},
                                                    {"255.255.255.255", ""},     {"239.1.1.1", ""}};
  for (const auto& [text, scope] : kFour) EXPECT_EQ(scope_of(address(AF_INET, text)), scope) << text;
  const std::map<const char*, const char*> kSix = {{"::1", "link-local"},          {"fe80::1", "link-local"},
                                                   {"ff02::1", "link-local"},      {"fd00::2", "global"},
                                                   {"2001:db8::1", "global"},      {"::", ""},
                                                   {"ff01::1", "interface-local"}, {"ff0e::1", ""}};
  for (const auto& [text, scope] : kSix) EXPECT_EQ(scope_of(address(AF_INET6, text)), scope) << text;
}

TEST(InterfaceAddress, IsTheLocalOneOfAPointToPointLink) {
  ifaddrmsg info{};
  info.ifa_family = AF_INET;
  info.ifa_prefixlen = 32;
  info.ifa_index = 4;
  const auto head = test::bytes_of(info);
  const auto peer = test::attribute(IFA_ADDRESS, "\x0a\1\1\2"), local = test::attribute(IFA_LOCAL, "\x0a\1\1\1");
  for (const auto& message : {head + peer + local, head + local + peer}) {
    const auto parsed = parse_interface_address(message);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->bytes[3], 1);
    EXPECT_EQ(parsed->interface, 4U);
    EXPECT_EQ(parsed->prefix_length, 32);
  }
  EXPECT_EQ(parse_interface_address(head + peer)->bytes[3], 2);
  EXPECT_EQ(parse_interface_address(head).error().message, "a message about an address without one");
  EXPECT_EQ(parse_interface_address("x").error().message, "a message about an address that is too short");
  EXPECT_FALSE(parse_interface_address(head + test::attribute(IFA_LOCAL, "\x0a")));
}

}  // namespace
}  // namespace mixnet
