// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/nym_api.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "collectors/network/api_metrics.h"
#include "collectors/network/api_source.h"
#include "collectors/network/followed_nodes.h"
#include "collectors/network/network_bases.h"
#include "collectors/network/nym_api_facts.h"
#include "collectors/network/nym_api_metrics.h"
#include "collectors/network/nym_api_samples.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using SystemTime = std::chrono::system_clock::time_point;

using namespace network;

constexpr const Metric* kMetrics[] = {&kNetwork,
                                      &kEpoch,
                                      &kEpochStart,
                                      &kEpochLength,
                                      &kEpochOverdue,
                                      &kEpochOfInterval,
                                      &kEpochsPerInterval,
                                      &kRotation,
                                      &kRotationProgress,
                                      &kRotationLast,
                                      &kRewardedNodes,
                                      &kRewardedEpoch,
                                      &kRewardedPlaces,
                                      &kSaturationPoint,
                                      &kEpochBudget,
                                      &kApiHealthy,
                                      &kChainSynced,
                                      &kChainStalled,
                                      &kRelease,
                                      &kLatestRelease,
                                      &kNode,
                                      &kBonded,
                                      &kUnbonding,
                                      &kPledge,
                                      &kOperatorStake,
                                      &kDelegated,
                                      &kDelegations,
                                      &kSaturation,
                                      &kUncappedSaturation,
                                      &kProfitMargin,
                                      &kOperatingCost,
                                      &kPending,
                                      &kLastRewarded,
                                      &kAnnotated,
                                      &kPerformance,
                                      &kPerformance24h,
                                      &kRoutingScore,
                                      &kConfigScore,
                                      &kStressScore,
                                      &kBehind,
                                      &kSelfDescribed,
                                      &kTerms,
                                      &kRunsNymNode,
                                      &kRole,
                                      &kInRewardedSet,
                                      &kPerformanceOfDay,
                                      &kUptimeOfDay,
                                      &kDescribed,
                                      &kLastPolled,
                                      &kAddress,
                                      &kVersion,
                                      &kExpectedConfigScore,
                                      &kExpectedBehind,
                                      &kSelectionWeight,
                                      &kRotationMatches,
                                      &kNetworkApiUp,
                                      &kNetworkApiFault,
                                      &kNetworkApiLastSuccess,
                                      &kNetworkApiDuration,
                                      &kNetworkApiRequests,
                                      &kNetworkApiFailures,
                                      &kNetworkApiBase};

constexpr auto kTick = 2s;
constexpr auto kBudget = 2s;        // within a tick; what is due then waits for the next
constexpr auto kFirstBudget = 10s;  // so that a single run has most of it
constexpr std::size_t kListBytesMax = 64 << 20;

// The periods are the server's own: contract data are refreshed every 150 s, annotations every 305 s, descriptions every 75
// min.
constexpr ApiResourceKind kEpochKind{"epoch", 5min, 2h};
constexpr ApiResourceKind kHealthKind{"health", 5min, 15min};
constexpr ApiResourceKind kRewardedSetKind{"rewarded_set", 10min, 2h};
constexpr ApiResourceKind kRotationKind{"key_rotation", 10min, 2h};
constexpr ApiResourceKind kScoreRulesKind{"config_score_details", 10min, 24h};
constexpr ApiResourceKind kRewardsKind{"reward_params", 1h, 24h};
constexpr ApiResourceKind kBondedKind{"bonded", 30min, 24h, kListBytesMax, 60s};
constexpr ApiResourceKind kDescribedKind{"described", 10min, 24h, kListBytesMax, 60s};
constexpr ApiResourceKind kAnnotationKind{"annotation", 305s, 2h};
constexpr ApiResourceKind kPerformanceKind{"performance_history", 6h, 48h};
constexpr ApiResourceKind kUptimeKind{"uptime_history", 6h, 48h};

// Descriptions are asked for when there should be new ones: so long after the newest of those had.
constexpr auto kDescribedAgain = 80min;

/// Reads a document into where the facts are.
template <class Facts>
ApiResource::Read into(std::optional<Facts>& to, Result<Facts> (*read)(const Json&)) {
  return [&to, read](const Json& body) -> Result<void> {
    to = TRY(read(body));
    return {};
  };
}

/// One node: what is known of it, and the documents that only it has.
class NodeView {
 public:
  explicit NodeView(FollowedNode node) : node_(std::move(node)) {
    facts_.node = node_.label;
    facts_.identity_key = node_.identity_key;
    facts_.node_id = node_.node_id;
  }
  NodeView(const NodeView&) = delete;
  NodeView& operator=(const NodeView&) = delete;

  const FollowedNode& node() const { return node_; }
  NetworkNodeFacts& facts() { return facts_; }

  /// The same node as it is now.
  void follow(const FollowedNode& node) { node_ = node; }

  bool is_in(const NodeBond& bond) const {
    return node_.node_id ? bond.node_id == *node_.node_id : bond.identity_key == node_.identity_key;
  }
  bool is_in(const NodeDescription& description) const {
    return facts_.node_id ? description.node_id == *facts_.node_id : description.identity_key == node_.identity_key;
  }

  void take(const NodeBond* bond) {
    facts_.bonds_known = true;
    facts_.bond = bond == nullptr ? std::nullopt : std::optional(*bond);
    if (bond == nullptr) return;
    facts_.identity_key = bond->identity_key;
    facts_.node_id = bond->node_id;
  }

  /// Its own documents, from when its id is known on; `source` remembers what they said before a restart.
  void list(std::vector<ApiResource*>& out, ApiSource& source) {
    if (!facts_.node_id) return;
    if (!annotation_ || resources_of_ != facts_.node_id) make_resources(source);
    for (auto* each : {annotation_.get(), performance_.get(), uptime_.get()}) out.push_back(each);
  }

  /// Drops what is too old.
  void forget(SystemTime now, const ApiResource& bonded, const ApiResource& described) {
    if (!bonded.holds(now)) facts_.bond.reset();
    if (!described.holds(now)) facts_.description.reset();
    facts_.bonds_known = bonded.holds(now);
    facts_.descriptions_known = described.holds(now);
    if (!annotation_) return;
    if (!annotation_->holds(now)) facts_.annotation.reset();
    if (!performance_->holds(now)) facts_.performance_history.reset();
    if (!uptime_->holds(now)) facts_.uptime_history.reset();
  }

  /// What is compared with the network's view: of a node elsewhere, what the network itself has seen.
  void complete() {
    const auto& seen = facts_.description;
    facts_.running_version = node_.version.empty() && seen ? seen->version : node_.version;
    facts_.key_rotation = !node_.key_rotation && seen ? seen->key_rotation : node_.key_rotation;
  }

 private:
  void make_resources(ApiSource& source) {
    resources_of_ = facts_.node_id;
    const auto id = std::to_string(*facts_.node_id);
    facts_.annotation.reset();  // of another id, where there was one before
    facts_.performance_history.reset();
    facts_.uptime_history.reset();
    const auto make = [&](const ApiResourceKind& kind, std::vector<std::string> paths, ApiResource::Read read) {
      auto resource = std::make_unique<ApiResource>(kind, std::move(paths), node_.label, std::move(read), nullptr, id);
      source.recall(*resource);
      return resource;
    };
    annotation_ = make(kAnnotationKind, {"/v1/nym-nodes/annotation/" + id, "/v2/nym-nodes/annotation/" + id},
                       into(facts_.annotation, read_annotation));
    performance_ = make(kPerformanceKind, {"/v1/nym-nodes/performance-history/" + id},
                        into(facts_.performance_history, read_performance_history));
    uptime_ = make(kUptimeKind, {"/v1/nym-nodes/uptime-history/" + id}, into(facts_.uptime_history, read_uptime_history));
  }

  FollowedNode node_;
  NetworkNodeFacts facts_;
  std::optional<std::uint32_t> resources_of_;  ///< the id
  std::unique_ptr<ApiResource> annotation_, performance_, uptime_;
};

/// The network's documents and the nodes', and what they say.
class View {
 public:
  View(const std::string& state, std::vector<std::string> bases)
      : keys_(StateFolder(state), NodeKeys::Use::keep),
        bases_(std::move(bases)),
        folder_(state + "/nym_api"),
        source_("nym_api", folder_, std::random_device{}()) {
    const auto add = [this](const ApiResourceKind& kind, const char* path, ApiResource::Read read) {
      common_.push_back(std::make_unique<ApiResource>(kind, std::vector<std::string>{path}, "", std::move(read)));
      return common_.back().get();
    };
    epoch_ = add(kEpochKind, "/v1/epoch/current", into(facts_.epoch, read_epoch));
    health_ = add(kHealthKind, "/v1/api-status/health", into(facts_.health, read_api_health));
    rewarded_set_ = add(kRewardedSetKind, "/v1/nym-nodes/rewarded-set", into(facts_.rewarded_set, read_rewarded_set));
    rotation_ = add(kRotationKind, "/v1/epoch/key-rotation-info", into(facts_.rotation, read_key_rotation));
    score_rules_ = add(kScoreRulesKind, "/v1/status/config-score-details", into(facts_.score_rules, read_score_rules));
    rewards_ = add(kRewardsKind, "/v1/epoch/reward_params", into(facts_.rewards, read_reward_parameters));
  }

  const std::vector<std::string>& bases() const { return bases_; }

  void run(Context& context, const std::string& environment, Samples& out) {
    source_.follow({bases_, context.settings.network.proxy, context.settings.network.ca_file});
    recall();
    follow_nodes(followed_nodes(*context.nodes.nodes, context.settings.network.watch, keys_));
    ask(context.stop);
    emit(environment, out, context.remarks);
  }

 private:
  void recall() {
    if (recalled_) return;
    recalled_ = true;
    for (const auto& each : common_) source_.recall(*each);
    folder_.forget_older_than(std::chrono::system_clock::now() - kForgotten);
  }

  void follow_nodes(const std::vector<FollowedNode>& nodes) {
    std::vector<std::unique_ptr<NodeView>> views;
    for (const auto& node : nodes) {
      const auto known = std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& view) {
        if (!view || view->node().label != node.label) return false;
        return node.node_id ? view->node().node_id == node.node_id : view->node().identity_key == node.identity_key;
      });
      if (known == nodes_.end()) {
        views.push_back(std::make_unique<NodeView>(node));
      } else {
        (*known)->follow(node);
        views.push_back(std::move(*known));
      }
    }
    nodes_ = std::move(views);
    const auto signature = signature_of(nodes);
    if (signature == signature_ && bonded_) return;
    signature_ = signature;
    make_lists();
  }

  void make_lists() {
    bonded_ = std::make_unique<ApiResource>(
        kBondedKind, std::vector<std::string>{"/v1/nym-nodes/bonded"}, "",
        [this](const Json& body) { return read_bonds(body); },
        [this](const Json& entry) { return is_wanted(read_bond(entry)); }, signature_);
    described_ = std::make_unique<ApiResource>(
        kDescribedKind, std::vector<std::string>{"/v2/nym-nodes/described", "/v1/nym-nodes/described"}, "",
        [this](const Json& body) { return read_descriptions(body); },
        [this](const Json& entry) {
          const auto description = read_description(entry);
          if (description && description->last_polled) newest_polled_ = std::max(newest_polled_, *description->last_polled);
          return is_wanted(description);
        },
        signature_);
    newest_polled_ = 0;
    if (nodes_.empty()) return;
    source_.recall(*bonded_);
    source_.recall(*described_);
  }

  template <class Entry>
  bool is_wanted(const Result<Entry>& entry) const {
    return entry && std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& view) { return view->is_in(*entry); });
  }

  Result<void> read_bonds(const Json& body) {
    std::vector<NodeBond> bonds;
    for (std::size_t index = 0; index < body["data"].size(); ++index) {
      if (auto bond = read_bond(body["data"].at(index))) bonds.push_back(*std::move(bond));
    }
    for (auto& view : nodes_) {
      const auto found = std::find_if(bonds.begin(), bonds.end(), [&](const NodeBond& bond) { return view->is_in(bond); });
      view->take(found == bonds.end() ? nullptr : &*found);
      if (found != bonds.end()) keys_.learn(view->node().label, found->identity_key);
    }
    return {};
  }

  Result<void> read_descriptions(const Json& body) {
    for (auto& view : nodes_) view->facts().description.reset();
    for (std::size_t index = 0; index < body["data"].size(); ++index) {
      const auto description = read_description(body["data"].at(index));
      if (!description) continue;
      if (description->last_polled) newest_polled_ = std::max(newest_polled_, *description->last_polled);
      for (auto& view : nodes_) {
        if (view->is_in(*description)) view->facts().description = *description;
      }
    }
    return {};
  }

  std::vector<ApiResource*> resources() {
    std::vector<ApiResource*> out;
    for (const auto& each : common_) out.push_back(each.get());
    if (nodes_.empty()) return out;
    out.push_back(bonded_.get());
    for (auto& view : nodes_) view->list(out, source_);
    // Who is described cannot be told before their ids are known.
    if (bonded_->got()) out.push_back(described_.get());
    return out;
  }

  /// Asks for what is due, and for what that has made known.
  void ask(const std::stop_token& stop) {
    const auto until = Clock::now() + (ran_before_ ? kBudget : kFirstBudget);
    ran_before_ = true;
    std::size_t known = 0;
    for (auto all = resources(); all.size() > known; all = resources()) {
      known = all.size();
      source_.ask_due(all, until, stop);
      wait_for_descriptions();
    }
  }

  void wait_for_descriptions() {
    if (newest_polled_ == 0 || !described_->got()) return;
    const SystemTime newest(std::chrono::duration_cast<SystemTime::duration>(std::chrono::duration<double>(newest_polled_)));
    const auto age = std::chrono::system_clock::now() - newest;
    described_->postpone(Clock::now() + kDescribedAgain - std::max(age, age.zero()));
  }

  void forget(SystemTime now) {
    if (!epoch_->holds(now)) facts_.epoch.reset();
    if (!health_->holds(now)) facts_.health.reset();
    if (!rewarded_set_->holds(now)) facts_.rewarded_set.reset();
    if (!rotation_->holds(now)) facts_.rotation.reset();
    if (!score_rules_->holds(now)) facts_.score_rules.reset();
    if (!rewards_->holds(now)) facts_.rewards.reset();
    for (auto& view : nodes_) view->forget(now, *bonded_, *described_);
  }

  void emit(const std::string& environment, Samples& out, Remarks& remarks) {
    const auto now = std::chrono::system_clock::now();
    forget(now);
    out.add(kNetwork, 1, {{"environment", environment}});
    add_network(out, facts_, now);
    for (auto& view : nodes_) {
      view->complete();
      add_network_node(out, view->facts(), facts_, now);
    }
    source_.add_to(out, remarks, resources());
    remark_on_lacking(remarks);
  }

  /// What a release of the API does not say any more costs its own metric, and a line of the log.
  void remark_on_lacking(Remarks& remarks) {
    const auto remark = [&](std::string_view what, const auto& facts) {
      if (facts && !facts->lacking.empty()) remarks.add("nym_api", what, Fault::malformed, "does not say " + facts->lacking);
    };
    remark("epoch", facts_.epoch);
    remark("health", facts_.health);
    remark("rewarded_set", facts_.rewarded_set);
    remark("key_rotation", facts_.rotation);
    remark("config_score_details", facts_.score_rules);
    remark("reward_params", facts_.rewards);
    for (auto& view : nodes_) {
      const auto& facts = view->facts();
      remark("bonded of " + facts.node, facts.bond);
      remark("described of " + facts.node, facts.description);
      remark("annotation of " + facts.node, facts.annotation);
    }
  }

  static constexpr auto kForgotten = std::chrono::hours(24 * 7);

  NodeKeys keys_;
  const std::vector<std::string> bases_;
  StateFolder folder_;
  ApiSource source_;
  NetworkFacts facts_;
  std::vector<std::unique_ptr<NodeView>> nodes_;
  std::vector<std::unique_ptr<ApiResource>> common_;
  ApiResource *epoch_, *health_, *rewarded_set_, *rotation_, *score_rules_, *rewards_;  // in common_
  std::unique_ptr<ApiResource> bonded_, described_;
  std::string signature_;
  double newest_polled_ = 0;  ///< of all nodes described
  bool recalled_ = false, ran_before_ = false;
};

struct State {
  std::unique_ptr<View> view;
};

Result<void> collect(Context& context, Samples& out) {
  auto& state = context.memory.get<State>();
  auto place = nym_api_bases(context.settings, *context.nodes.nodes);
  if (place.bases.empty()) {
    return fail(Fault::absent,
                "no nym-api is known: no node on this host names one, and the configuration has neither network.environment "
                "nor network.nym_api");
  }
  // Of another network nothing is known yet.
  if (!state.view || state.view->bases() != place.bases) {
    state.view.reset();
    state.view = std::make_unique<View>(context.roots.state, std::move(place.bases));
  }
  state.view->run(context, place.environment, out);
  return {};
}

}  // namespace

constinit const Collector kNymApi{
    "nym_api", "What nym-api says of the nodes and the network: scores, role, stake, epoch, releases.",
    true,      Schedule::background,
    kMetrics,  collect,
    kTick};

}  // namespace mixnet
