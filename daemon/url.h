// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

inline constexpr std::string_view kHttpSchemes[] = {"http", "https"};
/// What libcurl can go through. With socks4a and socks5h the proxy looks names up.
inline constexpr std::string_view kProxySchemes[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};

/// Fault::malformed with the reason where `text` is not SCHEME://HOST[:PORT][/PATH] with one of `schemes`. A user and a
/// password are refused: secrets are in files.
Result<void> check_url(std::string_view text, std::span<const std::string_view> schemes = kHttpSchemes);

}  // namespace mixnet
