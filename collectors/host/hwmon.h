// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// What the name of a file in /sys/class/hwmon/hwmon0 says: temp1_crit is the property crit of the sensor temp1.
struct HwmonFile {
  std::string_view type;
  unsigned number;
  std::string_view property;  ///< empty for a file such as pwm1
};

/// Nothing for names of another form, and of types of sensors that are not reported.
std::optional<HwmonFile> parse_hwmon_file(std::string_view name);

/// `text` as it may stand in a metric's name: lower case, everything else an underscore, none at its ends.
std::string clean_hwmon_name(std::string_view text);

extern const Collector kHwmon;

}  // namespace mixnet
