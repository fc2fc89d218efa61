// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "collectors/node/nym_options.h"

namespace mixnet {

inline constexpr std::size_t kNymConfigBytesMax = 1 << 20;

/// Should the last component of a path be followed where it is a symbolic link? One that the operator named, yes; not in a
/// folder that belongs to somebody else, who could point it at a file that only we may read.
enum class Symlinks { follow, refuse };

/// The text of a node's config.toml. absent: not there; denied: may not be read; malformed: no regular file, or larger than
/// kNymConfigBytesMax; unavailable: any other failure.
Result<std::string> read_nym_config(const std::string& path, Symlinks symlinks);

/// What a config.toml says. Keys that are not known, missing, or of another type are skipped: each version of the node has
/// others. Fault::malformed with line and column where it is no TOML. No error shows any of the text, which can hold a secret.
Result<NymOptions> parse_nym_config(std::string_view text);

}  // namespace mixnet
