// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/nym_api.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "collectors/kit/text.h"
#include "collectors/network/api_metrics.h"
#include "collectors/network/api_source.h"
#include "collectors/network/fleet.h"
#include "collectors/network/followed_nodes.h"
#include "collectors/network/network_bases.h"
#include "collectors/network/nym_api_kinds.h"
#include "collectors/network/nym_api_metrics.h"
#include "collectors/network/nym_api_samples.h"
#include "collectors/network/nym_node_view.h"

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
constexpr std::string_view kFleetFile = "fleet";
constexpr std::size_t kFleetBytesMax = 16 << 20;

// Descriptions are asked for when there should be new ones: so long after the newest of those had.
constexpr auto kDescribedAgain = 80min;

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
    rewarded_set_ = add(kRewardedSetKind, kRewardedSetPath, [this](const Json& body) -> Result<void> {
      facts_.rewarded_set = TRY(read_rewarded_set(body));
      fleet_changed_ = true;
      return {};
    });
    rotation_ = add(kRotationKind, "/v1/epoch/key-rotation-info", into(facts_.rotation, read_key_rotation));
    score_rules_ = add(kScoreRulesKind, "/v1/status/config-score-details", into(facts_.score_rules, read_score_rules));
    rewards_ = add(kRewardsKind, "/v1/epoch/reward_params", into(facts_.rewards, read_reward_parameters));
  }

  const std::vector<std::string>& bases() const { return bases_; }

  void run(Context& context, const std::string& environment, Samples& out) {
    serves_fleet_ = context.settings.network.serve_nodes;
    source_.follow({bases_, context.settings.network.proxy, context.settings.network.ca_file});
    recall();
    follow_nodes(followed_nodes(*context.nodes.nodes, context.settings.network.watch, keys_));
    if (serves_fleet_) recall_fleet(*context.network, environment);
    ask(context.stop);
    publish(*context.network, environment);
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
    std::vector<std::unique_ptr<NymNodeView>> views;
    for (const auto& node : nodes) {
      const auto known = std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& view) {
        if (!view || view->node().label != node.label) return false;
        return node.node_id ? view->node().node_id == node.node_id : view->node().identity_key == node.identity_key;
      });
      if (known == nodes_.end()) {
        views.push_back(std::make_unique<NymNodeView>(node));
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
        kBondedKind, std::vector<std::string>{kBondedPath}, "", [this](const Json& body) { return read_bonds(body); },
        [this](const Json& entry) {
          const auto bond = read_bond(entry);
          if (bonds_seen_) ++*bonds_seen_;
          if (serves_fleet_ && bond) fleet_.add(*bond);
          return is_wanted(bond);
        },
        signature_);
    described_ = std::make_unique<ApiResource>(
        kDescribedKind, std::vector<std::string>{kDescribedPaths.begin(), kDescribedPaths.end()}, "",
        [this](const Json& body) { return read_descriptions(body); },
        [this](const Json& entry) {
          const auto description = read_description(entry);
          if (description && description->last_polled) newest_polled_ = std::max(newest_polled_, *description->last_polled);
          if (serves_fleet_ && description) fleet_.add(*description);
          return is_wanted(description);
        },
        signature_);
    bonded_->before_reading([this] {
      fleet_.begin_bonds();
      bonds_whole_ = false;
      bonds_seen_ = 0;
    });
    described_->before_reading([this] {
      fleet_.begin_descriptions();
      descriptions_whole_ = false;
      descriptions_seen_ = true;
    });
    newest_polled_ = 0;
    // What is remembered of the lists are the nodes followed; who wants all has to ask, unless all are remembered too.
    if (nodes_.empty() || (serves_fleet_ && !fleet_known_)) return;
    source_.recall(*bonded_);
    source_.recall(*described_);
  }

  template <class Entry>
  bool is_wanted(const Result<Entry>& entry) const {
    return entry && std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& view) { return view->is_in(*entry); });
  }

  Result<void> read_bonds(const Json& body) {
    // After a restart the API has an empty list until it has read the chain: that does not mean that nobody is bonded.
    const auto seen = std::exchange(bonds_seen_, std::nullopt);
    if (seen == 0) return fail(Fault::unavailable, "an empty list: the API knows nothing yet");
    if (seen) take_as_whole(bonds_whole_);
    std::vector<NodeBond> bonds;
    for (std::size_t index = 0; index < body["data"].size(); ++index) {
      if (auto bond = read_bond(body["data"].at(index))) bonds.push_back(*std::move(bond));
    }
    for (auto& view : nodes_) {
      const auto found = std::find_if(bonds.begin(), bonds.end(), [&](const NodeBond& bond) { return view->is_in(bond); });
      if (found == bonds.end() && bonded_->is_of_another_variant()) continue;  // it was not looked for
      view->take(found == bonds.end() ? nullptr : &*found);
      if (found != bonds.end()) keys_.learn(view->node().label, found->identity_key);
    }
    return {};
  }

  /// All entries of a list have been looked at. Not so of what is remembered of it, which are those of the nodes followed.
  void take_as_whole(bool& whole) {
    fleet_changed_ |= !whole;
    whole = true;
  }

  Result<void> read_descriptions(const Json& body) {
    if (std::exchange(descriptions_seen_, false)) take_as_whole(descriptions_whole_);
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
    if (nodes_.empty() && !serves_fleet_) return out;
    out.push_back(bonded_.get());
    // Who is described cannot be told before their ids are known, and the lists go before what each node has.
    if (!bonded_->got() && !bonded_->reason()) return out;
    if (bonded_->got()) out.push_back(described_.get());
    for (auto& view : nodes_) view->list(out, source_);
    return out;
  }

  /// Asks for what is due, and for what that has made known.
  void ask(const std::stop_token& stop) {
    const auto until = Clock::now() + (ran_before_ ? kBudget : kFirstBudget);
    ran_before_ = true;
    std::vector<ApiResource*> asked;
    for (auto all = resources(); all != asked; all = resources()) {
      source_.ask_due(all, until, stop);
      wait_for_descriptions();
      asked = std::move(all);
    }
  }

  void wait_for_descriptions() {
    if (newest_polled_ == 0 || !described_->got()) return;
    const SystemTime newest(std::chrono::duration_cast<SystemTime::duration>(std::chrono::duration<double>(newest_polled_)));
    const auto age = std::chrono::system_clock::now() - newest;
    described_->postpone(Clock::now() + kDescribedAgain - std::max(age, age.zero()));
  }

  // -- all nodes, where they are served

  void recall_fleet(NetworkDirectory& directory, const std::string& environment) {
    if (std::exchange(fleet_recalled_, true)) return;
    const auto file = folder_.read(kFleetFile, kFleetBytesMax);
    if (!file || file->written + kBondedKind.keep < std::chrono::system_clock::now()) return;
    std::string_view text = file->text;
    if (take_until(text, '\n') != bases_.front()) return;
    fleet_known_ = true;
    directory.publish({std::make_shared<const std::string>(text), environment});
  }

  /// What others need of the lists.
  void publish(NetworkDirectory& directory, const std::string& environment) {
    std::vector<BondedHost> hosts;
    for (auto& view : nodes_) {
      const auto& bond = view->facts().bond;
      if (bond) hosts.push_back({view->node().label, bond->host, bond->custom_http_port});
    }
    directory.publish(std::move(hosts));
    if (!serves_fleet_) return;
    if (bonded_->got() && !bonded_->holds(std::chrono::system_clock::now()))
      directory.publish(NetworkDirectory::FleetEdition{});
    const bool complete = bonds_whole_ && (descriptions_whole_ || (!fleet_known_ && described_->reason()));
    if (!fleet_changed_ || !complete) return;
    fleet_changed_ = false;
    auto text = serialized(fleet_.fleet(facts_.rewarded_set ? &*facts_.rewarded_set : nullptr));
    (void)folder_.write(kFleetFile, bases_.front() + "\n" + text);
    fleet_known_ = true;
    directory.publish({std::make_shared<const std::string>(std::move(text)), environment});
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
  std::vector<std::unique_ptr<NymNodeView>> nodes_;
  std::vector<std::unique_ptr<ApiResource>> common_;
  ApiResource *epoch_, *health_, *rewarded_set_, *rotation_, *score_rules_, *rewards_;  // in common_
  std::unique_ptr<ApiResource> bonded_, described_;
  std::string signature_;
  double newest_polled_ = 0;  ///< of all nodes described
  bool recalled_ = false, ran_before_ = false;

  bool serves_fleet_ = false, fleet_recalled_ = false;
  FleetBuilder fleet_;
  std::optional<std::size_t> bonds_seen_;  ///< in the list that is being read
  bool descriptions_seen_ = false;
  bool bonds_whole_ = false, descriptions_whole_ = false;  ///< in fleet_
  bool fleet_changed_ = false, fleet_known_ = false;
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
