// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/nym_api.h"

#include <algorithm>
#include <cmath>

#include "collectors/kit/text.h"
#include "tests/simulator/keys.h"
#include "tests/simulator/moments.h"
#include "tests/simulator/network/descriptions.h"
#include "tests/simulator/network/dice.h"

namespace mixnet::simulator {
namespace {

constexpr std::size_t kDaysOfHistory = 30;
constexpr std::size_t kMostAddresses = 100;

std::string day_text(Time time) { return rfc3339(time).substr(0, 10); }

Json coin(std::uint64_t amount) { return {{"denom", "unym"}, {"amount", std::to_string(amount)}}; }

/// As the contract prints a Decimal that is no round number.
std::string with_fraction(std::uint64_t amount, const Dice& dice, std::string_view what) {
  auto fraction = std::to_string(dice.below(1'000'000'000'000'000'000, what));
  fraction.insert(0, 18 - fraction.size(), '0');
  return std::to_string(amount) + "." + fraction;
}

/// {"pagination": …, "data": [ … ]}: every list comes whole, whatever page is asked for.
std::string whole_list(const JsonList& items) {
  const auto count = std::to_string(items.count());
  return R"({"pagination":{"total":)" + count + R"(,"page":0,"size":)" + count + R"(},"data":[)" + items.text() + "]}";
}

Answer json_text(std::string text) { return {200, "application/json", std::move(text), {}}; }

/// What axum says of a part of the path that should be a number.
Answer no_number(std::string_view argument) {
  return plain(400, "Invalid URL: Cannot parse value at index 0 with value `" + std::string(argument) + "` to a `u32`");
}

/// Runs `make` for the node of the id in the path, null where there is none.
template <class Make>
Answer for_id(const Call& call, Make make) {
  const auto id = number<std::uint32_t>(call.argument);
  if (!id) return no_number(call.argument);
  return make(*id, call.network.find(*id));
}

Json bonded_item(const Network& network, const Member& member) {
  const Json node{{"host", member.oddity == Oddity::odd_host ? "http://" + member.host + "/ " : member.host},
                  {"custom_http_port", member.custom_port ? Json(*member.custom_port) : Json()},
                  {"identity_key", member.identity}};
  const Json bond{{"node_id", member.id},
                  {"owner", owner_of(member)},
                  {"original_pledge", coin(member.pledge)},
                  {"bonding_height", 8'000'000 + 2'000 * member.id},
                  {"is_unbonding", member.unbonding},
                  {"node", node}};
  return {{"bond_information", bond},
          {"rewarding_details", rewarding_details(network, member)},
          {"pending_changes",
           {{"pledge_change", member.pending_pledge ? Json(*member.pending_pledge) : Json()},
            {"cost_params_change", member.pending_cost ? Json(*member.pending_cost) : Json()}}}};
}

Answer bonded(const Call& call) {
  JsonList out;
  for (const auto& member : call.network.members()) {
    if (member.in_contract()) out.add(bonded_item(call.network, member));
  }
  return json_text(whole_list(out));
}

/// nym-api keeps them in a hash map: their order says nothing.
std::vector<const Member*> described_members(const Network& network) {
  std::vector<const Member*> out;
  for (const auto& member : network.members()) {
    if (member.bonded && member.described) out.push_back(&member);
  }
  std::ranges::sort(out, {}, [](const Member* member) { return member->seed; });
  return out;
}

template <int Version>
Answer described(const Call& call) {
  JsonList out;
  for (const Member* member : described_members(call.network)) out.add(described_item(call.network, *member, Version));
  return json_text(whole_list(out));
}

Answer noise(const Call& call) {
  JsonList out;
  for (const Member* member : described_members(call.network)) {
    if (auto key = noise_key_of(*member); !key.is_null()) {
      out.add({{"key", key}, {"mixnet_port", 1789}, {"ip_addresses", addresses_of(*member)}});
    }
  }
  return json_text(whole_list(out));
}

bool has_annotation(const Member* member) { return member != nullptr && member->in_contract() && member->annotated; }

Json current_role(const Network& network, const Member& member) {
  const auto found = network.roles().find(member.id);
  return found == network.roles().end() ? Json() : Json(name_of(found->second));
}

Json detailed_performance(const Scores& scores) {
  return {{"performance_score", scores.performance},
          {"routing_score", {{"score", scores.routing}}},
          {"config_score",
           {{"score", scores.config},
            {"versions_behind", scores.behind ? Json(*scores.behind) : Json()},
            {"self_described_api_available", scores.described},
            {"accepted_terms_and_conditions", scores.accepted_terms},
            {"runs_nym_node_binary", scores.nym_node}}}};
}

Json annotation_v1(const Network& network, const Member& member) {
  const auto scores = network.scores(member);
  return {{"last_24h_performance", floored_percent(scores.performance)},
          {"current_role", current_role(network, member)},
          {"detailed_performance", detailed_performance(scores)}};
}

/// Mixnodes are put under stress, others have no score of it.
Json annotation_v2(const Network& network, const Member& member) {
  auto performance = detailed_performance(network.scores(member));
  performance["stress_testing_score"] =
      member.mixnode ? Json{{"score", 0.97}, {"was_reachable", true}} : Json{{"score", 0.0}, {"was_reachable", false}};
  return {{"current_role", current_role(network, member)}, {"detailed_performance", performance}};
}

template <Json (*Annotation)(const Network&, const Member&)>
Answer annotation(const Call& call) {
  return for_id(call, [&](std::uint32_t id, const Member* member) {
    return json_answer({{"node_id", id}, {"annotation", has_annotation(member) ? Annotation(call.network, *member) : Json()}});
  });
}

double floored(double share) { return std::floor(share * 100 + 1e-9) / 100; }

Answer performance(const Call& call) {
  return for_id(call, [&](std::uint32_t id, const Member* member) {
    const auto value = has_annotation(member) ? Json(floored(call.network.scores(*member).performance)) : Json();
    return json_answer({{"node_id", id}, {"performance", value}});
  });
}

/// In percent; nothing of days on which there was no such node.
std::optional<int> uptime_on(const Member* member, const std::string& day) {
  if (!has_annotation(member)) return std::nullopt;
  const Dice dice(member->seed, day);
  return std::clamp(static_cast<int>(member->routing * 100) - static_cast<int>(dice.below(4, "lost")), 0, 100);
}

/// What is written each day at 23:00 UTC.
template <class Value>
Answer history(const Call& call, std::string_view name, Value value) {
  return for_id(call, [&](std::uint32_t id, const Member* member) {
    JsonList days;
    for (std::size_t i = kDaysOfHistory; i > 0; --i) {
      const auto day = day_text(call.network.now() + std::chrono::hours(1) - std::chrono::hours(24 * i));
      const auto uptime = uptime_on(member, day);
      if (uptime) days.add({{"date", day}, {name, value(*uptime)}});
    }
    return json_text(R"({"node_id":)" + std::to_string(id) + R"(,"history":)" + whole_list(days) + "}");
  });
}

Answer performance_history(const Call& call) {
  return history(call, "performance", [](int percent) { return percent / 100.0; });
}

Answer uptime_history(const Call& call) {
  return history(call, "uptime", [](int percent) { return percent; });
}

Answer historical_performance(const Call& call) {
  const auto date = call.request.parameters.find("date");
  if (date == call.request.parameters.end()) {
    return plain(400, "Failed to deserialize query string: missing field `date`");
  }
  return for_id(call, [&](std::uint32_t id, const Member* member) {
    const auto uptime = uptime_on(member, date->second);
    return json_answer({{"node_id", id}, {"date", date->second}, {"performance", uptime ? Json(*uptime / 100.0) : Json()}});
  });
}

Answer stake_saturation(const Call& call) {
  return for_id(call, [&](std::uint32_t, const Member* member) {
    if (member == nullptr || !member->in_contract()) return plain(404, "nym node bond not found");
    const auto saturation = saturation_of(*member);
    const auto at = std::chrono::floor<std::chrono::seconds>(call.network.annotated_at()).time_since_epoch().count();
    return json_answer(
        {{"saturation", decimal(std::min(saturation, 1.0L))}, {"uncapped_saturation", decimal(saturation)}, {"as_at", at}});
  });
}

Json ids_of(const Network& network, EpochRole role) {
  Json out = Json::array();
  for (const auto& [id, has] : network.roles()) {
    if (has == role) out.push_back(id);
  }
  return out;
}

Answer rewarded_set(const Call& call) {
  return json_answer({{"epoch_id", call.network.epoch().number},
                      {"entry_gateways", ids_of(call.network, EpochRole::entry_gateway)},
                      {"exit_gateways", ids_of(call.network, EpochRole::exit_gateway)},
                      {"layer1", ids_of(call.network, EpochRole::layer1)},
                      {"layer2", ids_of(call.network, EpochRole::layer2)},
                      {"layer3", ids_of(call.network, EpochRole::layer3)},
                      {"standby", ids_of(call.network, EpochRole::standby)}});
}

Json duration(double seconds) {
  const auto whole = std::floor(seconds);
  return {{"secs", static_cast<std::uint64_t>(whole)}, {"nanos", static_cast<std::uint64_t>((seconds - whole) * 1e9)}};
}

Answer current_epoch(const Call& call) {
  const auto& epoch = call.network.epoch();
  return json_answer({{"id", epoch.number / Network::kEpochsInInterval},
                      {"epochs_in_interval", Network::kEpochsInInterval},
                      {"current_epoch_start", rfc3339(epoch.start)},
                      {"current_epoch_id", epoch.number % Network::kEpochsInInterval},
                      {"epoch_length", duration(call.network.options().epoch_seconds)},
                      {"total_elapsed_epochs", epoch.number}});
}

Answer reward_params(const Call&) {
  return json_answer({{"interval",
                       {{"reward_pool", "166615097549218.338204187102"},
                        {"staking_supply", "61194696938683.204117002993"},
                        {"staking_supply_scale_factor", "0.07342892"},
                        {"epoch_reward_budget", "4628151543.537111"},
                        {"stake_saturation_point", kSaturationPointText},
                        {"sybil_resistance", "0.3"},
                        {"active_set_work_factor", "10"},
                        {"interval_pool_emission", "0.02"}}},
                      {"rewarded_set", {{"entry_gateways", 80}, {"exit_gateways", 100}, {"mixnodes", 60}, {"standby", 0}}}});
}

Answer key_rotation_info(const Call& call) {
  const auto& epoch = call.network.epoch();
  const auto start = Network::kFirstRotationEpoch + call.network.rotation() * Network::kEpochsInRotation;
  return json_answer({{"key_rotation_state",
                       {{"validity_epochs", Network::kEpochsInRotation}, {"initial_epoch_id", Network::kFirstRotationEpoch}}},
                      {"current_absolute_epoch_id", epoch.number},
                      {"current_epoch_start", rfc3339(epoch.start)},
                      {"epoch_duration", duration(call.network.options().epoch_seconds)},
                      {"progress",
                       {{"current_key_rotation_id", call.network.rotation()},
                        {"current_rotation_starting_epoch", start},
                        {"current_rotation_ending_epoch", start + Network::kEpochsInRotation - 1}}}});
}

Answer config_score_details(const Call& call) {
  Json history = Json::array();
  for (const auto& [version, height] : call.network.releases()) {
    history.push_back(
        {{"id", history.size()}, {"version_information", {{"semver", version}, {"introduced_at_height", height}}}});
  }
  return json_answer({{"parameters",
                       {{"version_weights", {{"major", 100}, {"minor", 10}, {"patch", 1}, {"prerelease", 1}}},
                        {"version_score_formula_params", {{"penalty", kPenalty}, {"penalty_scaling", kPenaltyScaling}}}}},
                      {"version_history", history}});
}

Json chain_status(Chain chain) {
  switch (chain) {
    case Chain::synced: return "synced";
    case Chain::stalled: return {{"stalled", {{"approximate_amount", "5m 12s"}}}};
    case Chain::unknown: break;
  }
  return "unknown";
}

Answer health(const Call& call) {
  return json_answer({{"status", "up"},
                      {"chain_status", chain_status(call.network.chain())},
                      {"uptime", static_cast<std::uint64_t>(call.network.uptime())}});
}

/// Addresses of descriptions; of a node that has not been described none is known.
Answer by_addresses(const Call& call) {
  const auto body = Json::parse(call.request.body, nullptr, false);
  if (body.is_discarded()) return plain(400, "Failed to parse the request body as JSON");
  if (!body.contains("addresses") || !body["addresses"].is_array()) {
    return plain(422, "Failed to deserialize the JSON body into the target type: missing field `addresses`");
  }
  if (body["addresses"].size() > kMostAddresses) return plain(400, "requested too many addresses");
  Json existence = Json::object();
  for (const auto& item : body["addresses"]) {
    if (!item.is_string()) return plain(422, "Failed to deserialize the JSON body into the target type");
    const auto address = item.get<std::string>();
    existence[address] = nullptr;
    for (const auto& member : call.network.members()) {
      if (!member.bonded || !member.described || std::ranges::find(member.addresses, address) == member.addresses.end())
        continue;
      existence[address] = member.id;
      break;
    }
  }
  return json_answer({{"existence", existence}});
}

Json skimmed_item(const Network& network, const Member& member) {
  return {{"node_id", member.id},
          {"ed25519_identity_pubkey", member.identity},
          {"ip_addresses", addresses_of(member)},
          {"mix_port", 1789},
          {"x25519_sphinx_pubkey", sphinx_key_of(network, member)},
          {"role", skimmed_role(network, member)},
          {"supported_roles", declared_roles(member)},
          {"entry", entry_information(member)},
          {"performance", floored_percent(network.scores(member).performance)}};
}

bool any(const Member&) { return true; }
bool is_mixnode(const Member& member) { return member.mixnode; }
bool is_entry(const Member& member) { return member.entry; }
bool is_exit(const Member& member) { return member.exit; }

/// The nodes without any odd address, as only those can be used; of the active ones those with a role.
template <bool (*Wanted)(const Member&), bool Active>
std::string skimmed_list(const Network& network) {
  JsonList out;
  for (const Member* member : described_members(network)) {
    if (!member->in_contract() || !Wanted(*member) || member->oddity == Oddity::no_addresses) continue;
    if (Active && !network.roles().contains(member->id)) continue;
    out.add(skimmed_item(network, *member));
  }
  return whole_list(out);
}

template <bool (*Wanted)(const Member&), bool Active>
Answer skimmed_v1(const Call& call) {
  return json_text(R"({"status":null,"refreshed_at":")" + offset_date_time(call.network.annotated_at()) + R"(","nodes":)" +
                   skimmed_list<Wanted, Active>(call.network) + "}");
}

template <bool (*Wanted)(const Member&), bool Active>
Answer skimmed_v2(const Call& call) {
  const Json metadata{{"status", nullptr},
                      {"absolute_epoch_id", call.network.epoch().number},
                      {"rotation_id", call.network.rotation()},
                      {"refreshed_at", offset_date_time(call.network.annotated_at())}};
  return json_text(R"({"metadata":)" + metadata.dump() + R"(,"nodes":)" + skimmed_list<Wanted, Active>(call.network) + "}");
}

constexpr bool kCompressed = true;
constexpr bool kKept = true;
constexpr bool kDeprecated = true;
constexpr bool kNewShape = true;

constexpr NetworkRoute kRoutes[] = {
    {"/v1/nym-nodes/bonded", bonded, kCompressed, kKept, Cold::is_empty},
    {"/v1/nym-nodes/described", described<1>, kCompressed, kKept, Cold::fails, kDeprecated},
    {"/v2/nym-nodes/described", described<2>, kCompressed, kKept},
    {"/v1/nym-nodes/annotation/{}", annotation<annotation_v1>, kCompressed, false, Cold::fails, kDeprecated},
    {"/v2/nym-nodes/annotation/{}", annotation<annotation_v2>, kCompressed, false, Cold::fails, false, kNewShape},
    {"/v1/nym-nodes/performance/{}", performance, kCompressed},
    {"/v1/nym-nodes/performance-history/{}", performance_history, kCompressed},
    {"/v1/nym-nodes/uptime-history/{}", uptime_history, kCompressed},
    {"/v1/nym-nodes/historical-performance/{}", historical_performance, kCompressed},
    {"/v1/nym-nodes/stake-saturation/{}", stake_saturation, kCompressed},
    {"/v1/nym-nodes/rewarded-set", rewarded_set, kCompressed},
    {"/v1/nym-nodes/noise", noise, kCompressed, kKept},
    {"/v1/unstable/nym-nodes/by-addresses", by_addresses, kCompressed, false, Cold::fails, false, false, "POST"},
    {"/v1/unstable/nym-nodes/skimmed", skimmed_v1<any, false>, kCompressed, kKept, Cold::fails, kDeprecated},
    {"/v1/unstable/nym-nodes/skimmed/active", skimmed_v1<any, true>, kCompressed, kKept, Cold::fails, kDeprecated},
    {"/v1/unstable/nym-nodes/skimmed/mixnodes/active", skimmed_v1<is_mixnode, true>, kCompressed, kKept, Cold::fails,
     kDeprecated},
    {"/v1/unstable/nym-nodes/skimmed/mixnodes/all", skimmed_v1<is_mixnode, false>, kCompressed, kKept, Cold::fails,
     kDeprecated},
    {"/v1/unstable/nym-nodes/skimmed/entry-gateways/active", skimmed_v1<is_entry, true>, kCompressed, kKept, Cold::fails,
     kDeprecated},
    {"/v1/unstable/nym-nodes/skimmed/entry-gateways/all", skimmed_v1<is_entry, false>, kCompressed, kKept, Cold::fails,
     kDeprecated},
    {"/v1/unstable/nym-nodes/skimmed/exit-gateways/active", skimmed_v1<is_exit, true>, kCompressed, kKept, Cold::fails,
     kDeprecated},
    {"/v1/unstable/nym-nodes/skimmed/exit-gateways/all", skimmed_v1<is_exit, false>, kCompressed, kKept, Cold::fails,
     kDeprecated},
    {"/v2/unstable/nym-nodes/skimmed", skimmed_v2<any, false>, kCompressed, kKept},
    {"/v2/unstable/nym-nodes/skimmed/mixnodes/active", skimmed_v2<is_mixnode, true>, kCompressed, kKept},
    {"/v2/unstable/nym-nodes/skimmed/mixnodes/all", skimmed_v2<is_mixnode, false>, kCompressed, kKept},
    {"/v2/unstable/nym-nodes/skimmed/entry-gateways", skimmed_v2<is_entry, false>, kCompressed, kKept},
    {"/v2/unstable/nym-nodes/skimmed/exit-gateways", skimmed_v2<is_exit, false>, kCompressed, kKept},
    {"/v1/epoch/current", current_epoch, false, false, Cold::is_empty},
    {"/v1/epoch/reward_params", reward_params, false, false, Cold::is_empty},
    {"/v1/epoch/key-rotation-info", key_rotation_info},
    {"/v1/status/config-score-details", config_score_details},
    {"/v1/api-status/health", health, false, false, Cold::answers},
};

}  // namespace

std::span<const NetworkRoute> nym_api_routes() { return kRoutes; }

/// Some of its handlers take an empty cache for an empty network: the list of bonded nodes is there and has none, the epoch and
/// the parameters of rewards are null. That is not to be mistaken for a node that has unbonded.
Answer cold_answer(const NetworkRoute& route) {
  if (route.cold == Cold::fails) return plain(503, "relevant cache hasn't been initialised yet");
  if (route.path.starts_with("/v1/epoch/")) return json_text("null");
  return json_text(whole_list({}));
}

std::string_view name_of(EpochRole role) {
  switch (role) {
    case EpochRole::entry_gateway: return "entryGateway";
    case EpochRole::exit_gateway: return "exitGateway";
    case EpochRole::layer1: return "layer1";
    case EpochRole::layer2: return "layer2";
    case EpochRole::layer3: return "layer3";
    case EpochRole::standby: break;
  }
  return "standby";
}

Json skimmed_role(const Network& network, const Member& member) {
  const auto found = network.roles().find(member.id);
  if (found == network.roles().end()) return "Inactive";
  switch (found->second) {
    case EpochRole::entry_gateway: return "EntryGateway";
    case EpochRole::exit_gateway: return "ExitGateway";
    case EpochRole::layer1: return {{"Mixnode", {{"layer", 1}}}};
    case EpochRole::layer2: return {{"Mixnode", {{"layer", 2}}}};
    case EpochRole::layer3: return {{"Mixnode", {{"layer", 3}}}};
    case EpochRole::standby: break;
  }
  return "Standby";
}

Json rewarding_details(const Network& network, const Member& member) {
  const Dice dice(member.seed, "rewards");
  const bool rewarded = member.bonded && !member.unbonding;
  return {{"cost_params",
           {{"profit_margin_percent", member.profit_margin}, {"interval_operating_cost", coin(member.operating_cost)}}},
          {"operator", with_fraction(member.pledge, dice, "operator")},
          {"delegates", member.delegated == 0 ? "0" : with_fraction(member.delegated, dice, "delegates")},
          {"total_unit_reward", with_fraction(dice.below(100'000, "unit"), dice, "unit's fraction")},
          {"unit_delegation", "1000000000"},
          {"last_rewarded_epoch", network.epoch().number - (rewarded ? 1 : 700)},
          {"unique_delegations", member.delegations}};
}

std::string owner_of(const Member& member) {
  constexpr std::string_view kDigits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  std::string out = "n1";
  for (const char byte : key_bytes(member.seed, "owner", 38)) out += kDigits[static_cast<unsigned char>(byte) % 32];
  return out;
}

}  // namespace mixnet::simulator
