// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "daemon/alerts/alarms.h"
#include "daemon/alerts/alert_settings.h"
#include "daemon/alerts/notices.h"

namespace mixnet {

using AlertLabels = std::map<std::string, std::string>;

/// The labels of all alerts: those configured, and job and instance, which are "mixnet-exporter" and `host` where they are not
/// configured otherwise.
AlertLabels common_labels(const AlertSettings& settings, const std::string& host);

/// The labels that tell an alert from others, as the rules for Prometheus give them.
AlertLabels labels_of(const Alarm& alarm, const AlertLabels& common);

/// The number that Prometheus and Alertmanager know a set of labels by, in 16 hexadecimal digits.
std::string fingerprint(const AlertLabels& labels);

/// An alert to be told: what goes on, or what was over at `end`.
struct Alert {
  Alarm alarm;
  UnixMs end = 0;  ///< to an Alertmanager: when it may take it for over, if it hears nothing
  bool resolved = false;
};

/// Alerts as Alertmanager's API v2 takes them: POST /api/v2/alerts.
std::string alertmanager_body(std::span<const Alert> alerts, const AlertLabels& common, std::string_view external_url);

/// A notice as Alertmanager sends it to webhooks (version 4), so that what understands those understands this; with `id`, which
/// is of this notice only, and `change` besides. Of an alarm that changed there are two alerts: the new one, and the one before
/// as resolved. Not longer than kBodyBytesMax.
inline constexpr std::size_t kBodyBytesMax = 256 << 10;
std::string webhook_body(const Notice& notice, const AlertLabels& common, std::string_view receiver,
                         std::string_view external_url);

}  // namespace mixnet
