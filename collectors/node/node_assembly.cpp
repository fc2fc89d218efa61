// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/node_assembly.h"

#include <array>
#include <initializer_list>
#include <vector>

namespace mixnet {
namespace {

const std::string kSettingsSource = "configuration";
const std::string kDefaultSource = "Nym's default";

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

NymOptions said_by(const NodeSettings& settings) {
  NymOptions out;
  out.source = kSettingsSource;
  out.bound = settings.ports;
  out.data_directory = settings.data_directory;
  out.identity_key = settings.identity_key;
  return out;
}

/// Puts a node together; each function of it takes one kind of fact from the first source that has it.
class Assembly {
 public:
  explicit Assembly(const NodeSources& sources) : sources_(sources) {
    if (sources.settings != nullptr) {
      settings_ = said_by(*sources.settings);
      order_.push_back(&settings_);
    }
    if (sources.process != nullptr) order_.push_back(&sources.process->command.options);
    if (sources.config) order_.push_back(&*sources.config);
    if (sources.http) order_.push_back(&*sources.http);
  }

  Node assemble() && {
    take_settings();
    take_process();
    take_config_file();
    take_id();
    take_network_identity();
    take_modes();
    take_http();
    take_token();
    for (const auto role : kPortRoles) take_port(role);
    take_wss_port();
    take_lists();
    return std::move(node_);
  }

 private:
  void known(std::string what, std::string value, std::string source) {
    node_.findings.push_back({std::move(what), std::move(value), std::move(source), true});
  }
  void unknown(std::string what, std::string reason) {
    node_.findings.push_back({std::move(what), "", std::move(reason), false});
  }

  /// The first source for which `says` is true; null where there is none.
  template <class Says>
  const NymOptions* first(Says says) const {
    for (const auto* source : order_) {
      if (says(*source)) return source;
    }
    return nullptr;
  }

  /// Why a fact is not known that config.toml or the API would have told.
  std::string nobody_says() const {
    if (sources_.config) return "not in " + sources_.config_file;
    std::string out = sources_.config.error().message;
    out.append("; ").append(sources_.http ? "its HTTP API does not tell it" : sources_.http.error().message);
    return out;
  }

  void take_settings() {
    if (sources_.settings == nullptr) {
      node_.kind = "nym";
      node_.wireguard_interface = "nymwg";
      node_.exit_interface = "nymtun0";
      return;
    }
    const auto& settings = *sources_.settings;
    node_.kind = settings.kind;
    node_.unit = settings.unit;
    if (!node_.unit.empty() && node_.unit.find('.') == std::string::npos) node_.unit += ".service";
    node_.access_token_file = settings.access_token_file;
    node_.wireguard_interface = settings.wireguard_interface.empty() ? "nymwg" : settings.wireguard_interface;
    node_.exit_interface = settings.exit_interface.empty() ? "nymtun0" : settings.exit_interface;
    node_.passthrough = settings.passthrough;
  }

  void take_process() {
    const auto* process = sources_.process;
    node_.comm = "nym-node";
    if (process == nullptr) {
      unknown("process", "not running: no process of /proc is this node");
      if (!node_.unit.empty()) node_.cgroup = "system.slice/" + node_.unit;  // where it is unless the unit says otherwise
      return;
    }
    node_.comm = process->comm;
    if (sources_.running) {
      node_.process = process->process;
      known("process", "PID " + std::to_string(process->process.pid), "named " + process->comm);
    } else {
      unknown("process", "not running; it was PID " + std::to_string(process->process.pid));
    }
    node_.cgroup = process->cgroup.path;
    node_.accepts_terms = process->command.accepts_terms;
    const auto file = "/proc/" + std::to_string(process->process.pid) + "/cgroup";
    if (!process->cgroup.unit.empty()) {
      node_.unit = process->cgroup.unit;
      known("unit", node_.unit, file);
    } else {
      unknown("unit", file + " names none: systemd did not start it");
    }
    known("terms and conditions", node_.accepts_terms == true ? "accepted" : "no --accept-operator-terms-and-conditions",
          "command line");
    unknown("environment", "not readable without privileges; what NYMNODE_… variables set is not seen");
  }

  void take_config_file() {
    node_.config_file = sources_.config_file;
    if (sources_.config) {
      known("config.toml", sources_.config_file, sources_.config_guess.empty() ? "read" : "read; " + sources_.config_guess);
    } else {
      unknown("config.toml",
              sources_.config.error().message + (sources_.config_guess.empty() ? "" : " (" + sources_.config_guess + ")"));
    }
  }

  void take_id() {
    if (const auto* source = first([](const NymOptions& options) { return !options.id.empty(); })) {
      node_.id = source->id;
      known("id", node_.id, source->source);
    } else if (sources_.process != nullptr && sources_.process->command.config_file.empty()) {
      node_.id = "default-nym-node";
      known("id", node_.id, kDefaultSource);
    } else {
      unknown("id", nobody_says());
    }
  }

  /// Nothing where no source says it.
  std::optional<bool> mode(std::optional<bool> NymOptions::*field, const std::string*& source) const {
    const auto* says = first([field](const NymOptions& options) { return (options.*field).has_value(); });
    if (says == nullptr) return std::nullopt;
    if (source == nullptr) source = &says->source;
    return says->*field;
  }

  void take_modes() {
    const std::string* source = nullptr;
    const auto mixnode = mode(&NymOptions::mixnode, source);
    const auto entry = mode(&NymOptions::entry, source);
    const auto exit = mode(&NymOptions::exit, source);
    wireguard_ = mode(&NymOptions::wireguard, source);
    entry_ = entry;
    if (!mixnode && !entry && !exit) {
      unknown("modes", nobody_says());
      return;
    }
    node_.modes = NodeModes{mixnode.value_or(false), entry.value_or(false), exit.value_or(false), wireguard_.value_or(false)};
    std::vector<std::string> names;
    if (node_.modes->mixnode) names.emplace_back("mixnode");
    if (node_.modes->entry) names.emplace_back("entry");
    if (node_.modes->exit) names.emplace_back("exit");
    if (node_.modes->wireguard) names.emplace_back("wireguard");
    known("modes", names.empty() ? "none" : joined(names), *source);
  }

  bool settings_says_url() const { return sources_.settings != nullptr && !sources_.settings->http_url.empty(); }

  void take_http() {
    node_.http_url = sources_.http_url;
    if (node_.http_url.empty()) {
      unknown("http address", sources_.http_url_unknown);
      return;
    }
    const auto bind = http_bind(sources_);
    known("http address", node_.http_url,
          settings_says_url()      ? kSettingsSource
          : bind.source != nullptr ? *bind.source
                                   : kDefaultSource);
  }

  void take_token() {
    if (!node_.access_token_file.empty()) {
      known("access token", "in " + node_.access_token_file, kSettingsSource);
      return;
    }
    const auto* source = first([](const NymOptions& options) { return !options.access_token.empty(); });
    if (source != nullptr) {
      node_.access_token = source->access_token;
      known("access token", "set, not shown", source->source);
    } else if (sources_.config) {
      known("access token", "none: the node gives its own metrics to nobody", sources_.config_file);
    } else {
      unknown("access token", sources_.config.error().message);
    }
  }

  /// Nothing where that depends on modes that are not known.
  std::optional<bool> serves(PortRole role) const {
    switch (role) {
      case PortRole::client_ws:
      case PortRole::lp_control:
      case PortRole::lp_data: return entry_;
      case PortRole::wireguard: return wireguard_;
      case PortRole::mix:
      case PortRole::verloc:
      case PortRole::http: break;
    }
    return true;
  }

  void take_port(PortRole role) {
    const auto what = "port " + std::string(to_string(role));
    const auto served = serves(role);
    if (served == false) return;
    const auto* bound = first([role](const NymOptions& options) { return options.bound[role] != 0; });
    const auto* announced = first([role](const NymOptions& options) { return options.announced[role] != 0; });
    // Nodes of before the Lewes Protocol have no defaults for it.
    const bool has_default = role != PortRole::lp_control && role != PortRole::lp_data;
    const std::string* source = role == PortRole::http && settings_says_url() ? &kSettingsSource : &kDefaultSource;
    auto& port = node_.ports[role];
    if (bound != nullptr) {
      port = bound->bound[role];
      source = &bound->source;
    } else if (announced != nullptr) {
      port = announced->announced[role];
      source = &announced->source;
    } else if (role == PortRole::http && !node_.http_url.empty()) {
      const std::uint16_t of_scheme = node_.http_url.starts_with("https://") ? 443 : 80;
      port = url_port(node_.http_url) != 0 ? url_port(node_.http_url) : of_scheme;
    } else if (served == true && has_default && (sources_.config || sources_.only_node)) {
      port = default_port(role);
    } else {
      unknown(what, nobody_says());
      return;
    }
    known(what, std::to_string(port) + (is_udp(role) ? "/udp" : "/tcp"), *source);
    auto& told = node_.announced_ports[role];
    told = announced != nullptr ? announced->announced[role] : port;
    if (told != port) known("announced " + what, std::to_string(told), announced->source);
  }

  void take_wss_port() {
    if (serves(PortRole::client_ws) == false) return;
    const auto* source = first([](const NymOptions& options) { return options.announced_wss != 0; });
    if (source == nullptr) return;
    node_.announced_wss_port = source->announced_wss;
    known("announced port client_wss", std::to_string(source->announced_wss), source->source);
  }

  /// One list or text, where any source has it.
  std::vector<std::string> take_list(const char* what, std::vector<std::string> NymOptions::*field) {
    const auto* source = first([field](const NymOptions& options) { return !(options.*field).empty(); });
    if (source != nullptr) {
      known(what, joined(source->*field), source->source);
      return source->*field;
    }
    unknown(what, nobody_says());
    return {};
  }

  /// One that need not be: there is no finding where no source has it.
  std::string take_text(const char* what, std::string NymOptions::*field) {
    const auto* source = first([field](const NymOptions& options) { return !(options.*field).empty(); });
    if (source == nullptr) return {};
    known(what, source->*field, source->source);
    return source->*field;
  }

  /// What it is in the network.
  void take_network_identity() {
    node_.identity_key = take_text("identity key", &NymOptions::identity_key);
    if (node_.identity_key.empty())
      unknown("identity key", sources_.http ? "its HTTP API does not tell it" : sources_.http.error().message);
    node_.version = take_text("version", &NymOptions::version);
    const auto* source = first([](const NymOptions& options) { return options.key_rotation.has_value(); });
    if (source != nullptr) node_.key_rotation = source->key_rotation;
  }

  void take_lists() {
    node_.nym_api_urls = take_list("nym-api", &NymOptions::nym_api_urls);
    node_.public_addresses = take_list("public addresses", &NymOptions::public_ips);
    if (wireguard_ != false) node_.tunnel_addresses = take_list("tunnel addresses", &NymOptions::tunnel_addresses);
    node_.hostname = take_text("host name", &NymOptions::hostname);
    take_text("location", &NymOptions::location);
    const auto* source = first([](const NymOptions& options) { return !options.data_directory.empty(); });
    if (source != nullptr) {
      node_.data_directory = source->data_directory;
      known("data directory", node_.data_directory, source->source);
    } else {
      take_data_directory_of_config_file();
    }
  }

  /// NODE/config/config.toml has its data in NODE/data.
  void take_data_directory_of_config_file() {
    constexpr std::string_view kBelow = "/config/config.toml";
    if (!sources_.config_file.ends_with(kBelow)) {
      unknown("data directory", nobody_says());
      return;
    }
    node_.data_directory = sources_.config_file.substr(0, sources_.config_file.size() - kBelow.size()) + "/data";
    known("data directory", node_.data_directory, kDefaultSource);
  }

  const NodeSources& sources_;
  NymOptions settings_;
  std::vector<const NymOptions*> order_;  // the strongest first
  std::optional<bool> entry_, wireguard_;
  Node node_;
};

}  // namespace

HttpBind http_bind(const NodeSources& sources) {
  if (sources.process != nullptr && !sources.process->command.options.http_bind.empty()) {
    return {sources.process->command.options.http_bind, &sources.process->command.options.source};
  }
  if (sources.config && !sources.config->http_bind.empty()) return {sources.config->http_bind, &sources.config->source};
  return {};
}

Node assembled_node(const NodeSources& sources) { return Assembly(sources).assemble(); }

}  // namespace mixnet
