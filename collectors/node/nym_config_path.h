// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "collectors/kit/tree.h"
#include "collectors/node/process_scan.h"

namespace mixnet {

/// Where a node's config.toml is, as the host names it.
struct NymConfigPath {
  std::string path;
  std::string guess;  ///< how it was guessed where nobody told it, for the operator
};

/// The home folder of a user, from /etc/passwd; empty where the user is not in it.
std::string_view home_of(std::string_view passwd, std::uint32_t uid);

/// From the command line, else where Nym puts it in the home of the process's user. absent, with the reason, where that cannot
/// be told: the process is in a container, or its folder or user is not known.
Result<NymConfigPath> nym_config_path(Tree& proc, Tree& rootfs, const FoundProcess& process);

}  // namespace mixnet
