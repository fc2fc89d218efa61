// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/nym_api_bodies.h"

#include <algorithm>
#include <array>

#include "collectors/kit/text.h"
#include "collectors/kit/time_text.h"
#include "collectors/network/json_fields.h"

namespace mixnet {
namespace {

constexpr std::size_t kAddressesMax = 16;
constexpr std::size_t kHistoryMax = 400;
constexpr std::size_t kRewardedMax = 10'000;
constexpr std::size_t kTextMax = 200;  // of what the operator of any node can write, and becomes a label

/// A text as a label's value; nothing where it is longer than any true one.
std::string label(std::optional<std::string> text) { return text && text->size() <= kTextMax ? *std::move(text) : ""; }

std::optional<NetworkRole> role_of(std::string_view text) {
  constexpr std::array<std::string_view, kNetworkRoles> kWords = {"entryGateway", "layer1",      "layer2",
                                                                  "layer3",       "exitGateway", "standby"};
  const auto at = std::find(kWords.begin(), kWords.end(), text);
  if (at == kWords.end()) return std::nullopt;
  return static_cast<NetworkRole>(at - kWords.begin());
}

/// {"secs":3600,"nanos":0} in seconds.
std::optional<double> duration(const JsonFields& fields, const std::string& path) {
  const auto seconds = fields.number(path + ".secs");
  if (!seconds) return std::nullopt;
  return *seconds + fields.find(path + ".nanos").number().value_or(0) * 1e-9;
}

std::optional<double> moment(const JsonFields& fields, std::string_view path) {
  return fields.noted(path, parse_offset_date_time(fields.find(path).text().value_or("")));
}

/// A pending change is the number of its event, or null.
std::optional<bool> is_pending(const JsonFields& fields, std::string_view path) {
  const auto value = fields.find(path);
  return fields.noted(path, value ? std::optional(!value.is_null()) : std::nullopt);
}

// {"node_id":1324,"history":{"pagination":{…},"data":[{"date":"2026-05-14","performance":0.97},…]}}
Result<DailyValues> read_history(const Json& body, std::string_view key, double whole) {
  const auto data = body["history"]["data"];
  if (!data.is_list()) return fail(Fault::malformed, "no list history.data");
  DailyValues out;
  const auto first = data.size() > kHistoryMax ? data.size() - kHistoryMax : 0;
  for (auto index = first; index < data.size(); ++index) {
    const auto entry = data.at(index);
    const auto day = parse_date(entry["date"].text().value_or(""));
    const auto value = entry[key].number();
    if (day && value) out.emplace_back(*day, *value / whole);
  }
  return out;
}

}  // namespace

std::string_view to_string(NetworkRole role) {
  constexpr std::array<std::string_view, kNetworkRoles> kWords = {"entry_gateway", "layer1",       "layer2",
                                                                  "layer3",        "exit_gateway", "standby"};
  return kWords[static_cast<std::size_t>(role)];
}

// {"bond_information":{"node_id":1324,"owner":"n1x0…","original_pledge":{"denom":"unym","amount":"250000000"},
//  "is_unbonding":false,"node":{"host":"203.0.113.17","custom_http_port":null,"identity_key":"2w5R…"}},
//  "rewarding_details":{"cost_params":{"profit_margin_percent":"0.2","interval_operating_cost":{"denom":"unym","amount":
//  "800000000"}},"operator":"253120111.110203948102394","delegates":"221003847112.203948","last_rewarded_epoch":24119,
//  "unique_delegations":41},"pending_changes":{"pledge_change":null,"cost_params_change":null}}
Result<NodeBond> read_bond(const Json& entry) {
  NodeBond out;
  const JsonFields fields(entry, out.lacking);
  const auto id = entry["bond_information"]["node_id"].integer<std::uint32_t>();
  const auto node = entry["bond_information"]["node"];
  out.identity_key = label(node["identity_key"].text());
  out.host = label(node["host"].text());
  if (!id || out.identity_key.empty() || out.host.empty()) {
    return fail(Fault::malformed, "a bonded node without bond_information.node_id, .node.identity_key or .node.host");
  }
  out.node_id = *id;
  out.owner = label(entry["bond_information"]["owner"].text());
  out.custom_http_port = node["custom_http_port"].integer<std::uint16_t>();
  out.unbonding = fields.boolean("bond_information.is_unbonding");
  out.pledge = fields.nym("bond_information.original_pledge");
  out.operator_stake = fields.nym("rewarding_details.operator");
  out.delegations = fields.nym("rewarding_details.delegates");
  out.operating_cost = fields.nym("rewarding_details.cost_params.interval_operating_cost");
  out.profit_margin = fields.decimal("rewarding_details.cost_params.profit_margin_percent");
  out.unique_delegations = fields.integer<std::uint64_t>("rewarding_details.unique_delegations");
  out.last_rewarded_epoch = fields.integer<std::uint64_t>("rewarding_details.last_rewarded_epoch");
  out.pledge_change_pending = is_pending(fields, "pending_changes.pledge_change");
  out.cost_change_pending = is_pending(fields, "pending_changes.cost_params_change");
  return out;
}

// {"node_id":1324,"contract_node_type":"nym_node","description":{"last_polled":"2026-05-16 09:48:03.635274187 +00:00:00",
//  "host_information":{"ip_address":["203.0.113.17"],"hostname":"nym-exit.example.org","keys":{"ed25519":"2w5R…",
//  "current_x25519_sphinx_key":{"rotation_id":167,…}}},"declared_role":{"mixnode":false,"entry":true,"exit_nr":true,
//  "exit_ipr":true},"auxiliary_details":{"location":"CH","accepted_operator_terms_and_conditions":true},
//  "build_information":{"binary_name":"nym-node","build_version":"1.31.0",…},…}}
Result<NodeDescription> read_description(const Json& entry) {
  NodeDescription out;
  const auto description = entry["description"];
  const JsonFields fields(description, out.lacking);
  const auto id = entry["node_id"].integer<std::uint32_t>();
  if (!id) return fail(Fault::malformed, "a described node without node_id");
  out.node_id = *id;
  out.last_polled = moment(fields, "last_polled");
  const auto addresses = description["host_information"]["ip_address"];
  if (!addresses.is_list()) fields.note("host_information.ip_address");
  for (std::size_t index = 0; index < std::min(addresses.size(), kAddressesMax); ++index) {
    auto address = label(addresses.at(index).text());
    if (address.empty() || std::find(out.addresses.begin(), out.addresses.end(), address) != out.addresses.end()) continue;
    out.addresses.push_back(std::move(address));
  }
  out.hostname = label(description["host_information"]["hostname"].text());
  out.identity_key = label(fields.text("host_information.keys.ed25519"));
  out.key_rotation =
      description["host_information"]["keys"]["current_x25519_sphinx_key"]["rotation_id"].integer<std::uint32_t>();
  out.mixnode = fields.boolean("declared_role.mixnode");
  out.entry = fields.boolean("declared_role.entry");
  out.exit_nr = fields.boolean("declared_role.exit_nr");
  out.exit_ipr = fields.boolean("declared_role.exit_ipr");
  out.terms_accepted = fields.boolean("auxiliary_details.accepted_operator_terms_and_conditions");
  out.location = label(description["auxiliary_details"]["location"].text());
  out.binary = label(fields.text("build_information.binary_name"));
  out.version = label(fields.text("build_information.build_version"));
  return out;
}

// {"node_id":1324,"annotation":{"last_24h_performance":"0.98","current_role":"exitGateway","detailed_performance":{
//  "performance_score":0.9858,"routing_score":{"score":0.9908},"config_score":{"score":0.995,"versions_behind":1,
//  "self_described_api_available":true,"accepted_terms_and_conditions":true,"runs_nym_node_binary":true}}}}
// In v2 there is no last_24h_performance, and detailed_performance may have "stress_testing_score":{"score":0.9,…}.
Result<NodeAnnotation> read_annotation(const Json& body) {
  if (!body.is_object() || !body["annotation"]) return fail(Fault::malformed, "no annotation");
  NodeAnnotation out;
  const auto annotation = body["annotation"];
  if (annotation.is_null()) return out;
  out.known = true;
  const JsonFields fields(annotation, out.lacking);
  out.performance = fields.number("detailed_performance.performance_score");
  out.routing_score = fields.number("detailed_performance.routing_score.score");
  out.config_score = fields.number("detailed_performance.config_score.score");
  out.stress_score = fields.find("detailed_performance.stress_testing_score.score").number();
  // null where the version is not known
  const auto behind = fields.find("detailed_performance.config_score.versions_behind");
  if (!behind.is_null())
    out.versions_behind = fields.integer<std::uint64_t>("detailed_performance.config_score.versions_behind");
  out.self_described = fields.boolean("detailed_performance.config_score.self_described_api_available");
  out.terms_accepted = fields.boolean("detailed_performance.config_score.accepted_terms_and_conditions");
  out.runs_nym_node = fields.boolean("detailed_performance.config_score.runs_nym_node_binary");
  if (annotation["last_24h_performance"]) out.performance_last_24h = fields.decimal("last_24h_performance");
  const auto role = annotation["current_role"];
  if (const auto word = role.text()) out.role = role_of(*word);
  out.role_known = role.is_null() || out.role;
  if (!out.role_known) fields.note("current_role");
  return out;
}

Result<DailyValues> read_performance_history(const Json& body) { return read_history(body, "performance", 1); }

Result<DailyValues> read_uptime_history(const Json& body) { return read_history(body, "uptime", 100); }

// {"epoch_id":24120,"entry_gateways":[11,17],"exit_gateways":[1324],"layer1":[5],"layer2":[33],"layer3":[8],"standby":[]}
Result<RewardedSet> read_rewarded_set(const Json& body) {
  constexpr std::array<std::string_view, kNetworkRoles> kKeys = {"entry_gateways", "layer1",        "layer2",
                                                                 "layer3",         "exit_gateways", "standby"};
  if (!body.is_object()) return fail(Fault::malformed, "not an object");
  RewardedSet out;
  const JsonFields fields(body, out.lacking);
  out.epoch = fields.integer<std::uint64_t>("epoch_id");
  for (std::size_t role = 0; role < kKeys.size(); ++role) {
    const auto ids = body[kKeys[role]];
    if (!ids.is_list()) fields.note(kKeys[role]);
    for (std::size_t index = 0; index < ids.size() && out.nodes.size() < kRewardedMax; ++index) {
      const auto id = ids.at(index).integer<std::uint32_t>();
      if (id) out.nodes.emplace_back(*id, static_cast<NetworkRole>(role));
    }
  }
  return out;
}

// {"id":33,"epochs_in_interval":720,"current_epoch_start":"2026-05-16T10:02:11Z","current_epoch_id":360,
//  "epoch_length":{"secs":3600,"nanos":0},"total_elapsed_epochs":24120}
Result<NetworkEpoch> read_epoch(const Json& body) {
  if (!body.is_object())
    return fail(Fault::malformed, body.is_null() ? "null: the API does not know the epoch yet" : "not an object");
  NetworkEpoch out;
  const JsonFields fields(body, out.lacking);
  out.id = fields.integer<std::uint64_t>("total_elapsed_epochs");
  out.of_interval = fields.integer<std::uint64_t>("current_epoch_id");
  out.per_interval = fields.integer<std::uint64_t>("epochs_in_interval");
  out.start = moment(fields, "current_epoch_start");
  out.length_s = duration(fields, "epoch_length");
  return out;
}

// {"interval":{"epoch_reward_budget":"4628151543.537111","stake_saturation_point":"254977903911.36",…},
//  "rewarded_set":{"entry_gateways":80,"exit_gateways":100,"mixnodes":60,"standby":0}}
Result<RewardParameters> read_reward_parameters(const Json& body) {
  if (!body.is_object()) return fail(Fault::malformed, "not an object");
  RewardParameters out;
  const JsonFields fields(body, out.lacking);
  out.saturation_point = fields.nym("interval.stake_saturation_point");
  out.epoch_budget = fields.nym("interval.epoch_reward_budget");
  out.entry_gateways = fields.integer<std::uint64_t>("rewarded_set.entry_gateways");
  out.exit_gateways = fields.integer<std::uint64_t>("rewarded_set.exit_gateways");
  out.mixnodes = fields.integer<std::uint64_t>("rewarded_set.mixnodes");
  out.standby = fields.integer<std::uint64_t>("rewarded_set.standby");
  return out;
}

// {"key_rotation_state":{"validity_epochs":24,"initial_epoch_id":20100},"current_absolute_epoch_id":24120,
//  "progress":{"current_key_rotation_id":167,"current_rotation_starting_epoch":24108,"current_rotation_ending_epoch":24131}}
Result<KeyRotation> read_key_rotation(const Json& body) {
  if (!body.is_object()) return fail(Fault::malformed, "not an object");
  KeyRotation out;
  const JsonFields fields(body, out.lacking);
  out.id = fields.integer<std::uint32_t>("progress.current_key_rotation_id");
  out.epoch = fields.integer<std::uint64_t>("current_absolute_epoch_id");
  out.first_epoch = fields.integer<std::uint64_t>("progress.current_rotation_starting_epoch");
  out.last_epoch = fields.integer<std::uint64_t>("progress.current_rotation_ending_epoch");
  return out;
}

std::vector<Version> ScoreRules::versions() const {
  std::vector<Version> out;
  for (const auto& release : history) out.push_back(release.version);
  return out;
}

// {"parameters":{"version_weights":{"major":100,"minor":10,"patch":1,"prerelease":1},"version_score_formula_params":
//  {"penalty":0.995,"penalty_scaling":1.65}},"version_history":[{"id":0,"version_information":{"semver":"1.29.0",
//  "introduced_at_height":19811203}},…]}
Result<ScoreRules> read_score_rules(const Json& body) {
  const auto history = body["version_history"];
  if (!history.is_list()) return fail(Fault::malformed, "no list version_history");
  ScoreRules out;
  const JsonFields fields(body, out.lacking);
  const auto weight = [&](std::string_view path, std::uint32_t& to) {
    if (const auto value = fields.integer<std::uint32_t>(path)) to = *value;
  };
  weight("parameters.version_weights.major", out.parameters.major_weight);
  weight("parameters.version_weights.minor", out.parameters.minor_weight);
  weight("parameters.version_weights.patch", out.parameters.patch_weight);
  weight("parameters.version_weights.prerelease", out.parameters.prerelease_weight);
  const auto formula = [&](std::string_view path, double& to) {
    if (const auto value = fields.number(path)) to = *value;
  };
  formula("parameters.version_score_formula_params.penalty", out.parameters.penalty);
  formula("parameters.version_score_formula_params.penalty_scaling", out.parameters.penalty_scaling);
  for (std::size_t index = 0; index < std::min(history.size(), kHistoryMax); ++index) {
    const auto information = history.at(index)["version_information"];
    auto text = label(information["semver"].text());
    const auto version = parse_version(text);
    // The chain's history without one of its entries would give a wrong score, which is worse than none.
    if (!version) return fail(Fault::malformed, "version_history has " + in_quotes(text) + " as a version");
    out.history.push_back({std::move(text), *version, information["introduced_at_height"].integer<std::uint64_t>()});
  }
  return out;
}

// {"status":"up","chain_status":"synced","uptime":933211}; chain_status is also "unknown" and
// {"stalled":{"approximate_amount":"5m 12s"}}
Result<ApiHealth> read_api_health(const Json& body) {
  if (!body.is_object()) return fail(Fault::malformed, "not an object");
  ApiHealth out;
  const JsonFields fields(body, out.lacking);
  const auto status = fields.text("status");
  if (!status.empty()) out.up = status == "up";
  const auto chain = body["chain_status"];
  if (chain.text() == "synced") {
    out.chain_synced = true;
    out.chain_stalled_s = 0;
  } else if (chain["stalled"]) {
    out.chain_synced = false;
    out.chain_stalled_s = parse_humantime(chain["stalled"]["approximate_amount"].text().value_or(""));
  } else if (chain.text() != "unknown") {
    fields.note("chain_status");
  }
  return out;
}

}  // namespace mixnet
