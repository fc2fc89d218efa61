// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mixnet::web {

/// What the server counts of itself. Written by the server's threads, read by any.
struct Instruments {
  using Counter = std::atomic<std::uint64_t>;
  using Gauge = std::atomic<std::int64_t>;

  /// The statuses that are counted by themselves; others are counted together, in the last place of `responses`.
  static constexpr std::array kStatuses = {200, 400, 401, 403, 404, 405, 413, 414, 429, 431, 500, 503};

  std::array<Counter, kStatuses.size() + 1> responses{};  ///< begun, by status
  Counter response_bytes = 0;                             ///< of bodies sent whole
  Counter responses_cut_off = 0;                          ///< begun, but the client left or was too slow
  Gauge requests_in_flight = 0;                           ///< asked and not yet answered
  Counter connections_accepted = 0;
  Gauge connections_open = 0;
  Counter connections_refused = 0;    ///< none could give way
  Counter connections_evicted = 0;    ///< gave way to a newer one
  Counter connections_timed_out = 0;  ///< a request or a reply took too long, or none was under way for too long
  Counter accept_errors = 0;
  Counter password_failures = 0;  ///< wrong or missing credentials
  Counter tls_failures = 0;       ///< TLS connections that ended before their first request

  void count_response(int status) {
    std::size_t place = 0;
    while (place < kStatuses.size() && kStatuses[place] != status) ++place;
    responses[place].fetch_add(1, std::memory_order_relaxed);
  }
};

}  // namespace mixnet::web
