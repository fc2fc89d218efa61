// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/self_description.h"

#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "collectors/kit/http.h"
#include "collectors/network/followed_nodes.h"
#include "collectors/network/self_description_check.h"
#include "collectors/node/per_node.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Metric kOk = gauge("mixnet_network_node_self_description_ok",
                             "Whether nym-api, asking the node as it does every 75 minutes, would take its description now.");
constexpr Metric kStep =
    gauge("mixnet_network_node_self_description_step", "Whether that step went well; 0 for those it did not come to.");
constexpr Metric kFault =
    gauge("mixnet_network_node_self_description_fault_info", "1 with the first step that failed and the reason.");
constexpr Metric kPart =
    gauge("mixnet_network_node_self_description_part", "Whether the node described this part, which may be missing.");
constexpr Metric kUrl =
    gauge("mixnet_network_node_self_description_url_info", "Where the node answered, and who told its host; always 1.");
constexpr Metric kDuration = gauge("mixnet_network_node_self_description_duration_seconds", "How long the check took.");
constexpr Metric kTime = gauge("mixnet_network_node_self_description_timestamp_seconds", "When the check ended.");
constexpr const Metric* kMetrics[] = {&kOk, &kStep, &kFault, &kPart, &kUrl, &kDuration, &kTime};

constexpr auto kTick = 5s;
constexpr std::chrono::milliseconds kAgain = 10min;
constexpr std::chrono::milliseconds kAgainAfterFault = 2min;
constexpr std::chrono::milliseconds kAfterStart = 1min;  // of the node, which takes a while until it answers
constexpr std::chrono::milliseconds kOwnStart = 10s;     // until the lists of the network are there, where they are asked for

/// One node's check.
struct Checked {
  std::optional<DescribedHost> host;
  bool bonded = false;  ///< the host is the bond's; else what the node announces
  NodeProcess process;
  std::optional<Clock::time_point> due;
  std::optional<SelfDescription> result;
  double ended_s = 0;  ///< since 1970
};

struct State {
  PerNode<Checked> nodes;
  std::optional<NodeKeys> keys;
  std::minstd_rand random{std::random_device{}()};
  Http http;
};

bool same(const std::optional<DescribedHost>& a, const std::optional<DescribedHost>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->host == b->host && a->custom_http_port == b->custom_http_port && a->identity_key == b->identity_key;
}

/// The host of the bond, or what the node itself announces where the bond is not known.
std::optional<DescribedHost> host_of(const Node& node, const NetworkDirectory& network, NodeKeys& keys, bool& bonded) {
  DescribedHost out;
  out.identity_key = keys.key_of(node);
  const auto bond = network.bonded_host(node.name);
  bonded = bond.has_value();
  if (bond) {
    out.host = bond->host;
    out.custom_http_port = bond->custom_http_port;
  } else if (!node.hostname.empty()) {
    out.host = node.hostname;
  } else if (!node.public_addresses.empty()) {
    const auto& address = node.public_addresses.front();
    out.host = address.find(':') == std::string::npos ? address : "[" + address + "]";
  }
  if (out.host.empty() || out.identity_key.empty()) return std::nullopt;
  return out;
}

/// Plans anew where the node has another host or has restarted.
void follow(const Node& node, Context& context, State& state, Checked& checked, Clock::time_point now) {
  bool bonded = false;
  auto host = host_of(node, *context.network, *state.keys, bonded);
  if (!same(host, checked.host) || bonded != checked.bonded) {
    checked.host = std::move(host);
    checked.bonded = bonded;
    checked.result.reset();
    checked.due = now + (bonded ? std::chrono::milliseconds(0) : kOwnStart);
  }
  if (checked.process != node.process) {
    if (checked.process.pid != 0) checked.due = now + kAfterStart;
    checked.process = node.process;
  }
}

void check(State& state, Checked& checked, const std::stop_token& stop) {
  auto result = check_self_description(state.http, *checked.host, stop);
  if (stop.stop_requested()) return;
  const auto gap = result.failed ? kAgainAfterFault : kAgain;
  std::uniform_int_distribution<std::int64_t> jitter(0, gap.count() / 10);
  checked.due = Clock::now() + gap + std::chrono::milliseconds(jitter(state.random));
  checked.result = std::move(result);
  checked.ended_s = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void emit(const std::string& node, const Checked& checked, Samples& out, Remarks& remarks) {
  const auto& result = *checked.result;
  const auto labels = out.labels({{"node", node}});
  out.add(kOk, result.failed ? 0 : 1, labels);
  for (std::size_t step = 0; step < kDescriptionSteps; ++step) {
    out.add(kStep, result.passed[step] ? 1 : 0, {{"node", node}, {"step", to_string(static_cast<DescriptionStep>(step))}});
  }
  for (std::size_t part = 0; part < kDescriptionParts.size(); ++part) {
    out.add(kPart, result.parts[part] ? 1 : 0, {{"node", node}, {"part", kDescriptionParts[part]}});
  }
  if (!result.url.empty()) {
    out.add(kUrl, 1, {{"node", node}, {"url", result.url}, {"host_from", checked.bonded ? "bond" : "node"}});
  }
  out.add(kDuration, result.took.count(), labels);
  out.add(kTime, checked.ended_s, labels);
  if (!result.failed) return;
  out.add(kFault, 1, {{"node", node}, {"step", to_string(*result.failed)}, {"reason", result.reason}});
  remarks.add(node, to_string(*result.failed), result.error.fault, result.error.message);
}

Result<void> collect(Context& context, Samples& out) {
  auto& state = context.memory.get<State>();
  if (!state.keys) state.keys.emplace(StateFolder(context.roots.state), NodeKeys::Use::read);
  bool any = false;
  for (const auto& node : *context.nodes.nodes) {
    auto& checked = state.nodes.of(node.name);
    follow(node, context, state, checked, Clock::now());
    if (!checked.host) continue;
    any = true;
    if (checked.due && Clock::now() >= *checked.due) check(state, checked, context.stop);
    if (checked.result) emit(node.name, checked, out, context.remarks);
  }
  if (any) return {};
  return fail(Fault::absent, "no node on this host whose identity key and public address are known");
}

}  // namespace

constinit const Collector kSelfDescription{"self_description",
                                           "Whether nym-api would take the nodes' descriptions, asked as it asks.",
                                           true,
                                           Schedule::background,
                                           kMetrics,
                                           collect,
                                           kTick};

}  // namespace mixnet
