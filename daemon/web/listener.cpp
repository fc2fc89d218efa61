// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "collectors/kit/text.h"

namespace mixnet::web {
namespace {

/// The reply buffer of one connection in the kernel, at most: it bounds what clients that never read can hold.
constexpr int kSendBuffer = 256 * 1024;
constexpr int kBacklog = 1024;

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

Result<SocketAddress> resolve(const Address& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  const auto port = std::to_string(address.port);
  addrinfo* found = nullptr;
  const auto* host = address.host.empty() ? "::" : address.host.c_str();
  const int error = getaddrinfo(host, port.c_str(), &hints, &found);
  if (error != 0) return fail(Fault::unavailable, "listen address " + in_quotes(address.host) + ": " + gai_strerror(error));
  const Addresses addresses(found, &freeaddrinfo);
  const addrinfo* chosen = addresses.get();
  for (const auto* one = chosen; one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET && chosen->ai_family != AF_INET) chosen = one;
  }
  SocketAddress result;
  std::memcpy(&result.storage, chosen->ai_addr, chosen->ai_addrlen);
  result.length = chosen->ai_addrlen;
  return result;
}

SocketAddress every_ipv4_address(std::uint16_t port) {
  SocketAddress result;
  auto& in = reinterpret_cast<sockaddr_in&>(result.storage);
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  result.length = sizeof in;
  return result;
}

const in6_addr& ipv6(const sockaddr* address) { return reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr; }

std::uint32_t ipv4(const sockaddr* address) { return ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr); }

std::uint32_t mapped_ipv4(const in6_addr& address) {
  std::uint32_t result = 0;
  std::memcpy(&result, &address.s6_addr[12], sizeof result);
  return ntohl(result);
}

bool stays_on_host(const sockaddr* address) {
  if (address->sa_family == AF_UNIX) return true;
  if (address->sa_family == AF_INET) return ipv4(address) >> 24 == 127;
  if (address->sa_family != AF_INET6) return false;
  const auto& six = ipv6(address);
  return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && mapped_ipv4(six) >> 24 == 127);
}

std::string described(const SocketAddress& address) {
  if (address.family() == AF_UNIX) {
    const auto& path = reinterpret_cast<const sockaddr_un&>(address.storage).sun_path;
    const auto length = address.length - offsetof(sockaddr_un, sun_path);
    if (length == 0) return "unix:";
    if (path[0] == '\0') return "unix:@" + std::string(path + 1, length - 1);
    return "unix:" + std::string(path, strnlen(path, length));
  }
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  const int error =
      getnameinfo(address.get(), address.length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  if (error != 0) return gai_strerror(error);
  return address.family() == AF_INET6 ? "[" + std::string(host) + "]:" + port : std::string(host) + ":" + port;
}

Result<SocketAddress> bound_address(int fd) {
  SocketAddress result;
  result.length = sizeof result.storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&result.storage), &result.length) != 0) {
    return fail(Fault::malformed, "descriptor " + std::to_string(fd) + ": " + std::strerror(errno));
  }
  return result;
}

/// 0, or the errno of what failed.
int open_and_listen(const SocketAddress& address, int& fd) {
  fd = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  const int off = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.family() == AF_INET6) {
    const bool wildcard = IN6_IS_ADDR_UNSPECIFIED(&ipv6(address.get()));
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, wildcard ? &off : &on, sizeof on);
  }
  if (::bind(fd, address.get(), address.length) != 0 || listen(fd, kBacklog) != 0) {
    const int error = errno;
    close(fd);
    fd = -1;
    return error;
  }
  return 0;
}

}  // namespace

bool is_loopback(const Address& address) {
  const auto resolved = resolve(address);
  return resolved && stays_on_host(resolved->get());
}

Result<Listener> Listener::bind(const Address& address) {
  auto resolved = TRY(resolve(address));
  int fd = -1;
  int error = open_and_listen(resolved, fd);
  const bool no_ipv6 = error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
  if (address.host.empty() && no_ipv6) {
    resolved = every_ipv4_address(address.port);
    error = open_and_listen(resolved, fd);
  }
  if (error != 0) {
    const auto fault = error == EACCES ? Fault::denied : Fault::unavailable;
    return fail(fault, "cannot listen on " + described(resolved) + ": " + std::strerror(error));
  }
  return inherit(fd);
}

Result<Listener> Listener::inherit(int fd) {
  Listener listener(fd);
  int listening = 0;
  int type = 0;
  socklen_t length = sizeof listening;
  if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 || listening == 0 ||
      getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_STREAM) {
    return fail(Fault::malformed, "descriptor " + std::to_string(fd) + " is not a stream socket that listens");
  }
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
  // systemd's are blocking unless its unit says NonBlocking=true, and the server's thread must not wait in accept(2).
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  const auto bound = TRY(bound_address(fd));
  listener.address_ = described(bound);
  listener.local_ = stays_on_host(bound.get());
  if (bound.family() == AF_INET) listener.port_ = ntohs(reinterpret_cast<const sockaddr_in*>(bound.get())->sin_port);
  if (bound.family() == AF_INET6) listener.port_ = ntohs(reinterpret_cast<const sockaddr_in6*>(bound.get())->sin6_port);
  return listener;
}

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(address_, other.address_);
  std::swap(local_, other.local_);
  std::swap(port_, other.port_);
  return *this;
}

Listener::~Listener() {
  if (fd_ >= 0) close(fd_);
}

Result<std::vector<Listener>> inherited_listeners() {
  const int count = sd_listen_fds(1);
  if (count < 0) return fail(Fault::malformed, std::string("sockets from systemd: ") + std::strerror(-count));
  if (count == 0) return fail(Fault::absent, "systemd passed no sockets: is there a .socket unit?");
  std::vector<Listener> listeners;
  for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; ++fd) listeners.push_back(TRY(Listener::inherit(fd)));
  return listeners;
}

std::uint64_t network_of(const sockaddr* peer) {
  if (peer->sa_family == AF_INET) return ipv4(peer);
  if (peer->sa_family != AF_INET6) return 0;
  const auto& six = ipv6(peer);
  if (IN6_IS_ADDR_V4MAPPED(&six)) return mapped_ipv4(six);
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, six.s6_addr, sizeof prefix);
  return prefix;
}

}  // namespace mixnet::web
