// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/node_status_api.h"

#include <algorithm>
#include <cmath>

#include "collectors/kit/text.h"
#include "tests/simulator/keys.h"
#include "tests/simulator/moments.h"
#include "tests/simulator/network/descriptions.h"
#include "tests/simulator/network/dice.h"
#include "tests/simulator/network/nym_api.h"
#include "tests/simulator/network/probe.h"

namespace mixnet::simulator {
namespace {

constexpr std::size_t kPageSize = 10;
constexpr std::size_t kMostPageSize = 200;
constexpr std::int64_t kDaysOfSessions = 7;

Answer json_text(std::string text) { return {200, "application/json", std::move(text), {}}; }

std::string time_text(Time time) {
  auto out = rfc3339(time);
  out.replace(out.find('Z'), 1, "+00:00");
  return out;
}

struct Page {
  std::size_t number = 0, size = kPageSize;
};

/// A size that is no number is an error, one that is too large is the largest.
Result<Page> page_of(const Parameters& parameters) {
  Page out;
  if (const auto size = parameters.find("size"); size != parameters.end()) out.size = TRY(number<std::size_t>(size->second));
  if (const auto page = parameters.find("page"); page != parameters.end()) out.number = TRY(number<std::size_t>(page->second));
  out.size = std::min(out.size, kMostPageSize);
  if (out.size == 0) return fail(Fault::malformed, "a page of nothing");
  return out;
}

/// Of so many items one page, made of those alone that are on it. Pages behind the last one are the last one.
template <class Item>
Answer paged(const Call& call, std::size_t total, Item item) {
  auto page = page_of(call.request.parameters);
  if (!page) return plain(400, "Failed to deserialize query string: " + page.error().message);
  if (page->number > total / page->size) page->number = total / page->size;
  JsonList items;
  const auto first = page->number * page->size;
  for (std::size_t i = first; i < std::min(first + page->size, total); ++i) items.add(item(i));
  return json_text(R"({"page":)" + std::to_string(page->number) + R"(,"size":)" + std::to_string(page->size) + R"(,"total":)" +
                   std::to_string(total) + R"(,"items":[)" + items.text() + "]}");
}

template <class Wanted>
std::vector<const Member*> members_that(const Network& network, Wanted wanted) {
  std::vector<const Member*> out;
  for (const auto& member : network.members()) {
    if (wanted(member)) out.push_back(&member);
  }
  return out;
}

/// Those that have unbonded stay in its database.
std::vector<const Member*> gateways_of(const Network& network) {
  return members_that(network, [](const Member& member) { return member.gateway(); });
}

std::vector<const Member*> bonded_gateways_of(const Network& network) {
  return members_that(network, [](const Member& member) { return member.gateway() && member.bonded; });
}

bool is_described(const Member& member) { return member.bonded && member.described; }

std::uint64_t percent_of(const Network& network, const Member& member) {
  return static_cast<std::uint64_t>(std::floor(network.scores(member).performance * 100 + 1e-9));
}

struct Place {
  std::string_view country, city, region, timezone;
  double latitude, longitude;
};

constexpr Place kPlaces[] = {
    {"CH", "Zürich", "Zurich", "Europe/Zurich", 47.36, 8.54},
    {"DE", "Falkenstein", "Saxony", "Europe/Berlin", 50.47, 12.37},
    {"US", "Ashburn", "Virginia", "America/New_York", 39.04, -77.48},
    {"FI", "Helsinki", "Uusimaa", "Europe/Helsinki", 60.16, 24.93},
    {"JP", "Tokyo", "Tokyo", "Asia/Tokyo", 35.68, 139.69},
};

const Place& place_of(const Member& member) {
  for (const auto& place : kPlaces) {
    if (place.country == member.location) return place;
  }
  return kPlaces[member.seed % std::size(kPlaces)];
}

Json location_of(const Member& member) {
  const auto& place = place_of(member);
  const Json asn{{"asn", "AS64500"},
                 {"name", "Example Hosting"},
                 {"domain", "example.com"},
                 {"route", "198.18.0.0/15"},
                 {"kind", member.seed % 5 == 0 ? "residential" : "other"}};
  return {{"two_letter_iso_country_code", place.country},
          {"latitude", place.latitude},
          {"longitude", place.longitude},
          {"city", place.city},
          {"region", place.region},
          {"org", "AS64500 Example Hosting"},
          {"postal", "8000"},
          {"timezone", place.timezone},
          {"asn", member.seed % 4 == 0 ? Json() : asn}};
}

Json description_of(const Member& member) {
  if (member.seed % 11 == 0) return {{"moniker", ""}, {"website", ""}, {"security_contact", ""}, {"details", ""}};
  return {{"moniker", member.moniker},
          {"website", "https://example.org"},
          {"security_contact", "abuse@example.org"},
          {"details", "A simulated node – one of many"}};
}

Json pretty_bond(const Member& member) {
  if (!member.in_contract()) return nullptr;
  return {{"identity_key", member.identity},
          {"owner", owner_of(member)},
          {"pledge_amount", {{"denom", "unym"}, {"amount", std::to_string(member.pledge)}}},
          {"location", location_of(member)}};
}

Json described_or_null(const Network& network, const Member& member) {
  return is_described(member) ? self_description(network, member, 2) : Json();
}

Json tested_at(const Network& network, const Member& member) {
  if (member.probe.shape == "none") return nullptr;
  return time_text(network.now() - std::chrono::seconds(static_cast<std::int64_t>(member.probe.age)));
}

/// Two of the scores are always 0 there.
Json gateway(const Network& network, const Member& member) {
  return {{"gateway_identity_key", member.identity},
          {"bonded", member.bonded},
          {"performance", percent_of(network, member)},
          {"self_described", described_or_null(network, member)},
          {"explorer_pretty_bond", pretty_bond(member)},
          {"description", description_of(member)},
          {"last_probe_result", probe_result(member)},
          {"last_probe_log", probe_log(member)},
          {"last_testrun_utc", tested_at(network, member)},
          {"last_updated_utc", time_text(network.annotated_at())},
          {"routing_score", 0.0},
          {"config_score", 0},
          {"bridges", nullptr}};
}

Json skinny(const Network& network, const Member& member) {
  return {{"gateway_identity_key", member.identity},
          {"self_described", described_or_null(network, member)},
          {"explorer_pretty_bond", pretty_bond(member)},
          {"last_probe_result", probe_result(member)},
          {"last_testrun_utc", tested_at(network, member)},
          {"last_updated_utc", time_text(network.annotated_at())},
          {"routing_score", 0.0},
          {"config_score", 0},
          {"performance", percent_of(network, member)}};
}

Answer gateways(const Call& call) {
  const auto all = gateways_of(call.network);
  return paged(call, all.size(), [&](std::size_t i) { return gateway(call.network, *all[i]); });
}

Answer gateways_skinny(const Call& call) {
  const auto all = bonded_gateways_of(call.network);
  return paged(call, all.size(), [&](std::size_t i) { return skinny(call.network, *all[i]); });
}

Answer one_gateway(const Call& call) {
  const Member* member = call.network.find(call.argument);
  if (member == nullptr || !member->gateway()) return plain(400, std::string(call.argument));
  return json_answer(gateway(call.network, *member));
}

Answer summary(const Call& call) {
  const auto& network = call.network;
  const auto count = [&](auto wanted) { return members_that(network, wanted).size(); };
  const auto updated = time_text(network.annotated_at());
  const Json mixnodes{{"count", count([](const Member& one) { return one.bonded && one.mixnode; })},
                      {"self_described", count([](const Member& one) { return is_described(one) && one.mixnode; })},
                      {"last_updated_utc", updated}};
  const Json gateways{{"count", bonded_gateways_of(network).size()},
                      {"entry", count([](const Member& one) { return is_described(one) && one.entry; })},
                      {"exit", count([](const Member& one) { return is_described(one) && one.exit; })},
                      {"last_updated_utc", updated}};
  const auto historical = [&](std::size_t number) { return Json{{"count", number}, {"last_updated_utc", updated}}; };
  return json_answer(
      {{"total_nodes", count([](const Member& one) { return one.in_contract(); })},
       {"mixnodes", {{"bonded", mixnodes}, {"historical", historical(count([](const Member& one) { return one.mixnode; }))}}},
       {"gateways", {{"bonded", gateways}, {"historical", historical(gateways_of(network).size())}}}});
}

/// The hashes of users are there in the real answer too; nobody has a use for them.
Json session_stats(const Network& network, const Member& member, std::int64_t days_ago) {
  const auto day = rfc3339(network.now() - std::chrono::hours(24 * days_ago)).substr(0, 10);
  const Dice dice(member.seed, "sessions of " + day);
  const auto users = dice.below(120, "users");
  Json hashes = Json::array();
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(users, 5); ++i) {
    hashes.push_back(hex(key_bytes(member.seed, day + " user " + std::to_string(i))));
  }
  const Json sessions = Json::array({{{"start_time", 8}, {"duration_ms", dice.below(9'000'000, "duration")}}});
  return {{"gateway_identity_key", member.identity},
          {"node_id", member.id},
          {"day", day},
          {"unique_active_clients", users},
          {"session_started", users * 2},
          {"users_hashes", hashes},
          {"vpn_sessions", sessions},
          {"mixnet_sessions", dice.chance(50, "mixnet") ? sessions : Json()},
          {"unknown_sessions", nullptr}};
}

bool is_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && text.find_first_not_of("0123456789-") == text.npos;
}

Answer sessions(const Call& call) {
  const auto& parameters = call.request.parameters;
  auto all = bonded_gateways_of(call.network);
  if (const auto id = parameters.find("node_id"); id != parameters.end()) {
    const auto wanted = number<std::uint32_t>(id->second);
    if (!wanted) return plain(400, id->second);
    std::erase_if(all, [&](const Member* member) { return member->id != *wanted; });
  }
  const auto day = parameters.find("day");
  if (day != parameters.end() && !is_date(day->second)) return plain(400, day->second);
  std::vector<std::pair<const Member*, std::int64_t>> found;
  for (std::int64_t ago = 1; ago <= kDaysOfSessions; ++ago) {
    const auto date = rfc3339(call.network.now() - std::chrono::hours(24 * ago)).substr(0, 10);
    if (day != parameters.end() && day->second != date) continue;
    for (const Member* member : all) found.emplace_back(member, ago);
  }
  return paged(call, found.size(),
               [&](std::size_t i) { return session_stats(call.network, *found[i].first, found[i].second); });
}

Answer health(const Call& call) { return json_answer({{"uptime", static_cast<std::uint64_t>(call.network.uptime())}}); }

Answer build_information(const Call&) {
  return json_answer(
      {{"build_version", "4.6.1"}, {"commit_branch", "HEAD"}, {"commit_sha", "daed9cd15b0c7b0d4b7a1f0e9a3f6a5f1d2c3b4a"}});
}

Json geoip(const Member& member) {
  if (member.seed % 7 == 0) return nullptr;
  const auto& place = place_of(member);
  return {{"city", place.city},
          {"country", place.country},
          {"ip_address", member.addresses.empty() ? "" : member.addresses.front()},
          {"latitude", decimal(static_cast<long double>(place.latitude))},
          {"longitude", decimal(static_cast<long double>(place.longitude))},
          {"org", "AS64500 Example Hosting"},
          {"postal", "8000"},
          {"region", place.region},
          {"timezone", place.timezone}};
}

Json explorer_node(const Network& network, const Member& member) {
  return {{"node_id", member.id},
          {"identity_key", member.identity},
          {"uptime", member.routing},
          {"total_stake", std::to_string(member.pledge + member.delegated)},
          {"original_pledge", member.pledge},
          {"bonding_address", member.in_contract() ? Json(owner_of(member)) : Json()},
          {"bonded", member.bonded},
          {"node_type", member.type},
          {"ip_address", member.addresses.empty() ? "" : member.addresses.front()},
          {"accepted_tnc", member.accepted_terms},
          {"self_description", self_description(network, member, 2)},
          {"rewarding_details", member.in_contract() ? rewarding_details(network, member) : Json()},
          {"description", description_of(member)},
          {"geoip", geoip(member)}};
}

Answer explorer_nodes(const Call& call) {
  const auto all = members_that(call.network, is_described);
  return paged(call, all.size(), [&](std::size_t i) { return explorer_node(call.network, *all[i]); });
}

Answer delegations(const Call& call) {
  const auto id = number<std::uint32_t>(call.argument);
  if (!id) return plain(400, "Invalid URL: Cannot parse `node_id` with value `" + std::string(call.argument) + "` to a `u32`");
  const Member* member = call.network.find(*id);
  if (member == nullptr || member->delegations == 0) return plain(404, "No delegation data for node_id=" + std::to_string(*id));
  JsonList out;
  for (std::uint32_t i = 0; i < member->delegations; ++i) {
    Member delegator = *member;
    delegator.seed = hash(member->seed, "delegator " + std::to_string(i));
    out.add({{"amount", {{"denom", "unym"}, {"amount", std::to_string(member->delegated / member->delegations)}}},
             {"cumulative_reward_ratio", "12.345678901234567"},
             {"block_height", 15'000'000 + i},
             {"owner", owner_of(delegator)},
             {"proxy", nullptr}});
  }
  return json_text("[" + out.text() + "]");
}

Json vpn_performance(const Network& network, const Member& member) {
  if (member.probe.shape == "none") return nullptr;
  const double performance = static_cast<double>(percent_of(network, member)) / 100;
  const auto score = visual_score(member, performance);
  const auto mixnet = performance > 0.8 ? "high" : performance > 0.6 ? "medium" : performance > 0.1 ? "low" : "offline";
  return {{"last_updated_utc", tested_at(network, member)},
          {"score", score},
          {"mixnet_score", mixnet},
          {"load", score == "offline" ? "offline" : load_of(member)},
          {"uptime_percentage_last_24_hours", performance}};
}

/// The names of before are added for applications of before.
Json vpn_probe(const Network& network, const Member& member) {
  auto result = probe_result(member);
  if (!result.is_object() || !result.contains("outcome")) return nullptr;
  auto& outcome = result["outcome"];
  if (auto& wg = outcome["wg"]; wg.is_object()) {
    for (const char* name : {"can_handshake", "can_resolve_dns", "ping_hosts_performance", "ping_ips_performance"}) {
      if (!wg.contains(name)) wg[name] = wg[std::string(name) + "_v4"];
    }
  }
  const auto& https = outcome.contains("socks5") ? outcome["socks5"] : Json();
  const bool proxies = https.is_object() && https["https_connectivity"]["https_success"] == true;
  outcome["socks5"] = {{"can_proxy_https", proxies}, {"score", proxies ? "high" : "offline"}, {"errors", nullptr}};
  return {{"last_updated_utc", tested_at(network, member)}, {"outcome", outcome}};
}

/// "0.98", and "1.00" where the contract's would be "1".
std::string two_digits(std::uint64_t percent) {
  auto out = std::to_string(percent + 100);
  return std::to_string(percent / 100) + "." + out.substr(out.size() - 2);
}

Json vpn_gateway(const Network& network, const Member& member) {
  return {{"identity_key", member.identity},
          {"name", description_of(member)["moniker"]},
          {"description", description_of(member)["details"]},
          {"ip_packet_router", member.exit ? provider_of(member, "ip packet router") : Json()},
          {"authenticator", provider_of(member, "authenticator")},
          {"location", location_of(member)},
          {"last_probe", vpn_probe(network, member)},
          {"ip_addresses", addresses_of(member)},
          {"mix_port", 1789},
          {"role", skimmed_role(network, member)},
          {"entry", entry_information(member)},
          {"bridges", nullptr},
          {"performance", two_digits(percent_of(network, member))},
          {"performance_v2", vpn_performance(network, member)},
          {"lewes_protocol_details", lewes_protocol_of(member)},
          {"build_information", build_information_of(member)}};
}

Answer vpn_gateways(const Call& call) {
  const auto& parameters = call.request.parameters;
  const auto given = parameters.find("min_node_version");
  const auto least = parse_release(given == parameters.end() ? "1.6.2" : given->second);
  if (!least) return plain(400, "Failed to deserialize query string: min_node_version: unexpected character");
  JsonList out;
  for (const Member* member : bonded_gateways_of(call.network)) {
    const auto release = parse_release(member->version);
    if (!member->in_contract() || !member->described || !release || *release < *least) continue;
    out.add(vpn_gateway(call.network, *member));
  }
  return json_text("[" + out.text() + "]");
}

constexpr NetworkRoute kRoutes[] = {
    {"/v2/gateways", gateways},
    {"/v2/gateways/skinny", gateways_skinny},
    {"/v2/gateways/{}", one_gateway},
    {"/v2/summary", summary},
    {"/v2/metrics/sessions", sessions},
    {"/v2/status/health", health, false, false, Cold::answers},
    {"/v2/status/build_information", build_information, false, false, Cold::answers},
    {"/explorer/v3/nym-nodes", explorer_nodes},
    {"/explorer/v3/nym-nodes/{}/delegations", delegations},
    {"/dvpn/v1/directory/gateways", vpn_gateways},
};

}  // namespace

std::span<const NetworkRoute> node_status_api_routes() { return kRoutes; }

}  // namespace mixnet::simulator
