// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/http_reason.h"

#include <array>

namespace mixnet {

std::string_view to_string(HttpReason reason) {
  constexpr std::array<std::string_view, kHttpReasons> kWords = {"unreachable",  "timeout",   "broken_off",   "tls",
                                                                 "redirected",   "too_large", "malformed",    "not_found",
                                                                 "unauthorized", "forbidden", "rate_limited", "not_implemented",
                                                                 "server_error", "token",     "other"};
  return kWords[static_cast<std::size_t>(reason)];
}

HttpReason reason_of_status(int status) {
  switch (status) {
    case 401: return HttpReason::unauthorized;
    case 403: return HttpReason::forbidden;
    case 404: return HttpReason::not_found;
    case 429: return HttpReason::rate_limited;
    case 501: return HttpReason::not_implemented;
    default: return status >= 500 ? HttpReason::server_error : HttpReason::other;
  }
}

HttpReason reason_of(HttpOutcome outcome) {
  switch (outcome) {
    case HttpOutcome::unreachable: return HttpReason::unreachable;
    case HttpOutcome::timed_out: return HttpReason::timeout;
    case HttpOutcome::broken_off: return HttpReason::broken_off;
    case HttpOutcome::too_large: return HttpReason::too_large;
    case HttpOutcome::tls_refused: return HttpReason::tls;
    case HttpOutcome::redirected_elsewhere: return HttpReason::redirected;
    case HttpOutcome::answered: break;
  }
  return HttpReason::other;
}

}  // namespace mixnet
