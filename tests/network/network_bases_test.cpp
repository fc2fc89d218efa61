// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/network_bases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

NodeList nodes() {
  NodeList out(2);
  out[1].nym_api_urls = {"https://validator.nymtech.net/api/", "https://validator.nymtech.net/api"};
  return out;
}

TEST(NetworkBases, AreWhatTheNodesUseThemselves) {
  const auto place = nym_api_bases(Settings(), nodes());
  EXPECT_THAT(place.bases, ElementsAre("https://validator.nymtech.net/api")) << "no slash at the end, and none twice";
  EXPECT_EQ(place.environment, "mainnet");
  EXPECT_THAT(nym_api_bases(Settings(), {}).bases, IsEmpty());
}

TEST(NetworkBases, AreTheEnvironmentsWhereOneIsNamed) {
  Settings settings;
  settings.network.environment = "mainnet";
  EXPECT_EQ(nym_api_bases(settings, nodes()).bases.size(), 3U) << "with those that stand in";
  settings.network.environment = "custom";
  EXPECT_THAT(nym_api_bases(settings, nodes()).bases, ElementsAre("https://validator.nymtech.net/api"));
  EXPECT_EQ(nym_api_bases(settings, nodes()).environment, "custom");
}

TEST(NetworkBases, AreWhatTheOperatorSays) {
  Settings settings;
  settings.network.environment = "mainnet";
  settings.network.nym_api = {"http://127.0.0.1:1/"};
  EXPECT_THAT(nym_api_bases(settings, nodes()).bases, ElementsAre("http://127.0.0.1:1"));
}

TEST(NetworkBases, OfTheNodeStatusApiNobodyIsAskedUnlessTold) {
  Settings settings;
  EXPECT_THAT(node_status_api_bases(settings).bases, IsEmpty());
  settings.network.environment = "mainnet";
  EXPECT_THAT(node_status_api_bases(settings).bases, ElementsAre("https://mainnet-node-status-api.nymtech.cc"));
  settings.network.environment = "sandbox";
  EXPECT_THAT(node_status_api_bases(settings).bases, IsEmpty());
  settings.network.node_status_api = {"http://127.0.0.1:1/status/"};
  EXPECT_THAT(node_status_api_bases(settings).bases, ElementsAre("http://127.0.0.1:1/status"));
}

}  // namespace
}  // namespace mixnet
