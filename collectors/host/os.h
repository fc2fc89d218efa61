// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// What os-release(5) says of the operating system.
struct OsRelease {
  /// The keys that are labels of node_os_info, in the order of `values`.
  static constexpr std::array<std::string_view, 12> kKeys = {"BUILD_ID",      "ID",      "ID_LIKE",          "IMAGE_ID",
                                                             "IMAGE_VERSION", "NAME",    "PRETTY_NAME",      "VARIANT",
                                                             "VARIANT_ID",    "VERSION", "VERSION_CODENAME", "VERSION_ID"};
  std::array<std::string, kKeys.size()> values;
  std::optional<double> version;      ///< major.minor, as a number
  std::optional<double> support_end;  ///< in seconds since 1970

  std::string_view operator[](std::string_view key) const;
};

/// /etc/os-release, as os-release(5) describes it.
Result<void> parse_os_release(std::string_view text, OsRelease& out);

extern const Collector kOs;

}  // namespace mixnet
