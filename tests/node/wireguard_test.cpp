// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/wireguard.h"

#include <gtest/gtest.h>
#include <linux/genetlink.h>
#include <linux/time_types.h>
#include <linux/wireguard.h>

#include "tests/support/host.h"
#include "tests/support/netlink.h"

namespace mixnet {
namespace {

using std::chrono::seconds;
using test::attribute;
using test::attribute_of;

const std::string kHeader = test::bytes_of(genlmsghdr{WG_CMD_GET_DEVICE, WG_GENL_VERSION, 0});

std::string peer(std::int64_t handshake) {
  return attribute(0, attribute(WGPEER_A_PUBLIC_KEY, std::string(32, 'k')) +
                          attribute_of(WGPEER_A_LAST_HANDSHAKE_TIME, __kernel_timespec{handshake, 5}) +
                          attribute_of<std::uint64_t>(WGPEER_A_RX_BYTES, 7));
}

WireguardPeers counted(const std::string& message) {
  WireguardPeers out;
  add_wireguard_peers(message, seconds(10'000), out);
  return out;
}

TEST(Wireguard, CountsPeersAndThoseWithARecentHandshake) {
  const auto peers = counted(kHeader + attribute(WGDEVICE_A_IFNAME, {"nymwg\0", 6}) +
                             attribute(WGDEVICE_A_PEERS, peer(10'000) + peer(9'821) + peer(9'820) + peer(0)));
  EXPECT_EQ(peers.all, 4U);
  EXPECT_EQ(peers.active, 2U);
}

TEST(Wireguard, CountsAPeerOnceThatTakesSeveralMessages) {
  const auto rest = attribute(0, attribute(WGPEER_A_PUBLIC_KEY, std::string(32, 'k')) + attribute(WGPEER_A_ALLOWEDIPS, "more"));
  EXPECT_EQ(counted(kHeader + attribute(WGDEVICE_A_PEERS, rest + peer(0))).all, 1U);
}

TEST(Wireguard, SurvivesMessagesCutAnywhere) {
  const auto whole = kHeader + attribute(WGDEVICE_A_PEERS, peer(1) + peer(2));
  for (std::size_t length = 0; length < whole.size(); ++length) EXPECT_LE(counted(whole.substr(0, length)).all, 2U);
  const auto short_time = attribute(0, attribute(WGPEER_A_LAST_HANDSHAKE_TIME, "short"));
  EXPECT_EQ(counted(kHeader + attribute(WGDEVICE_A_PEERS, short_time)).all, 0U);
}

TEST(NetlinkFamily, IsFoundByItsName) {
  const auto header = test::bytes_of(genlmsghdr{CTRL_CMD_NEWFAMILY, 2, 0});
  const auto name = attribute(CTRL_ATTR_FAMILY_NAME, {"wireguard\0", 10});
  EXPECT_EQ(parse_netlink_family(header + name + attribute_of<std::uint16_t>(CTRL_ATTR_FAMILY_ID, 37), "wireguard"), 37);
  EXPECT_EQ(parse_netlink_family(header + attribute_of<std::uint16_t>(CTRL_ATTR_FAMILY_ID, 37) + name, "wireguard"), 37);
  EXPECT_FALSE(parse_netlink_family(header + name + attribute_of<std::uint16_t>(CTRL_ATTR_FAMILY_ID, 37), "nl80211"));
  EXPECT_FALSE(parse_netlink_family(header + name, "wireguard"));
  EXPECT_FALSE(parse_netlink_family("", "wireguard"));
}

TEST(NodeWireguard, IsAskedOnThisHostOnlyAndOfNodesThatHaveIt) {
  Context elsewhere(test::roots_below("/nonexistent"), {});
  EXPECT_EQ(test::collected(kNodeWireguard, elsewhere), "error: no node is known on this host\n");
  Node node;
  node.name = "mix1";
  node.modes = NodeModes{.mixnode = true};
  elsewhere.directory->publish({node});
  EXPECT_EQ(test::collected(kNodeWireguard, elsewhere), "error: WireGuard can be asked on this host only\n");
  Context here(Roots{}, {});
  here.directory->publish({node});
  EXPECT_EQ(test::collected(kNodeWireguard, here), "");
  EXPECT_TRUE(here.remarks.all().empty());
}

}  // namespace
}  // namespace mixnet
