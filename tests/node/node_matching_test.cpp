// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/node_matching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet {
namespace {

using ::testing::ElementsAre;

constexpr auto kNone = std::nullopt;

NodeSettings named(std::string name) {
  NodeSettings out;
  out.name = std::move(name);
  return out;
}
NodeSettings of_unit(std::string unit) {
  NodeSettings out;
  out.unit = std::move(unit);
  return out;
}
NodeSettings of_config(std::string file) {
  NodeSettings out;
  out.config_file = std::move(file);
  return out;
}
NodeSettings at_url(std::string url) {
  NodeSettings out;
  out.http_url = std::move(url);
  return out;
}

const std::vector<NodeTraits> kTwo = {{"nym-a.service", "/a.toml", "a", 8080}, {"nym-b.service", "/b.toml", "b", 8081}};

std::vector<std::optional<std::size_t>> among_two(std::vector<NodeSettings> entries) { return matched(entries, kTwo); }

TEST(NodeMatching, KnowsAnEntryByAnythingThatTellsNodesApart) {
  EXPECT_THAT(among_two({of_unit("nym-b.service"), of_unit("nym-a")}), ElementsAre(1, 0));
  EXPECT_THAT(among_two({of_config("/b.toml")}), ElementsAre(1));
  EXPECT_THAT(among_two({named("b"), named("a")}), ElementsAre(1, 0));
  EXPECT_THAT(among_two({at_url("http://127.0.0.1:8081")}), ElementsAre(1));
  EXPECT_THAT(among_two({at_url("http://[::1]:8080/")}), ElementsAre(0));
  auto by_port = named("x");
  by_port.ports[PortRole::http] = 8081;
  EXPECT_THAT(among_two({by_port}), ElementsAre(1));
}

TEST(NodeMatching, GivesAProcessToOneEntryOnlyTheSurestFirst) {
  EXPECT_THAT(among_two({named("b"), of_unit("nym-b.service")}), ElementsAre(kNone, 1));
  EXPECT_THAT(among_two({named("a"), named("a")}), ElementsAre(0, kNone));
}

TEST(NodeMatching, IsNoneWhereSomethingSpeaksAgainstIt) {
  auto entry = named("a");
  entry.unit = "nym-b.service";
  EXPECT_THAT(among_two({entry}), ElementsAre(1)) << "the unit tells more than the name";
  entry.unit = "nym-c.service";
  EXPECT_THAT(among_two({entry}), ElementsAre(kNone));
  entry = named("a");
  entry.config_file = "/c.toml";
  EXPECT_THAT(among_two({entry}), ElementsAre(kNone));
  EXPECT_THAT(among_two({at_url("http://127.0.0.1:9")}), ElementsAre(kNone));
  EXPECT_THAT(among_two({named("c")}), ElementsAre(kNone));
}

TEST(NodeMatching, NothingSpeaksAgainstAConfigurationWhereTheNodesOwnIsOnlySupposed) {
  const std::vector<NodeTraits> processes = {{"", "/root/.nym/nym-nodes/a/config/config.toml", "a", 0, true},
                                             {"", "/root/.nym/nym-nodes/b/config/config.toml", "b", 0, true}};
  auto entry = of_config("/srv/b/config/config.toml");
  EXPECT_THAT(matched({&entry, 1}, {&processes[1], 1}), ElementsAre(0)) << "the only one";
  EXPECT_THAT(matched({&entry, 1}, processes), ElementsAre(kNone));
  entry.name = "b";
  EXPECT_THAT(matched({&entry, 1}, processes), ElementsAre(1));
  entry.config_file = processes[0].config_file;
  EXPECT_THAT(matched({&entry, 1}, processes), ElementsAre(0)) << "where it is as supposed, it is that one";
}

TEST(NodeMatching, TheOnlyEntryMeansTheOnlyProcess) {
  const std::vector<NodeTraits> one = {{"", "/a.toml", "default-nym-node", 8080}};
  const auto only = [&](const NodeSettings& entry) { return matched({&entry, 1}, one); };
  EXPECT_THAT(only(named("exit1")), ElementsAre(0));
  EXPECT_THAT(only(at_url("http://localhost")), ElementsAre(0));
  EXPECT_THAT(only(at_url("http://localhost:9")), ElementsAre(kNone));
  EXPECT_THAT(only(of_unit("other.service")), ElementsAre(kNone));
  EXPECT_THAT(matched({}, one), ElementsAre());
}

}  // namespace
}  // namespace mixnet
