// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_command_line.h"

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

using Take = void (*)(NymCommandLine& out, std::string_view value);

/// A flag of `nym-node run`; `take` gets each of its values.
struct Flag {
  std::string_view name;
  Take take;
};

template <PortRole kRole>
void take_bind(NymCommandLine& out, std::string_view value) {
  if (const auto address = parse_socket_address(value)) out.options.bound[kRole] = address->port;
  if (kRole == PortRole::http) out.options.http_bind = value;
}

template <PortRole kRole>
void take_announced(NymCommandLine& out, std::string_view value) {
  out.options.announced[kRole] = number<std::uint16_t>(value).value_or(0);
}

void take_modes(NymCommandLine& out, std::string_view value) {
  while (!value.empty()) add_mode(take_until(value, ','), out.options);
}

void take_list(std::vector<std::string>& out, std::string_view value) {
  while (!value.empty()) out.emplace_back(take_until(value, ','));
}

constexpr Flag kFlags[] = {
    {"announce-ws-port", take_announced<PortRole::client_ws>},
    {"announce-wss-port", [](auto& out, auto value) { out.options.announced_wss = number<std::uint16_t>(value).value_or(0); }},
    {"config-file", [](auto& out, auto value) { out.config_file = value; }},
    {"entry-bind-address", take_bind<PortRole::client_ws>},
    {"hostname", [](auto& out, auto value) { out.options.hostname = value; }},
    {"http-access-token", [](auto& out, auto value) { out.options.access_token = value; }},
    {"http-bearer-token", [](auto& out, auto value) { out.options.access_token = value; }},
    {"http-bind-address", take_bind<PortRole::http>},
    {"id", [](auto& out, auto value) { out.options.id = value; }},
    {"location", [](auto& out, auto value) { out.options.location = value; }},
    {"lp-control-announce-port", take_announced<PortRole::lp_control>},
    {"lp-control-bind-address", take_bind<PortRole::lp_control>},
    {"lp-data-announce-port", take_announced<PortRole::lp_data>},
    {"lp-data-bind-address", take_bind<PortRole::lp_data>},
    {"mixnet-announce-port", take_announced<PortRole::mix>},
    {"mixnet-bind-address", take_bind<PortRole::mix>},
    {"mode", take_modes},
    {"modes", take_modes},
    {"nym-api-urls", [](auto& out, auto value) { take_list(out.options.nym_api_urls, value); }},
    {"public-ips", [](auto& out, auto value) { take_list(out.options.public_ips, value); }},
    {"verloc-announce-port", take_announced<PortRole::verloc>},
    {"verloc-bind-address", take_bind<PortRole::verloc>},
    {"wireguard-announced-port", take_announced<PortRole::wireguard>},  // until nym-node 1.13
    {"wireguard-bind-address", take_bind<PortRole::wireguard>},
    {"wireguard-enabled", [](auto& out, auto value) { out.options.wireguard = value == "true"; }},
    {"wireguard-tunnel-announced-port", take_announced<PortRole::wireguard>},
};

/// What the flag `name` does with a value; null where it says nothing of interest here.
Take taker(std::string_view name) {
  for (const auto& flag : kFlags) {
    if (flag.name == name) return flag.take;
  }
  return nullptr;
}

void take_switch(std::string_view name, std::string_view value, NymCommandLine& out) {
  const bool on = value != "false";
  if (name == "accept-operator-terms-and-conditions") out.accepts_terms = on;
  if (name == "init-only") out.init_only = on;
}

/// The next argument; false when none is left.
bool next(std::string_view& text, std::string_view& argument) {
  if (text.empty()) return false;
  argument = take_until(text, '\0');
  return true;
}

/// The flags before the subcommand, of which only the file with environment variables has a value.
void read_subcommand(std::string_view& text, NymCommandLine& out) {
  for (std::string_view argument; next(text, argument);) {
    if (argument == "-c" || argument == "--config-env-file") {
      next(text, argument);
    } else if (!argument.starts_with('-')) {
      out.subcommand = argument;
      return;
    }
  }
}

}  // namespace

// nym-node\0run\0--id\0exit1\0--mode\0exit-gateway\0--http-bind-address=0.0.0.0:8080\0
NymCommandLine parse_nym_command_line(std::string_view text) {
  NymCommandLine out;
  out.options.source = "command line";
  std::string_view argument;
  if (!next(text, argument)) return out;
  out.program = argument.substr(argument.rfind('/') + 1);
  read_subcommand(text, out);
  Take take = nullptr;
  while (next(text, argument)) {
    if (argument.starts_with("--")) {
      auto value = argument.substr(2);
      const auto name = take_until(value, '=');
      take = taker(name);
      take_switch(name, value, out);
      if (take != nullptr && name.size() + 2 < argument.size()) take(out, value);
    } else if (argument.starts_with('-')) {
      take = nullptr;
    } else if (take != nullptr) {
      take(out, argument);
    }
  }
  return out;
}

}  // namespace mixnet
