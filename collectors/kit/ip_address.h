// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mixnet {

/// An IPv4 or IPv6 address.
class IpAddress {
 public:
  /// "203.0.113.17" or "2001:db8::17", without brackets or a zone; nothing where it is anything else.
  static std::optional<IpAddress> parse(std::string_view text);
  /// Of AF_INET or AF_INET6; nothing of another family.
  static std::optional<IpAddress> of(const sockaddr* address);

  bool is_ipv6() const { return socket_.ss_family == AF_INET6; }
  /// As a label: "ipv4" or "ipv6".
  std::string_view family() const { return is_ipv6() ? "ipv6" : "ipv4"; }
  /// Is it reached within the host by its nature? 127.0.0.0/8 and ::1.
  bool is_loopback() const;
  /// In the one way that the family's addresses are written in.
  std::string text() const;

  /// As connect(2) takes it.
  sockaddr_storage with_port(std::uint16_t port) const;
  socklen_t size() const;

  bool operator==(const IpAddress& other) const;

 private:
  sockaddr_storage socket_{};  ///< without a port
};

}  // namespace mixnet
