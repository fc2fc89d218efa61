// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "daemon/alerts/alert_settings.h"
#include "daemon/checks/check.h"
#include "daemon/history/history_limits.h"
#include "daemon/log.h"

namespace mixnet {

/// What the operator set, from the flags and the file, or the default.
struct Config {
  struct Web {
    std::vector<std::string> listen_addresses;
    std::string telemetry_path = "/metrics";
    std::string page_title = "mixnet-exporter";
    std::string config_file;  ///< in exporter-toolkit's format; none: plain HTTP
    bool allow_unprotected = false;
    bool disable_exporter_metrics = false;
    bool systemd_socket = false;
  } web;
  struct History {
    bool enabled = true;
    std::chrono::milliseconds interval{15'000};
    HistoryLimits limits;
    bool record_defaults = true;
    std::vector<std::string> record;  ///< more than the defaults, as Recording::parse takes them

    bool operator==(const History&) const = default;
  } history;
  bool disable_default_collectors = false;
  std::map<std::string, bool, std::less<>> switches;  ///< the collectors turned on or off by name
  Settings settings;
  AlertSettings alerts;
  Roots roots;
  std::vector<CheckLimits> checks = default_check_limits();  ///< in the order of all_checks()
  struct Log {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::logfmt;
  } log;

  /// node_exporter's rule: what is named is as said, the others are at their default or, with disable_defaults, off.
  bool is_on(const Collector& collector) const;
  std::vector<const Collector*> enabled_collectors() const;
};

/// What the command line says, in the order given: the flag's name without dashes, and the value (of a boolean, true or false).
struct Flags {
  std::string command = "run";
  std::string config_file;  ///< --config.file; empty: the default file if it is there
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<std::pair<std::string, std::string>> of_command = {};  ///< those that only this command has
  std::string argument = {};                                         ///< what follows a command that has to be told so

  /// The last value given for a flag of the command; empty where none was.
  std::string_view own(std::string_view name) const {
    std::string_view out;
    for (const auto& [flag, value] : of_command) {
      if (flag == name) out = value;
    }
    return out;
  }
};

/// One thing that can be set, on the command line and in the file alike. Both, their documentation and `config show` are
/// made of this table.
struct Option {
  enum class Kind { text, boolean, list };

  std::string flag;     ///< "web.listen-address"
  std::string section;  ///< where in the file: "web" or "collectors"
  std::string key;      ///< "listen_addresses"; of a collector's setting with the collector's name: "cpu.guest"
  std::string help;
  Kind kind;
  /// Sets it from text, a list adds to what is there; the reason where the text is no good.
  std::function<Result<void>(Config&, std::string_view)> set;
  /// The values as `set` takes them: one, or of a list any number.
  std::function<std::vector<std::string>(const Config&)> get;
};

/// Every option, as documented: web, collectors' settings in the order of their names, path, log. Collectors themselves are
/// turned on and off by --collector.NAME beside these.
std::span<const Option> all_options();

inline constexpr const char* kDefaultConfigFile = "/etc/mixnet-exporter/mixnet-exporter.yml";

/// The configuration that the flags and the file make together; a flag beats the file. For SIGHUP it is called again with
/// the same flags, and the old Config stays in force where this fails. An error's message has a line for every fault.
Result<Config> load_config(const Flags& flags);

/// The same for the file's text, as which nothing is read.
Result<Config> read_config(const Flags& flags, std::string file, std::string_view text);

/// The configuration as a file that gives the same again, defaults included.
std::string to_yaml(const Config& config);

}  // namespace mixnet
