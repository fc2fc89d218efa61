// SPDX-License-Identifier: Apache-2.0
#include "daemon/address.h"

#include <arpa/inet.h>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

bool is_ip(int family, const std::string& host) {
  if (host.find('\0') != std::string::npos) return false;  // inet_pton would see no further
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(family, host.c_str(), bytes) == 1;
}

/// A name as DNS has them. One of digits and dots alone was meant to be an IPv4 address.
bool is_name(std::string_view host) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view kDigits = "0123456789.";
  if (host.size() > 253 || host.find_first_not_of(kDigits) == std::string_view::npos) return false;
  while (!host.empty()) {
    const auto label = take_until(host, '.');
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    for (const char c : label) {
      if (c != '-' && kLetters.find(c) == std::string_view::npos && kDigits.find(c) == std::string_view::npos) return false;
    }
  }
  return true;
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail(Fault::malformed, in_quotes(text) + " is not HOST:PORT");
  const auto digits = text.substr(colon + 1);
  const auto port = number<std::uint16_t>(digits);
  if (!port) return fail(Fault::malformed, in_quotes(digits) + " is not a port from 0 to 65535");
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  Address address{std::string(host), *port};
  const bool good = bracketed ? is_ip(AF_INET6, address.host) : host.empty() || is_ip(AF_INET, address.host) || is_name(host);
  if (good) return address;
  if (is_ip(AF_INET6, address.host))
    return fail(Fault::malformed, "an IPv6 address needs brackets: [" + address.host + "]:PORT");
  return fail(Fault::malformed, in_quotes(host) + " is neither an IP address nor a host's name");
}

}  // namespace mixnet
