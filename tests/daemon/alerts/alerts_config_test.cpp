// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/alerts_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Kind = AlertReceiver::Kind;

constexpr const char* kAll = R"(alerts:
  external_labels: {site: fra1, instance: exit1.example, "null": ''}
  external_url: https://exit1.example:10087
  resend_delay: 90s
  alertmanagers:
    - url: http://127.0.0.1:9093/
    - url: https://alerts.example/am
      basic_auth: {username: exit1, password_file: /etc/mixnet-exporter/alerts.password}
      tls_config: {ca_file: /etc/ssl/alerts.pem}
      timeout: 5s
  webhooks:
    - url: https://hooks.example/a?b=c&d=%20
      authorization: {credentials_file: hook.token}
      proxy_url: socks5h://127.0.0.1:9050
      send_resolved: false
      repeat_interval: 4h
    - url_file: hook.url
  commands:
    - command: [/usr/local/bin/notify, --to, "the operator"]
      timeout: 30s
      repeat_interval: 1d
)";

Result<Config> read(std::string_view text) { return read_config({}, "c.yml", text); }

std::string refused(std::string_view section, std::string_view entry) {
  const auto config = read("alerts:\n  " + std::string(section) + ":\n    - " + std::string(entry) + "\n");
  return config ? "accepted" : config.error().message;
}

TEST(AlertsConfig, ReadsEveryKey) {
  const auto config = read(kAll);
  ASSERT_TRUE(config) << config.error().message;
  const auto& alerts = config->alerts;
  EXPECT_EQ(alerts.external_labels,
            (std::map<std::string, std::string>{{"instance", "exit1.example"}, {"null", ""}, {"site", "fra1"}}));
  EXPECT_EQ(alerts.external_url, "https://exit1.example:10087");
  EXPECT_EQ(alerts.resend_delay, 90s);
  ASSERT_EQ(alerts.receivers.size(), 5u);
  const auto& plain = alerts.receivers[0];
  EXPECT_EQ(plain.kind, Kind::alertmanager);
  EXPECT_EQ(plain.url, "http://127.0.0.1:9093") << "without the slash at the end";
  EXPECT_EQ(plain.timeout, 10s);
  const auto& secured = alerts.receivers[1];
  EXPECT_EQ(secured.username, "exit1");
  EXPECT_EQ(secured.password_file, "/etc/mixnet-exporter/alerts.password");
  EXPECT_EQ(secured.ca_file, "/etc/ssl/alerts.pem");
  EXPECT_EQ(secured.timeout, 5s);
  const auto& hook = alerts.receivers[2];
  EXPECT_EQ(hook.kind, Kind::webhook);
  EXPECT_EQ(hook.url, "https://hooks.example/a?b=c&d=%20");
  EXPECT_EQ(hook.credentials_file, "hook.token");
  EXPECT_EQ(hook.proxy_url, "socks5h://127.0.0.1:9050");
  EXPECT_FALSE(hook.send_resolved);
  EXPECT_EQ(hook.repeat_interval, 4h);
  EXPECT_EQ(alerts.receivers[3].url_file, "hook.url");
  EXPECT_TRUE(alerts.receivers[3].send_resolved);
  EXPECT_EQ(alerts.receivers[3].repeat_interval, 0s);
  const auto& command = alerts.receivers[4];
  EXPECT_EQ(command.kind, Kind::command);
  EXPECT_EQ(command.command, (std::vector<std::string>{"/usr/local/bin/notify", "--to", "the operator"}));
  EXPECT_EQ(command.timeout, 30s);
  EXPECT_EQ(command.repeat_interval, 24h);
}

TEST(AlertsConfig, ShownIsReadBackAsTheSame) {
  const auto config = read(kAll).value();
  const auto shown = to_yaml(config);
  const auto again = read(shown);
  ASSERT_TRUE(again) << again.error().message << shown;
  EXPECT_EQ(again->alerts, config.alerts) << shown;
  EXPECT_EQ(to_yaml(*again), shown);
  EXPECT_THAT(shown,
              HasSubstr("  commands:\n    - command: [/usr/local/bin/notify, '--to', 'the operator']\n      timeout: '30s'\n"));
  EXPECT_EQ(alerts_as_yaml({}), "");
}

TEST(AlertsConfig, NobodyNeedsIt) {
  for (const auto* text : {"", "alerts:\n", "alerts: {}\n", "alerts: {webhooks: []}\n"}) {
    EXPECT_EQ(read(text).value().alerts, AlertSettings{}) << text;
  }
}

TEST(AlertsConfig, TellsWhatIsWrongAndWhere) {
  EXPECT_EQ(read("alerts: on\n").error().message, "c.yml:1:9: expected a mapping, found \"on\"");
  EXPECT_EQ(read("alerts:\n  alertmanager: []\n").error().message,
            "c.yml:2:3: unknown key \"alertmanager\"; did you mean \"alertmanagers\"?");
  EXPECT_EQ(read("alerts:\n  resend_delay: 0s\n").error().message, "c.yml:2:17: \"0s\" is not from 1s to 1h");
  EXPECT_EQ(read("alerts:\n  external_url: exit1\n").error().message,
            "c.yml:2:17: \"exit1\" does not begin with http:// or https://");
  EXPECT_EQ(refused("alertmanagers", "http://h"), "c.yml:3:7: expected a mapping, found \"http://h\"");
  EXPECT_EQ(refused("alertmanagers", "{timeout: 5s}"), "c.yml:3:7: an Alertmanager needs a url");
  EXPECT_EQ(refused("alertmanagers", "{url: http://h, send_resolved: true}"), "c.yml:3:23: unknown key \"send_resolved\"");
  EXPECT_EQ(refused("alertmanagers", "{url: http://h, timeout: 1h}"), "c.yml:3:32: \"1h\" is not from 1s to 5m");
  EXPECT_EQ(refused("alertmanagers", "{url: http://h, timeout: soon}"),
            "c.yml:3:32: \"soon\" is not a duration such as 500ms, 15s, 5m, 2h or 7d");
  EXPECT_EQ(refused("alertmanagers", "{url: http://h}\n    - {url: http://h/}"), "c.yml:4:7: the same receiver a second time");
  EXPECT_EQ(refused("webhooks", "{}"), "c.yml:3:7: a webhook needs a url or a url_file, and not both");
  EXPECT_EQ(refused("webhooks", "{url: http://h, url_file: f}"),
            "c.yml:3:7: a webhook needs a url or a url_file, and not both");
  EXPECT_EQ(refused("webhooks", "{url_file: f, repeat_interval: 1s}"), "c.yml:3:38: \"1s\" is not from 1m to 30d");
  EXPECT_EQ(refused("commands", "{command: /bin/true}"), "c.yml:3:17: expected a list, found \"/bin/true\"");
  EXPECT_EQ(refused("commands", "{command: [mail, root]}"), "c.yml:3:18: \"mail\" is not an absolute path");
  EXPECT_THAT(refused("commands", "{command: []}"), HasSubstr("a command needs a command"));
  EXPECT_THAT(refused("commands", "{timeout: 5s}"), HasSubstr("a command needs a command"));
}

TEST(AlertsConfig, TakesNoSecret) {
  EXPECT_THAT(refused("alertmanagers", "{url: 'http://me:secret@h'}"), HasSubstr("a URL with a user or a password"));
  EXPECT_EQ(refused("alertmanagers", "{url: http://h, basic_auth: {username: u, password: p}}"),
            "c.yml:3:35: basic_auth needs a username and a password_file\n"
            "c.yml:3:49: unknown key \"password\"");
  EXPECT_EQ(refused("alertmanagers", "{url: http://h, basic_auth: {username: 'a:b', password_file: f}}"),
            "c.yml:3:46: \"a:b\" has a colon");
  EXPECT_EQ(refused("webhooks", "{url: http://h, authorization: {credentials_file: ../token}}"),
            "c.yml:3:57: \"../token\" is neither an absolute path nor the name of a systemd credential");
  EXPECT_EQ(
      refused("webhooks", "{url: http://h, basic_auth: {username: u, password_file: f}, authorization: {credentials_file: f}}"),
      "c.yml:3:83: authorization beside basic_auth; only one can be sent");
}

TEST(AlertsConfig, TakesLabelsThatAreFree) {
  const auto with = [](const std::string& label) {
    const auto config = read("alerts:\n  external_labels: {" + label + "}\n");
    return config ? "accepted" : config.error().message;
  };
  EXPECT_EQ(with("site: 1"), "accepted");
  EXPECT_EQ(with("job: other"), "accepted");
  for (const auto* label : {"node: a", "severity: a", "alertname: a"}) {
    EXPECT_THAT(with(label), HasSubstr("is a label that alerts have anyway")) << label;
  }
  for (const auto* label : {"a-b: c", "1a: c", "__a: c", "'': c"}) {
    EXPECT_THAT(with(label), HasSubstr("is not a label's name")) << label;
  }
  EXPECT_THAT(with("a: " + std::string(201, 'x')), HasSubstr("more than 200 bytes"));
}

TEST(AlertsConfig, KnowsTheUrlOfAWebhook) {
  for (const auto* url : {"http://h", "https://h:1/a/b?c=d&e=f%20", "http://[::1]:80/x?y"})
    EXPECT_TRUE(check_webhook_url(url)) << url;
  for (const auto* url :
       {"", "h", "ftp://h", "http://u:p@h/", "http://h/ ?a", "http://h/?a b", "http://h/?a\n", "http://h?a#b"}) {
    const auto checked = check_webhook_url(url);
    ASSERT_FALSE(checked) << url;
    EXPECT_THAT(checked.error().message, testing::StartsWith("not the URL of a webhook")) << "which tells nothing of it";
  }
}

}  // namespace
}  // namespace mixnet
