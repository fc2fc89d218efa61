// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/simulation.h"

#include <unistd.h>

#include "collectors/kit/text.h"
#include "tests/simulator/control.h"

namespace mixnet::simulator {
namespace {

/// Paths beyond these are counted together: strangers may ask for anything.
constexpr std::size_t kMostPaths = 1000;

constexpr std::string_view kHandshake =
    "GET / HTTP/1.1\r\n"
    "Host: localhost\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";

bool always(const Modes&) { return true; }
bool for_clients(const Modes& modes) { return modes.gateway(); }
bool at_entry(const Modes& modes) { return modes.entry; }
bool with_wireguard(const Modes& modes) { return modes.wireguard; }

struct RoleRow {
  std::string_view name;
  std::optional<Role> role;  // none for websockets, which have a server of their own
  std::uint16_t Ports::*port;
  bool (*wanted)(const Modes& modes);
};

const RoleRow kRoles[] = {
    {"mix", Role::mix, &Ports::mix, always},
    {"verloc", Role::verloc, &Ports::verloc, always},
    {"ws", std::nullopt, &Ports::websocket, for_clients},
    {"lp_control", Role::lp_control, &Ports::lp_control, at_entry},
    {"lp_data", Role::lp_data, &Ports::lp_data, at_entry},
    {"wireguard", Role::wireguard, &Ports::wireguard, with_wireguard},
};

const RoleRow* find_role(std::string_view name) {
  for (const auto& row : kRoles) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

/// Where the simulator's own clients find its listeners.
std::string reachable(const std::string& bind) { return bind == "::" || bind == "0.0.0.0" ? "127.0.0.1" : bind; }

Json names_of(const Modes& modes) {
  return {{"mixnode", modes.mixnode}, {"entry", modes.entry}, {"exit", modes.exit}, {"wireguard", modes.wireguard}};
}

}  // namespace

Simulation::Simulation(const Options& options)
    : node_(options), ports_(options.ports), home_(options.home), sockets_(options.bind), websockets_(options.bind) {}

Result<void> Simulation::start(std::uint16_t http) {
  const std::lock_guard lock(mutex_);
  ports_.http = http;
  TRY(open_roles());
  TRY(connect_clients(node_.options().connections));
  TRY(home_.write_config(node_.options()));
  return home_.write_data(node_);
}

Result<void> Simulation::open(std::string_view role) {
  const auto& row = *find_role(role);
  auto& port = ports_.*row.port;
  port = row.role ? TRY(sockets_.open(*row.role, port)) : TRY(websockets_.open(port));
  return {};
}

void Simulation::close(std::string_view role) {
  const auto& row = *find_role(role);
  if (row.role) {
    sockets_.close(*row.role);
  } else {
    websockets_.close();
  }
}

/// A role that this node has not has no port to tell of either, but keeps the one it had for when it comes back.
Result<void> Simulation::open_roles() {
  for (const auto& row : kRoles) {
    if (row.wanted(node_.options().modes)) {
      TRY(open(row.name));
    } else {
      close(row.name);
    }
  }
  node_.set_ports(ports_);
  return {};
}

Result<void> Simulation::connect_clients(std::uint64_t count) {
  const auto address = reachable(node_.options().bind);
  TRY(mix_clients_.connect(address, ports_.mix, count, ""));
  return websocket_clients_.connect(address, ports_.websocket, node_.options().modes.gateway() ? count : 0, kHandshake);
}

std::string Simulation::ready_line() {
  const std::lock_guard lock(mutex_);
  Json ports{{"http", ports_.http}};
  for (const auto& row : kRoles) {
    ports[std::string(row.name)] = row.wanted(node_.options().modes) ? Json(ports_.*row.port) : Json();
  }
  Json out{{"pid", ::getpid()},
           {"url", "http://" + reachable(node_.options().bind) + ":" + std::to_string(ports_.http)},
           {"ports", ports},
           {"identity", identity(node_)}};
  out["config"] = home_.exists() ? Json(home_.config().string()) : Json();
  return out.dump();
}

void Simulation::count_connections() { node_.set_connections({sockets_.connections(Role::mix), websockets_.connections()}); }

Answer Simulation::answer(const Request& request) {
  const std::lock_guard lock(mutex_);
  const bool known = asked_.size() < kMostPaths || asked_.contains(request.path);
  auto& asked = asked_[known ? request.path : "…"];
  ++asked.count;
  if (request.authorization) ++asked.with_authorization;
  count_connections();
  return simulator::answer(node_, request);
}

Answer Simulation::control(const Request& request) { return simulator::control(*this, request); }

void Simulation::advance(double seconds) {
  const std::lock_guard lock(mutex_);
  node_.advance(seconds);
}

void Simulation::restart() {
  const std::lock_guard lock(mutex_);
  node_.restart();
}

void Simulation::set_traffic(const Traffic& traffic) {
  const std::lock_guard lock(mutex_);
  node_.set_traffic(traffic);
}

Result<void> Simulation::restart_with(const Modes& modes, const std::string& access_token) {
  const std::lock_guard lock(mutex_);
  node_.restart_with(modes, access_token);
  TRY(open_roles());
  return home_.write_config(node_.options());
}

Result<void> Simulation::set_connections(std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  if (count > kMostConnections) return fail(Fault::malformed, "too many connections");
  return connect_clients(count);
}

Result<void> Simulation::set_listening(std::string_view role, bool listening) {
  const std::lock_guard lock(mutex_);
  if (find_role(role) == nullptr) return fail(Fault::malformed, "unknown role " + in_quotes(role));
  if (listening) return open(role);
  close(role);
  return {};
}

Options Simulation::options() {
  const std::lock_guard lock(mutex_);
  return node_.options();
}

void Simulation::announce(const Options& options) {
  const std::lock_guard lock(mutex_);
  node_.announce(options);
}

Modes Simulation::modes() {
  const std::lock_guard lock(mutex_);
  return node_.options().modes;
}

Traffic Simulation::traffic() {
  const std::lock_guard lock(mutex_);
  return node_.traffic();
}

std::string Simulation::access_token() {
  const std::lock_guard lock(mutex_);
  return node_.options().access_token;
}

Json Simulation::requests() {
  const std::lock_guard lock(mutex_);
  Json out = Json::object();
  for (const auto& [path, asked] : asked_) {
    out[path] = {{"count", asked.count}, {"with_authorization", asked.with_authorization}};
  }
  return out;
}

void Simulation::forget_requests() {
  const std::lock_guard lock(mutex_);
  asked_.clear();
}

Json Simulation::opened() {
  const std::lock_guard lock(mutex_);
  Json out = Json::object();
  for (const auto& [file, count] : home_.opened()) out[file] = count;
  return out;
}

Json Simulation::state() {
  const std::lock_guard lock(mutex_);
  count_connections();
  const auto connections = node_.connections();
  return {{"uptime", node_.uptime()},
          {"modes", names_of(node_.options().modes)},
          {"connections", {{"mix", connections.mix}, {"ws", connections.websocket}}}};
}

}  // namespace mixnet::simulator
