// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/alert_bodies.h"

#include <cstdint>
#include <cstdio>
#include <vector>

#include "collectors/kit/time_text.h"
#include "daemon/json_text.h"

namespace mixnet {
namespace {

using Kind = Notice::Kind;

constexpr std::string_view kRunbooks = "file:///usr/share/doc/mixnet-exporter/runbooks/";  // as the rules for Prometheus
constexpr std::string_view kNever = "0001-01-01T00:00:00Z";                                // as Go writes no time

/// FNV-1a of 64 bits.
class Hash {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) add(static_cast<unsigned char>(c));
  }
  void add(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3U; }

  std::string text() const {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(value_));
    return digits;
  }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

/// An object of texts: {"a":"b"}
std::string object_of(const AlertLabels& texts) {
  std::string out = "{";
  for (const auto& [name, value] : texts) {
    out.append(out.size() == 1 ? "" : ",").append(json_quoted(name)).append(":").append(json_quoted(value));
  }
  return out + "}";
}

AlertLabels annotations_of(const Alarm& alarm) {
  return {{"summary", alarm.message},
          {"description", alarm.remedy.empty() ? alarm.message : alarm.remedy},
          {"runbook_url", std::string(kRunbooks) + alarm.alert + ".md"}};
}

/// The exporter's page, which shows it.
std::string generator_url(std::string_view external_url) {
  return external_url.empty() ? "" : std::string(external_url) + (external_url.ends_with('/') ? "" : "/");
}

/// {"alertname=\"A\", node=\"n\""}: as Alertmanager writes what notifications are grouped by.
std::string group_key(const AlertLabels& labels) {
  std::string out = "{}:{";
  for (const auto& [name, value] : labels) {
    out.append(out.size() == 4 ? "" : ", ").append(name).append("=").append(json_quoted(value));
  }
  return out + "}";
}

std::string identity_of(const Notice& notice) {
  Hash hash;
  for (const auto& text : {notice.alarm.alert, notice.alarm.node, std::to_string(notice.alarm.since), std::to_string(notice.at),
                           std::string(to_string(notice.kind))}) {
    hash.add(text);
    hash.add(0xff);
  }
  return hash.text();
}

std::string webhook_alert(const Alert& alert, const AlertLabels& common, std::string_view external_url) {
  const auto labels = labels_of(alert.alarm, common);
  std::string out = alert.resolved ? R"({"status":"resolved","labels":)" : R"({"status":"firing","labels":)";
  out.append(object_of(labels)).append(R"(,"annotations":)").append(object_of(annotations_of(alert.alarm)));
  out.append(R"(,"startsAt":")").append(rfc3339(alert.alarm.since)).append(R"(","endsAt":")");
  out.append(alert.resolved ? rfc3339(alert.end) : std::string(kNever)).append(R"(","generatorURL":)");
  out.append(json_quoted(generator_url(external_url))).append(R"(,"fingerprint":")").append(fingerprint(labels)).append("\"}");
  return out;
}

/// What a notice tells of, the newest first.
std::vector<Alert> alerts_of(const Notice& notice) {
  std::vector<Alert> out{{notice.alarm, notice.at, notice.kind == Kind::over}};
  if (notice.kind == Kind::changed) {
    out.push_back({notice.alarm, notice.at, true});
    out.back().alarm.status = notice.before_status;
    out.back().alarm.since = notice.before_since;
  }
  return out;
}

}  // namespace

AlertLabels common_labels(const AlertSettings& settings, const std::string& host) {
  auto out = settings.external_labels;
  out.try_emplace("job", "mixnet-exporter");
  out.try_emplace("instance", host);
  return out;
}

AlertLabels labels_of(const Alarm& alarm, const AlertLabels& common) {
  auto out = common;
  out["alertname"] = alarm.alert;
  out["severity"] = alarm.status == Status::critical ? "critical" : "warning";
  if (!alarm.node.empty()) out["node"] = alarm.node;
  std::erase_if(out, [](const auto& label) { return label.second.empty(); });
  return out;
}

std::string fingerprint(const AlertLabels& labels) {
  Hash hash;
  for (const auto& [name, value] : labels) {
    for (const auto& text : {name, value}) {
      hash.add(text);
      hash.add(static_cast<unsigned char>(0xff));
    }
  }
  return hash.text();
}

std::string alertmanager_body(std::span<const Alert> alerts, const AlertLabels& common, std::string_view external_url) {
  std::string out = "[";
  for (const auto& alert : alerts) {
    out.append(&alert == &alerts.front() ? "" : ",").append(R"({"labels":)").append(object_of(labels_of(alert.alarm, common)));
    out.append(R"(,"annotations":)").append(object_of(annotations_of(alert.alarm)));
    out.append(R"(,"startsAt":")").append(rfc3339(std::min(alert.alarm.since, alert.end)));  // it refuses an end before it
    out.append(R"(","endsAt":")").append(rfc3339(alert.end)).append("\"");
    if (!external_url.empty()) out.append(R"(,"generatorURL":)").append(json_quoted(generator_url(external_url)));
    out += '}';
  }
  return out + "]";
}

std::string webhook_body(const Notice& notice, const AlertLabels& common, std::string_view receiver,
                         std::string_view external_url) {
  const auto alerts = alerts_of(notice);
  const bool is_over = notice.kind == Kind::over;
  auto shared = labels_of(notice.alarm, common);
  if (alerts.size() > 1) shared.erase("severity");
  AlertLabels group{{"alertname", notice.alarm.alert}};
  if (!notice.alarm.node.empty()) group.emplace("node", notice.alarm.node);
  std::string out = R"({"version":"4","id":")" + identity_of(notice) + R"(","change":")";
  out.append(to_string(notice.kind)).append(is_over ? R"(","status":"resolved")" : R"(","status":"firing")");
  out.append(R"(,"receiver":)").append(json_quoted(receiver)).append(R"(,"groupKey":)").append(json_quoted(group_key(group)));
  out.append(R"(,"groupLabels":)").append(object_of(group)).append(R"(,"commonLabels":)").append(object_of(shared));
  out.append(R"(,"commonAnnotations":)").append(object_of(annotations_of(notice.alarm)));
  out.append(R"(,"externalURL":)").append(json_quoted(external_url)).append(R"(,"truncatedAlerts":0,"alerts":[)");
  for (const auto& alert : alerts) {
    out.append(&alert == &alerts.front() ? "" : ",").append(webhook_alert(alert, common, external_url));
  }
  return out + "]}";
}

}  // namespace mixnet
