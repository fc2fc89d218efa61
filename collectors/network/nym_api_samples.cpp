// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/nym_api_samples.h"

#include <algorithm>
#include <array>
#include <string>

#include "collectors/kit/text.h"
#include "collectors/network/nym_api_metrics.h"
#include "collectors/network/scores.h"

namespace mixnet {
namespace {

using namespace network;
using Time = std::chrono::system_clock::time_point;

constexpr std::size_t kReleasesShown = 20;
constexpr std::int64_t kDaysShown = 7;

double unix_seconds(Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

/// Adds values of one node, or of the network, where they are known.
class Adder {
 public:
  Adder(Samples& out, LabelSet labels) : out_(out), labels_(labels) {}

  template <class T>
  void operator()(const Metric& metric, const std::optional<T>& value) const {
    if (value) out_.add(metric, static_cast<double>(*value), labels_);
  }
  void operator()(const Metric& metric, bool value) const { out_.add(metric, value ? 1 : 0, labels_); }

 private:
  Samples& out_;
  LabelSet labels_;
};

void add_epoch(Samples& out, const NetworkEpoch& epoch, Time now) {
  const Adder add(out, {});
  add(kEpoch, epoch.id);
  add(kEpochStart, epoch.start);
  add(kEpochLength, epoch.length_s);
  add(kEpochOfInterval, epoch.of_interval);
  add(kEpochsPerInterval, epoch.per_interval);
  if (epoch.start && epoch.length_s) {
    out.add(kEpochOverdue, std::max(0.0, unix_seconds(now) - (*epoch.start + *epoch.length_s)));
  }
}

void add_rotation(Samples& out, const KeyRotation& rotation) {
  const Adder add(out, {});
  add(kRotation, rotation.id);
  add(kRotationLast, rotation.last_epoch);
  if (!rotation.epoch || !rotation.first_epoch || !rotation.last_epoch || *rotation.last_epoch < *rotation.first_epoch) return;
  const auto length = static_cast<double>(*rotation.last_epoch - *rotation.first_epoch + 1);
  const auto passed = static_cast<double>(*rotation.epoch) - static_cast<double>(*rotation.first_epoch);
  out.add(kRotationProgress, std::clamp(passed / length, 0.0, 1.0));
}

void add_rewarded_set(Samples& out, const RewardedSet& set) {
  const Adder add(out, {});
  add(kRewardedEpoch, set.epoch);
  std::array<double, kNetworkRoles> counts{};
  for (const auto& [id, role] : set.nodes) ++counts[static_cast<std::size_t>(role)];
  for (std::size_t role = 0; role < kNetworkRoles; ++role) {
    out.add(kRewardedNodes, counts[role], {{"role", to_string(static_cast<NetworkRole>(role))}});
  }
}

void add_rewards(Samples& out, const RewardParameters& rewards) {
  const Adder add(out, {});
  add(kSaturationPoint, rewards.saturation_point);
  add(kEpochBudget, rewards.epoch_budget);
  const auto places = [&](std::string_view role, std::optional<std::uint64_t> count) {
    if (count) out.add(kRewardedPlaces, static_cast<double>(*count), {{"role", role}});
  };
  places("entry_gateway", rewards.entry_gateways);
  places("exit_gateway", rewards.exit_gateways);
  places("mixnode", rewards.mixnodes);
  places("standby", rewards.standby);
}

void add_releases(Samples& out, const ScoreRules& rules) {
  if (rules.history.empty()) return;
  out.add(kLatestRelease, 1, {{"version", rules.history.back().text}});
  const auto first = rules.history.size() > kReleasesShown ? rules.history.size() - kReleasesShown : 0;
  for (auto index = first; index < rules.history.size(); ++index) {
    const auto& release = rules.history[index];
    if (release.height) out.add(kRelease, static_cast<double>(*release.height), {{"version", release.text}});
  }
}

/// Stake by the saturation point, as nym-api's /v1/nym-nodes/stake-saturation has it.
std::optional<double> saturation(const NodeBond& bond, const NetworkFacts& network) {
  if (!bond.operator_stake || !bond.delegations || !network.rewards) return std::nullopt;
  const auto point = network.rewards->saturation_point;
  if (!point || *point <= 0) return std::nullopt;
  return (*bond.operator_stake + *bond.delegations) / *point;
}

void add_bond(Samples& out, const NodeBond& bond, LabelSet labels, std::string_view node, const NetworkFacts& network) {
  const Adder add(out, labels);
  add(kUnbonding, bond.unbonding);
  add(kPledge, bond.pledge);
  add(kOperatorStake, bond.operator_stake);
  add(kDelegated, bond.delegations);
  add(kDelegations, bond.unique_delegations);
  add(kProfitMargin, bond.profit_margin);
  add(kOperatingCost, bond.operating_cost);
  add(kLastRewarded, bond.last_rewarded_epoch);
  const auto pending = [&](std::string_view change, std::optional<bool> is) {
    if (is) out.add(kPending, *is ? 1 : 0, {{"node", node}, {"change", change}});
  };
  pending("pledge", bond.pledge_change_pending);
  pending("cost", bond.cost_change_pending);
  if (const auto uncapped = saturation(bond, network)) {
    out.add(kUncappedSaturation, *uncapped, labels);
    out.add(kSaturation, std::min(*uncapped, 1.0), labels);
  }
}

void add_role(Samples& out, std::string_view node, std::optional<NetworkRole> role) {
  for (std::size_t index = 0; index < kNetworkRoles; ++index) {
    const auto each = static_cast<NetworkRole>(index);
    out.add(kRole, role == each ? 1 : 0, {{"node", node}, {"role", to_string(each)}});
  }
  out.add(kRole, role ? 0 : 1, {{"node", node}, {"role", "none"}});
}

void add_annotation(Samples& out, const NodeAnnotation& annotation, LabelSet labels, std::string_view node) {
  const Adder add(out, labels);
  add(kAnnotated, annotation.known);
  if (!annotation.known) return;
  add(kPerformance, annotation.performance);
  add(kPerformance24h, annotation.performance_last_24h);
  add(kRoutingScore, annotation.routing_score);
  add(kConfigScore, annotation.config_score);
  add(kStressScore, annotation.stress_score);
  add(kBehind, annotation.versions_behind);
  add(kSelfDescribed, annotation.self_described);
  add(kTerms, annotation.terms_accepted);
  add(kRunsNymNode, annotation.runs_nym_node);
  if (annotation.role_known) add_role(out, node, annotation.role);
}

void add_history(Samples& out, const Metric& metric, const DailyValues& history, std::string_view node, Time now) {
  const std::int64_t today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  std::array<std::optional<double>, kDaysShown + 1> by_age;  // the last entry of a day counts
  for (const auto& [day, value] : history) {
    const auto age = today - day;
    if (age >= 1 && age <= kDaysShown) by_age[static_cast<std::size_t>(age)] = value;
  }
  for (std::size_t age = 1; age < by_age.size(); ++age) {
    if (by_age[age]) out.add(metric, *by_age[age], {{"node", node}, {"days_ago", Decimal(age)}});
  }
}

void add_description(Samples& out, const NodeDescription& description, LabelSet labels, std::string_view node) {
  const Adder add(out, labels);
  add(kLastPolled, description.last_polled);
  for (const auto& address : description.addresses) out.add(kAddress, 1, {{"node", node}, {"address", address}});
  if (!description.version.empty()) out.add(kVersion, 1, {{"node", node}, {"version", description.version}});
}

/// What the version that runs will be worth when nym-api looks next, by the rules on the chain.
void add_expected(Samples& out, const NetworkNodeFacts& node, const ScoreRules& rules, LabelSet labels) {
  const auto version = parse_version(node.running_version);
  if (!version || rules.history.empty()) return;
  const auto history = rules.versions();
  const auto lag = version_lag(*version, history);
  const auto behind = [&](std::string_view component, std::uint64_t count) {
    out.add(kExpectedBehind, static_cast<double>(count), {{"node", node.node}, {"component", component}});
  };
  behind("major", lag.major);
  behind("minor", lag.minor);
  behind("patch", lag.patch);
  behind("prerelease", lag.prerelease);
  out.add(kExpectedConfigScore, config_score(versions_behind(*version, history, rules.parameters), rules.parameters), labels);
}

void add_rewarded(Samples& out, const NetworkNodeFacts& node, const RewardedSet& set, LabelSet labels) {
  if (!node.node_id) return;
  const auto is_it = [&](const auto& each) { return each.first == *node.node_id; };
  out.add(kInRewardedSet, std::any_of(set.nodes.begin(), set.nodes.end(), is_it) ? 1 : 0, labels);
}

void add_info(Samples& out, const NetworkNodeFacts& node) {
  const auto id = node.node_id ? std::to_string(*node.node_id) : "";
  const std::string_view host = node.bond ? std::string_view(node.bond->host) : std::string_view();
  out.add(kNode, 1, {{"node", node.node}, {"node_id", id}, {"identity_key", node.identity_key}, {"host", host}});
}

}  // namespace

void add_network(Samples& out, const NetworkFacts& facts, Time now) {
  if (facts.epoch) add_epoch(out, *facts.epoch, now);
  if (facts.rotation) add_rotation(out, *facts.rotation);
  if (facts.rewarded_set) add_rewarded_set(out, *facts.rewarded_set);
  if (facts.rewards) add_rewards(out, *facts.rewards);
  if (facts.score_rules) add_releases(out, *facts.score_rules);
  if (!facts.health) return;
  const Adder add(out, {});
  add(kApiHealthy, facts.health->up);
  add(kChainSynced, facts.health->chain_synced);
  add(kChainStalled, facts.health->chain_stalled_s);
}

void add_network_node(Samples& out, const NetworkNodeFacts& node, const NetworkFacts& network, Time now) {
  const auto labels = out.labels({{"node", node.node}});
  add_info(out, node);
  if (node.bonds_known) out.add(kBonded, node.bond ? 1 : 0, labels);
  if (node.bond) add_bond(out, *node.bond, labels, node.node, network);
  if (node.descriptions_known) out.add(kDescribed, node.description ? 1 : 0, labels);
  if (node.description) add_description(out, *node.description, labels, node.node);
  if (node.annotation) add_annotation(out, *node.annotation, labels, node.node);
  if (node.performance_history) add_history(out, kPerformanceOfDay, *node.performance_history, node.node, now);
  if (node.uptime_history) add_history(out, kUptimeOfDay, *node.uptime_history, node.node, now);
  if (network.rewarded_set) add_rewarded(out, node, *network.rewarded_set, labels);
  if (network.score_rules) add_expected(out, node, *network.score_rules, labels);
  if (node.key_rotation && network.rotation && network.rotation->id) {
    out.add(kRotationMatches, *node.key_rotation == *network.rotation->id ? 1 : 0, labels);
  }
  if (!node.bond || !node.annotation || !node.annotation->performance) return;
  if (const auto stake = saturation(*node.bond, network)) {
    out.add(kSelectionWeight, selection_weight(*stake, *node.annotation->performance), labels);
  }
}

}  // namespace mixnet
