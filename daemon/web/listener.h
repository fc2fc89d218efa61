// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "collectors/kit/result.h"
#include "daemon/address.h"

struct sockaddr;

namespace mixnet::web {

/// Can only this host reach that address? A name is resolved; one that cannot be is taken to be reachable.
bool is_loopback(const Address& address);

/// A socket that listens, closed with this object.
class Listener {
 public:
  /// Binds `address` and listens. Of a name's several addresses one is taken, IPv4 first, as node_exporter does.
  static Result<Listener> bind(const Address& address);

  /// Takes over a stream socket that listens already. Fault::malformed where `fd` is anything else.
  static Result<Listener> inherit(int fd);

  Listener(Listener&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), address_(std::move(other.address_)), local_(other.local_), port_(other.port_) {}
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  int fd() const { return fd_; }
  /// As bound, with the port that the kernel chose: "127.0.0.1:10087", "[::]:10087", "unix:/run/mixnet-exporter.sock".
  const std::string& address() const { return address_; }
  /// 0 for a Unix socket.
  std::uint16_t port() const { return port_; }
  /// Bound to loopback or to a Unix socket: only this host reaches it.
  bool is_local() const { return local_; }

 private:
  explicit Listener(int fd) : fd_(fd) {}

  int fd_;
  std::string address_;
  bool local_ = false;
  std::uint16_t port_ = 0;
};

/// The sockets that systemd passed to this process (--web.systemd-socket). Fault::absent where there are none.
Result<std::vector<Listener>> inherited_listeners();

/// The network a peer speaks from, as a key for limits: an IPv4 address, or the /64 of an IPv6 address. 0 for a Unix socket.
std::uint64_t network_of(const sockaddr* peer);

}  // namespace mixnet::web
