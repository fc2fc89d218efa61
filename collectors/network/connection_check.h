// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "collectors/kit/ip_address.h"
#include "collectors/kit/tls_client.h"

namespace mixnet {

/// What is said once there is a connection.
enum class Talk : std::uint8_t {
  nothing,
  health,     ///< GET /api/v1/health, which a node answers with 200
  websocket,  ///< the handshake, and its end
};

/// Why a connection, or what was to be said over it, came to nothing.
enum class ConnectionFault : std::uint8_t { refused, unreachable, timeout, broken_off, tls, malformed, status };
inline constexpr std::size_t kConnectionFaults = 7;
std::string_view to_string(ConnectionFault fault);

/// A port that is to be tried.
struct ConnectionTarget {
  IpAddress address;
  std::uint16_t port = 0;
  std::string host;  ///< as it is told in TLS and HTTP, and what the certificate should be for
  bool tls = false;
  Talk talk = Talk::nothing;

  bool operator==(const ConnectionTarget&) const = default;
};

/// How far it went; what it did not come to is empty.
struct ConnectionOutcome {
  using Seconds = std::chrono::duration<double>;

  std::optional<Seconds> connected, secured, answered;  ///< how long each took, from the end of the one before
  std::optional<TlsCertificate> certificate;
  int status = 0;  ///< of the answer
  std::optional<ConnectionFault> fault;
  std::string message;  ///< what went wrong, for a human
};

struct ConnectionCheck {
  ConnectionTarget target;
  ConnectionOutcome outcome;
};

/// Tries all of them at once and fills in the outcomes. Returns when `timeout` has passed at the latest, and soon where `stop`
/// is asked for.
void run_checks(std::span<ConnectionCheck> checks, std::chrono::milliseconds timeout, const std::stop_token& stop = {});

}  // namespace mixnet
