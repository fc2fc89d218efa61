// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/followed_nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::ElementsAre;

constexpr const char* kKey = "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1";

Node node(std::string name, std::string key) {
  Node out;
  out.name = std::move(name);
  out.identity_key = std::move(key);
  return out;
}

std::vector<std::string> labels(const std::vector<FollowedNode>& nodes) {
  std::vector<std::string> out;
  for (const auto& each : nodes) out.push_back(each.label);
  return out;
}

TEST(FollowedNodes, AreThoseOfThisHostAndThoseWatched) {
  const test::TemporaryFolder folder;
  NodeKeys keys(StateFolder(folder.path().string()), NodeKeys::Use::keep);
  const NodeList nodes{node("exit1", kKey), node("new", "")};
  const auto followed = followed_nodes(nodes, {"7", "Other", kKey}, keys);
  EXPECT_THAT(labels(followed), ElementsAre("exit1", "7", "Other")) << "a node here is not watched beside";
  EXPECT_EQ(followed[1].node_id, 7U);
  EXPECT_EQ(followed[2].identity_key, "Other");
}

TEST(FollowedNodes, AreTheSameInAnyOrder) {
  const test::TemporaryFolder folder;
  NodeKeys keys(StateFolder(folder.path().string()), NodeKeys::Use::keep);
  EXPECT_EQ(signature_of(followed_nodes({}, {"7", "11"}, keys)), signature_of(followed_nodes({}, {"11", "7"}, keys)));
  EXPECT_NE(signature_of(followed_nodes({}, {"7", "11"}, keys)), signature_of(followed_nodes({}, {"7"}, keys)));
}

TEST(NodeKeys, AreKnownAfterARestartWhereTheNodeIsDown) {
  const test::TemporaryFolder folder;
  const StateFolder state(folder.path().string());
  {
    NodeKeys keys(state, NodeKeys::Use::keep);
    EXPECT_EQ(keys.key_of(node("exit1", "")), "");
    EXPECT_EQ(keys.key_of(node("exit1", "old")), "old");
    EXPECT_EQ(keys.key_of(node("exit 2", kKey)), kKey);
    EXPECT_EQ(keys.key_of(node("exit1", "K1")), "K1") << "another key takes its place";
  }
  NodeKeys keys(state, NodeKeys::Use::keep);
  EXPECT_EQ(keys.key_of(node("exit1", "")), "K1");
  EXPECT_EQ(keys.key_of(node("exit 2", "")), kKey);
  EXPECT_EQ(keys.key_of(node("exit3", "")), "");
}

TEST(NodeKeys, AreReadByOthersToo) {
  const test::TemporaryFolder folder;
  const StateFolder state(folder.path().string());
  NodeKeys keeper(state, NodeKeys::Use::keep), reader(state, NodeKeys::Use::read);
  EXPECT_EQ(reader.known("7"), "");
  keeper.learn("7", kKey);
  EXPECT_EQ(reader.known("7"), kKey);
  reader.learn("8", "K");
  EXPECT_EQ(keeper.known("8"), "");
  EXPECT_EQ(followed_nodes({}, {"7"}, reader)[0].identity_key, kKey);
}

}  // namespace
}  // namespace mixnet
