// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/filter.h"
#include "collectors/kit/result.h"
#include "collectors/node/nodes.h"

namespace mixnet {

/// What the operator can set of the collectors. Each field is named after node_exporter's flag of the same meaning.
struct Settings {
  Settings();  ///< the defaults

  struct {
    Filter device;
  } arp;
  struct {
    bool guest = true;
    bool info = false;
    Regex info_bugs_include, info_flags_include;  ///< either one turns `info` on
  } cpu;
  struct {
    Filter device;
  } diskstats;
  struct {
    Filter mount_points, fs_types;
    std::chrono::milliseconds mount_timeout{1000};
  } filesystem;
  struct {
    std::string program;  ///< by its absolute path; empty: it is not run
    std::chrono::milliseconds interval{std::chrono::hours(6)}, start_delay{std::chrono::minutes(10)};
    std::chrono::milliseconds timeout{std::chrono::minutes(15)};
    std::uint64_t memory_bytes_max = std::uint64_t{1} << 30;
    std::string test_mode = "core";
    std::string mnemonic_file;  ///< the path of a secret, as read_secret takes it
    bool mock_ecash = false;    ///< in place of a mnemonic
    std::string env_file;       ///< that describes the network to the probe; empty: mainnet
  } gateway_probe;
  struct {
    Filter chip, sensor;
  } hwmon;
  struct {
    Regex ignored_devices;
    bool ignore_invalid_speed = false;
  } netclass;
  struct {
    Filter device;
    bool address_info = false;
  } netdev;
  struct {
    Regex fields;
  } netstat;
  struct {
    std::chrono::milliseconds interval{15'000};
  } node_api;
  struct {
    bool pss = false;
  } node_process;
  struct {
    std::chrono::milliseconds interval{300'000};
    std::vector<std::string> targets;  ///< "HOST" or "NODE=HOST", in place of the addresses that nodes announce
    std::string ntp_server;            ///< "HOST" or "HOST:PORT"; empty: none is asked
    std::string ca_file;               ///< PEM, in place of the system's certificate authorities
  } reachability;
  struct {
    bool softirq = false;
  } stat;
  struct {
    std::vector<std::string> directories;  ///< glob patterns; none: only node_textfile_scrape_error 0
  } textfile;
  struct {
    Regex fields;
  } vmstat;

  /// Of what asks the network's APIs, about this host's nodes and those watched.
  struct {
    std::string environment;                            ///< "mainnet"; empty: as the nodes' own nym-api URLs have it
    std::vector<std::string> nym_api, node_status_api;  ///< base URLs, the preferred first; empty: the environment's
    std::string proxy;                                  ///< "socks5h://127.0.0.1:9050"; empty: none
    std::string ca_file;                                ///< PEM, in place of the system's certificate authorities
    bool serve_nodes = false;                           ///< keep all nodes of the network for /sd/nodes
    std::vector<std::string> watch;                     ///< identity keys or node ids of other nodes
  } network;

  std::vector<NodeSettings> nodes;  ///< what the operator says of this host's nodes; empty: all that are found
};

/// One setting as the operator writes it: the flag --collector.NAME, and in the file, below `collectors`, the collector's name
/// and then the rest with underscores (filesystem.mount-points-exclude is collectors: filesystem: mount_points_exclude).
struct Setting {
  enum class Kind { regex, boolean, duration, text, path_list, text_list };
  /// Is it a list, which `set` adds to and `get` gives with one entry a line?
  static constexpr bool is_list(Kind kind) { return kind == Kind::path_list || kind == Kind::text_list; }

  std::string_view name;  ///< "filesystem.mount-points-exclude"
  std::string_view help;
  Kind kind;
  /// Sets it from text; a list is added to. Fault::malformed with the reason where the text is not of the kind.
  Result<void> (*set)(Settings& settings, std::string_view text);
  /// The value as `set` takes it.
  std::string (*get)(const Settings& settings);
};

/// Every setting, in the order of their names. The command line, the configuration file and their documentation read this.
std::span<const Setting> all_settings();

/// "500ms", "15s", "5m", "2h" or "7d", as Prometheus writes durations.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace mixnet
