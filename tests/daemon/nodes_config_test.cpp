// SPDX-License-Identifier: Apache-2.0
#include "daemon/nodes_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config.h"

namespace mixnet {
namespace {

using ::testing::HasSubstr;

constexpr const char* kTwo = R"(nodes:
  - name: exit1
    kind: nym
    unit: nym-node.service
    config_file: /home/nym/.nym/nym-nodes/exit1/config/config.toml
    data_directory: /srv/nym
    http_url: https://[2001:db8::1]:8443/
    access_token_file: /etc/mixnet-exporter/exit1.token
    identity_key: 2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1
    wireguard_interface: wg0
    exit_interface: tun7
    ports: {mix: 1789, client_ws: 9000, wireguard: 51822}
    passthrough: true
  - http_url: http://localhost
    access_token_file: exit2.token
)";

Result<Config> read(std::string_view text) { return read_config({}, "c.yml", text); }

std::string refused(std::string_view entry) {
  const auto config = read("nodes:\n  - " + std::string(entry) + "\n");
  return config ? "accepted" : config.error().message;
}

TEST(NodesConfig, ReadsEveryKey) {
  const auto config = read(kTwo);
  ASSERT_TRUE(config) << config.error().message;
  const auto& nodes = config->settings.nodes;
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes[0].name, "exit1");
  EXPECT_EQ(nodes[0].kind, "nym");
  EXPECT_EQ(nodes[0].unit, "nym-node.service");
  EXPECT_EQ(nodes[0].config_file, "/home/nym/.nym/nym-nodes/exit1/config/config.toml");
  EXPECT_EQ(nodes[0].data_directory, "/srv/nym");
  EXPECT_EQ(nodes[0].http_url, "https://[2001:db8::1]:8443") << "without the slash at the end";
  EXPECT_EQ(nodes[0].access_token_file, "/etc/mixnet-exporter/exit1.token");
  EXPECT_EQ(nodes[0].identity_key, "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1");
  EXPECT_EQ(nodes[0].wireguard_interface, "wg0");
  EXPECT_EQ(nodes[0].exit_interface, "tun7");
  EXPECT_EQ(nodes[0].ports[PortRole::client_ws], 9000);
  EXPECT_EQ(nodes[0].ports[PortRole::verloc], 0);
  EXPECT_TRUE(nodes[0].passthrough);
  EXPECT_EQ(nodes[1].access_token_file, "exit2.token");
  EXPECT_FALSE(nodes[1].passthrough);
}

TEST(NodesConfig, ShownIsReadBackAsTheSame) {
  const auto shown = to_yaml(read(kTwo).value());
  EXPECT_EQ(to_yaml(read(shown).value()), shown);
  EXPECT_THAT(shown,
              HasSubstr("    ports: {mix: 1789, client_ws: 9000, wireguard: 51822}\n    passthrough: true\n  - kind: nym\n"));
  EXPECT_EQ(nodes_as_yaml({}), "");
}

TEST(NodesConfig, NobodyNeedsOne) {
  for (const auto* text : {"", "nodes:\n", "nodes: []\n"}) EXPECT_TRUE(read(text).value().settings.nodes.empty()) << text;
}

TEST(NodesConfig, TellsWhatIsWrongAndWhere) {
  EXPECT_EQ(read("nodes: exit1\n").error().message, "c.yml:1:8: expected a list, found \"exit1\"");
  EXPECT_EQ(refused("exit1"), "c.yml:2:5: expected a mapping, found \"exit1\"");
  EXPECT_EQ(refused("{name: a, unti: b}"), "c.yml:2:15: unknown key \"unti\"; did you mean \"unit\"?");
  EXPECT_EQ(refused("{name: a, ports: {mix: 0}}"), "c.yml:2:28: expected a whole number from 1 to 65535, found \"0\"");
  EXPECT_EQ(refused("{name: a, ports: {mx: 1}}"), "c.yml:2:23: unknown key \"mx\"; did you mean \"mix\"?");
  EXPECT_EQ(refused("{name: a, kind: tor}"), "c.yml:2:21: \"tor\" is no kind of node that is known; there is \"nym\"");
  EXPECT_EQ(refused("{name: a, config_file: config.toml}"), "c.yml:2:28: \"config.toml\" is not an absolute path");
  EXPECT_EQ(refused("{name: a, passthrough: yes}"), "c.yml:2:28: expected true or false, found \"yes\"");
  EXPECT_EQ(refused("{name: a, wireguard_interface: a/b}"), "c.yml:2:36: \"a/b\" is not an interface's name");
  EXPECT_EQ(refused("{name: a, unit: a/b}"), "c.yml:2:21: \"a/b\" is not a unit's name");
  EXPECT_EQ(refused("{name: \" a\"}"), "c.yml:2:12: \" a\" has white space around it");
  EXPECT_EQ(refused("{name: \"\", unit: b}"), "c.yml:2:12: empty");
  EXPECT_EQ(refused("{passthrough: true}"), "c.yml:2:5: an entry needs a name, a unit, a config_file or an http_url");
  EXPECT_EQ(read("nodes: [{name: a}, {name: b}, {name: a}]\n").error().message, "c.yml:1:38: a second node of the name \"a\"");
  EXPECT_EQ(read("nodes: [{unit: a}, {unit: a}]\n").error().message, "c.yml:1:27: a second node of the unit \"a\"");
}

TEST(NodesConfig, WantsUrlsOfServers) {
  const auto with = [](const std::string& url) { return refused("{name: a, http_url: '" + url + "'}"); };
  for (const auto* url :
       {"http://h", "https://h:1", "http://127.0.0.1:8080/", "http://[::1]", "http://[::1]:80", "http://h/api"}) {
    EXPECT_EQ(with(url), "accepted") << url;
  }
  for (const auto* url : {"", "h:80", "ftp://h", "http://", "http://:80", "http:///x", "http://h:0", "http://h:65536",
                          "http://h:x", "http://[::1", "http://h?x", "http://h#x", "http://a b", "file:///etc/passwd"}) {
    EXPECT_THAT(with(url), HasSubstr("c.yml:2:25: ")) << url;
  }
  EXPECT_EQ(with("http://me:secret@h"),
            "c.yml:2:25: a URL with a user or a password, which do not belong into a configuration");
}

TEST(NodesConfig, WantsSecretsInFiles) {
  const auto with = [](const std::string& path) { return refused("{name: a, access_token_file: '" + path + "'}"); };
  EXPECT_EQ(with("/etc/token"), "accepted");
  EXPECT_EQ(with("nym-token"), "accepted") << "a systemd credential";
  for (const auto* path : {"", "../token", "etc/token", ".token"}) EXPECT_THAT(with(path), HasSubstr("c.yml:2:34: ")) << path;
}

}  // namespace
}  // namespace mixnet
