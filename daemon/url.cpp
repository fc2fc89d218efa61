// SPDX-License-Identifier: Apache-2.0
#include "daemon/url.h"

#include <algorithm>
#include <string>

#include "collectors/kit/text.h"
#include "daemon/address.h"

namespace mixnet {
namespace {

/// "http:// or https://"
std::string listed(std::span<const std::string_view> schemes) {
  std::string out;
  for (const auto& scheme : schemes) {
    if (!out.empty()) out.append(&scheme == &schemes.back() ? " or " : ", ");
    out.append(scheme).append("://");
  }
  return out;
}

}  // namespace

Result<void> check_url(std::string_view text, std::span<const std::string_view> schemes) {
  const auto colon = text.find("://");
  const auto scheme = text.substr(0, colon);
  if (colon == std::string_view::npos || std::find(schemes.begin(), schemes.end(), scheme) == schemes.end()) {
    return fail(Fault::malformed, in_quotes(text) + " does not begin with " + listed(schemes));
  }
  auto rest = text.substr(colon + 3);
  if (rest.find_first_of(" ?#\\\"") != std::string_view::npos) {
    return fail(Fault::malformed, in_quotes(text) + " is not the address of a server: " + std::string(scheme) + "://HOST:PORT");
  }
  const auto authority = take_until(rest, '/');
  if (authority.find('@') != std::string_view::npos) {
    return fail(Fault::malformed, "a URL with a user or a password, which do not belong into a configuration");
  }
  const bool has_port = authority.rfind(':') != std::string_view::npos && !authority.ends_with(']');
  const auto address = parse_address(std::string(authority) + (has_port ? "" : ":80"));
  if (!address || address->host.empty() || address->port == 0) {
    return fail(Fault::malformed, in_quotes(text) + " names no host, or no good port");
  }
  return {};
}

}  // namespace mixnet
