// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/alert_bodies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "collectors/kit/json.h"
#include "tests/daemon/alerts/alarm.h"

namespace mixnet {
namespace {

using test::alarm;
using test::kAlarmTime;
using Kind = Notice::Kind;

const AlertLabels kCommon = {{"instance", "exit1.example"}, {"job", "mixnet-exporter"}, {"site", "fra1"}};

Json parsed(const std::string& text) {
  auto json = Json::parse(text);
  EXPECT_TRUE(json) << text;
  return json.value_or(Json());
}

TEST(AlertBodies, HaveTheLabelsOfTheRules) {
  EXPECT_EQ(common_labels({}, "host1"), (AlertLabels{{"instance", "host1"}, {"job", "mixnet-exporter"}}));
  AlertSettings settings;
  settings.external_labels = {{"instance", "exit1.example"}, {"site", "fra1"}};
  EXPECT_EQ(common_labels(settings, "host1"), kCommon);
  EXPECT_EQ(labels_of(alarm(), kCommon), (AlertLabels{{"alertname", "MixnetNodeCpuHigh"},
                                                      {"instance", "exit1.example"},
                                                      {"job", "mixnet-exporter"},
                                                      {"node", "exit1"},
                                                      {"severity", "critical"},
                                                      {"site", "fra1"}}));
  EXPECT_FALSE(labels_of(alarm(Status::warning, ""), kCommon).contains("node")) << "it is about the host";
  EXPECT_EQ(labels_of(alarm(Status::warning), kCommon).at("severity"), "warning");
}

TEST(AlertBodies, ForAnAlertmanagerAreAList) {
  const std::vector<Alert> alerts = {{alarm(), kAlarmTime + 240'000, false},
                                     {alarm(Status::warning, ""), kAlarmTime - 5, true}};
  const auto body = alertmanager_body(alerts, {{"job", "j"}}, "https://exit1.example");
  EXPECT_EQ(body,
            R"([{"labels":{"alertname":"MixnetNodeCpuHigh","job":"j","node":"exit1","severity":"critical"},)"
            R"("annotations":{"description":"Look for what takes it.",)"
            R"("runbook_url":"file:///usr/share/doc/mixnet-exporter/runbooks/MixnetNodeCpuHigh.md","summary":"takes 97 %"},)"
            R"("startsAt":"2026-09-21T14:13:20.000Z","endsAt":"2026-09-21T14:17:20.000Z",)"
            R"("generatorURL":"https://exit1.example/"},)"
            R"({"labels":{"alertname":"MixnetNodeCpuHigh","job":"j","severity":"warning"},)"
            R"("annotations":{"description":"Look for what takes it.",)"
            R"("runbook_url":"file:///usr/share/doc/mixnet-exporter/runbooks/MixnetNodeCpuHigh.md","summary":"takes 97 %"},)"
            R"("startsAt":"2026-09-21T14:13:19.995Z","endsAt":"2026-09-21T14:13:19.995Z",)"
            R"("generatorURL":"https://exit1.example/"}])");
  EXPECT_EQ(alertmanager_body({}, {}, ""), "[]");
  EXPECT_EQ(parsed(alertmanager_body(alerts, {}, "")).at(0)["generatorURL"].text(), std::nullopt);
}

TEST(AlertBodies, LinkToPagesThatAreThere) {
  for (const auto& check : all_checks()) {
    Alarm found = alarm();
    found.alert = check.alert;
    const auto url =
        parsed(alertmanager_body(std::vector<Alert>{{found, 1, false}}, {}, "")).at(0)["annotations"]["runbook_url"];
    const auto name = std::filesystem::path(url.text().value()).filename();
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(MIXNET_SOURCE "/docs/runbooks") / name)) << name;
  }
}

TEST(AlertBodies, ForAWebhookAreAsAlertmanagerSendsThem) {
  const auto body = parsed(webhook_body({Kind::began, kAlarmTime + 1, alarm(), {}, {}}, kCommon, "webhook1", "https://e/x"));
  EXPECT_EQ(body["version"].text(), "4");
  EXPECT_EQ(body["change"].text(), "began");
  EXPECT_EQ(body["status"].text(), "firing");
  EXPECT_EQ(body["receiver"].text(), "webhook1");
  EXPECT_EQ(body["groupKey"].text(), R"({}:{alertname="MixnetNodeCpuHigh", node="exit1"})");
  EXPECT_EQ(body["groupLabels"].size(), 2u);
  EXPECT_EQ(body["commonLabels"]["severity"].text(), "critical");
  EXPECT_EQ(body["commonAnnotations"]["summary"].text(), "takes 97 %");
  EXPECT_EQ(body["externalURL"].text(), "https://e/x");
  EXPECT_EQ(body["truncatedAlerts"].number(), 0);
  ASSERT_EQ(body["alerts"].size(), 1u);
  const auto alert = body["alerts"].at(0);
  EXPECT_EQ(alert["status"].text(), "firing");
  EXPECT_EQ(alert["labels"]["node"].text(), "exit1");
  EXPECT_EQ(alert["startsAt"].text(), "2026-09-21T14:13:20.000Z");
  EXPECT_EQ(alert["endsAt"].text(), "0001-01-01T00:00:00Z");
  EXPECT_EQ(alert["generatorURL"].text(), "https://e/x/");
  EXPECT_EQ(alert["fingerprint"].text(), fingerprint(labels_of(alarm(), kCommon)));
}

TEST(AlertBodies, OfWhatIsOverSayWhen) {
  const auto body = parsed(webhook_body({Kind::over, kAlarmTime + 60'000, alarm(), {}, {}}, kCommon, "webhook1", ""));
  EXPECT_EQ(body["change"].text(), "over");
  EXPECT_EQ(body["status"].text(), "resolved");
  EXPECT_EQ(body["alerts"].at(0)["status"].text(), "resolved");
  EXPECT_EQ(body["alerts"].at(0)["endsAt"].text(), "2026-09-21T14:14:20.000Z");
}

TEST(AlertBodies, OfWhatChangedHaveTheOneBeforeAsResolved) {
  const Notice notice{Kind::changed, kAlarmTime + 60'000, alarm(Status::critical, "exit1", kAlarmTime + 60'000),
                      Status::warning, kAlarmTime};
  const auto body = parsed(webhook_body(notice, kCommon, "webhook1", ""));
  EXPECT_EQ(body["status"].text(), "firing");
  EXPECT_EQ(body["commonLabels"]["severity"].text(), std::nullopt) << "which they have not in common";
  ASSERT_EQ(body["alerts"].size(), 2u);
  EXPECT_EQ(body["alerts"].at(0)["status"].text(), "firing");
  EXPECT_EQ(body["alerts"].at(0)["labels"]["severity"].text(), "critical");
  EXPECT_EQ(body["alerts"].at(1)["status"].text(), "resolved");
  EXPECT_EQ(body["alerts"].at(1)["labels"]["severity"].text(), "warning");
  EXPECT_EQ(body["alerts"].at(1)["startsAt"].text(), "2026-09-21T14:13:20.000Z");
}

TEST(AlertBodies, HaveAnIdentityThatTellsNoticesApart) {
  const auto id = [](const Notice& notice) { return parsed(webhook_body(notice, {}, "", ""))["id"].text().value(); };
  const Notice notice{Kind::began, 5, alarm(), {}, {}};
  EXPECT_EQ(id(notice), id(notice));
  EXPECT_EQ(id(notice).size(), 16u);
  EXPECT_NE(id(notice), id({Kind::began, 6, alarm(), {}, {}}));
  EXPECT_NE(id(notice), id({Kind::goes_on, 5, alarm(), {}, {}}));
  EXPECT_NE(id(notice), id({Kind::began, 5, alarm(Status::critical, "exit2"), {}, {}}));
}

/// FNV-1a of "a\xffb\xff", of 64 bits, as github.com/prometheus/common/model computes it.
TEST(AlertBodies, KnowAlertsByPrometheussFingerprint) {
  EXPECT_EQ(fingerprint({}), "cbf29ce484222325");
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const std::uint64_t byte : {0x61U, 0xffU, 0x62U, 0xffU}) hash = (hash ^ byte) * 0x100000001b3U;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  EXPECT_EQ(fingerprint({{"a", "b"}}), text);
}

TEST(AlertBodies, AreJsonAndBoundedWhateverIsInThem) {
  Alarm wild = alarm(Status::critical, std::string(1000, '\x01'));
  wild.message = std::string(1000, '\xff');
  wild.remedy = std::string(500, '"') + std::string(500, '\n');
  AlertLabels labels;
  for (int i = 0; i < 32; ++i) labels[std::to_string(i) + std::string(200, 'l')] = std::string(200, '\x02');
  const Notice notice{Kind::changed, kAlarmTime, wild, Status::warning, kAlarmTime};
  const auto body = webhook_body(notice, labels, std::string(20, 'r'), "https://e");
  EXPECT_LE(body.size(), kBodyBytesMax);
  EXPECT_EQ(parsed(body)["alerts"].at(0)["labels"]["node"].text(), wild.node);
  EXPECT_EQ(parsed(alertmanager_body(std::vector<Alert>{{wild, 1, false}}, labels, "")).size(), 1u);
}

}  // namespace
}  // namespace mixnet
