// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/checks/check.h"
#include "daemon/yaml.h"

namespace mixnet {

/// The configuration's `checks:`, over the defaults: below the name of a check its limits, and below those its parts. What is
/// wrong is noted at its place in the Yaml that `checks` is of.
std::vector<CheckLimits> read_checks(const YamlValue& checks);

/// All limits as that section, which read_checks reads back as the same.
std::string checks_as_yaml(std::span<const CheckLimits> limits);

/// A range, or "none" for no limit.
Result<std::optional<Range>> parse_limit_range(std::string_view text);
std::string limit_text(const std::optional<Range>& limit);

/// How long a check looks back at most.
inline constexpr std::chrono::hours kCheckTimeMax{24};

/// A duration that a check may look back.
Result<std::chrono::milliseconds> parse_check_time(std::string_view text);

}  // namespace mixnet
