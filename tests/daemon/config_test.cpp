// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/all_collectors.h"
#include "collectors/host/loadavg.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Options = std::vector<std::pair<std::string, std::string>>;

Flags flags_with(Options options) { return {.command = "run", .config_file = "", .options = std::move(options)}; }

Config made(std::string_view text, Options options = {}) {
  return read_config(flags_with(std::move(options)), "c.yml", text).value();
}

std::string refused(std::string_view text, Options options = {}) {
  const auto config = read_config(flags_with(std::move(options)), "c.yml", text);
  return config ? "accepted" : config.error().message;
}

TEST(Config, HasDefaultsThatHarmNobody) {
  const auto config = made("");
  EXPECT_THAT(config.web.listen_addresses, ElementsAre("127.0.0.1:10087"));
  EXPECT_EQ(config.web.telemetry_path, "/metrics");
  EXPECT_EQ(config.web.config_file, "");
  EXPECT_FALSE(config.web.allow_unprotected);
  EXPECT_TRUE(config.roots.is_this_host());
  EXPECT_EQ(config.log.level, LogLevel::info);
  EXPECT_EQ(config.log.format, LogFormat::logfmt);
}

constexpr const char* kEverySection = R"(
web:
  listen_addresses: ["[::1]:9100", localhost:9101]
  telemetry_path: /node
  config_file: /etc/mixnet-exporter/web.yml
  allow_unprotected: true
  disable_exporter_metrics: true
  systemd_socket: true
collectors:
  disable_defaults: true
  loadavg: true
  netdev:
    device_exclude: ^veth
  filesystem: {mount_timeout: 1500ms}
  textfile:
    directory: [/a, '/b/*']
path:
  procfs: /host/proc/
  rootfs: /host
log: {level: debug, format: json}
)";

TEST(Config, ReadsEverySection) {
  const auto config = made(kEverySection);
  EXPECT_THAT(config.web.listen_addresses, ElementsAre("[::1]:9100", "localhost:9101"));
  EXPECT_EQ(config.web.telemetry_path, "/node");
  EXPECT_EQ(config.web.config_file, "/etc/mixnet-exporter/web.yml");
  EXPECT_TRUE(config.web.allow_unprotected && config.web.disable_exporter_metrics && config.web.systemd_socket);
  EXPECT_TRUE(config.disable_default_collectors);
  EXPECT_EQ(config.settings.netdev.device.exclude.pattern(), "^veth");
  EXPECT_EQ(config.settings.filesystem.mount_timeout.count(), 1500);
  EXPECT_THAT(config.settings.textfile.directories, ElementsAre("/a", "/b/*"));
  EXPECT_EQ(config.roots.proc, "/host/proc");
  EXPECT_EQ(config.roots.rootfs, "/host");
  EXPECT_EQ(config.log.level, LogLevel::debug);
  EXPECT_EQ(config.log.format, LogFormat::json);
}

TEST(Config, ShownIsReadBackAsTheSame) {
  for (const auto* text : {"", kEverySection, "collectors: {diskstats: {device_include: \"it's \\\"\\\\d\"}, loadavg: {}}"}) {
    const auto shown = to_yaml(made(text));
    EXPECT_EQ(to_yaml(made(shown)), shown);
  }
  EXPECT_THAT(to_yaml(made(kEverySection)), HasSubstr("web:\n  listen_addresses: ['[::1]:9100', 'localhost:9101']\n"));
  EXPECT_THAT(to_yaml(made(kEverySection)), HasSubstr("    directory: [/a, '/b/*']\n"));
}

TEST(Config, FlagsBeatTheFile) {
  const auto config = made(kEverySection, {{"web.listen-address", ":1"},
                                           {"web.listen-address", ":2"},
                                           {"web.systemd-socket", "false"},
                                           {"collector.textfile.directory", "/c"},
                                           {"collector.loadavg", "false"},
                                           {"collector.disable-defaults", "false"},
                                           {"log.level", "error"}});
  EXPECT_THAT(config.web.listen_addresses, ElementsAre(":1", ":2"));
  EXPECT_FALSE(config.web.systemd_socket);
  EXPECT_THAT(config.settings.textfile.directories, ElementsAre("/c"));
  EXPECT_FALSE(config.is_on(kLoadavg));
  EXPECT_EQ(config.log.level, LogLevel::error);
  EXPECT_EQ(config.log.format, LogFormat::json);
}

TEST(Config, TurnsCollectorsOnAndOffAsNodeExporterDoes) {
  constexpr Collector kOff{"off", "Off by default.", false, Schedule::at_scrape, {}, nullptr};
  EXPECT_TRUE(made("").is_on(kLoadavg));
  EXPECT_FALSE(made("").is_on(kOff));
  EXPECT_FALSE(made("", {{"collector.loadavg", "false"}}).is_on(kLoadavg));
  EXPECT_FALSE(made("", {{"collector.disable-defaults", "true"}}).is_on(kLoadavg));
  EXPECT_TRUE(made("", {{"collector.disable-defaults", "true"}, {"collector.loadavg", "true"}}).is_on(kLoadavg));
  EXPECT_TRUE(made("collectors: {disable_defaults: true, loadavg: {enabled: true}}").is_on(kLoadavg));
  EXPECT_FALSE(made("collectors: {disable_defaults: true, loadavg: {}}").is_on(kLoadavg));
  EXPECT_TRUE(made("collectors: {loadavg: false}", {{"collector.loadavg", "true"}}).is_on(kLoadavg));
  EXPECT_THAT(made("collectors: {disable_defaults: true, loadavg: true}").enabled_collectors(), ElementsAre(&kLoadavg));
}

TEST(Config, AnIncludePutsTheDefaultExcludeOutOfForce) {
  const auto defaults = made("");
  EXPECT_FALSE(defaults.settings.diskstats.device.wants("sda1"));
  for (const auto& config :
       {made("collectors: {diskstats: {device_include: ^sda1$}}"), made("", {{"collector.diskstats.device-include", "^sda1$"}}),
        made("collectors: {diskstats: {device_include: ^sda1$, device_exclude: ''}}")}) {
    EXPECT_EQ(config.settings.diskstats.device.exclude.pattern(), "");
    EXPECT_TRUE(config.settings.diskstats.device.wants("sda1"));
    EXPECT_FALSE(config.settings.diskstats.device.wants("sdb"));
  }
  EXPECT_EQ(made("", {{"collector.diskstats.device-include", ""}}).settings.diskstats.device.exclude.pattern(),
            defaults.settings.diskstats.device.exclude.pattern());
}

TEST(Config, AFlagOfAPairTakesThePlaceOfBothInTheFile) {
  const auto config = made("collectors: {netdev: {device_exclude: ^veth}}", {{"collector.netdev.device-include", "eth0"}});
  EXPECT_EQ(config.settings.netdev.device.include.pattern(), "eth0");
  EXPECT_EQ(config.settings.netdev.device.exclude.pattern(), "");
}

struct Bad {
  std::string text, faults;
};

class ConfigRefuses : public ::testing::TestWithParam<Bad> {};

TEST_P(ConfigRefuses, WithFileLineColumnAndReason) { EXPECT_EQ(refused(GetParam().text), GetParam().faults); }

INSTANTIATE_TEST_SUITE_P(
    Texts, ConfigRefuses,
    ::testing::Values(Bad{"colectors: {}", "c.yml:1:1: unknown key \"colectors\"; did you mean \"collectors\"?"},
                      Bad{"web:\n  listen_adresses: []",
                          "c.yml:2:3: unknown key \"listen_adresses\"; did you mean \"listen_addresses\"?"},
                      Bad{"collectors:\n  loadvg: true", "c.yml:2:3: unknown key \"loadvg\"; did you mean \"loadavg\"?"},
                      Bad{"collectors:\n  cpu:\n    gest: true", "c.yml:3:5: unknown key \"gest\"; did you mean \"guest\"?"},
                      Bad{"collectors: {loadavg: 1}", "c.yml:1:23: expected true or false, found \"1\""},
                      Bad{"collectors: {loadavg: [a]}", "c.yml:1:23: expected true or false, found a list"},
                      Bad{"collectors: [cpu]", "c.yml:1:13: expected a mapping, found a list"},
                      Bad{"web: 7", "c.yml:1:6: expected a mapping, found \"7\""},  //
                      Bad{"- web", "c.yml:1:1: expected a mapping, found a list"},
                      Bad{"web:\n  listen_addresses: ':80'", "c.yml:2:21: expected a list, found \":80\""},
                      Bad{"web:\n  listen_addresses: [':80', ':x']", "c.yml:2:29: \"x\" is not a port from 0 to 65535"},
                      Bad{"web: {listen_addresses: []}", "c.yml:1:25: no address in the list"},
                      Bad{"web: {listen_addresses: [':1', ':1']}", "c.yml:1:32: \":1\" is given twice"},
                      Bad{"web: {telemetry_path: metrics}", "c.yml:1:23: \"metrics\" does not begin with a slash"},
                      Bad{"web: {telemetry_path: /-/healthy}", "c.yml:1:23: \"/-/healthy\" is taken by the exporter itself"},
                      Bad{"web: {telemetry_path: /health}", "c.yml:1:23: \"/health\" is taken by the exporter itself"},
                      Bad{"web: {telemetry_path: '/a?b'}",
                          "c.yml:1:23: \"/a?b\" has other characters than letters, digits, -._~ and slashes"},
                      Bad{"collectors: {netdev: {device_include: '('}}", "c.yml:1:39: bad regular expression: missing ): ("},
                      Bad{"collectors: {netdev: {device_include: a, device_exclude: b}}",
                          "c.yml:1:39: \"device_include\" and \"device_exclude\" are mutually exclusive"},
                      Bad{"collectors: {filesystem: {mount_timeout: 5}}",
                          "c.yml:1:42: \"5\" is not a duration such as 500ms, 15s, 5m, 2h or 7d"},
                      Bad{"collectors: {filesystem: {mount_timeout: -1s}}",
                          "c.yml:1:42: \"-1s\" is not a duration such as 500ms, 15s, 5m, 2h or 7d"},
                      Bad{"collectors: {filesystem: {mount_timeout: 0s}}", "c.yml:1:42: \"0s\" is no time at all"},
                      Bad{"collectors: {filesystem: {mount_timeout: 99999999999999999999s}}",
                          "c.yml:1:42: \"99999999999999999999s\" is not a duration such as 500ms, 15s, 5m, 2h or 7d"},
                      Bad{"collectors: {loadavg: {enabled: true, enabled: true}}",
                          "c.yml:1:39: duplicate key \"enabled\", first given in line 1"},
                      Bad{"log: {level: loud}", "c.yml:1:14: \"loud\" is not one of debug, info, warn, error"},
                      Bad{"log: {format: xml}", "c.yml:1:15: \"xml\" is not one of logfmt, json"},  //
                      Bad{"path: {procfs: ''}", "c.yml:1:16: an empty path"},
                      Bad{"web:\n\tconfig_file: x", "c.yml:2:1: a tab in the indentation, which YAML wants of blanks"},
                      Bad{std::string("web: a\0b", 8), "c.yml:1:7: control character \"\\x00\""},
                      Bad{"log: {level: loud}\nweb: {x: 1}\nlog: {format: xml}\n",
                          "c.yml:1:14: \"loud\" is not one of debug, info, warn, error\nc.yml:2:7: unknown key \"x\"\n"
                          "c.yml:3:1: duplicate key \"log\", first given in line 1"}));

TEST(Config, ReadsTheNetwork) {
  const auto network =
      read_config({}, "c.yml",
                  "network:\n  environment: sandbox\n  nym_api: ['https://a.example/api', 'http://[::1]:8000']\n"
                  "  proxy: socks5h://127.0.0.1:9050\n  ca_file: /etc/ca.pem\n"
                  "  watch: ['1324', 2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1]\n")
          .value()
          .settings.network;
  EXPECT_EQ(network.environment, "sandbox");
  EXPECT_EQ(network.nym_api, (std::vector<std::string>{"https://a.example/api", "http://[::1]:8000"}));
  EXPECT_EQ(network.proxy, "socks5h://127.0.0.1:9050");
  EXPECT_EQ(network.watch.size(), 2U);

  const auto refused = [](std::string_view text) {
    return read_config({}, "c.yml", "network: {" + std::string(text) + "}\n").error().message;
  };
  EXPECT_EQ(refused("environment: moon"),
            "c.yml:1:24: \"moon\" is no network that is known; there are mainnet, sandbox, canary, local and custom");
  EXPECT_EQ(refused("proxy: 'ftp://h'"),
            "c.yml:1:18: \"ftp://h\" does not begin with http://, https://, socks4://, socks4a://, "
            "socks5:// or socks5h://");
  EXPECT_EQ(refused("nym_api: ['ftp://h']"), "c.yml:1:21: \"ftp://h\" does not begin with http:// or https://");
  EXPECT_EQ(refused("watch: [me]"), "c.yml:1:19: \"me\" is neither a node's id, a number, nor its identity key in base 58");
  EXPECT_EQ(refused("watch: [1, 1]"), "c.yml:1:22: \"1\" is given twice");
}

TEST(Config, RefusesFlagsByTheirNames) {
  EXPECT_EQ(refused("web: {x: 1}", {{"web.listen-address", "x"}, {"log.level", "loud"}}),
            "c.yml:1:7: unknown key \"x\"\n--web.listen-address: \"x\" is not HOST:PORT\n"
            "--log.level: \"loud\" is not one of debug, info, warn, error");
  EXPECT_EQ(refused("", {{"collector.netdev.device-exclude", "a"}, {"collector.netdev.device-include", "b"}}),
            "--collector.netdev.device-include: \"device_include\" and \"device_exclude\" are mutually exclusive");
}

TEST(Config, ChecksTheFileEvenWhereAFlagBeatsIt) {
  EXPECT_EQ(refused("log: {level: loud}", {{"log.level", "info"}}),
            "c.yml:1:14: \"loud\" is not one of debug, info, warn, error");
}

TEST(Config, ReadsTheFileThatIsNamed) {
  const test::TemporaryFolder folder;
  folder.write("good.yml", "log: {level: warn}\n");
  folder.write("large.yml", std::string(1 << 20, '#'));
  const auto load = [&](const char* name) {
    return load_config({.command = "run", .config_file = (folder.path() / name).string(), .options = {}});
  };
  EXPECT_EQ(load("good.yml")->log.level, LogLevel::warn);
  EXPECT_EQ(load("missing.yml").error().message, (folder.path() / "missing.yml").string() + ": No such file or directory");
  EXPECT_EQ(load("").error().message, folder.path().string() + "/: Is a directory");
  EXPECT_EQ(load("large.yml").error().message, (folder.path() / "large.yml").string() + ":1:1: larger than 256 KiB");
}

TEST(Config, EveryOptionHasItsOwnFlagAndKey) {
  std::set<std::string> flags, keys;
  for (const auto& option : all_options()) {
    EXPECT_TRUE(flags.insert(option.flag).second) << option.flag;
    EXPECT_TRUE(keys.insert(option.section + "." + option.key).second) << option.key;
    EXPECT_TRUE(option.help.ends_with('.')) << option.flag;
  }
}

}  // namespace
}  // namespace mixnet
