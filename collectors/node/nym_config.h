// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "collectors/node/nym_options.h"

namespace mixnet {

inline constexpr std::size_t kNymConfigBytesMax = 1 << 20;

/// What a config.toml says. Keys that are not known, missing, or of another type are skipped: each version of the node has
/// others. Fault::malformed with line and column where it is no TOML. No error shows any of the text, which can hold a secret.
Result<NymOptions> parse_nym_config(std::string_view text);

}  // namespace mixnet
