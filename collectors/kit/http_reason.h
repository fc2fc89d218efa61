// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collectors/kit/http.h"

namespace mixnet {

/// Why asking an API gave nothing, as label `reason`.
enum class HttpReason : std::uint8_t {
  unreachable,
  timeout,
  broken_off,
  tls,
  redirected,
  too_large,
  malformed,
  not_found,
  unauthorized,
  forbidden,
  rate_limited,
  not_implemented,
  server_error,
  token,  ///< ours cannot be read
  other,
};
inline constexpr std::size_t kHttpReasons = 15;

std::string_view to_string(HttpReason reason);

/// Of an answer with another status than 200.
HttpReason reason_of_status(int status);

/// Of an exchange that was not answered.
HttpReason reason_of(HttpOutcome outcome);

}  // namespace mixnet
