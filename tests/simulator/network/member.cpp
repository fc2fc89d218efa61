// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/member.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "collectors/kit/text.h"
#include "tests/simulator/network/dice.h"
#include "tests/simulator/options.h"

namespace mixnet::simulator {
namespace {

constexpr std::uint64_t kNym = 1'000'000;  // unym
constexpr std::uint64_t kMostLogBytes = 4'000'000;

/// From the ranges for benchmarks and for documentation, where nobody is.
std::string address_v4(std::uint32_t number) {
  return "198." + std::to_string(18 + number / 65'536 % 2) + "." + std::to_string(number / 256 % 256) + "." +
         std::to_string(number % 256);
}

std::string address_v6(std::uint32_t number) {
  std::string out = "2001:db8:" + hex(std::string{static_cast<char>(1 + number / 256 % 15), static_cast<char>(number % 256)});
  out.erase(9, 1);  // no zero in front
  return out + "::17";
}

void choose_host(const Dice& dice, std::uint32_t number, Member& out) {
  out.addresses = {address_v4(number)};
  const bool six = dice.chance(55, "IPv6");
  if (six) out.addresses.push_back(address_v6(number));
  if (dice.chance(70, "hostname")) out.hostname = "node-" + std::to_string(number) + ".nodes.example.net";
  out.host = out.addresses.front();
  if (six && dice.chance(14, "bonded by IPv6")) out.host = out.addresses.back();
  if (!out.hostname.empty() && dice.chance(30, "bonded by name")) out.host = out.hostname;
  if (dice.chance(6, "custom port")) out.custom_port = dice.one_of<std::uint16_t>({80, 8081, 18'080, 60'000}, "port");
}

void choose_roles(const Dice& dice, Member& out) {
  const auto throw_of_100 = dice.below(100, "roles");
  out.mixnode = throw_of_100 < 33;
  out.entry = throw_of_100 >= 30 && throw_of_100 < 99;
  out.exit = throw_of_100 >= 48 && throw_of_100 < 99;
}

std::string choose_version(const Dice& dice) {
  const auto throw_of_200 = dice.below(200, "version");
  if (throw_of_200 < 120) return "1.31.0";
  if (throw_of_200 < 160) return "1.30.0";
  if (throw_of_200 < 178) return "1.29.0";
  return dice.one_of<const char*>(
      {"1.28.1", "1.28.0", "1.30.1", "1.22.0", "1.12.3", "1.1.0", "1.31.1", "1.32.0", "2.0.0-rc.1", "1.31", "latest", ""},
      "other version");
}

/// Of a bad routing score nobody is told in advance; some have one none the less.
double choose_routing(const Dice& dice) {
  const auto throw_of_100 = dice.below(100, "routing");
  if (throw_of_100 < 70) return dice.between(0.97, 1, "good");
  if (throw_of_100 < 90) return dice.between(0.8, 0.97, "middling");
  if (throw_of_100 < 97) return dice.between(0.2, 0.8, "bad");
  return 0;
}

void choose_stake(const Dice& dice, Member& out) {
  out.pledge = kNym * (100 + dice.below(30'000, "pledge")) + dice.below(kNym, "pledge's fraction");
  if (dice.chance(85, "delegated")) {
    out.delegations = static_cast<std::uint32_t>(1 + dice.below(200, "delegations"));
    const std::uint64_t most = dice.chance(10, "popular") ? 450'000 : 200'000;
    out.delegated = kNym * dice.below(most, "delegated") + dice.below(kNym, "delegated's fraction");
  }
  if (dice.chance(2, "pending pledge")) out.pending_pledge = 4000 + out.id;
  if (dice.chance(2, "pending cost")) out.pending_cost = 9000 + out.id;
  out.profit_margin = dice.one_of<const char*>({"0.2", "0.2", "0.05", "0.1", "0.25", "1"}, "profit margin");
  out.operating_cost = kNym * dice.one_of<std::uint64_t>({800, 800, 500, 0, 1200}, "operating cost");
}

void choose_description(const Dice& dice, Member& out) {
  out.version = choose_version(dice);
  out.accepted_terms = dice.chance(92, "terms");
  if (dice.chance(1, "binary")) out.binary = "nym-mixnode";
  out.location = dice.one_of<const char*>({"CH", "DE", "US", "FI", "NL", "JP", "BR", ""}, "location");
  out.described = dice.chance(94, "described");
  if (dice.chance(1, "stuck")) out.polled_age = 9000 + 3600 * static_cast<double>(dice.below(100, "stuck for"));
  if (dice.chance(3, "odd")) {
    out.oddity = dice.one_of({Oddity::no_addresses, Oddity::odd_host, Oddity::odd_hostname, Oddity::odd_location,
                              Oddity::other_types, Oddity::empty_keys, Oddity::long_texts},
                             "oddity");
  }
}

void choose_probe(const Dice& dice, Probe& out) {
  out.shape = dice.one_of<const char*>({"newest", "newest", "newest", "newest", "older", "oldest", "none"}, "shape");
  out.outcome = dice.one_of<const char*>(
      {"good", "good", "good", "good", "no_ipv6", "slow", "not_routing", "entry_failure", "wireguard_failure", "lp_failure"},
      "outcome");
  out.milliseconds = 800 + dice.below(9000, "download");
  out.log_bytes = dice.chance(3, "long log") ? 150'000 : 1000 + dice.below(3000, "log");
  out.age = 120 + static_cast<double>(dice.below(9000, "probed"));
}

Result<void> take_text(const Parameters& parameters, std::string_view name, std::string& out) {
  if (const auto found = parameters.find(name); found != parameters.end()) out = found->second;
  return {};
}

Result<void> take_bool(const Parameters& parameters, std::string_view name, bool& out) {
  if (const auto found = parameters.find(name); found != parameters.end()) out = TRY(parse_bool(found->second));
  return {};
}

template <class T>
Result<void> take_number(const Parameters& parameters, std::string_view name, T& out) {
  if (const auto found = parameters.find(name); found != parameters.end()) out = TRY(number<T>(found->second));
  return {};
}

Result<void> check_one_of(std::string_view value, std::initializer_list<std::string_view> known) {
  if (std::ranges::find(known, value) != known.end()) return {};
  return fail(Fault::malformed, in_quotes(value) + " is unknown");
}

Result<void> take_roles(const Parameters& parameters, Member& out) {
  const auto found = parameters.find("roles");
  if (found == parameters.end()) return {};
  out.mixnode = out.entry = out.exit = false;
  for (std::string_view rest = found->second; !rest.empty();) {
    const auto role = take_until(rest, '+');
    TRY(check_one_of(role, {"mixnode", "entry", "exit", "none"}));
    if (role == "mixnode") out.mixnode = true;
    if (role == "entry") out.entry = true;
    if (role == "exit") out.exit = true;
  }
  return {};
}

Result<void> take_pinned_role(const Parameters& parameters, Member& out) {
  const auto found = parameters.find("role");
  if (found == parameters.end()) return {};
  const std::string& role = found->second;
  TRY(check_one_of(role, {"entryGateway", "layer1", "layer2", "layer3", "exitGateway", "standby", "none", "drawn"}));
  out.pinned_role = role == "drawn" ? "" : role;
  return {};
}

Result<void> take_addresses(const Parameters& parameters, Member& out) {
  const auto found = parameters.find("addresses");
  if (found == parameters.end()) return {};
  out.addresses.clear();
  for (std::string_view rest = found->second; !rest.empty();) out.addresses.emplace_back(take_until(rest, '+'));
  return {};
}

Result<void> take_port(const Parameters& parameters, Member& out) {
  const auto found = parameters.find("port");
  if (found == parameters.end()) return {};
  out.custom_port.reset();
  if (!found->second.empty()) out.custom_port = TRY(number<std::uint16_t>(found->second));
  return {};
}

}  // namespace

Member generate_member(std::uint64_t seed, std::uint32_t number, std::uint32_t bonded) {
  const auto name = "node " + std::to_string(number);
  const Dice dice(seed, name);
  Member out;
  out.id = 3 + number * 3 / 2;  // some numbers were of nodes that are no more
  out.seed = hash(seed, name);
  out.identity = public_key(out.seed, "identity");
  out.moniker = "node " + std::to_string(out.id);
  out.bonded = number < bonded;
  if (dice.chance(5, "legacy")) out.type = dice.one_of<const char*>({"legacy_mixnode", "legacy_gateway"}, "type");
  out.unbonding = out.bonded && dice.chance(2, "unbonding");
  out.annotated = out.bonded && dice.chance(99, "annotated");
  out.routing = choose_routing(dice);
  choose_host(dice, number, out);
  choose_roles(dice, out);
  choose_stake(dice, out);
  choose_description(dice, out);
  choose_probe(dice, out.probe);
  if (!out.bonded) out.described = false;
  return out;
}

Result<Member> parse_member(std::string_view text, std::uint64_t seed) {
  Parameters parameters;
  while (!text.empty()) {
    auto value = take_until(text, ',');
    const auto name = take_until(value, '=');
    parameters[std::string(name)] = value;
  }
  return given_member(parameters, seed);
}

Result<Member> given_member(const Parameters& parameters, std::uint64_t seed) {
  Member out;
  TRY(take_text(parameters, "identity", out.identity));
  if (out.identity.empty()) return fail(Fault::malformed, "identity=KEY is missing");
  out.seed = hash(seed, out.identity);
  out.host = "127.0.0.1";
  out.addresses = {"203.0.113.17", "2001:db8:4::17"};
  out.hostname = "nym-node.example.org";
  out.location = "CH";
  out.moniker = "simulated";
  out.entry = out.exit = true;
  out.pledge = 253'120'111;
  out.delegated = 221'003'847'112;
  out.delegations = 41;
  out.routing = 0.9908;
  TRY(take_number(parameters, "id", out.id));
  TRY(change_member(parameters, out));
  return out;
}

Result<void> change_member(const Parameters& parameters, Member& out) {
  TRY(take_text(parameters, "version", out.version));
  TRY(take_text(parameters, "binary", out.binary));
  TRY(take_text(parameters, "hostname", out.hostname));
  TRY(take_text(parameters, "location", out.location));
  TRY(take_text(parameters, "moniker", out.moniker));
  TRY(take_text(parameters, "host", out.host));
  TRY(take_bool(parameters, "terms", out.accepted_terms));
  TRY(take_bool(parameters, "annotated", out.annotated));
  TRY(take_bool(parameters, "unbonding", out.unbonding));
  TRY(take_bool(parameters, "described", out.described));
  TRY(take_number(parameters, "routing", out.routing));
  TRY(take_number(parameters, "pledge", out.pledge));
  TRY(take_number(parameters, "delegated", out.delegated));
  TRY(take_roles(parameters, out));
  TRY(take_pinned_role(parameters, out));
  TRY(take_addresses(parameters, out));
  return take_port(parameters, out);
}

Result<void> change_probe(const Parameters& parameters, Probe& out) {
  TRY(take_text(parameters, "shape", out.shape));
  TRY(check_one_of(out.shape, {"none", "newest", "older", "oldest", "future"}));
  TRY(take_text(parameters, "outcome", out.outcome));
  TRY(check_one_of(out.outcome,
                   {"good", "no_ipv6", "slow", "not_routing", "entry_failure", "wireguard_failure", "lp_failure"}));
  TRY(take_text(parameters, "result", out.result));
  if (!out.result.empty() && !nlohmann::json::accept(out.result)) return fail(Fault::malformed, "the result is no JSON");
  TRY(take_number(parameters, "milliseconds", out.milliseconds));
  TRY(take_number(parameters, "age", out.age));
  TRY(take_number(parameters, "log", out.log_bytes));
  if (out.log_bytes > kMostLogBytes) return fail(Fault::malformed, "the log is too long");
  return {};
}

}  // namespace mixnet::simulator
