// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"
#include "tests/simulator/exchange.h"

namespace mixnet::simulator {

/// What the last probe of a gateway found. Its JSON is probe_result's.
struct Probe {
  std::string shape = "newest";       ///< none, newest, older, oldest, future
  std::string outcome = "good";       ///< good, no_ipv6, slow, not_routing, entry_failure, wireguard_failure, lp_failure
  std::uint64_t milliseconds = 1893;  ///< that the download took
  std::uint64_t log_bytes = 1500;
  double age = 3600;   ///< seconds since it ended
  std::string result;  ///< JSON to show in place of all that
};

/// What is out of the ordinary in what a node says of itself.
enum class Oddity { none, no_addresses, odd_host, odd_hostname, odd_location, other_types, empty_keys, long_texts };

/// One node of the network, as the mixnet contract, its own description and the network's monitor have it.
struct Member {
  std::uint32_t id = 0;
  std::string identity;
  std::uint64_t seed = 0;  ///< of all that is made up of it
  std::string type = "nym_node";

  // The contract.
  std::string host;
  std::optional<std::uint16_t> custom_port;
  bool bonded = true;
  bool unbonding = false;
  std::uint64_t pledge = 0;     ///< unym, with the operator's rewards
  std::uint64_t delegated = 0;  ///< unym, with the delegators' rewards
  std::uint32_t delegations = 0;
  std::optional<std::uint32_t> pending_pledge, pending_cost;
  std::string profit_margin = "0.2";
  std::uint64_t operating_cost = 800'000'000;

  // Its description.
  bool described = true;
  std::string binary = "nym-node";
  std::string version = "1.31.0";
  bool mixnode = false, entry = false, exit = false;
  bool accepted_terms = true;
  std::vector<std::string> addresses;
  std::string hostname, location, moniker;
  std::optional<double> polled_age;  ///< seconds; as the network's last round of descriptions where it is not given
  Oddity oddity = Oddity::none;

  // What is measured of it.
  bool annotated = true;
  double routing = 1;
  Probe probe;
  std::string pinned_role;  ///< as `current_role` names it, "none", or "" where the draw decides

  bool in_contract() const { return bonded && type == "nym_node"; }
  bool gateway() const { return entry || exit; }
};

/// The node of this number in a network that is made up of `seed`. Those from `bonded` on have unbonded long ago.
Member generate_member(std::uint64_t seed, std::uint32_t number, std::uint32_t bonded);

/// A node that is placed among them: identity, id, and what change_member knows.
Result<Member> given_member(const Parameters& parameters, std::uint64_t seed);

/// The same of `identity=KEY,host=127.0.0.1,port=8080,id=1324,…`.
Result<Member> parse_member(std::string_view text, std::uint64_t seed);

/// Sets what the parameters name: version, binary, terms, roles, routing, annotated, addresses, hostname, location, moniker,
/// host, port, role, pledge, delegated, unbonding, described.
Result<void> change_member(const Parameters& parameters, Member& out);

/// The same for its probe: shape, outcome, milliseconds, log, age, result.
Result<void> change_probe(const Parameters& parameters, Probe& out);

}  // namespace mixnet::simulator
