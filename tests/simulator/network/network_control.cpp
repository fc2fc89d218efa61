// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/network_control.h"

#include "collectors/kit/text.h"
#include "tests/simulator/moments.h"
#include "tests/simulator/network/network_site.h"
#include "tests/simulator/network/nym_api.h"

namespace mixnet::simulator {
namespace {

constexpr std::uint32_t kMostEpochs = 100'000;

template <class T>
Result<T> number_or(const Parameters& parameters, std::string_view name, T otherwise) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return otherwise;
  return number<T>(found->second);
}

/// The node that `id` or `identity` names.
Result<const Member*> find_member(const Network& network, const Parameters& parameters) {
  const Member* out = nullptr;
  if (const auto identity = parameters.find("identity"); identity != parameters.end()) {
    out = network.find(std::string_view(identity->second));
  } else {
    const auto text = TRY(parameter(parameters, "id"));
    out = network.find(TRY(number<std::uint32_t>(text)));
  }
  if (out == nullptr) return fail(Fault::malformed, "there is no such node");
  return out;
}

Result<Member*> member_to_change(NetworkSite& site, const Parameters& parameters) {
  const Member* found = TRY(find_member(site.network(), parameters));
  return site.network().change(found->id);
}

Result<Json> fault(NetworkSite& site, const Parameters& parameters) { return order_fault(site.faults(), parameters); }

Result<Json> clear(NetworkSite& site, const Parameters&) {
  site.faults().clear();
  return done();
}

Result<Json> advance(NetworkSite& site, const Parameters& parameters) {
  const auto text = TRY(parameter(parameters, "seconds"));
  const auto seconds = TRY(number<double>(text));
  if (!(seconds >= 0)) return fail(Fault::malformed, "time goes forward only");
  site.network().advance(seconds);
  return done();
}

Result<Json> epoch(NetworkSite& site, const Parameters& parameters) {
  const auto count = TRY(number_or<std::uint32_t>(parameters, "count", 1));
  if (count > kMostEpochs) return fail(Fault::malformed, "too many epochs");
  site.network().advance_epochs(count);
  return done();
}

Result<Json> overdue(NetworkSite& site, const Parameters& parameters) {
  site.network().make_overdue(TRY(number_or<double>(parameters, "seconds", 1800)));
  return done();
}

Result<Json> release(NetworkSite& site, const Parameters& parameters) {
  const auto version = TRY(parameter(parameters, "version"));
  if (!parse_release(version)) return fail(Fault::malformed, in_quotes(version) + " is no version");
  site.network().release(version);
  return done();
}

Result<Json> chain(NetworkSite& site, const Parameters& parameters) {
  const auto status = TRY(parameter(parameters, "status"));
  if (status == "synced") {
    site.network().set_chain(Chain::synced);
  } else if (status == "stalled") {
    site.network().set_chain(Chain::stalled);
  } else if (status == "unknown") {
    site.network().set_chain(Chain::unknown);
  } else {
    return fail(Fault::malformed, in_quotes(status) + " is none of synced, stalled, unknown");
  }
  return done();
}

Result<Json> shape(NetworkSite& site, const Parameters& parameters) {
  const auto name = TRY(parameter(parameters, "shape"));
  site.network().set_shape(TRY(parse_shape(name)));
  return done();
}

Result<Json> cold(NetworkSite& site, const Parameters& parameters) {
  site.make_cold(TRY(number_or<double>(parameters, "seconds", 5)));
  return done();
}

Result<Json> annotate(NetworkSite& site, const Parameters& parameters) {
  Member changed = *TRY(find_member(site.network(), parameters));
  TRY(change_member(parameters, changed));
  *site.network().change(changed.id) = changed;
  return done();
}

Result<Json> place(NetworkSite& site, const Parameters& parameters) {
  site.network().place(TRY(given_member(parameters, site.network().seed())));
  return done();
}

Result<Json> describe(NetworkSite& site, const Parameters& parameters) {
  Member* member = TRY(member_to_change(site, parameters));
  member->described = true;
  member->polled_age.reset();
  if (parameters.contains("age")) member->polled_age = TRY(number_or<double>(parameters, "age", 0));
  return done();
}

Result<Json> undescribe(NetworkSite& site, const Parameters& parameters) {
  TRY(member_to_change(site, parameters))->described = false;
  return done();
}

Result<Json> jail(NetworkSite& site, const Parameters& parameters) {
  TRY(member_to_change(site, parameters))->routing = 0;
  return done();
}

Result<Json> bond(NetworkSite& site, const Parameters& parameters) {
  Member* member = TRY(member_to_change(site, parameters));
  member->bonded = member->described = true;
  member->unbonding = false;
  return done();
}

/// First it only means to, until the interval ends; then it is gone.
Result<Json> unbond(NetworkSite& site, const Parameters& parameters) {
  Member* member = TRY(member_to_change(site, parameters));
  if (parameters.contains("pending")) {
    member->unbonding = true;
  } else {
    member->bonded = member->described = false;
  }
  return done();
}

/// With `pending` it is an event to come, of that number.
Result<Json> pledge(NetworkSite& site, const Parameters& parameters) {
  Member changed = *TRY(find_member(site.network(), parameters));
  changed.pledge = TRY(number_or<std::uint64_t>(parameters, "amount", changed.pledge));
  changed.pending_pledge.reset();
  changed.pending_cost.reset();
  if (parameters.contains("pending")) changed.pending_pledge = TRY(number_or<std::uint32_t>(parameters, "pending", 0));
  if (parameters.contains("pending_cost")) {
    changed.pending_cost = TRY(number_or<std::uint32_t>(parameters, "pending_cost", 0));
  }
  *site.network().change(changed.id) = changed;
  return done();
}

Result<Json> delegate(NetworkSite& site, const Parameters& parameters) {
  Member changed = *TRY(find_member(site.network(), parameters));
  changed.delegated = TRY(number_or<std::uint64_t>(parameters, "amount", changed.delegated));
  changed.delegations = TRY(number_or<std::uint32_t>(parameters, "delegations", changed.delegations));
  *site.network().change(changed.id) = changed;
  return done();
}

Result<Json> probe(NetworkSite& site, const Parameters& parameters) {
  Member changed = *TRY(find_member(site.network(), parameters));
  changed.probe.result.clear();
  TRY(change_probe(parameters, changed.probe));
  *site.network().change(changed.id) = changed;
  return done();
}

Result<Json> forget(NetworkSite& site, const Parameters&) {
  site.visitors().forget();
  return done();
}

Result<Json> requests(NetworkSite& site, const Parameters&) { return site.visitors().json(); }

Result<Json> state(NetworkSite& site, const Parameters&) {
  auto& network = site.network();
  network.refresh();
  return Json{{"now", rfc3339(network.now())},
              {"epoch", network.epoch().number},
              {"rotation", network.rotation()},
              {"release", network.releases().back().version},
              {"rewarded", network.roles().size()}};
}

Result<Json> member(NetworkSite& site, const Parameters& parameters) {
  auto& network = site.network();
  network.refresh();
  const Member& found = *TRY(find_member(network, parameters));
  const auto scores = network.scores(found);
  const auto role = network.roles().find(found.id);
  return Json{{"id", found.id},
              {"identity", found.identity},
              {"bonded", found.in_contract()},
              {"described", found.described},
              {"version", found.version},
              {"routing", scores.routing},
              {"config", scores.config},
              {"performance", scores.performance},
              {"saturation", static_cast<double>(saturation_of(found))},
              {"role", role == network.roles().end() ? Json() : Json(name_of(role->second))}};
}

constexpr Command<NetworkSite> kCommands[] = {
    {"POST", "advance", advance},   {"POST", "annotate", annotate},
    {"POST", "bond", bond},         {"POST", "chain", chain},
    {"POST", "clear", clear},       {"POST", "cold", cold},
    {"POST", "delegate", delegate}, {"POST", "describe", describe},
    {"POST", "epoch", epoch},       {"POST", "fault", fault},
    {"POST", "forget", forget},     {"POST", "jail", jail},
    {"POST", "overdue", overdue},   {"POST", "place", place},
    {"POST", "pledge", pledge},     {"POST", "probe", probe},
    {"POST", "release", release},   {"POST", "shape", shape},
    {"POST", "unbond", unbond},     {"POST", "undescribe", undescribe},
    {"GET", "member", member},      {"GET", "requests", requests},
    {"GET", "state", state},
};

}  // namespace

Answer network_control(NetworkSite& site, const Request& request) { return run_command(kCommands, site, request); }

}  // namespace mixnet::simulator
