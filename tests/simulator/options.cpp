// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/options.h"

#include <filesystem>

#include "collectors/kit/text.h"
#include "tests/simulator/flags.h"

namespace mixnet::simulator {
namespace {

template <auto Field>
Result<void> set_bool(std::string_view value, Options& out) {
  out.*Field = TRY(parse_bool(value));
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

Result<void> set_rate(std::string_view value, Options& out) {
  out.traffic.packets_per_second = TRY(number<double>(value));
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

constexpr Flag<Options> kFlags[] = {
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
    {"--nym-api-urls", "URL,...", "The nym-apis that config.toml names.", set_text<&Options::nym_api_urls>},
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
     set_number<&Options::seed>},
    {"--sim-connections", "NUMBER", "Clients that connect to the mix port, and as many to the websocket; at most 200.",
     set_connections},
    {"--sim-version", "VERSION", "Release of the node; old ones have older bodies.", set_version},
    {"--sim-host-address", "IP,...", "The same as --public-ips.", set_text<&Options::public_ips>},
    {"--sim-future", "", "Adds keys and metrics that no release has yet.", set_true<&Options::future>},
    {"--sim-rotation", "NUMBER", "Key rotation that the node is in.", set_number<&Options::rotation>},
    {"--sim-bridge", "", "A QUIC bridge is set up.", set_true<&Options::bridge>},
    {"--sim-uptime", "SECONDS", "How long the node has been up for when it starts.", set_number<&Options::uptime>},
    {"--sim-clock", "CLOCK", "running, or manual: time moves only by POST /simulator/advance.", set_clock},
    {"--help", "", "Prints this.", set_true<&Options::help>},
};

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
  while (!words.empty()) TRY(take_flag(kFlags, words, out));
  return out;
}

std::string help_text() { return "A simulated Nym node.\n\n  nym-node run [FLAGS]\n\n" + help_lines<Options>(kFlags); }

}  // namespace mixnet::simulator
