// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <system_error>

#include "collectors/all_collectors.h"
#include "collectors/kit/base58.h"
#include "collectors/kit/text.h"
#include "collectors/network/environment.h"
#include "daemon/address.h"
#include "daemon/alerts/alerts_config.h"
#include "daemon/checks_config.h"
#include "daemon/history/recording.h"
#include "daemon/nearest.h"
#include "daemon/nodes_config.h"
#include "daemon/url.h"
#include "daemon/yaml.h"

namespace mixnet {
namespace {

using Kind = Option::Kind;
using Values = std::vector<std::string>;

/// The options somebody set, by their flags, with the values.
using Chosen = std::map<std::string, Values, std::less<>>;

Result<void> set_boolean(bool& to, std::string_view text) {
  if (text != "true" && text != "false") return fail(Fault::malformed, in_quotes(text) + " is neither true nor false");
  to = text == "true";
  return {};
}

Result<void> set_text(std::string& to, std::string_view text) {
  to = text;
  return {};
}

Result<void> set_path(std::string& to, std::string_view text) {
  if (text.empty()) return fail(Fault::malformed, "an empty path");
  while (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);  // so that /proc/ is known for this host's too
  to = text;
  return {};
}

Result<void> set_telemetry_path(std::string& to, std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  if (!text.starts_with('/')) return fail(Fault::malformed, in_quotes(text) + " does not begin with a slash");
  if (text.find_first_not_of(kAllowed) != std::string_view::npos) {
    return fail(Fault::malformed, in_quotes(text) + " has other characters than letters, digits, -._~ and slashes");
  }
  if (text.starts_with("/-/") || text == "/health" || text.starts_with("/api/"))
    return fail(Fault::malformed, in_quotes(text) + " is taken by the exporter itself");
  to = text;
  return {};
}

/// An option that is one text or one boolean of Config; `field` gives a reference to it.
template <class Field>
Option boolean_option(std::string flag, std::string section, std::string key, std::string help, Field field) {
  return {std::move(flag),
          std::move(section),
          std::move(key),
          std::move(help),
          Kind::boolean,
          [field](Config& config, std::string_view text) { return set_boolean(field(config), text); },
          [field](const Config& config) { return Values{field(config) ? "true" : "false"}; }};
}

template <class Field>
Option text_option(std::string flag, std::string section, std::string key, std::string help, Field field,
                   Result<void> (*set)(std::string&, std::string_view)) {
  return {std::move(flag),
          std::move(section),
          std::move(key),
          std::move(help),
          Kind::text,
          [field, set](Config& config, std::string_view text) { return set(field(config), text); },
          [field](const Config& config) { return Values{std::string(field(config))}; }};
}

/// In the longest unit that it is a whole number of: "2d".
std::string in_words(std::chrono::milliseconds duration) {
  constexpr std::pair<std::int64_t, std::string_view> kUnits[] = {
      {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}};
  for (const auto& [milliseconds, unit] : kUnits) {
    if (duration.count() % milliseconds == 0) return std::to_string(duration.count() / milliseconds).append(unit);
  }
  return std::to_string(duration.count()) + "ms";
}

/// A duration of Config within limits.
template <class Field>
Option duration_option(std::string flag, std::string section, std::string key, std::string help, Field field,
                       std::chrono::milliseconds least, std::chrono::milliseconds most) {
  return {std::move(flag),
          std::move(section),
          std::move(key),
          std::move(help),
          Kind::text,
          [field, least, most](Config& config, std::string_view text) -> Result<void> {
            const auto duration = TRY(parse_duration(text));
            if (duration < least) return fail(Fault::malformed, in_quotes(text) + " is less than " + in_words(least));
            if (duration > most) return fail(Fault::malformed, in_quotes(text) + " is more than " + in_words(most));
            field(config) = duration;
            return {};
          },
          [field](const Config& config) { return Values{in_words(field(config))}; }};
}

#define FIELD(path) \
  [](auto& config) -> auto& { return config.path; }

Option listen_address() {
  return {"web.listen-address",
          "web",
          "listen_addresses",
          "Address to listen on, HOST:PORT; repeatable.",
          Kind::list,
          [](Config& config, std::string_view text) -> Result<void> {
            TRY(parse_address(text));
            auto& addresses = config.web.listen_addresses;
            if (std::find(addresses.begin(), addresses.end(), text) != addresses.end()) {
              return fail(Fault::malformed, in_quotes(text) + " is given twice");
            }
            addresses.emplace_back(text);
            return {};
          },
          [](const Config& config) { return config.web.listen_addresses; }};
}

void add_web_options(std::vector<Option>& out) {
  out.push_back(listen_address());
  out.push_back(text_option("web.telemetry-path", "web", "telemetry_path", "Path under which to expose metrics.",
                            FIELD(web.telemetry_path), set_telemetry_path));
  out.push_back(text_option("web.page-title", "web", "page_title",
                            "Title of the status page; one of your own is logged at the start too.", FIELD(web.page_title),
                            set_text));
  out.push_back(text_option("web.config.file", "web", "config_file",
                            "File with TLS and authentication settings, in exporter-toolkit's format.", FIELD(web.config_file),
                            set_text));
  out.push_back(boolean_option("web.allow-unprotected", "web", "allow_unprotected",
                               "Listen beyond loopback without TLS and authentication.", FIELD(web.allow_unprotected)));
  out.push_back(boolean_option("web.disable-exporter-metrics", "web", "disable_exporter_metrics",
                               "Exclude metrics about the exporter itself.", FIELD(web.disable_exporter_metrics)));
  out.push_back(boolean_option("web.sd-nodes", "web", "sd_nodes",
                               "Serve the network's nodes as targets for Prometheus's http_sd under /sd/nodes.",
                               FIELD(settings.network.serve_nodes)));
  out.push_back(boolean_option("web.systemd-socket", "web", "systemd_socket",
                               "Listen on the sockets systemd hands over instead of the listen addresses.",
                               FIELD(web.systemd_socket)));
}

std::string in_snake_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c == '-' || c == '.') c = '_';
  }
  return out;
}

Kind kind_of(const Setting& setting) {
  switch (setting.kind) {
    case Setting::Kind::boolean: return Kind::boolean;
    case Setting::Kind::path_list:
    case Setting::Kind::text_list: return Kind::list;
    case Setting::Kind::regex:
    case Setting::Kind::duration:
    case Setting::Kind::text: break;
  }
  return Kind::text;
}

Option option_of(const Setting& setting) {
  auto rest = setting.name;
  const auto collector = take_until(rest, '.');
  return {"collector." + std::string(setting.name),
          "collectors",
          std::string(collector) + "." + in_snake_case(rest),
          std::string(setting.help),
          kind_of(setting),
          [&setting](Config& config, std::string_view text) { return setting.set(config.settings, text); },
          [&setting](const Config& config) -> Values {
            auto value = setting.get(config.settings);
            if (!Setting::is_list(setting.kind)) return {std::move(value)};
            Values paths;
            for (std::string_view rest_of_it = value; !rest_of_it.empty();) paths.emplace_back(take_until(rest_of_it, '\n'));
            return paths;
          }};
}

Result<void> set_environment(std::string& to, std::string_view text) {
  TRY(check_environment(text));
  to = text;
  return {};
}

Result<void> set_proxy(std::string& to, std::string_view text) {
  if (!text.empty()) TRY(check_url(text, kProxySchemes));
  to = text;
  return {};
}

Result<void> set_ca_file(std::string& to, std::string_view text) {
  if (!text.empty() && !text.starts_with('/')) return fail(Fault::malformed, in_quotes(text) + " is not an absolute path");
  to = text;
  return {};
}

/// A list of texts of Config, none twice.
template <class Field>
Option list_option(std::string flag, std::string section, std::string key, std::string help, Field field,
                   Result<void> (*check)(std::string_view)) {
  return {std::move(flag),
          std::move(section),
          std::move(key),
          std::move(help),
          Kind::list,
          [field, check](Config& config, std::string_view text) -> Result<void> {
            TRY(check(text));
            auto& list = field(config);
            if (std::find(list.begin(), list.end(), text) != list.end()) {
              return fail(Fault::malformed, in_quotes(text) + " is given twice");
            }
            list.emplace_back(text);
            return {};
          },
          [field](const Config& config) { return field(config); }};
}

Result<void> check_base_url(std::string_view text) { return check_url(text); }

/// An identity key or a node id, of another node.
Result<void> check_watched(std::string_view text) {
  if (is_identity_key(text) || number<std::uint32_t>(text)) return {};
  return fail(Fault::malformed, in_quotes(text) + " is neither a node's id, a number, nor its identity key in base 58");
}

void add_network_options(std::vector<Option>& out) {
  out.push_back(
      text_option("network.environment", "network", "environment",
                  "The network that the nodes are in: mainnet, sandbox, canary, local or custom; where not given, that "
                  "of the nym-api URLs that the nodes themselves use.",
                  FIELD(settings.network.environment), set_environment));
  out.push_back(list_option("network.nym-api", "network", "nym_api",
                            "Base URL of nym-api in place of the environment's, the preferred first; repeatable.",
                            FIELD(settings.network.nym_api), check_base_url));
  out.push_back(list_option("network.node-status-api", "network", "node_status_api",
                            "Base URL of the node status API in place of the environment's, the preferred first; repeatable.",
                            FIELD(settings.network.node_status_api), check_base_url));
  out.push_back(text_option("network.proxy", "network", "proxy", "Proxy for the network's APIs, socks5h://127.0.0.1:9050 say.",
                            FIELD(settings.network.proxy), set_proxy));
  out.push_back(text_option("network.ca-file", "network", "ca_file",
                            "File of certificate authorities in PEM that the network's APIs are verified with, in place of the "
                            "system's.",
                            FIELD(settings.network.ca_file), set_ca_file));
  out.push_back(list_option("network.watch", "network", "watch",
                            "Identity key or node id of another node of yours, of which the network's view is exported too; "
                            "repeatable.",
                            FIELD(settings.network.watch), check_watched));
}

/// "128MiB", "2GiB"
Result<void> set_history_size(Config& config, std::string_view text) {
  constexpr std::uint64_t kLeast = std::uint64_t{8} << 20, kMost = std::uint64_t{1} << 40;
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  const auto unit = text.substr(digits.size());
  const int shift = unit == "MiB" ? 20 : unit == "GiB" ? 30 : 0;
  const auto count = number<std::uint32_t>(digits);
  if (!count || shift == 0) return fail(Fault::malformed, in_quotes(text) + " is not a size such as 128MiB or 2GiB");
  const auto bytes = std::uint64_t{*count} << shift;
  if (bytes < kLeast || bytes > kMost) return fail(Fault::malformed, in_quotes(text) + " is not between 8MiB and 1024GiB");
  config.history.limits.bytes_max = bytes;
  return {};
}

Result<void> check_recording(std::string_view text) {
  TRY(Recording::parse(text));
  return {};
}

void add_history_options(std::vector<Option>& out) {
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  constexpr hours kYears{24 * 365 * 5};
  out.push_back(boolean_option("history.enabled", "history", "enabled",
                               "Record what the status page, the checks and the alerts need, below --path.state.",
                               FIELD(history.enabled)));
  out.push_back(duration_option("history.interval", "history", "interval", "From one recording to the next, 1s to 5m.",
                                FIELD(history.interval), seconds(1), minutes(5)));
  out.push_back(duration_option("history.retention", "history", "retention", "How long every value is kept, from 1h on.",
                                FIELD(history.limits.full), hours(1), kYears));
  out.push_back(duration_option("history.coarse-retention", "history", "coarse_retention",
                                "How long the least, mean and greatest value of each five minutes are kept, from 1h on.",
                                FIELD(history.limits.coarse), hours(1), kYears));
  out.push_back({"history.max-size", "history", "max_size",
                 "The most that the file of the history may take, 8MiB and more; the oldest goes first.", Kind::text,
                 set_history_size,
                 [](const Config& config) { return Values{std::to_string(config.history.limits.bytes_max >> 20) + "MiB"}; }});
  out.push_back(boolean_option("history.record-defaults", "history", "record_defaults",
                               "Record what is recorded by default; the status page and the checks lack what is not.",
                               FIELD(history.record_defaults)));
  out.push_back(list_option("history.record", "history", "record",
                            "A metric to record too, written as in PromQL: node_load5, or sum by (mode) (a_total{b=\"c\"}); "
                            "repeatable.",
                            FIELD(history.record), check_recording));
}

void add_path_options(std::vector<Option>& out) {
  out.push_back(text_option("path.procfs", "path", "procfs", "Where procfs is mounted.", FIELD(roots.proc), set_path));
  out.push_back(text_option("path.sysfs", "path", "sysfs", "Where sysfs is mounted.", FIELD(roots.sys), set_path));
  out.push_back(
      text_option("path.rootfs", "path", "rootfs", "Where the host's root is mounted.", FIELD(roots.rootfs), set_path));
  out.push_back(text_option("path.cgroupfs", "path", "cgroupfs", "Where the cgroup hierarchy of version 2 is mounted.",
                            FIELD(roots.cgroup), set_path));
  out.push_back(
      text_option("path.state", "path", "state",
                  "Where to remember things over restarts; $STATE_DIRECTORY, which systemd sets, goes before the default.",
                  FIELD(roots.state), set_path));
  out.push_back(
      text_option("path.udev.data", "path", "udev_data", "Where udev keeps its data.", FIELD(roots.udev_data), set_path));
}

void add_log_options(std::vector<Option>& out) {
  out.push_back({"log.level", "log", "level", "Least severe messages to log: debug, info, warn or error.", Kind::text,
                 [](Config& config, std::string_view text) -> Result<void> {
                   config.log.level = TRY(parse_log_level(text));
                   return {};
                 },
                 [](const Config& config) { return Values{std::string(to_string(config.log.level))}; }});
  out.push_back({"log.format", "log", "format", "Form of the log's lines: logfmt or json.", Kind::text,
                 [](Config& config, std::string_view text) -> Result<void> {
                   config.log.format = TRY(parse_log_format(text));
                   return {};
                 },
                 [](const Config& config) { return Values{std::string(to_string(config.log.format))}; }});
}

std::vector<Option> make_options() {
  std::vector<Option> out;
  add_web_options(out);
  out.push_back(boolean_option("collector.disable-defaults", "collectors", "disable_defaults",
                               "Turn off all collectors that are not turned on by name.", FIELD(disable_default_collectors)));
  for (const auto& setting : all_settings()) out.push_back(option_of(setting));
  add_network_options(out);
  add_history_options(out);
  add_path_options(out);
  add_log_options(out);
  return out;
}

#undef FIELD

bool is_collector(std::string_view name) {
  for (const auto* collector : all_collectors()) {
    if (collector->name == name) return true;
  }
  return false;
}

/// The collectors' names, and those that have settings.
std::set<std::string> collector_names() {
  std::set<std::string> names;
  for (const auto* collector : all_collectors()) names.emplace(collector->name);
  for (const auto& setting : all_settings()) names.emplace(setting.name.substr(0, setting.name.find('.')));
  return names;
}

/// What one source, the file or the command line, says, and where it says it, so that a value can be refused there.
struct Source {
  Chosen chosen;
  std::map<std::string, bool, std::less<>> switches;
  std::map<std::string, std::function<void(std::string)>, std::less<>> refuse;
  std::vector<NodeSettings> nodes;  ///< for which there are no flags
  std::vector<CheckLimits> checks;  ///< likewise
  AlertSettings alerts;             ///< nor for these
  Config scratch;                   ///< to try values on, so that what a flag overrides is checked too
};

void choose(Source& source, const Option& option, std::string value) {
  if (auto set = option.set(source.scratch, value); !set) source.refuse[option.flag](set.error().message);
  auto& values = source.chosen[option.flag];
  if (option.kind != Kind::list) values.clear();
  values.push_back(std::move(value));
}

void read_option(Source& source, const Option& option, const YamlValue& value) {
  if (!value.given()) return;
  source.refuse[option.flag] = [value](std::string reason) { value.refuse(std::move(reason)); };
  if (option.kind == Kind::boolean) {
    if (const auto truth = value.boolean()) choose(source, option, *truth ? "true" : "false");
  } else if (option.kind == Kind::text) {
    if (auto text = value.text()) choose(source, option, *std::move(text));
  } else {
    const auto items = value.list();
    const bool may_be_empty = option.section != "web";
    if (value.is_list() && items.empty() && !may_be_empty) value.refuse("no address in the list");
    source.chosen[option.flag];
    for (const auto& item : items) {
      source.refuse[option.flag] = [item](std::string reason) { item.refuse(std::move(reason)); };
      if (auto text = item.text()) choose(source, option, *std::move(text));
    }
  }
}

/// true, false, or a mapping with `enabled` and the collector's settings.
void read_collector(Source& source, const std::string& name, const YamlValue& value) {
  if (!value.given()) return;
  auto on = value.is_mapping() ? std::optional<bool>() : value.boolean();
  if (value.is_mapping()) {
    const auto mapping = value.mapping();
    if (is_collector(name)) on = mapping.get("enabled").boolean();
    for (const auto& option : all_options()) {
      if (option.section != "collectors" || !option.key.starts_with(name + ".")) continue;
      read_option(source, option, mapping.get(std::string_view(option.key).substr(name.size() + 1)));
    }
  }
  if (on) source.switches[name] = *on;
}

void read_file(Source& source, const YamlMapping& top) {
  std::map<std::string, YamlMapping> sections;
  for (const auto* name : {"web", "collectors", "network", "history", "path", "log"})
    sections.emplace(name, top.get(name).mapping());
  for (const auto& option : all_options()) {
    if (option.key.find('.') == std::string::npos) read_option(source, option, sections.at(option.section).get(option.key));
  }
  for (const auto& name : collector_names()) read_collector(source, name, sections.at("collectors").get(name));
  source.nodes = read_nodes(top.get("nodes"));
  source.checks = read_checks(top.get("checks"));
  source.alerts = read_alerts(top.get("alerts"));
}

void read_flags(Source& source, const Flags& flags, Values& faults) {
  for (const auto& [flag, value] : flags.options) {
    const std::string_view name(flag);
    const auto refuse = [&faults, flag = flag](std::string_view reason) {
      faults.emplace_back("--").append(flag).append(": ").append(reason);
    };
    if (name.starts_with("collector.") && is_collector(name.substr(10))) {
      source.switches[flag.substr(10)] = value == "true";
      continue;
    }
    for (const auto& option : all_options()) {
      if (option.flag != name) continue;
      source.refuse[flag] = refuse;
      choose(source, option, value);
    }
  }
}

const Values* find(const Source& source, std::string_view flag) {
  const auto at = source.chosen.find(flag);
  return at == source.chosen.end() ? nullptr : &at->second;
}

/// Calls `pair(include, exclude)` for the flags that exclude each other, as node_exporter calls them.
template <class Pair>
void for_each_pair(Pair pair) {
  constexpr std::string_view kInclude = "-include";
  for (const auto& option : all_options()) {
    if (!option.flag.ends_with(kInclude)) continue;
    const auto exclude = option.flag.substr(0, option.flag.size() - kInclude.size()) + "-exclude";
    for (const auto& other : all_options()) {
      if (other.flag == exclude) pair(option, other);
    }
  }
}

bool is_set(const Source& source, const Option& option) {
  const auto* values = find(source, option.flag);
  return values != nullptr && !values->front().empty();
}

/// As node_exporter has it: an include that is set puts a default exclude out of force, and goes ill with one that was set too.
void settle_pairs(Source& source) {
  for_each_pair([&](const Option& include, const Option& exclude) {
    if (!is_set(source, include)) return;
    if (is_set(source, exclude)) {
      const auto last = [](const Option& option) { return in_quotes(option.key.substr(option.key.rfind('.') + 1)); };
      source.refuse[include.flag](last(include) + " and " + last(exclude) + " are mutually exclusive");
    }
    source.chosen[exclude.flag] = {""};
  });
}

/// Puts the flags over the file. A pair of include and exclude counts as one: a flag of it takes the place of both.
void override(Source& file, const Source& flags) {
  for_each_pair([&](const Option& include, const Option& exclude) {
    if (!find(flags, include.flag) && !find(flags, exclude.flag)) return;
    file.chosen.erase(include.flag);
    file.chosen.erase(exclude.flag);
  });
  for (const auto& [flag, values] : flags.chosen) file.chosen[flag] = values;
  for (const auto& [name, on] : flags.switches) file.switches[name] = on;
}

Result<Config> made_of(const Source& source) {
  Config config;
  for (const auto& option : all_options()) {
    const auto* values = find(source, option.flag);
    if (values == nullptr) continue;
    for (const auto& value : *values) TRY(option.set(config, value));
  }
  const char* state = std::getenv("STATE_DIRECTORY");
  if (!find(source, "path.state") && state != nullptr && *state == '/') config.roots.state = state;
  if (config.web.listen_addresses.empty()) config.web.listen_addresses = {"127.0.0.1:10087"};
  config.switches = source.switches;
  config.settings.nodes = source.nodes;
  config.checks = source.checks;
  config.alerts = source.alerts;
  return config;
}

/// The text of a file, of which no more is read than a configuration may have. absent where there is none.
Result<std::string> text_of(const std::string& path) {
  const auto error = [&] {
    const int number = errno;
    return fail(number == ENOENT ? Fault::absent : Fault::unavailable, path + ": " + std::generic_category().message(number));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
  if (!file) return error();
  std::string text(Yaml::kMaxBytes + 1, '\0');
  errno = 0;
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return error();
  return text;
}

void append_value(std::string& out, const Option& option, const Values& values) {
  if (option.kind == Kind::list) {
    out += '[';
    for (const auto& value : values) out.append(&value == &values.front() ? "" : ", ").append(yaml_scalar(value));
    out += "]\n";
  } else {
    out.append(option.kind == Kind::boolean ? values.front() : yaml_scalar(values.front())).append("\n");
  }
}

void append_collector(std::string& out, const Config& config, const std::string& name) {
  std::string settings;
  for (const auto& option : all_options()) {
    if (option.section != "collectors" || !option.key.starts_with(name + ".")) continue;
    settings.append("    ").append(option.key.substr(name.size() + 1)).append(": ");
    append_value(settings, option, option.get(config));
  }
  out.append("  ").append(name).append(":");
  std::string enabled;
  for (const auto* collector : all_collectors()) {
    if (collector->name == name) enabled = config.is_on(*collector) ? "true" : "false";
  }
  if (settings.empty()) {
    out.append(" ").append(enabled).append("\n");
  } else {
    out.append("\n");
    if (!enabled.empty()) out.append("    enabled: ").append(enabled).append("\n");
    out += settings;
  }
}

}  // namespace

bool Config::is_on(const Collector& collector) const {
  const auto named = switches.find(collector.name);
  if (named != switches.end()) return named->second;
  return collector.on_by_default && !disable_default_collectors;
}

std::vector<const Collector*> Config::enabled_collectors() const {
  std::vector<const Collector*> enabled;
  for (const auto* collector : all_collectors()) {
    if (is_on(*collector)) enabled.push_back(collector);
  }
  return enabled;
}

std::span<const Option> all_options() {
  static const std::vector<Option> kOptions = make_options();
  return kOptions;
}

Result<Config> load_config(const Flags& flags) {
  const bool named = !flags.config_file.empty();
  const std::string file = named ? flags.config_file : kDefaultConfigFile;
  const auto text = text_of(file);
  if (!text && (named || text.error().fault != Fault::absent)) return tl::unexpected<Error>(text.error());
  return read_config(flags, file, text.value_or(""));
}

Result<Config> read_config(const Flags& flags, std::string file_name, std::string_view text) {
  Yaml yaml(std::move(file_name), text);
  Source from_file, from_flags;
  read_file(from_file, yaml.top());
  settle_pairs(from_file);
  auto faults = yaml.faults();
  read_flags(from_flags, flags, faults);
  settle_pairs(from_flags);
  if (!faults.empty()) {
    std::string message;
    for (const auto& fault : faults) message.append(message.empty() ? "" : "\n").append(fault);
    return fail(Fault::malformed, std::move(message));
  }
  override(from_file, from_flags);
  return made_of(from_file);
}

std::string to_yaml(const Config& config) {
  std::string out;
  std::string_view section;
  for (const auto& option : all_options()) {
    if (option.key.find('.') != std::string::npos) continue;
    if (option.section != section) out.append(option.section).append(":\n");
    section = option.section;
    out.append("  ").append(option.key).append(": ");
    append_value(out, option, option.get(config));
    if (section != "collectors") continue;
    for (const auto& name : collector_names()) append_collector(out, config, name);
  }
  return out + nodes_as_yaml(config.settings.nodes) + checks_as_yaml(config.checks) + alerts_as_yaml(config.alerts);
}

}  // namespace mixnet
