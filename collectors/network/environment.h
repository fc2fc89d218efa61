// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet {

/// A Nym network, and where its APIs are, the preferred URL first. As nym's envs/*.env and common/network-defaults have it.
struct Environment {
  std::string_view name;
  std::vector<std::string_view> nym_api, node_status_api;
};

/// mainnet, sandbox, canary and local.
std::span<const Environment> environments();

/// Null where there is none of that name.
const Environment* find_environment(std::string_view name);

/// The one with this base URL among those of its nym-api; null where there is none.
const Environment* environment_of(std::string_view nym_api_url);

/// Fault::malformed where `name` is neither empty, "custom", nor one of environments().
Result<void> check_environment(std::string_view name);

}  // namespace mixnet
