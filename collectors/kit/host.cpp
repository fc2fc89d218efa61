// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/host.h"

#include <cstddef>

#include "collectors/kit/ip_address.h"
#include "collectors/kit/text.h"

namespace mixnet {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

}  // namespace

bool is_host(std::string_view text) {
  constexpr std::size_t kNameMax = 253, kLabelMax = 63;
  if (IpAddress::parse(text)) return true;
  if (text.empty() || text.size() > kNameMax) return false;
  std::size_t label = 0;
  for (const char c : text) {
    if (c == '.' ? label == 0 : !is_letter_or_digit(c) && c != '-' && c != '_') return false;
    label = c == '.' ? 0 : label + 1;
    if (label > kLabelMax) return false;
  }
  return true;
}

Result<HostAndPort> HostAndPort::parse(std::string_view text) {
  HostAndPort out;
  std::string_view host = text, port;
  const auto colon = text.rfind(':');
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    const auto rest = end == std::string_view::npos ? std::string_view("?") : text.substr(end + 1);
    host = text.substr(1, end == std::string_view::npos ? end : end - 1);
    if (!rest.empty() && !rest.starts_with(':')) return fail(Fault::malformed, in_quotes(text) + " is no host with a port");
    port = rest.empty() ? rest : rest.substr(1);
  } else if (colon != std::string_view::npos && text.find(':') == colon) {  // with more it is an IPv6 address
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (!is_host(host)) return fail(Fault::malformed, in_quotes(host) + " is neither a host name nor an IP address");
  out.host = host;
  if (host.data() + host.size() == text.data() + text.size()) return out;
  if (text.starts_with('[') && text.ends_with(']')) return out;
  const auto number = mixnet::number<std::uint16_t>(port);
  if (!number || *number == 0) return fail(Fault::malformed, in_quotes(port) + " is no port");
  out.port = *number;
  return out;
}

}  // namespace mixnet
