// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// A semantic version, 1.31.0 or 1.32.0-rc.1; what follows a '+' does not count. Ordered as semver.org, item 11, has it.
struct Version {
  std::uint64_t major = 0, minor = 0, patch = 0;
  std::string prerelease;  ///< "rc.1"; empty for a release, which comes after all of its pre-releases

  bool operator==(const Version&) const = default;
  std::strong_ordering operator<=>(const Version& other) const;
};

/// Fault::malformed where `text` is not MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD].
Result<Version> parse_version(std::string_view text);

}  // namespace mixnet
