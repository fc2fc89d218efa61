// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/node_api.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "collectors/kit/http.h"
#include "collectors/node/nym_api.h"
#include "collectors/node/nym_metrics.h"
#include "collectors/node/nym_polling_metrics.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const Metric* kMetrics[] = {&nym::kHealthy,
                                      &nym::kUptime,
                                      &nym::kLoad,
                                      &nym::kBuild,
                                      &nym::kIdentity,
                                      &nym::kHost,
                                      &nym::kRotation,
                                      &nym::kNextKey,
                                      &nym::kSystem,
                                      &nym::kSystemCpus,
                                      &nym::kSystemMemory,
                                      &nym::kRole,
                                      &nym::kDescription,
                                      &nym::kLocation,
                                      &nym::kTerms,
                                      &nym::kPort,
                                      &nym::kZkNyms,
                                      &nym::kOffersWireguard,
                                      &nym::kLpEnabled,
                                      &nym::kUpgradeMode,
                                      &nym::kUpgradeModeWatched,
                                      &nym::kUpgradeModeQueried,
                                      &nym::kReceived,
                                      &nym::kSent,
                                      &nym::kDropped,
                                      &nym::kMalformed,
                                      &nym::kReplayed,
                                      &nym::kExcessiveDelay,
                                      &nym::kTest,
                                      &nym::kWireguardReceived,
                                      &nym::kWireguardSent,
                                      &nym::kDay,
                                      &nym::kDayUsers,
                                      &nym::kDayStarted,
                                      &nym::kDayFinished,
                                      &nym::kDayDurations,
                                      &nym::kVerlocTested,
                                      &nym::kVerlocMeasured,
                                      &nym::kVerlocUnmeasured,
                                      &nym::kVerlocMinimum,
                                      &nym::kVerlocMean,
                                      &nym::kVerlocMedian,
                                      &nym::kVerlocStarted,
                                      &nym::kVerlocFinished,
                                      &nym::kVerlocInProgress,
                                      &nym::kVersions,
                                      &nym::kStored,
                                      &nym::kIngressConnections,
                                      &nym::kDelayed,
                                      &nym::kQueue,
                                      &nym::kPending,
                                      &nym::kWireguardPeers,
                                      &nym::kWireguardActive,
                                      &nym::kTopologyDuration,
                                      &nym::kSessionDurations,
                                      &nym::kPeerCreation,
                                      &nym::kCredentialDuration,
                                      &nym::kRegistrationDuration,
                                      &nym::kLpAttempts,
                                      &nym::kLpDvpnAttempts,
                                      &nym::kLpSuccesses,
                                      &nym::kLpFailures,
                                      &nym::kLpClockFailures,
                                      &nym::kLpPending,
                                      &nym::kLpRegistrationDuration,
                                      &nym::kLpConnections,
                                      &nym::kLpConnectionsCompleted,
                                      &nym::kLpConnectionsFailed,
                                      &nym::kLpReceived,
                                      &nym::kLpSent,
                                      &nym::kLpConnectionDuration,
                                      &nym::kLpErrors,
                                      &nym::kLpForwardAttempts,
                                      &nym::kLpForwardSuccesses,
                                      &nym::kLpForwardFailures,
                                      &nym::kLpForwardRejections,
                                      &nym::kLpForwardDuration,
                                      &nym::kLpDataReceived,
                                      &nym::kLpDataErrors,
                                      &nym::kLpDataReceiveErrors,
                                      &nym::kLpSessionsRemoved,
                                      &nym::kPeerChannelLatency,
                                      &nym::kPeerAdditions,
                                      &nym::kPeersAdded,
                                      &nym::kPeerAdditionFailures,
                                      &nym::kPeerRemovals,
                                      &nym::kPeersRemoved,
                                      &nym::kPeerRemovalFailures,
                                      &nym::kWireguardConfigErrors,
                                      &nym::kIpAttempts,
                                      &nym::kIpSuccesses,
                                      &nym::kStaleIps,
                                      &nym::kEcashAttempts,
                                      &nym::kEcashSuccesses,
                                      &nym::kEcashFailures,
                                      &nym::kEcashCacheHits,
                                      &nym::kEcashCacheMisses,
                                      &nym::kEcashEpochs,
                                      &nym::kEcashDuration,
                                      &nym::kPassthroughSeries,
                                      &nym::kPassthroughDropped,
                                      &nym::kPassedCounter,
                                      &nym::kPassedGauge,
                                      &nym::kPassedUntyped,
                                      &nym::kPassedHistogram,
                                      &nym::kPassedSummary,
                                      &nym::kApiUp,
                                      &nym::kApiFault,
                                      &nym::kApiLastSuccess,
                                      &nym::kApiDuration,
                                      &nym::kApiRequests,
                                      &nym::kApiFailures,
                                      &nym::kApiRestarts};

constexpr auto kTick = 1s;
constexpr auto kWait = 900ms;        // within a tick; what takes longer goes on in the next
constexpr auto kFirstWait = 5500ms;  // longer than any request may take, so that a single run has them all

struct State {
  std::vector<std::unique_ptr<nym::NodeApi>> apis;
  bool ran_before = false;
  Http http;  // the last, so that it goes before what it writes to
};

/// Keeps what is known of the nodes that are still there.
void follow_nodes(const NodeList& nodes, State& state, Clock::time_point now) {
  std::erase_if(state.apis, [&](auto& api) {
    const bool gone = std::none_of(nodes.begin(), nodes.end(), [&](const Node& node) { return node.name == api->name(); });
    if (gone) api->cancel(state.http);
    return gone;
  });
  for (const auto& node : nodes) {
    const auto known =
        std::find_if(state.apis.begin(), state.apis.end(), [&](const auto& api) { return api->name() == node.name; });
    if (known != state.apis.end()) {
      (*known)->follow(node, now);
    } else {
      state.apis.push_back(std::make_unique<nym::NodeApi>(node, std::random_device{}()));
    }
  }
}

Result<void> collect(Context& context, Samples& out) {
  auto& state = context.memory.get<State>();
  const auto begin = Clock::now();
  follow_nodes(*context.nodes.nodes, state, begin);
  if (state.apis.empty()) return fail(Fault::absent, "no node is known on this host");
  const auto interval = context.settings.node_api.interval;
  for (auto& api : state.apis) api->begin_due(state.http, interval, begin);
  state.http.advance(begin + (state.ran_before ? kWait : kFirstWait), context.stop);
  state.ran_before = true;
  const auto end = Clock::now();
  for (auto& api : state.apis) {
    api->take_ended(end);
    api->add_to(out, context.remarks, interval, end);
  }
  return {};
}

}  // namespace

constinit const Collector kNodeApi{"node_api", "What the node's own HTTP API says: packets, sessions, versions, how it is.",
                                   true,       Schedule::background,
                                   kMetrics,   collect,
                                   kTick};

}  // namespace mixnet
