// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/sockets.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace mixnet::simulator {
namespace {

constexpr int kBacklog = 128;
constexpr int kPollMilliseconds = 100;

/// An address of either family with a port.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

tl::unexpected<Error> failed(const std::string& what) { return fail(Fault::unavailable, what + ": " + std::strerror(errno)); }

Result<Address> make_address(const std::string& text, std::uint16_t port) {
  Address out;
  auto* four = reinterpret_cast<sockaddr_in*>(&out.storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (::inet_pton(AF_INET, text.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    out.size = sizeof *four;
  } else if (::inet_pton(AF_INET6, text.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    out.size = sizeof *six;
  } else {
    return fail(Fault::malformed, text + " is not an IP address");
  }
  return out;
}

bool is_udp(Role role) { return role == Role::lp_data || role == Role::wireguard; }

std::uint16_t port_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size);
  // The port is at the same place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

Result<Descriptor> listen_at(const std::string& bind, std::uint16_t port, bool udp) {
  const auto address = TRY(make_address(bind, port));
  const int type = (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
  Descriptor out(::socket(address.storage.ss_family, type, 0));
  const int on = 1;
  const int off = 0;
  if (!udp) ::setsockopt(out.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(out.number(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  const auto where = bind + " port " + std::to_string(port);
  if (::bind(out.number(), address.get(), address.size) != 0) return failed("bind to " + where);
  if (!udp && ::listen(out.number(), kBacklog) != 0) return failed("listen at " + where);
  return out;
}

/// Reads all there is, and sends it back where that is wanted; false when the other side has ended the connection.
bool drain(int socket, bool echo) {
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto length = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (length == 0) return false;
    if (length < 0) return errno == EAGAIN || errno == EINTR;
    if (echo) ::send(socket, buffer.data(), static_cast<std::size_t>(length), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
}

/// An empty datagram is no end.
void drain_datagrams(int socket) {
  std::array<char, 2048> buffer{};
  while (::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT) >= 0) {
  }
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Sockets::Sockets(std::string bind) : bind_(std::move(bind)), thread_([this](const std::stop_token& stop) { serve(stop); }) {}

Sockets::~Sockets() = default;

Result<std::uint16_t> Sockets::open(Role role, std::uint16_t port) {
  const std::lock_guard lock(mutex_);
  for (const auto& listener : listeners_) {
    if (listener.role == role) return listener.port;
  }
  auto socket = TRY(listen_at(bind_, port, is_udp(role)));
  const auto chosen = port_of(socket.number());
  listeners_.push_back({role, chosen, std::move(socket)});
  return chosen;
}

/// While the thread polls a socket the kernel keeps it in being, so closing it is not enough to end it at once.
void Sockets::close(Role role) {
  const std::lock_guard lock(mutex_);
  for (const auto& listener : listeners_) {
    if (listener.role == role) ::shutdown(listener.socket.number(), SHUT_RDWR);
  }
  std::erase_if(listeners_, [&](const Listener& listener) { return listener.role == role; });
  std::erase_if(peers_, [&](const Peer& peer) { return peer.role == role; });
}

void Sockets::set_reading(bool reading) {
  const std::lock_guard lock(mutex_);
  reading_ = reading;
}

std::size_t Sockets::connections(Role role) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(peers_.begin(), peers_.end(), [&](const Peer& peer) { return peer.role == role; }));
}

void Sockets::serve(const std::stop_token& stop) {
  std::vector<pollfd> polled;
  while (!stop.stop_requested()) {
    polled.clear();
    {
      const std::lock_guard lock(mutex_);
      if (reading_) {
        for (const auto& listener : listeners_) polled.push_back({listener.socket.number(), POLLIN, 0});
        for (const auto& peer : peers_) polled.push_back({peer.socket.number(), POLLIN, 0});
      }
    }
    ::poll(polled.data(), polled.size(), kPollMilliseconds);
    const std::lock_guard lock(mutex_);
    for (const auto& entry : polled) {
      if (entry.revents != 0 && reading_) handle(entry.fd);
    }
    std::erase_if(peers_, [](const Peer& peer) { return peer.ended; });
  }
}

/// The socket may have been closed since it was polled, and its number given to another, which then has nothing to read.
void Sockets::handle(int ready) {
  for (const auto& listener : listeners_) {
    if (listener.socket.number() != ready) continue;
    if (is_udp(listener.role)) return drain_datagrams(ready);
    return accept_from(listener);
  }
  for (auto& peer : peers_) {
    if (peer.socket.number() == ready) peer.ended = !drain(ready, peer.role == Role::verloc);
  }
}

void Sockets::accept_from(const Listener& listener) {
  const int accepted = ::accept4(listener.socket.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted >= 0) peers_.push_back({listener.role, Descriptor(accepted)});
}

Result<void> Clients::connect(const std::string& address, std::uint16_t port, std::size_t count, std::string_view greeting) {
  sockets_.clear();
  const auto target = TRY(make_address(address, port));
  while (sockets_.size() < count) {
    Descriptor client(::socket(target.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(client.number(), target.get(), target.size) != 0) return failed("connect to port " + std::to_string(port));
    ::send(client.number(), greeting.data(), greeting.size(), MSG_NOSIGNAL);
    sockets_.push_back(std::move(client));
  }
  return {};
}

}  // namespace mixnet::simulator
