// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

namespace mixnet {
namespace {

const sockaddr_in& v4(const sockaddr_storage& address) { return reinterpret_cast<const sockaddr_in&>(address); }
const sockaddr_in6& v6(const sockaddr_storage& address) { return reinterpret_cast<const sockaddr_in6&>(address); }
sockaddr_in& v4(sockaddr_storage& address) { return reinterpret_cast<sockaddr_in&>(address); }
sockaddr_in6& v6(sockaddr_storage& address) { return reinterpret_cast<sockaddr_in6&>(address); }

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  IpAddress out;
  if (::inet_pton(AF_INET, terminated.c_str(), &v4(out.socket_).sin_addr) == 1) {
    out.socket_.ss_family = AF_INET;
    return out;
  }
  if (::inet_pton(AF_INET6, terminated.c_str(), &v6(out.socket_).sin6_addr) == 1) {
    out.socket_.ss_family = AF_INET6;
    return out;
  }
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::of(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  IpAddress out;
  out.socket_.ss_family = address->sa_family;
  if (address->sa_family == AF_INET) {
    v4(out.socket_).sin_addr = reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    return out;
  }
  if (address->sa_family == AF_INET6) {
    const auto* from = reinterpret_cast<const sockaddr_in6*>(address);
    v6(out.socket_).sin6_addr = from->sin6_addr;
    return out;
  }
  return std::nullopt;
}

bool IpAddress::is_loopback() const {
  if (is_ipv6()) return IN6_IS_ADDR_LOOPBACK(&v6(socket_).sin6_addr);
  return ntohl(v4(socket_).sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  const void* bytes = is_ipv6() ? static_cast<const void*>(&v6(socket_).sin6_addr) : &v4(socket_).sin_addr;
  ::inet_ntop(socket_.ss_family, bytes, out.data(), out.size());
  return out.data();
}

sockaddr_storage IpAddress::with_port(std::uint16_t port) const {
  auto out = socket_;
  if (is_ipv6()) {
    v6(out).sin6_port = htons(port);
  } else {
    v4(out).sin_port = htons(port);
  }
  return out;
}

socklen_t IpAddress::size() const { return is_ipv6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }

bool IpAddress::operator==(const IpAddress& other) const {
  if (socket_.ss_family != other.socket_.ss_family) return false;
  if (is_ipv6()) return std::memcmp(&v6(socket_).sin6_addr, &v6(other.socket_).sin6_addr, sizeof(in6_addr)) == 0;
  return v4(socket_).sin_addr.s_addr == v4(other.socket_).sin_addr.s_addr;
}

}  // namespace mixnet
