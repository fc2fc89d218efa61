// SPDX-License-Identifier: Apache-2.0
#include "daemon/nodes_config.h"

#include <algorithm>
#include <string_view>

#include "collectors/kit/base58.h"
#include "collectors/kit/result.h"
#include "collectors/kit/text.h"
#include "daemon/path_checks.h"
#include "daemon/url.h"

namespace mixnet {
namespace {

using Check = Result<void> (*)(std::string_view text);

Result<void> any(std::string_view text) {
  if (text.empty()) return fail(Fault::malformed, "empty");
  return {};
}

Result<void> check_name(std::string_view text) {
  constexpr std::size_t kNameMax = 100;
  TRY(any(text));
  if (text.size() > kNameMax) return fail(Fault::malformed, "a name of more than " + std::to_string(kNameMax) + " bytes");
  if (trim(text).size() != text.size()) return fail(Fault::malformed, in_quotes(text) + " has white space around it");
  return {};
}

Result<void> check_kind(std::string_view text) {
  if (text != "nym") return fail(Fault::malformed, in_quotes(text) + " is no kind of node that is known; there is \"nym\"");
  return {};
}

Result<void> check_unit(std::string_view text) {
  TRY(any(text));
  if (text.find('/') != std::string_view::npos) return fail(Fault::malformed, in_quotes(text) + " is not a unit's name");
  return {};
}

Result<void> check_identity_key(std::string_view text) {
  if (!is_identity_key(text)) return fail(Fault::malformed, in_quotes(text) + " is not an ed25519 key in base 58");
  return {};
}

Result<void> check_interface(std::string_view text) {
  constexpr std::size_t kNameMax = 15;
  TRY(any(text));
  if (text.size() > kNameMax || text.find_first_of("/ :") != std::string_view::npos) {
    return fail(Fault::malformed, in_quotes(text) + " is not an interface's name");
  }
  return {};
}

Result<void> check_http_url(std::string_view text) { return check_url(text); }

/// A key of an entry that is a text.
struct Key {
  const char* name;
  std::string NodeSettings::*field;
  Check check;
};

constexpr Key kKeys[] = {
    {"name", &NodeSettings::name, check_name},
    {"kind", &NodeSettings::kind, check_kind},
    {"unit", &NodeSettings::unit, check_unit},
    {"config_file", &NodeSettings::config_file, check_path},
    {"data_directory", &NodeSettings::data_directory, check_path},
    {"http_url", &NodeSettings::http_url, check_http_url},
    {"access_token_file", &NodeSettings::access_token_file, check_secret_path},
    {"identity_key", &NodeSettings::identity_key, check_identity_key},
    {"wireguard_interface", &NodeSettings::wireguard_interface, check_interface},
    {"exit_interface", &NodeSettings::exit_interface, check_interface},
};

constexpr NodeKey kHelp[] = {
    {"name", "Label `node` of the node's metrics; its own id where not given."},
    {"kind", "What it is: nym, the default."},
    {"unit", "Its systemd unit, by which it is found."},
    {"config_file", "Its config.toml."},
    {"data_directory", "Where its databases are."},
    {"http_url", "Address of its HTTP API, http://127.0.0.1:8080 say."},
    {"access_token_file", "File with the token of its metrics endpoint, or the name of a systemd credential."},
    {"identity_key", "Its identity key in base 58, where its API does not tell it."},
    {"wireguard_interface", "Its WireGuard interface; nymwg where not given."},
    {"exit_interface", "The tunnel interface of its exit; nymtun0 where not given."},
    {"ports", "Ports that it listens on, by role: mix, verloc, http, client_ws, lp_control, lp_data, wireguard."},
    {"passthrough", "Give what its own metrics endpoint has beyond what is known, under its own names."},
};

void read_text(const YamlMapping& entry, const Key& key, NodeSettings& out) {
  const auto value = entry.get(key.name);
  auto text = value.text();
  if (!text) return;
  if (const auto checked = key.check(*text); !checked) value.refuse(checked.error().message);
  out.*key.field = *std::move(text);
}

NodeSettings read_node(const YamlValue& value) {
  NodeSettings out;
  const auto entry = value.mapping();
  for (const auto& key : kKeys) read_text(entry, key, out);
  const auto ports = entry.get("ports").mapping();
  for (const auto role : kPortRoles) {
    const auto port = ports.get(to_string(role)).integer(1, 65535);
    if (port) out.ports[role] = static_cast<std::uint16_t>(*port);
  }
  out.passthrough = entry.get("passthrough").boolean().value_or(false);
  while (out.http_url.ends_with('/')) out.http_url.pop_back();
  return out;
}

/// Two entries that would be one node, or that nothing tells apart.
void refuse_repetition(const YamlValue& value, const NodeSettings& node, std::span<const NodeSettings> before) {
  for (const auto& other : before) {
    if (!node.name.empty() && node.name == other.name) {
      value.mapping().get("name").refuse("a second node of the name " + in_quotes(node.name));
    } else if (!node.unit.empty() && node.unit == other.unit) {
      value.mapping().get("unit").refuse("a second node of the unit " + in_quotes(node.unit));
    }
  }
  const bool tells_which = !node.name.empty() || !node.unit.empty() || !node.config_file.empty() || !node.http_url.empty();
  if (!tells_which && value.is_mapping()) value.refuse("an entry needs a name, a unit, a config_file or an http_url");
}

void append_ports(const NodePorts& ports, std::string& out) {
  if (ports == NodePorts{}) return;
  std::string list;
  for (const auto role : kPortRoles) {
    if (ports[role] == 0) continue;
    list.append(list.empty() ? "" : ", ").append(to_string(role)).append(": ").append(std::to_string(ports[role]));
  }
  out.append("    ports: {").append(list).append("}\n");
}

}  // namespace

std::span<const NodeKey> node_keys() { return kHelp; }

std::vector<NodeSettings> read_nodes(const YamlValue& nodes) {
  std::vector<NodeSettings> out;
  for (const auto& item : nodes.list()) {
    auto node = read_node(item);
    refuse_repetition(item, node, out);
    out.push_back(std::move(node));
  }
  return out;
}

std::string nodes_as_yaml(std::span<const NodeSettings> nodes) {
  std::string out;
  for (const auto& node : nodes) {
    std::string entry;
    for (const auto& key : kKeys) {
      if ((node.*key.field).empty()) continue;
      entry.append("    ").append(key.name).append(": ").append(yaml_scalar(node.*key.field)).append("\n");
    }
    append_ports(node.ports, entry);
    if (node.passthrough) entry.append("    passthrough: true\n");
    entry.replace(2, 1, "-");
    out += entry;
  }
  return out.empty() ? out : "nodes:\n" + out;
}

}  // namespace mixnet
