// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/targets.h"

#include <cstdio>
#include <string>
#include <vector>

#include "collectors/kit/json.h"
#include "collectors/kit/regular_file.h"
#include "collectors/kit/replace_file.h"
#include "collectors/kit/text.h"
#include "collectors/network/environment.h"
#include "collectors/network/fleet_source.h"
#include "collectors/network/network_bases.h"
#include "daemon/targets.h"
#include "daemon/url.h"

namespace mixnet {
namespace {

constexpr std::size_t kNetworksBytesMax = 1 << 20;
constexpr std::size_t kTargetsBytesMax = 64 << 20;

/// What the flags say.
struct Wanted {
  std::vector<std::string> environments;
  std::string networks_file, output, format;
  TargetOptions targets;
};

/// A network to ask, and its nodes.
struct Network {
  std::string environment;
  std::vector<std::string> bases;
  Fleet fleet;
};

Result<Wanted> wanted_by(const Flags& flags) {
  Wanted out;
  for (const auto& [name, value] : flags.of_command) {
    if (name == "environment") {
      if (find_environment(value) == nullptr)
        return fail(Fault::malformed, "--environment: " + in_quotes(value) + " is not known");
      out.environments.push_back(value);
    } else if (name == "networks-file") {
      out.networks_file = value;
    } else if (name == "output") {
      out.output = value;
    } else if (name == "format") {
      if (value != "json" && value != "yaml")
        return fail(Fault::malformed, "--format: " + in_quotes(value) + " is neither json nor yaml");
      out.format = value;
    } else {
      const auto taken = take_target_option(out.targets, name == "node-version" ? "version" : name, value);
      if (!taken) return fail(taken.error().fault, "--" + name + ": " + taken.error().message);
    }
  }
  return out;
}

// [{"nym_api":"https://sandbox-nym-api1.nymtech.net","env":"sandbox"}]; the URL stands without /api, as prom_targets.py had it
Result<std::vector<Network>> read_networks(const std::string& file) {
  const auto text = TRY(read_regular_file(file, kNetworksBytesMax));
  const auto json = Json::parse(text);
  if (!json) return fail(Fault::malformed, file + ": " + json.error().message);
  if (!json->is_list() || json->size() == 0) return fail(Fault::malformed, file + ": not a list of networks");
  std::vector<Network> out;
  for (std::size_t index = 0; index < json->size(); ++index) {
    const auto where = file + ": entry " + std::to_string(index + 1) + ": ";
    auto url = json->at(index)["nym_api"].text().value_or("");
    const auto environment = json->at(index)["env"].text();
    while (url.ends_with('/')) url.pop_back();
    if (const auto checked = check_url(url); !checked)
      return fail(Fault::malformed, where + "nym_api: " + checked.error().message);
    if (!environment || environment->empty()) return fail(Fault::malformed, where + "no env, which is to be a label");
    out.push_back({*environment, {url.ends_with("/api") ? url : url + "/api"}, {}});
  }
  return out;
}

Result<std::vector<Network>> networks_of(const Wanted& wanted, const Config& config) {
  std::vector<Network> out;
  if (!wanted.networks_file.empty()) out = TRY(read_networks(wanted.networks_file));
  auto environments = wanted.environments;
  const auto& network = config.settings.network;
  if (environments.empty() && out.empty()) {
    auto place = nym_api_bases(config.settings, {});
    if (!place.bases.empty()) out.push_back({std::move(place.environment), std::move(place.bases), {}});
    if (place.bases.empty() && !network.environment.empty() && out.empty()) {
      return fail(Fault::malformed, "network.environment is custom, and network.nym_api names no nym-api");
    }
    if (out.empty()) environments.emplace_back("mainnet");
  }
  for (const auto& name : environments) {
    Network each;
    each.environment = name;
    for (const auto& url : find_environment(name)->nym_api) each.bases.emplace_back(url);
    out.push_back(std::move(each));
  }
  return out;
}

/// Asks one network after the other; every failure is told, and counts.
bool ask(std::vector<Network>& networks, const Config& config, bool rewarded) {
  bool good = true;
  for (auto& network : networks) {
    auto fleet = ask_for_fleet({network.bases, config.settings.network.proxy, config.settings.network.ca_file}, rewarded);
    if (fleet) {
      network.fleet = *std::move(fleet);
    } else {
      std::fprintf(stderr, "%s: %s\n", network.environment.c_str(), fleet.error().message.c_str());
      good = false;
    }
  }
  return good;
}

int complain(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 1;
}

}  // namespace

/// Where a network cannot be asked nothing is written: the targets of before are better than some of them.
int run_targets(const Flags& flags) {
  const auto config = load_config(flags);
  if (!config) return complain(config.error());
  const auto wanted = wanted_by(flags);
  if (!wanted) return complain(wanted.error());
  auto networks = networks_of(*wanted, *config);
  if (!networks) return complain(networks.error());
  if (!ask(*networks, *config, wanted->targets.filter.rewarded_only)) return 1;

  std::vector<TargetSource> sources;
  for (const auto& network : *networks) sources.push_back({network.environment, &network.fleet});
  const bool named_yaml = wanted->output.ends_with(".yml") || wanted->output.ends_with(".yaml");
  const bool yaml = wanted->format.empty() ? named_yaml : wanted->format == "yaml";
  std::size_t left_out = 0;
  const auto text = targets_text(sources, wanted->targets, yaml ? TargetFormat::yaml : TargetFormat::json, left_out);
  if (left_out > 0) std::fprintf(stderr, "%zu nodes are left out: their host is no address or name\n", left_out);
  if (wanted->output.empty()) {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : 1;
  }
  // Prometheus reads a file anew whenever it is replaced.
  if (const auto before = read_regular_file(wanted->output, kTargetsBytesMax); before && *before == text) return 0;
  const auto written = replace_file(wanted->output, text, 0644);
  return written ? 0 : complain(written.error());
}

}  // namespace mixnet
