// SPDX-License-Identifier: Apache-2.0
#include "daemon/self_check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

#include "daemon/address.h"

namespace mixnet {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

/// The address to connect to; of a server on every address of the host, loopback.
SocketAddress socket_address(const std::string& text) {
  SocketAddress out;
  if (text.starts_with("unix:")) {
    auto& local = reinterpret_cast<sockaddr_un&>(out.storage);
    local.sun_family = AF_UNIX;
    std::strncpy(local.sun_path, text.c_str() + 5, sizeof local.sun_path - 1);
    out.length = sizeof local;
    return out;
  }
  const auto address = parse_address(text);
  if (!address) return out;
  auto& four = reinterpret_cast<sockaddr_in&>(out.storage);
  auto& six = reinterpret_cast<sockaddr_in6&>(out.storage);
  if (::inet_pton(AF_INET, address->host.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(address->port);
    if (four.sin_addr.s_addr == INADDR_ANY) four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    out.length = sizeof four;
  } else if (::inet_pton(AF_INET6, address->host.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(address->port);
    if (IN6_IS_ADDR_UNSPECIFIED(&six.sin6_addr)) six.sin6_addr = in6addr_loopback;
    out.length = sizeof six;
  }
  return out;
}

}  // namespace

bool answers(const std::string& address, std::chrono::milliseconds time) {
  constexpr std::string_view kRequest = "GET /-/healthy HTTP/1.1\r\nHost: self-check\r\nConnection: close\r\n\r\n";
  const auto to = socket_address(address);
  const int fd = ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  const timeval limit{seconds.count(), 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  char byte = 0;
  const bool answered = ::connect(fd, reinterpret_cast<const sockaddr*>(&to.storage), to.length) == 0 &&
                        ::send(fd, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) > 0 && ::recv(fd, &byte, 1, 0) >= 0;
  ::close(fd);
  return answered;
}

}  // namespace mixnet
