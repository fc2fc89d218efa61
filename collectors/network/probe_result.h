// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collectors/kit/json.h"
#include "collectors/kit/result.h"
#include "collectors/kit/samples.h"

namespace mixnet {

/// One thing that nym-gateway-probe tries: as labels `part` and `test`.
struct ProbeTest {
  std::string_view part, test;
};
inline constexpr std::size_t kProbeTests = 18;
std::span<const ProbeTest, kProbeTests> probe_tests();

/// What nym-gateway-probe found, or the node status API keeps of it. What was not tested, or an older release of the probe did
/// not know, is empty.
struct ProbeResult {
  struct Tunnel {                                ///< through WireGuard, of one version of IP
    std::optional<double> ping_hosts, ping_ips;  ///< the part that was answered, 0 to 1
    std::optional<double> download_bytes, download_s;
  };
  /// Identity keys of the gateways: the same where one was tested as entry and as exit. Where two were, which of them is in
  /// `node` is not said: older releases name the one under test there and the entry in `used_entry`, newer ones the entry and
  /// the exit.
  std::string node, used_entry;
  std::array<std::optional<bool>, kProbeTests> passed;  ///< in the order of probe_tests()
  Tunnel v4, v6;
  std::optional<double> socks5_latency_s;
};

/// From what the probe prints or the API keeps. malformed: it is no such thing.
Result<ProbeResult> read_probe_result(const Json& body);

/// The document in all that the probe printed: lines of its log may stand before it and behind it. It goes from the last line
/// that is a "{" alone to the next that is a "}" alone; where there is no such line it is all of it.
std::string_view probe_document(std::string_view output);

/// The result in what the probe printed. malformed: there is none.
Result<ProbeResult> parse_probe_output(std::string_view output);

/// The score that VPN clients go by, 0 to 1, of `performance` (a ratio) and the probe's tunnel of IPv4; nothing where the probe
/// did not measure it. As nym-node-status-api works it out: 0.4 × performance + 0.3 × download + 0.3 × pings of addresses.
std::optional<double> vpn_score(double performance, const ProbeResult& probe);

/// Label `source` of a result that nym-gateway-probe has printed on this host.
inline constexpr std::string_view kGatewayProbeSource = "gateway_probe";

/// mixnet_network_node_probe_success{node="exit1",source="gateway_probe",part="as_entry",test="can_connect"} 1
void add_probe_result(Samples& out, std::string_view node, std::string_view source, const ProbeResult& probe);

}  // namespace mixnet
