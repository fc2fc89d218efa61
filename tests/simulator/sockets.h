// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet::simulator {

/// What the node listens for beside HTTP and websockets.
enum class Role { mix, verloc, lp_control, lp_data, wireguard };

/// A file descriptor that is closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  int number() const { return number_; }

 private:
  int number_;
};

/// The sockets of the roles: accepts who comes, reads what is sent and, on verloc, sends it back. One thread of its own.
class Sockets {
 public:
  explicit Sockets(std::string bind);
  ~Sockets();
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  /// Listens on `port`, or any free one where it is 0; gives the port. Does nothing where the role listens already.
  Result<std::uint16_t> open(Role role, std::uint16_t port);

  /// Closes the listener of a role, and the connections it has accepted.
  void close(Role role);

  /// Whether it accepts and reads. While it does not, queues fill, the kernel drops what no longer fits in them, and
  /// connections that the other side ends stay in CLOSE_WAIT.
  void set_reading(bool reading);

  /// How many connections the role has accepted that are open.
  std::size_t connections(Role role) const;

 private:
  struct Listener {
    Role role;
    std::uint16_t port;
    Descriptor socket;
  };
  struct Peer {
    Role role;
    Descriptor socket;
    bool ended = false;
  };

  void serve(const std::stop_token& stop);
  void handle(int ready);
  void accept_from(const Listener& listener);

  const std::string bind_;
  mutable std::mutex mutex_;  // guards what follows, up to the thread
  bool reading_ = true;
  std::vector<Listener> listeners_;
  std::vector<Peer> peers_;
  std::jthread thread_;
};

/// Clients that the simulator itself connects, so that there is something to count.
class Clients {
 public:
  /// Has `count` connections to a port of this host from now on; each says `greeting` first.
  Result<void> connect(const std::string& address, std::uint16_t port, std::size_t count, std::string_view greeting);

 private:
  std::vector<Descriptor> sockets_;
};

}  // namespace mixnet::simulator
