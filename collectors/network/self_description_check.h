// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "collectors/kit/http.h"
#include "collectors/kit/result.h"

namespace mixnet {

/// What nym-api does to describe a node, in its order: who fails one of the first nine is not described, and has score 0. The
/// tenth and the eleventh cost the config score, which is the same.
enum class DescriptionStep : std::uint8_t {
  health,             ///< one of the addresses says that it is up
  host_information,   ///< can be had and read
  identity,           ///< is that of the bond
  signature,          ///< of the host information
  addresses,          ///< none unspecified, loopback or multicast
  build_information,  ///< can be had
  roles,
  websockets,
  exit_policy,  ///< can be had, where the network requester can
  terms,        ///< accepted; a failure to tell counts as not
  binary,       ///< is nym-node
};
inline constexpr std::size_t kDescriptionSteps = 11;
std::string_view to_string(DescriptionStep step);

/// Parts that may be missing.
inline constexpr std::array<std::string_view, 4> kDescriptionParts = {"ip_packet_router", "authenticator", "wireguard",
                                                                      "lewes_protocol"};

/// How it went for one node.
struct SelfDescription {
  std::array<bool, kDescriptionSteps> passed{};
  std::array<bool, kDescriptionParts.size()> parts{};
  std::optional<DescriptionStep> failed;  ///< the first
  std::string reason;                     ///< of that, a word: "timeout", "wrong_identity"
  Error error{Fault::unavailable, {}};    ///< of that, for a human
  std::string url;                        ///< the base that answered; empty: none did
  std::chrono::duration<double> took{};
};

/// Where a node is asked, and who it should be.
struct DescribedHost {
  std::string host;  ///< as it is bonded: an address, or a name
  std::optional<std::uint16_t> custom_http_port;
  std::string identity_key;
};

/// Asks the node as nym-api does: the same requests in the same order, of which each has 5 s. Takes half a minute at most.
SelfDescription check_self_description(Http& http, const DescribedHost& node, const std::stop_token& stop);

}  // namespace mixnet
