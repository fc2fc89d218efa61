// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/options.h"

#include <algorithm>
#include <filesystem>

#include "collectors/kit/text.h"

namespace mixnet::simulator {
namespace {

using Set = Result<void> (*)(std::string_view value, Options& out);

/// A flag that stands alone has no name for its value.
struct Flag {
  std::string_view name, value, help;
  Set set;
};

template <auto Field>
Result<void> set_text(std::string_view value, Options& out) {
  out.*Field = value;
  return {};
}

template <auto Field>
Result<void> set_bool(std::string_view value, Options& out) {
  out.*Field = TRY(parse_bool(value));
  return {};
}

template <auto Field>
Result<void> set_true(std::string_view, Options& out) {
  out.*Field = true;
  return {};
}

template <std::uint16_t Ports::*Field>
Result<void> set_port(std::string_view value, Options& out) {
  out.ports.*Field = TRY(number<std::uint16_t>(value));
  return {};
}

/// As the node lays out its folder: config/config.toml is in it.
Result<void> set_config_file(std::string_view value, Options& out) {
  out.home = std::filesystem::path(value).parent_path().parent_path();
  return {};
}

/// HTTP has IPv4 only, so that another address of IPv6 would not be reached there.
Result<void> set_bind(std::string_view value, Options& out) {
  if (value != "::" && value.find(':') != std::string_view::npos) return fail(Fault::malformed, "of IPv6 only :: can be had");
  out.bind = value;
  return {};
}

Result<void> set_http_address(std::string_view value, Options& out) {
  return set_port<&Ports::http>(value.substr(value.rfind(':') + 1), out);
}

Result<void> set_port_base(std::string_view value, Options& out) {
  auto port = TRY(number<std::uint16_t>(value));
  for (auto field :
       {&Ports::http, &Ports::mix, &Ports::verloc, &Ports::websocket, &Ports::lp_control, &Ports::lp_data, &Ports::wireguard}) {
    out.ports.*field = port == 0 ? port : port++;
  }
  return {};
}

Result<void> set_traffic(std::string_view value, Options& out) {
  out.traffic.pattern = TRY(parse_pattern(value));
  return {};
}

Result<void> set_uptime(std::string_view value, Options& out) {
  out.uptime = TRY(number<double>(value));
  return {};
}

Result<void> set_rate(std::string_view value, Options& out) {
  out.traffic.packets_per_second = TRY(number<double>(value));
  return {};
}

Result<void> set_seed(std::string_view value, Options& out) {
  out.seed = TRY(number<std::uint64_t>(value));
  return {};
}

Result<void> set_connections(std::string_view value, Options& out) {
  out.connections = TRY(number<std::uint64_t>(value));
  if (out.connections > kMostConnections) return fail(Fault::malformed, "not more than " + std::to_string(kMostConnections));
  return {};
}

Result<void> set_version(std::string_view value, Options& out) {
  out.release.text = value;
  out.release.major = TRY(number<unsigned>(take_until(value, '.')));
  out.release.minor = TRY(number<unsigned>(take_until(value, '.')));
  return {};
}

Result<void> set_clock(std::string_view value, Options& out) {
  if (value != "running" && value != "manual")
    return fail(Fault::malformed, in_quotes(value) + " is neither running nor manual");
  out.manual_clock = value == "manual";
  return {};
}

Result<void> set_modes(std::string_view value, Options& out) { return add_modes(value, out.modes); }

Result<void> set_wireguard(std::string_view value, Options& out) {
  out.modes.wireguard = TRY(parse_bool(value));
  return {};
}

constexpr Flag kFlags[] = {
    {"--id", "ID", "Name of the node.", set_text<&Options::id>},
    {"--config-file", "FILE", "HOME/config/config.toml, which is written; the same as --sim-home HOME.", set_config_file},
    {"--mode", "MODE", "mixnode, entry-gateway, exit-gateway or exit-providers-only; may be repeated.", set_modes},
    {"--modes", "MODE,...", "Several modes.", set_modes},
    {"--wireguard-enabled", "BOOL", "WireGuard.", set_wireguard},
    {"--accept-operator-terms-and-conditions", "", "As the real node has to be told.", set_true<&Options::accepted_terms>},
    {"--http-bind-address", "ADDRESS:PORT", "The same as --sim-http-port PORT; the address is --sim-bind's.", set_http_address},
    {"--http-access-token", "TOKEN", "Bearer token of the Prometheus endpoint, which is off without.",
     set_text<&Options::access_token>},
    {"--public-ips", "IP,...", "Addresses that the node announces.", set_text<&Options::public_ips>},
    {"--hostname", "NAME", "Name that the node announces.", set_text<&Options::hostname>},
    {"--location", "CODE", "Country that the node announces.", set_text<&Options::location>},
    {"--expose-system-info", "BOOL", "Whether /system-info answers.", set_bool<&Options::expose_system_info>},
    {"--expose-system-hardware", "BOOL", "Whether it tells of the hardware.", set_bool<&Options::expose_system_hardware>},
    {"--expose-crypto-hardware", "BOOL", "Whether it tells of the processor's cryptography.",
     set_bool<&Options::expose_crypto_hardware>},
    {"--sim-home", "FOLDER", "Folder to write config/config.toml and data/ into.", set_text<&Options::home>},
    {"--sim-bind", "ADDRESS", "Address of all listeners; \"::\" is all of both families, but IPv4 alone for HTTP.", set_bind},
    {"--sim-port-base", "PORT", "Ports one after the other, in the order of the next seven; 0 is any free one.", set_port_base},
    {"--sim-http-port", "PORT", "TCP port of the HTTP API and of the control API.", set_port<&Ports::http>},
    {"--sim-mix-port", "PORT", "TCP port of the mix packets.", set_port<&Ports::mix>},
    {"--sim-verloc-port", "PORT", "TCP port of verloc.", set_port<&Ports::verloc>},
    {"--sim-ws-port", "PORT", "TCP port of the clients' websockets.", set_port<&Ports::websocket>},
    {"--sim-lp-control-port", "PORT", "TCP port of the Lewes Protocol.", set_port<&Ports::lp_control>},
    {"--sim-lp-data-port", "PORT", "UDP port of the Lewes Protocol.", set_port<&Ports::lp_data>},
    {"--sim-wireguard-port", "PORT", "UDP port of WireGuard.", set_port<&Ports::wireguard>},
    {"--sim-traffic", "PATTERN", "idle, steady, busy or bursty.", set_traffic},
    {"--sim-packets-per-second", "NUMBER", "The rate that the pattern is made of.", set_rate},
    {"--sim-seed", "NUMBER", "Keys, users and small differences; with 0 every share of the traffic is a round number.",
     set_seed},
    {"--sim-connections", "NUMBER", "Clients that connect to the mix port, and as many to the websocket; at most 200.",
     set_connections},
    {"--sim-version", "VERSION", "Release of the node; old ones have older bodies.", set_version},
    {"--sim-host-address", "IP,...", "The same as --public-ips.", set_text<&Options::public_ips>},
    {"--sim-future", "", "Adds keys and metrics that no release has yet.", set_true<&Options::future>},
    {"--sim-bridge", "", "A QUIC bridge is set up.", set_true<&Options::bridge>},
    {"--sim-uptime", "SECONDS", "How long the node has been up for when it starts.", set_uptime},
    {"--sim-clock", "CLOCK", "running, or manual: time moves only by POST /simulator/advance.", set_clock},
    {"--help", "", "Prints this.", set_true<&Options::help>},
};

const Flag* find_flag(std::string_view name) {
  for (const auto& flag : kFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

/// The arguments one after the other, `--flag=value` as two.
class Words {
 public:
  explicit Words(std::span<const char* const> arguments) : rest_(arguments) {}

  bool empty() const { return rest_.empty(); }

  std::string_view take_name() {
    attached_ = take();
    is_attached_ = attached_.find('=') != std::string_view::npos;
    return take_until(attached_, '=');
  }

  Result<std::string_view> take_value(std::string_view name) {
    if (is_attached_) return attached_;
    if (rest_.empty()) return fail(Fault::malformed, std::string(name) + " wants a value");
    return take();
  }

 private:
  std::string_view take() {
    const std::string_view word = rest_.front();
    rest_ = rest_.subspan(1);
    return word;
  }

  std::span<const char* const> rest_;
  std::string_view attached_;
  bool is_attached_ = false;
};

Result<void> take_flag(Words& words, Options& out) {
  const auto name = words.take_name();
  const Flag* flag = find_flag(name);
  if (flag == nullptr) return fail(Fault::malformed, "unknown flag " + in_quotes(name));
  std::string_view value;
  if (!flag->value.empty()) value = TRY(words.take_value(name));
  const auto done = flag->set(value, out);
  if (!done) return fail(Fault::malformed, std::string(name) + ": " + done.error().message);
  return {};
}

}  // namespace

Result<bool> parse_bool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return fail(Fault::malformed, in_quotes(text) + " is neither true nor false");
}

Result<void> add_mode(std::string_view name, Modes& modes) {
  if (name == "mixnode") {
    modes.mixnode = true;
  } else if (name == "entry-gateway") {
    modes.entry = true;
  } else if (name == "exit-gateway") {
    modes.entry = modes.exit = true;
  } else if (name == "exit-providers-only") {
    modes.exit = true;
  } else {
    return fail(Fault::malformed, "unknown mode " + in_quotes(name));
  }
  return {};
}

Result<void> add_modes(std::string_view names, Modes& modes) {
  while (!names.empty()) TRY(add_mode(take_until(names, ','), modes));
  return {};
}

Result<Options> parse_options(std::span<const char* const> arguments) {
  Options out;
  Words words(arguments);
  if (words.empty()) return fail(Fault::malformed, "a command expected: run");
  if (const auto command = words.take_name(); command == "--help") {
    out.help = true;
  } else if (command != "run") {
    return fail(Fault::malformed, "unknown command " + in_quotes(command));
  }
  while (!words.empty()) TRY(take_flag(words, out));
  return out;
}

std::string help_text() {
  std::string out = "A simulated Nym node.\n\n  nym-node run [FLAGS]\n\n";
  for (const auto& flag : kFlags) {
    std::string line = "  " + std::string(flag.name) + " " + std::string(flag.value);
    line.resize(std::max<std::size_t>(line.size(), 42), ' ');
    out += line + "  " + std::string(flag.help) + "\n";
  }
  return out;
}

}  // namespace mixnet::simulator
