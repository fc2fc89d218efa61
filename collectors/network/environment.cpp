// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/environment.h"

#include <algorithm>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

std::string_view without_slash(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

}  // namespace

std::span<const Environment> environments() {
  static const std::vector<Environment> kEnvironments = {
      {"mainnet",
       {"https://validator.nymtech.net/api", "https://nym-frontdoor.global.ssl.fastly.net/api",
        "https://cdn1.media-platform.net/api"},
       {"https://mainnet-node-status-api.nymtech.cc"}},
      {"sandbox", {"https://sandbox-nym-api1.nymtech.net/api", "https://nym-frontdoor.vercel.app/sandbox/nym-api"}, {}},
      {"canary", {"https://canary-api.performance.nymte.ch/api"}, {}},
      {"local", {"http://127.0.0.1:8000"}, {}},
  };
  return kEnvironments;
}

const Environment* find_environment(std::string_view name) {
  for (const auto& each : environments()) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

const Environment* environment_of(std::string_view nym_api_url) {
  for (const auto& each : environments()) {
    const auto is_it = [&](std::string_view url) { return url == without_slash(nym_api_url); };
    if (std::any_of(each.nym_api.begin(), each.nym_api.end(), is_it)) return &each;
  }
  return nullptr;
}

Result<void> check_environment(std::string_view name) {
  if (name.empty() || name == "custom" || find_environment(name) != nullptr) return {};
  return fail(Fault::malformed,
              in_quotes(name) + " is no network that is known; there are mainnet, sandbox, canary, local and custom");
}

}  // namespace mixnet
