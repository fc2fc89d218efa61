// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "daemon/alerts/alert_settings.h"
#include "daemon/yaml.h"

namespace mixnet {

/// The configuration's `alerts:`. What is wrong is noted at its place in the Yaml that `alerts` is of.
AlertSettings read_alerts(const YamlValue& alerts);

/// The settings as that section, which read_alerts reads back as the same, and no secret, for there is none in them. Nothing
/// for the defaults.
std::string alerts_as_yaml(const AlertSettings& settings);

/// malformed, and nothing of `url` in the reason, where it is not the URL of a webhook, which may have a query.
Result<void> check_webhook_url(std::string_view url);

}  // namespace mixnet
