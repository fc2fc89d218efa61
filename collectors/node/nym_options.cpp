// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_options.h"

#include <arpa/inet.h>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

bool is_address(int family, const std::string& text) {
  in6_addr address{};  // room for either
  return ::inet_pton(family, text.c_str(), &address) == 1;
}

}  // namespace

std::optional<SocketAddress> parse_socket_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = number<std::uint16_t>(text.substr(colon + 1));
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  SocketAddress out{std::string(host), port.value_or(0)};
  if (!port || !is_address(bracketed ? AF_INET6 : AF_INET, out.host)) return std::nullopt;
  return out;
}

std::string loopback_url(const SocketAddress& address, bool ipv6_only) {
  std::string host = address.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  in6_addr parsed{};
  if (address.is_ipv6() && ::inet_pton(AF_INET6, host.c_str(), &parsed) == 1 && IN6_IS_ADDR_UNSPECIFIED(&parsed)) {
    host = ipv6_only ? "::1" : "127.0.0.1";
  }
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "http://[" + host + "]:" : "http://" + host + ":") + std::to_string(address.port);
}

std::uint16_t url_port(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const auto authority = take_until(url, '/');
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos) return 0;
  return number<std::uint16_t>(authority.substr(colon + 1)).value_or(0);
}

void add_mode(std::string_view name, NymOptions& out) {
  for (auto* mode : {&out.mixnode, &out.entry, &out.exit}) *mode = mode->value_or(false);
  if (name == "mixnode") out.mixnode = true;
  if (name == "entry-gateway" || name == "entry") out.entry = true;
  if (name == "exit-gateway" || name == "exit") out.entry = out.exit = true;  // "exit" alone has always had both
  if (name == "exit-providers-only") out.exit = true;
}

}  // namespace mixnet
