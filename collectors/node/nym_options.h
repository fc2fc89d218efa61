// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/node/nodes.h"

namespace mixnet {

/// What one source says of a Nym node: its command line, its config.toml, its HTTP API. What the source does not say is empty,
/// a port then 0.
struct NymOptions {
  std::string source;  ///< as a finding names it: "command line", "/home/nym/.nym/nym-nodes/exit1/config/config.toml"
  std::string id;
  std::optional<bool> mixnode, entry, exit, wireguard;
  std::string http_bind;  ///< "[::]:8080"
  NodePorts bound, announced;
  std::uint16_t announced_wss = 0;  ///< of a proxy with TLS before client_ws
  std::string access_token;         ///< a secret
  std::vector<std::string> nym_api_urls, public_ips, tunnel_addresses;
  std::string hostname, location, data_directory;
  std::string identity_key, version;
  std::optional<std::uint32_t> key_rotation;

  bool operator==(const NymOptions&) const = default;
};

/// An IP address and a port, as Rust's SocketAddr is written.
struct SocketAddress {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;

  bool is_ipv6() const { return host.find(':') != std::string::npos; }
};

/// "0.0.0.0:8080" or "[::]:8080"; nothing where it is anything else.
std::optional<SocketAddress> parse_socket_address(std::string_view text);

/// The base URL under which a server bound to `address` answers on this host; one bound to every address is asked on
/// loopback, of IPv4 unless `ipv6_only` says that a server on [::] does not hear that.
std::string loopback_url(const SocketAddress& address, bool ipv6_only);

/// The port that a URL names; 0 where it leaves it to its scheme.
std::uint16_t url_port(std::string_view url);

/// Sets the modes that one of Nym's names stands for, "exit-gateway" say, beside those that are set; names it does not know
/// set nothing. The first call makes the modes known.
void add_mode(std::string_view name, NymOptions& out);

}  // namespace mixnet
