// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/all_collectors.h"
#include "collectors/kit/text.h"
#include "daemon/checks_config.h"
#include "daemon/config.h"
#include "daemon/documents/documents.h"
#include "daemon/nodes_config.h"
#include "daemon/yaml.h"

namespace mixnet {
namespace {

constexpr std::string_view kHead =
    "# The configuration of mixnet-exporter, mixnet-exporter.yml(5). It needs none: each setting stands here with its "
    "default,\n"
    "# switched off by a # before it. Take that # away, and no space, to set it. A heading with nothing below it means "
    "nothing.\n"
    "#\n"
    "# After a change: `mixnet-exporter config check`, then `systemctl reload mixnet-exporter`; what stands below web takes a\n"
    "# restart. What is in force: `mixnet-exporter config show`. What is lacking: `mixnet-exporter doctor`.\n";

constexpr std::string_view kNodesHead =
    "\n# The nodes of this host. With no entry every node that runs here is found and looked at; with entries only those are.\n"
    "# `mixnet-exporter config init` writes them from what it finds.\n"
    "#nodes:\n";

/// One line of a setting, with its help above it.
void append_setting(std::string& out, std::string_view indentation, std::string_view help, std::string_view key,
                    std::string_view value) {
  out.append(indentation).append("# ").append(help).append("\n");
  out.append(indentation).append("#").append(key).append(": ").append(value).append("\n");
}

std::string value_of(const Option& option, const Config& config) {
  const auto values = option.get(config);
  if (option.kind == Option::Kind::boolean) return values.front();
  if (option.kind == Option::Kind::text) return yaml_scalar(values.front());
  std::string list;
  for (const auto& value : values) list.append(list.empty() ? "" : ", ").append(yaml_scalar(value));
  return "[" + list + "]";
}

/// Of a section: its options, those with a dot in their key together below what is before the dot. For each collector there is
/// such a group, though it has no option.
using Groups = std::map<std::string, std::vector<const Option*>, std::less<>>;

Groups groups_of(std::string_view section) {
  Groups out;
  for (const auto& option : all_options()) {
    const auto dot = option.key.find('.');
    if (option.section == section && dot != std::string::npos) out[option.key.substr(0, dot)].push_back(&option);
  }
  if (section != "collectors") return out;
  for (const auto* collector : all_collectors()) out.try_emplace(std::string(collector->name));
  return out;
}

const Collector* collector_named(std::string_view section, std::string_view name) {
  if (section != "collectors") return nullptr;
  for (const auto* collector : all_collectors()) {
    if (collector->name == name) return collector;
  }
  return nullptr;
}

void append_group(std::string& out, std::string_view section, std::string_view name, const std::vector<const Option*>& options,
                  const Config& defaults) {
  const auto* collector = collector_named(section, name);
  const std::string_view on = collector != nullptr && collector->on_by_default ? "true" : "false";
  if (options.empty()) return append_setting(out, "  ", collector->help, name, on);
  if (collector != nullptr) out.append("  # ").append(collector->help).append("\n");
  out.append("  ").append(name).append(":\n");
  if (collector != nullptr) out.append("    #enabled: ").append(on).append("\n");
  for (const auto* option : options) {
    append_setting(out, "    ", option->help, option->key.substr(name.size() + 1), value_of(*option, defaults));
  }
}

void append_section(std::string& out, std::string_view section, const Config& defaults) {
  out.append("\n").append(section).append(":\n");
  for (const auto& option : all_options()) {
    if (option.section != section || option.key.find('.') != std::string::npos) continue;
    append_setting(out, "  ", option.help, option.key, value_of(option, defaults));
  }
  for (const auto& [name, options] : groups_of(section)) append_group(out, section, name, options, defaults);
}

constexpr std::string_view kChecksHead =
    "\n# The limits of `mixnet-exporter check`, the status page and the alerts: ranges, or none; for how long what is looked "
    "at has\n"
    "# to be so. Below a check its parts; `mixnet-exporter check --help` and check.md explain them.\n"
    "checks:\n";

/// All limits, each check with what its value is.
void append_checks(std::string& out) {
  out += kChecksHead;
  const auto text = checks_as_yaml(default_check_limits());
  std::string_view rest = text;
  take_until(rest, '\n');  // the heading
  while (!rest.empty()) {
    const auto line = take_until(rest, '\n');
    const auto key = trim(line.substr(0, line.find(':')));
    const auto indentation = line.substr(0, line.find_first_not_of(' '));
    for (const auto& check : all_checks()) {
      const bool is_it = indentation.size() == 2 && check.name == key && check.part.empty();
      if (is_it) out.append(indentation).append("# ").append(check.help).append("\n");
    }
    const std::string_view off = indentation.size() > 2 ? "#" : "";
    out.append(indentation).append(off).append(line.substr(indentation.size())).append("\n");
  }
}

constexpr std::string_view kAlerts =
    "\n# Who is told of what the checks find, where no Prometheus does that; nobody where nobody is named. What else a "
    "receiver takes,\n"
    "# passwords say, is in alerts-without-prometheus.md.\n"
    "alerts:\n"
    "  # Labels of every alert; instance is the host's name where it is not here.\n"
    "  #external_labels: {}\n"
    "  # Under which address the exporter is reached, for links to it: external_url, with no default.\n"
    "  # How often an Alertmanager is told of what goes on.\n"
    "  #resend_delay: 1m\n"
    "  # Alertmanagers by their url.\n"
    "  #alertmanagers: []\n"
    "  # Webhooks by their url, or a url_file that holds it.\n"
    "  #webhooks: []\n"
    "  # Programs with their arguments, as a command, [/usr/local/bin/tell-me, --urgent].\n"
    "  #commands: []\n";

/// An entry that says what is found where it is not said.
void append_nodes(std::string& out) {
  out += kNodesHead;
  constexpr std::pair<std::string_view, std::string_view> kExample[] = {
      {"name", "my-node"},
      {"kind", "nym"},
      {"unit", "nym-node.service"},
      {"config_file", "/home/nym/.nym/nym-nodes/my-node/config/config.toml"},
      {"data_directory", "/home/nym/.nym/nym-nodes/my-node/data"},
      {"http_url", "http://127.0.0.1:8080"},
      {"access_token_file", "/etc/mixnet-exporter/my-node.token"},
      {"identity_key", "4QhNqo2jNHUtJYrEmA5P4yq7RUyzg8Qm3JyNvKw1DbEz"},
      {"wireguard_interface", "nymwg"},
      {"exit_interface", "nymtun0"},
      {"ports", "{mix: 1789, verloc: 1790, http: 8080, client_ws: 9000, lp_control: 41264, lp_data: 51264, wireguard: 51822}"},
      {"passthrough", "false"},
  };
  for (const auto& key : node_keys()) {
    const bool first = &key == &node_keys().front();
    out.append("#    # ").append(key.help).append("\n");
    for (const auto& [name, value] : kExample) {
      if (name == key.name) out.append(first ? "#  - " : "#    ").append(name).append(": ").append(value).append("\n");
    }
  }
}

}  // namespace

std::string sample_configuration() {
  const auto defaults = read_config({}, "", "").value();
  std::string out(kHead);
  std::set<std::string, std::less<>> done;
  for (const auto& option : all_options()) {
    if (done.insert(option.section).second) append_section(out, option.section, defaults);
  }
  append_checks(out);
  out += kAlerts;
  append_nodes(out);
  return out;
}

}  // namespace mixnet
