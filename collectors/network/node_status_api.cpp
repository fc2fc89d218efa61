// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/node_status_api.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "collectors/kit/time_text.h"
#include "collectors/network/api_metrics.h"
#include "collectors/network/api_source.h"
#include "collectors/network/followed_nodes.h"
#include "collectors/network/network_bases.h"
#include "collectors/network/probe_metrics.h"
#include "collectors/network/probe_result.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using namespace network;
using Clock = std::chrono::steady_clock;

constexpr Metric kListed = gauge("mixnet_network_node_listed_as_gateway",
                                 "Whether the node status API knows the node as a gateway (/v2/gateways/{identity}).");
constexpr Metric kStatusPerformance =
    gauge("mixnet_network_node_status_performance_ratio", "The performance that the node status API works with.");
constexpr Metric kVpnScore =
    gauge("mixnet_network_node_vpn_score_ratio", "The score VPN clients go by: above 0.75 high, 0.5 medium, 0.1 low.");

constexpr const Metric* kMetrics[] = {&kListed,
                                      &kStatusPerformance,
                                      &kVpnScore,
                                      &kProbeSuccess,
                                      &kProbePing,
                                      &kProbeDownloadBytes,
                                      &kProbeDownloadSeconds,
                                      &kProbeSocks5Latency,
                                      &kProbeTime,
                                      &kNetworkApiUp,
                                      &kNetworkApiFault,
                                      &kNetworkApiLastSuccess,
                                      &kNetworkApiDuration,
                                      &kNetworkApiRequests,
                                      &kNetworkApiFailures,
                                      &kNetworkApiBase};

constexpr std::string_view kSource = "node_status_api";
constexpr auto kTick = 10s;
constexpr auto kBudget = 5s;
constexpr auto kForgotten = std::chrono::hours(24 * 7);
constexpr int kUnknownKey = 400;  // with the key as plain text

// A gateway is probed about every two hours. Of an answer the log of the probe is by far the largest part.
constexpr ApiResourceKind kGatewayKind{"gateway", 30min, 24h, 8 << 20, 20s, kUnknownKey};

/// What /v2/gateways/{identity} says, as far as it is exported.
struct Gateway {
  bool listed = false;
  std::optional<double> performance;  ///< a ratio
  std::optional<double> tested;       ///< when, in seconds since 1970
  std::optional<ProbeResult> probe;
};

// {"gateway_identity_key":"2w5R…","bonded":true,"performance":98,"last_probe_result":{…},
//  "last_testrun_utc":"2026-05-16T08:13:40+00:00",…}
Result<Gateway> read_gateway(const Json& body) {
  Gateway out;
  if (!body) return out;
  if (!body["gateway_identity_key"]) return fail(Fault::malformed, "no gateway: it has no gateway_identity_key");
  out.listed = true;
  if (const auto percent = body["performance"].number()) out.performance = *percent / 100;
  out.tested = parse_rfc3339(body["last_testrun_utc"].text().value_or(""));
  if (auto probe = read_probe_result(body["last_probe_result"])) out.probe = *std::move(probe);
  return out;
}

/// One node, and what the API says of it.
struct Followed {
  FollowedNode node;
  std::optional<Gateway> gateway;
  std::unique_ptr<ApiResource> resource;
};

class View {
 public:
  View(const std::string& state, std::vector<std::string> bases)
      : keys_(StateFolder(state), NodeKeys::Use::read),
        bases_(std::move(bases)),
        folder_(state + "/node_status_api"),
        source_(std::string(kSource), folder_, std::random_device{}()) {}

  const std::vector<std::string>& bases() const { return bases_; }

  Result<void> run(Context& context, Samples& out) {
    source_.follow({bases_, context.settings.network.proxy, context.settings.network.ca_file});
    if (std::exchange(first_, false)) folder_.forget_older_than(std::chrono::system_clock::now() - kForgotten);
    follow(followed_nodes(*context.nodes.nodes, context.settings.network.watch, keys_));
    if (followed_.empty()) return fail(Fault::absent, "no gateway whose identity key is known");
    std::vector<ApiResource*> resources;
    for (const auto& each : followed_) resources.push_back(each->resource.get());
    source_.ask_due(resources, Clock::now() + kBudget, context.stop);
    for (auto& each : followed_) emit(*each, out);
    source_.add_to(out, context.remarks, resources);
    return {};
  }

 private:
  void follow(std::vector<FollowedNode> nodes) {
    std::erase_if(nodes, [](const FollowedNode& node) { return node.identity_key.empty() || node.gateway == false; });
    std::vector<std::unique_ptr<Followed>> followed;
    for (auto& node : nodes) {
      const auto known = std::find_if(followed_.begin(), followed_.end(), [&](const auto& each) {
        return each && each->node.label == node.label && each->node.identity_key == node.identity_key;
      });
      followed.push_back(known == followed_.end() ? made(std::move(node)) : std::move(*known));
    }
    followed_ = std::move(followed);
  }

  std::unique_ptr<Followed> made(FollowedNode node) {
    auto out = std::make_unique<Followed>();
    out->node = std::move(node);
    const auto read = [followed = out.get()](const Json& body) -> Result<void> {
      followed->gateway = TRY(read_gateway(body));
      return {};
    };
    const auto& key = out->node.identity_key;
    out->resource = std::make_unique<ApiResource>(kGatewayKind, std::vector<std::string>{"/v2/gateways/" + key},
                                                  out->node.label, read, nullptr, key);
    source_.recall(*out->resource);
    return out;
  }

  static void emit(Followed& followed, Samples& out) {
    if (!followed.resource->holds(std::chrono::system_clock::now())) followed.gateway.reset();
    if (!followed.gateway) return;
    const auto& gateway = *followed.gateway;
    const auto& node = followed.node.label;
    const auto labels = out.labels({{"node", node}});
    out.add(kListed, gateway.listed ? 1 : 0, labels);
    if (gateway.performance) out.add(kStatusPerformance, *gateway.performance, labels);
    if (gateway.tested) out.add(kProbeTime, *gateway.tested, {{"node", node}, {"source", kSource}});
    if (!gateway.probe) return;
    add_probe_result(out, node, kSource, *gateway.probe);
    if (!gateway.performance) return;
    if (const auto score = vpn_score(*gateway.performance, *gateway.probe)) out.add(kVpnScore, *score, labels);
  }

  NodeKeys keys_;
  const std::vector<std::string> bases_;
  StateFolder folder_;
  ApiSource source_;
  std::vector<std::unique_ptr<Followed>> followed_;
  bool first_ = true;
};

struct State {
  std::unique_ptr<View> view;
};

Result<void> collect(Context& context, Samples& out) {
  auto& state = context.memory.get<State>();
  auto place = node_status_api_bases(context.settings);
  if (place.bases.empty()) {
    return fail(Fault::absent,
                "no node names a node status API; set network.environment to mainnet, or network.node_status_api, to ask one");
  }
  if (!state.view || state.view->bases() != place.bases) {
    state.view.reset();
    state.view = std::make_unique<View>(context.roots.state, std::move(place.bases));
  }
  return state.view->run(context, out);
}

}  // namespace

constinit const Collector kNodeStatusApi{"node_status_api",
                                         "What the node status API says of gateways: the last probe's result.",
                                         true,
                                         Schedule::background,
                                         kMetrics,
                                         collect,
                                         kTick};

}  // namespace mixnet
