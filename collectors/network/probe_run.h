// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "collectors/kit/child_process.h"
#include "collectors/kit/result.h"
#include "collectors/network/probe_result.h"
#include "collectors/settings.h"

namespace mixnet {

/// Why a run of nym-gateway-probe gave no result, as label `reason`.
enum class ProbeFailure : std::uint8_t {
  start,      ///< it could not be started
  timeout,    ///< it took too long
  flood,      ///< it wrote too much
  status,     ///< it ended with another status than 0
  signal,     ///< it was ended by a signal that was not ours
  malformed,  ///< what it printed is no result, or of another gateway
};
inline constexpr std::array kProbeFailures = {ProbeFailure::start,  ProbeFailure::timeout, ProbeFailure::flood,
                                              ProbeFailure::status, ProbeFailure::signal,  ProbeFailure::malformed};
std::string_view to_string(ProbeFailure failure);

/// How to run it for one gateway, with its files below `folder`. The mnemonic becomes an argument of the child, as it takes it
/// in no other way; empty: mock ecash.
ChildOptions probe_child(const Settings& settings, const std::string& gateway, const std::string& mnemonic,
                         const std::string& folder);

/// What came of a run.
struct ProbeRun {
  bool ok = false;
  ProbeResult result;                              ///< where it is ok
  ProbeFailure failure = ProbeFailure::malformed;  ///< else
  std::string reason;                              ///< a sentence; never with any of the mnemonic
};

/// Of a child that has ended, and was not stopped.
ProbeRun judge(const ChildProcess& child, const std::string& gateway, const std::string& mnemonic);

/// Are two words of the secret, one after the other, in the text, or all of a secret of one word?
bool reveals(std::string_view text, std::string_view secret);

}  // namespace mixnet
