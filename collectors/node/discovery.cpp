// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/discovery.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "collectors/kit/http.h"
#include "collectors/kit/regular_file.h"
#include "collectors/kit/secret.h"
#include "collectors/node/node_assembly.h"
#include "collectors/node/node_matching.h"
#include "collectors/node/nym_config.h"
#include "collectors/node/nym_config_path.h"
#include "collectors/node/nym_http.h"
#include "collectors/node/process_scan.h"

namespace mixnet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes kFactsKept{10};
constexpr std::chrono::minutes kTriedAgain{1};
constexpr std::size_t kNodesMax = 32;  // any user can start processes of that name; labels are to stay few

constexpr Metric kNodes = gauge("mixnet_nodes", "Nodes known on this host, running or not.");
constexpr Metric kInfo = gauge("mixnet_node_info", "A node on this host; always 1.");
constexpr Metric kMode =
    gauge("mixnet_node_mode", "Whether the node is told to run in the mode, from its command line, config.toml or HTTP API.");
constexpr const Metric* kMetrics[] = {&kNodes, &kInfo, &kMode};

/// A config.toml, read again when it changes.
struct ConfigFile {
  std::optional<FileStamp> stamp;
  Clock::time_point read_at{};
  Result<NymOptions> options = fail(Fault::absent, "not read");
  bool seen = false;  ///< it has been read once
};

/// What an HTTP API said, asked again when the node restarts and now and then.
struct Answer {
  NodeProcess process;
  Clock::time_point asked_at{};
  Result<NymOptions> facts = fail(Fault::absent, "not asked");
};

/// A node once seen. It stays known when its process ends, so that one sees that it is down; a new process with the same
/// configuration is the same node.
struct Known {
  std::string name;  ///< given once; empty until then
  FoundProcess process;
  bool running = false;
  NymConfigPath config_path;
  std::string why_no_path;

  std::string key() const { return config_path.path.empty() ? process.command.options.id : config_path.path; }
};

/// What is remembered from one run to the next.
struct Discovery {
  ProcessScan scan;
  std::map<std::string, ConfigFile> configs;  ///< by path
  std::map<std::string, Answer> answers;      ///< by URL
  std::vector<Known> known;                   ///< in the order found
  Http http;
};

class Run {
 public:
  Run(Context& context, Discovery& memory) : context_(context), memory_(memory), now_(Clock::now()) {}

  Result<NodeList> nodes() {
    // What nodes of long ago said; it is read again where it is still wanted.
    if (memory_.configs.size() > 2 * kNodesMax) memory_.configs.clear();
    if (memory_.answers.size() > 2 * kNodesMax) memory_.answers.clear();
    const auto processes = TRY(memory_.scan.scan(context_.proc, now_));
    follow(processes);
    if (context_.settings.nodes.empty()) {
      take_all();
    } else {
      take_listed();
    }
    give_urls();
    ask();
    return assemble();
  }

 private:
  // -- processes

  static bool same_process(const Known& node, const FoundProcess& process) {
    return node.running && node.process.process == process.process;
  }

  /// Finds the nodes of before again among the processes, and adds the new ones.
  void follow(std::span<const FoundProcess> processes) {
    std::vector<bool> still(memory_.known.size());
    std::vector<const FoundProcess*> others;
    for (const auto& process : processes) {
      const auto at = std::find_if(memory_.known.begin(), memory_.known.end(),
                                   [&](const Known& node) { return same_process(node, process); });
      if (at == memory_.known.end()) {
        others.push_back(&process);
      } else {
        at->process = process;
        still[static_cast<std::size_t>(at - memory_.known.begin())] = true;
      }
    }
    for (std::size_t index = 0; index < still.size(); ++index) memory_.known[index].running = still[index];
    for (const auto* process : others) adopt(*process);
    forget_removed();
  }

  /// A process not seen before: a node that was down runs again, or a new one.
  void adopt(const FoundProcess& process) {
    Known fresh;
    fresh.process = process;
    fresh.running = true;
    if (auto path = nym_config_path(context_.proc, context_.rootfs, process)) {
      fresh.config_path = *std::move(path);
    } else {
      fresh.why_no_path = path.error().message;
    }
    Known* best = nullptr;
    for (auto& node : memory_.known) {
      if (node.running || node.key() != fresh.key()) continue;
      if (best == nullptr || node.process.cgroup.unit == process.cgroup.unit) best = &node;
    }
    if (best == nullptr) {
      add(std::move(fresh));
    } else {
      fresh.name = std::move(best->name);
      *best = std::move(fresh);
    }
  }

  /// Where there are too many, one that is down makes room.
  void add(Known node) {
    auto& known = memory_.known;
    if (known.size() >= kNodesMax) {
      const auto down = std::find_if(known.begin(), known.end(), [](const Known& each) { return !each.running; });
      if (down == known.end()) {
        context_.remarks.add("PID " + std::to_string(node.process.process.pid),
                             Error{Fault::absent, "left out: more than " + std::to_string(kNodesMax) + " nodes run here"});
        return;
      }
      known.erase(down);
    }
    known.push_back(std::move(node));
  }

  /// A node that is down and whose configuration was removed is not there any more.
  void forget_removed() {
    std::erase_if(memory_.known, [this](const Known& node) {
      if (node.running || node.config_path.path.empty()) return false;
      const auto& config = read_config(node.config_path.path, Symlinks::refuse);
      return config.seen && !config.options && config.options.error().fault == Fault::absent;
    });
  }

  // -- config.toml

  const ConfigFile& read_config(const std::string& path, Symlinks symlinks) {
    auto& config = memory_.configs[path];
    const auto relative = std::string_view(path).substr(path.find_first_not_of('/'));
    const auto stamp = context_.rootfs.stamp(relative);
    const bool due = stamp != config.stamp || (!config.options && now_ >= config.read_at + kTriedAgain);
    if (!due && config.read_at != Clock::time_point{}) return config;
    config.stamp = stamp;
    config.read_at = now_;
    const auto text = read_regular_file(context_.rootfs.path(relative), kNymConfigBytesMax, symlinks);
    if (text) {
      config.seen = true;
      config.options = context_.rootfs.named(relative, parse_nym_config(*text));
      if (config.options) config.options->source = path;
    } else {
      config.options = tl::unexpected<Error>(text.error());
    }
    return config;
  }

  // -- which nodes

  void take_process(NodeSources& sources, Known& node) {
    sources.process = &node.process;
    sources.running = node.running;
    sources.config_file = node.config_path.path;
    sources.config_guess = node.config_path.guess;
    if (!node.config_path.path.empty()) {
      sources.config = read_config(node.config_path.path, Symlinks::refuse).options;
    } else if (!node.why_no_path.empty()) {
      sources.config = fail(Fault::absent, node.why_no_path);
    }
  }

  void take_all() {
    for (auto& node : memory_.known) {
      NodeSources sources;
      take_process(sources, node);
      sources_.push_back(std::move(sources));
      names_.push_back(&node.name);
    }
  }

  NodeTraits traits_of(const Known& node) {
    NodeSources sources;
    NodeTraits out{node.process.cgroup.unit, node.config_path.path, node.process.command.options.id, 0};
    sources.process = &node.process;
    if (!out.config_file.empty()) sources.config = read_config(out.config_file, Symlinks::refuse).options;
    out.config_is_supposed = !sources.config && node.process.command.config_file.empty();
    if (sources.config && out.id.empty()) out.id = sources.config->id;
    if (const auto address = parse_socket_address(http_bind(sources).address)) out.http_port = address->port;
    return out;
  }

  /// Those of the configuration only; what else runs is remarked on.
  void take_listed() {
    // A process that has ended stands for its node where no other has taken its place.
    std::stable_sort(memory_.known.begin(), memory_.known.end(),
                     [](const Known& a, const Known& b) { return a.running && !b.running; });
    std::vector<NodeTraits> traits;
    for (const auto& node : memory_.known) traits.push_back(traits_of(node));
    const auto& entries = context_.settings.nodes;
    const auto match = matched(entries, traits);
    std::vector<bool> listed(memory_.known.size());
    for (std::size_t index = 0; index < entries.size(); ++index) {
      NodeSources sources;
      if (match[index]) {
        take_process(sources, memory_.known[*match[index]]);
        listed[*match[index]] = true;
      }
      take_entry(sources, entries[index]);
      sources_.push_back(std::move(sources));
      names_.push_back(nullptr);
    }
    for (std::size_t index = 0; index < listed.size(); ++index) {
      if (!listed[index] && memory_.known[index].running) remark_unlisted(memory_.known[index].process);
    }
  }

  void take_entry(NodeSources& sources, const NodeSettings& entry) {
    sources.settings = &entry;
    if (entry.config_file.empty()) return;
    sources.config_file = entry.config_file;
    sources.config_guess.clear();
    sources.config = read_config(entry.config_file, Symlinks::follow).options;
  }

  void remark_unlisted(const FoundProcess& process) {
    const auto& unit = process.cgroup.unit;
    context_.remarks.add("PID " + std::to_string(process.process.pid) + (unit.empty() ? "" : " of " + unit),
                         Error{Fault::absent, "a node runs that is in no entry of nodes: in the configuration"});
  }

  // -- HTTP

  /// Does a server on [::] hear nothing of IPv4?
  bool ipv6_only() { return context_.proc.number_if_there<int>("sys/net/ipv6/bindv6only").value_or(0) == 1; }

  static bool is_default(const std::string& url) {
    return url == loopback_url({"127.0.0.1", default_port(PortRole::http)}, false) ||
           url == loopback_url({"::1", default_port(PortRole::http)}, false);
  }

  std::string told_url(const NodeSources& sources) {
    if (sources.settings != nullptr && !sources.settings->http_url.empty()) return sources.settings->http_url;
    const auto port = sources.settings != nullptr ? sources.settings->ports[PortRole::http] : std::uint16_t{0};
    if (port != 0) return loopback_url({"127.0.0.1", port}, false);
    const auto address = parse_socket_address(http_bind(sources).address);
    if (address && address->port != 0) return loopback_url(*address, ipv6_only());
    return sources.config ? loopback_url({"::", default_port(PortRole::http)}, ipv6_only()) : "";
  }

  void give_urls() {
    std::size_t without = 0;
    bool default_taken = false;
    for (auto& sources : sources_) {
      sources.only_node = sources_.size() == 1;
      sources.http_url = told_url(sources);
      without += sources.http_url.empty() ? 1 : 0;
      default_taken |= is_default(sources.http_url);
    }
    for (auto& sources : sources_) {
      if (!sources.http_url.empty()) continue;
      if (without == 1 && !default_taken) {
        sources.http_url = loopback_url({"::", default_port(PortRole::http)}, ipv6_only());
      } else {
        sources.http_url_unknown = "nobody tells it, and port " + std::to_string(default_port(PortRole::http)) +
                                   " can be one node's only; name its http_url below nodes: in the configuration";
      }
    }
  }

  bool has_to_ask(const NodeSources& sources) const {
    const bool told = sources.settings != nullptr && !sources.settings->http_url.empty();
    return !sources.http_url.empty() && (sources.running || told);
  }

  bool is_due(const NodeSources& sources) const {
    const auto at = memory_.answers.find(sources.http_url);
    if (at == memory_.answers.end() || at->second.process != process_of(sources)) return true;
    return now_ >= at->second.asked_at + (at->second.facts ? kFactsKept : kTriedAgain);
  }

  static NodeProcess process_of(const NodeSources& sources) {
    return sources.running ? sources.process->process : NodeProcess{};
  }

  /// Asks the nodes what only they know (their key, their version), and all else where config.toml may not be read.
  void ask() {
    std::vector<HttpExchange> exchanges;
    std::vector<const NodeSources*> asked;
    for (const auto& sources : sources_) {
      if (!has_to_ask(sources) || !is_due(sources)) continue;
      for (auto& exchange : nym_fact_requests(sources.http_url)) exchanges.push_back(std::move(exchange));
      asked.push_back(&sources);
    }
    if (!asked.empty()) memory_.http.exchange(exchanges, context_.stop);
    const auto each = asked.empty() ? 0 : exchanges.size() / asked.size();
    for (std::size_t index = 0; index < asked.size(); ++index) {
      const auto answers = std::span<const HttpExchange>(exchanges).subspan(index * each, each);
      memory_.answers[asked[index]->http_url] = {process_of(*asked[index]), now_, nym_facts(answers)};
    }
    for (auto& sources : sources_) take_answer(sources);
  }

  void take_answer(NodeSources& sources) {
    if (!has_to_ask(sources)) return;
    sources.http = memory_.answers[sources.http_url].facts;
    const bool somebody_else = !sources.http && sources.http.error().fault == Fault::malformed;
    if (!somebody_else || !told_url(sources).empty()) return;
    sources.http_url.clear();  // what is on the default port is not this node
    sources.http_url_unknown = sources.http.error().message;
  }

  // -- the list

  static std::string wanted_name(const Node& node) {
    if (!node.id.empty()) return node.id;
    return node.unit.empty() ? "nym-node" : node.unit.substr(0, node.unit.rfind('.'));
  }

  static std::string unique(const std::string& wanted, const NodeList& nodes) {
    const auto is_taken = [&](const std::string& name) {
      return std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) { return node.name == name; });
    };
    auto name = wanted;
    for (int number = 2; is_taken(name); ++number) name = wanted + "-" + std::to_string(number);
    return name;
  }

  NodeList assemble() {
    NodeList out;
    for (std::size_t index = 0; index < sources_.size(); ++index) {
      auto node = assembled_node(sources_[index]);
      const auto* settings = sources_[index].settings;
      if (settings != nullptr) node.name = settings->name;
      if (names_[index] != nullptr) node.name = *names_[index];
      if (node.name.empty()) node.name = unique(wanted_name(node), out);
      if (names_[index] != nullptr) *names_[index] = node.name;
      remark_on(sources_[index], node);
      out.push_back(std::move(node));
    }
    return out;
  }

  void remark_on(const NodeSources& sources, const Node& node) {
    if (!sources.config) {
      // A right that we lack is how the unit is meant to be: the HTTP API tells most of it.
      auto error = sources.config.error();
      if (error.fault == Fault::denied) {
        error.fault = Fault::absent;
        error.message += "; `mixnet-exporter config init`, run as root, writes down what it says";
      }
      context_.remarks.add(node.name + ": config.toml", error);
    }
    if (node.http_url.empty()) {
      context_.remarks.add(node.name + ": http address", Error{Fault::absent, sources.http_url_unknown});
    }
    if (!node.access_token_file.empty() && is_readable_by_all(node.access_token_file)) {
      context_.remarks.add(node.name + ": " + node.access_token_file,
                           Error{Fault::absent, "every user of this host can read the token; chmod o-r it"});
    }
  }

  Context& context_;
  Discovery& memory_;
  const Clock::time_point now_;
  std::vector<NodeSources> sources_;
  std::vector<std::string*> names_;  // where a node's name is kept; null where the configuration gives it
};

void emit(const NodeList& nodes, Samples& out) {
  out.add(kNodes, static_cast<double>(nodes.size()));
  for (const auto& node : nodes) {
    out.add(kInfo, 1, {{"node", node.name}, {"kind", node.kind}, {"id", node.id}, {"unit", node.unit}});
    if (!node.modes) continue;
    const auto mode = [&](std::string_view name, bool on) {
      out.add(kMode, on ? 1 : 0, {{"node", node.name}, {"mode", name}});
    };
    mode("mixnode", node.modes->mixnode);
    mode("entry", node.modes->entry);
    mode("exit", node.modes->exit);
    mode("wireguard", node.modes->wireguard);
  }
}

/// A publication wakes everybody, so there is one only where something changed.
void publish(NodeDirectory& directory, NodeList nodes) {
  const auto latest = directory.latest();
  if (latest.number != 0 && *latest.nodes == nodes) return;
  directory.publish(std::move(nodes));
}

void remark_on_none(Context& context) {
  std::string reason = "no node is known on this host: no process in " + context.proc.root() +
                       " is a `nym-node run`, and the configuration has no nodes:";
  if (!context.proc.exists("1"))
    reason += "; " + context.proc.root() + " hides the processes of other users (hidepid, ProtectProc=)";
  context.remarks.add("nodes", Error{Fault::absent, std::move(reason)});
}

Result<void> collect(Context& context, Samples& out) {
  auto nodes = TRY(Run(context, context.memory.get<Discovery>()).nodes());
  emit(nodes, out);
  if (nodes.empty()) remark_on_none(context);
  publish(*context.directory, std::move(nodes));
  return {};
}

}  // namespace

constinit const Collector kNode{"node",
                                "The nodes on this host: their processes, systemd units, modes and addresses.",
                                true,
                                Schedule::background,
                                kMetrics,
                                collect,
                                std::chrono::seconds(15)};

}  // namespace mixnet
