// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet {

/// What one of a node's ports is for.
enum class PortRole : std::uint8_t { mix, verloc, http, client_ws, lp_control, lp_data, wireguard };
inline constexpr std::array kPortRoles = {PortRole::mix,        PortRole::verloc,  PortRole::http,     PortRole::client_ws,
                                          PortRole::lp_control, PortRole::lp_data, PortRole::wireguard};

/// The role as label `port` and as key of the configuration: "client_ws".
std::string_view to_string(PortRole role);
/// Is the role served over UDP? The others are TCP.
constexpr bool is_udp(PortRole role) { return role == PortRole::lp_data || role == PortRole::wireguard; }

/// The port on which Nym nodes serve a role unless told otherwise.
constexpr std::uint16_t default_port(PortRole role) {
  constexpr std::array<std::uint16_t, kPortRoles.size()> kNumbers = {1789, 1790, 8080, 9000, 41264, 51264, 51822};
  return kNumbers[static_cast<std::size_t>(role)];
}

/// Port numbers by role; 0 where the node does not serve the role or it is not known.
class NodePorts {
 public:
  std::uint16_t& operator[](PortRole role) { return numbers_[static_cast<std::size_t>(role)]; }
  std::uint16_t operator[](PortRole role) const { return numbers_[static_cast<std::size_t>(role)]; }
  bool operator==(const NodePorts&) const = default;

 private:
  std::array<std::uint16_t, kPortRoles.size()> numbers_{};
};

/// What the operator says of a node, an entry of `nodes:` in the configuration. What is left empty is found out.
struct NodeSettings {
  std::string name;          ///< label `node`; empty: the node's own id
  std::string kind = "nym";  ///< the only kind so far
  std::string unit;          ///< "nym-node.service"
  std::string config_file;   ///< the node's own config.toml
  std::string data_directory;
  std::string http_url;           ///< "http://127.0.0.1:8080"
  std::string access_token_file;  ///< holds the bearer token of the node's metrics endpoint
  NodePorts ports;
  std::string wireguard_interface, exit_interface;  ///< empty: nymwg and nymtun0
  std::string identity_key;                         ///< ed25519, in base 58; it tells its name in the network
  bool passthrough = false;  ///< also give what the node's own exposition has beyond what we know, under its own names
};

/// A node's functions, as it was told to run them.
struct NodeModes {
  bool mixnode = false, entry = false, exit = false, wireguard = false;
  bool operator==(const NodeModes&) const = default;
};

/// The process that a node is. A PID is used again, a PID with its start time is not.
struct NodeProcess {
  std::int32_t pid = 0;           ///< 0: it is not running
  std::uint64_t start_ticks = 0;  ///< field 22 of /proc/PID/stat, in clock ticks since boot
  bool operator==(const NodeProcess&) const = default;
};

/// Where one fact about a node comes from, or why it could not be had; for `mixnet-exporter discover`.
struct NodeFinding {
  std::string what;    ///< "http address"
  std::string value;   ///< as text; empty where it is not known; never a secret
  std::string source;  ///< "/etc/nym/config.toml", "http://127.0.0.1:8080/api/v1/gateway", or the reason
  bool known = true;
  bool operator==(const NodeFinding&) const = default;
};

/// One node on this host: what the operator said, completed by what was found.
struct Node {
  std::string name;  ///< label `node`, different for each
  std::string kind;
  NodeProcess process;
  std::string comm;    ///< the process's name, "nym-node"; it finds the process again after a restart
  std::string unit;    ///< "nym-node.service"; empty where no systemd runs it
  std::string cgroup;  ///< its group below Roots::cgroup, "system.slice/nym-node.service"; empty where not known
  std::string id;      ///< the node's own name for itself
  std::optional<NodeModes> modes;
  std::optional<bool> accepts_terms;  ///< is --accept-operator-terms-and-conditions on its command line?
  std::string http_url;               ///< base of its HTTP API, without a slash at the end; empty where not known
  std::string access_token;           ///< a secret: never logged, never in a finding
  std::string access_token_file;      ///< read where access_token is empty
  std::vector<std::string> nym_api_urls;
  std::string identity_key;                   ///< ed25519, in base 58; empty where not known
  std::string version;                        ///< that it runs, "1.31.0"; empty where not known
  std::optional<std::uint32_t> key_rotation;  ///< whose key it uses for packets
  std::vector<std::string> public_addresses;  ///< IP addresses that it tells the network
  std::string hostname;                       ///< that it tells the network; empty: none
  NodePorts ports;                            ///< that it listens on
  NodePorts announced_ports;                  ///< that it tells the network: others where a proxy or a NAT stands before it
  std::uint16_t announced_wss_port = 0;       ///< of a proxy with TLS before client_ws; 0: none
  std::string wireguard_interface, exit_interface;
  std::vector<std::string> tunnel_addresses;  ///< its own inside the WireGuard tunnel, "10.1.0.1/16"
  std::string config_file, data_directory;
  bool passthrough = false;
  std::vector<NodeFinding> findings;

  bool operator==(const Node&) const = default;
};

using NodeList = std::vector<Node>;

/// The nodes found last, handed from the collector that finds them to all that look at them. From any thread.
class NodeDirectory {
 public:
  struct Edition {
    std::shared_ptr<const NodeList> nodes;
    std::uint64_t number;  ///< grows with each publication; 0: nobody has looked yet
  };

  NodeDirectory() : nodes_(std::make_shared<const NodeList>()) {}

  Edition latest() const;
  void publish(NodeList nodes);

  /// Waits until there is a later edition than `number`, `deadline` has passed, or `stop` is asked for.
  void wait(std::uint64_t number, std::chrono::steady_clock::time_point deadline, const std::stop_token& stop);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any published_;
  // Guarded by mutex_.
  std::shared_ptr<const NodeList> nodes_;
  std::uint64_t number_ = 0;
};

}  // namespace mixnet
