// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/control.h"

#include "collectors/kit/text.h"

namespace mixnet::simulator {
namespace {

Result<Json> fault(Simulation& simulation, const Parameters& parameters) {
  return order_fault(simulation.faults(), parameters);
}

Result<Json> clear(Simulation& simulation, const Parameters&) {
  simulation.faults().clear();
  return done();
}

Result<Json> restart(Simulation& simulation, const Parameters&) {
  simulation.restart();
  return done();
}

Result<Json> advance(Simulation& simulation, const Parameters& parameters) {
  const auto text = TRY(parameter(parameters, "seconds"));
  const auto seconds = TRY(number<double>(text));
  if (!(seconds >= 0)) return fail(Fault::malformed, "time goes forward only");
  simulation.advance(seconds);
  return done();
}

Result<Json> traffic(Simulation& simulation, const Parameters& parameters) {
  auto traffic = simulation.traffic();
  if (const auto pattern = parameters.find("pattern"); pattern != parameters.end()) {
    traffic.pattern = TRY(parse_pattern(pattern->second));
  }
  if (const auto rate = parameters.find("packets_per_second"); rate != parameters.end()) {
    traffic.packets_per_second = TRY(number<double>(rate->second));
  }
  simulation.set_traffic(traffic);
  return done();
}

Result<Json> modes(Simulation& simulation, const Parameters& parameters) {
  auto modes = simulation.modes();
  if (const auto names = parameters.find("modes"); names != parameters.end()) {
    const bool wireguard = modes.wireguard;
    modes = {};
    modes.wireguard = wireguard;
    TRY(add_modes(names->second, modes));
  }
  if (const auto on = parameters.find("wireguard"); on != parameters.end()) modes.wireguard = TRY(parse_bool(on->second));
  TRY(simulation.restart_with(modes, simulation.access_token()));
  return done();
}

Result<Json> token(Simulation& simulation, const Parameters& parameters) {
  const auto token = TRY(parameter(parameters, "token"));
  TRY(simulation.restart_with(simulation.modes(), token));
  return done();
}

Result<void> take_bool(const Parameters& parameters, std::string_view name, bool& out) {
  const auto found = parameters.find(name);
  if (found != parameters.end()) out = TRY(parse_bool(found->second));
  return {};
}

Result<Json> announce(Simulation& simulation, const Parameters& parameters) {
  auto options = simulation.options();
  if (const auto ips = parameters.find("public_ips"); ips != parameters.end()) options.public_ips = ips->second;
  if (const auto name = parameters.find("hostname"); name != parameters.end()) options.hostname = name->second;
  if (const auto rotation = parameters.find("rotation"); rotation != parameters.end()) {
    options.rotation = TRY(number<std::uint32_t>(rotation->second));
  }
  TRY(take_bool(parameters, "pre_announced", options.pre_announced));
  TRY(take_bool(parameters, "wrong_signature", options.wrong_signature));
  TRY(take_bool(parameters, "foreign_identity", options.foreign_identity));
  TRY(take_bool(parameters, "accepted_terms", options.accepted_terms));
  simulation.announce(options);
  return done();
}

Result<Json> connections(Simulation& simulation, const Parameters& parameters) {
  const auto text = TRY(parameter(parameters, "count"));
  const auto count = TRY(number<std::uint64_t>(text));
  TRY(simulation.set_connections(count));
  return done();
}

Result<Json> sockets(Simulation& simulation, const Parameters& parameters) {
  const auto text = TRY(parameter(parameters, "read"));
  simulation.set_reading(TRY(parse_bool(text)));
  return done();
}

Result<Json> listener(Simulation& simulation, const Parameters& parameters) {
  const auto role = TRY(parameter(parameters, "role"));
  const auto text = TRY(parameter(parameters, "open"));
  const bool open = TRY(parse_bool(text));
  TRY(simulation.set_listening(role, open));
  return done();
}

Result<Json> forget(Simulation& simulation, const Parameters&) {
  simulation.forget_requests();
  return done();
}

Result<Json> requests(Simulation& simulation, const Parameters&) { return simulation.requests(); }

Result<Json> opened(Simulation& simulation, const Parameters&) { return simulation.opened(); }

Result<Json> state(Simulation& simulation, const Parameters&) { return simulation.state(); }

constexpr Command<Simulation> kCommands[] = {
    {"POST", "announce", announce}, {"POST", "advance", advance},
    {"POST", "clear", clear},       {"POST", "connections", connections},
    {"POST", "fault", fault},       {"POST", "forget", forget},
    {"POST", "listener", listener}, {"POST", "modes", modes},
    {"POST", "restart", restart},   {"POST", "sockets", sockets},
    {"POST", "token", token},       {"POST", "traffic", traffic},
    {"GET", "opened", opened},      {"GET", "requests", requests},
    {"GET", "state", state},
};

}  // namespace

Answer control(Simulation& simulation, const Request& request) { return run_command(kCommands, simulation, request); }

}  // namespace mixnet::simulator
