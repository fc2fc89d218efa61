// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/network_bases.h"

#include <algorithm>
#include <span>

#include "collectors/network/environment.h"

namespace mixnet {
namespace {

template <class Urls>
std::vector<std::string> without_slashes(const Urls& urls) {
  std::vector<std::string> out;
  for (std::string_view url : urls) {
    while (url.ends_with('/')) url.remove_suffix(1);
    const bool known = std::find(out.begin(), out.end(), url) != out.end();
    if (!url.empty() && !known) out.emplace_back(url);
  }
  return out;
}

std::string environment_name(const Settings& settings, const std::vector<std::string>& bases) {
  if (!settings.network.environment.empty()) return settings.network.environment;
  const auto* environment = bases.empty() ? nullptr : environment_of(bases.front());
  return environment == nullptr ? "custom" : std::string(environment->name);
}

}  // namespace

NetworkBases nym_api_bases(const Settings& settings, const NodeList& nodes) {
  NetworkBases out;
  const auto* environment = find_environment(settings.network.environment);
  if (!settings.network.nym_api.empty()) {
    out.bases = without_slashes(settings.network.nym_api);
  } else if (environment != nullptr) {
    out.bases = without_slashes(environment->nym_api);
  } else {
    const auto tells = std::find_if(nodes.begin(), nodes.end(), [](const Node& node) { return !node.nym_api_urls.empty(); });
    if (tells != nodes.end()) out.bases = without_slashes(tells->nym_api_urls);
  }
  out.environment = environment_name(settings, out.bases);
  return out;
}

NetworkBases node_status_api_bases(const Settings& settings) {
  NetworkBases out;
  const auto* environment = find_environment(settings.network.environment);
  if (!settings.network.node_status_api.empty()) {
    out.bases = without_slashes(settings.network.node_status_api);
  } else if (environment != nullptr) {
    out.bases = without_slashes(environment->node_status_api);
  }
  out.environment = environment != nullptr ? environment->name : "custom";
  return out;
}

}  // namespace mixnet
