// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/network/network_options.h"
#include "tests/simulator/network/scores.h"

namespace mixnet::simulator {

using Time = std::chrono::system_clock::time_point;

/// The roles of an epoch, in the order in which they are drawn.
enum class EpochRole { entry_gateway, exit_gateway, layer1, layer2, layer3, standby };

struct Epoch {
  std::uint32_t number = 0;  ///< since the first one of all
  Time start;
};

/// One release in the contract's history.
struct KnownRelease {
  std::string version;
  std::uint64_t height = 0;
};

/// What nym-api's health says of the chain.
enum class Chain { synced, stalled, unknown };

/// The network as the contract and the monitor know it. What is made up depends on the options alone, what changes on commands
/// and on time. Not for several threads at once.
class Network {
 public:
  static constexpr std::uint32_t kEpochsInInterval = 720;
  static constexpr std::uint32_t kEpochsInRotation = 24;
  static constexpr std::uint32_t kFirstRotationEpoch = 20'100;

  explicit Network(const NetworkOptions& options);

  /// Does what is due by now: epochs follow one another, descriptions are fetched anew. Differs from what it gave before where
  /// an answer may differ.
  std::uint64_t refresh();

  Time now() const;
  double uptime() const;
  const NetworkOptions& options() const { return options_; }
  std::uint64_t seed() const { return options_.seed; }

  /// All of them, in the order of their ids.
  const std::vector<Member>& members() const { return members_; }
  const Member* find(std::uint32_t id) const;
  const Member* find(std::string_view identity) const;

  const Epoch& epoch() const { return epoch_; }
  std::uint32_t rotation() const { return (epoch_.number - kFirstRotationEpoch) / kEpochsInRotation; }
  /// The nodes of the present epoch that have a role.
  const std::map<std::uint32_t, EpochRole>& roles() const { return roles_; }
  const std::vector<KnownRelease>& releases() const { return releases_; }
  Scores scores(const Member& member) const { return scores_of(member, release_numbers_); }
  /// When the network last asked all nodes for their descriptions, and when it last worked out the annotations.
  Time described_at() const;
  Time annotated_at() const;
  Time started() const { return started_; }
  Chain chain() const { return chain_; }
  Shape shape() const { return shape_; }

  // What commands do.
  void advance(double seconds) { advanced_ += seconds; }
  void restart() { restarted_ = now(); }
  void advance_epochs(std::uint32_t count);
  /// Makes the present epoch end so many seconds ago and no other follow, until there is an advance_epochs.
  void make_overdue(double seconds);
  void release(const std::string& version);
  void set_chain(Chain chain) { chain_ = chain; }
  void set_shape(Shape shape);
  /// Puts a node among the others, in the place of one that has its id or its identity. One without an id is given one.
  void place(Member member);
  /// A member to be changed.
  Member* change(std::uint32_t id);

 private:
  void draw_roles();
  void pass_epochs();

  NetworkOptions options_;
  std::vector<Member> members_;
  std::uint32_t next_free_id_ = 1324;  // of those that are given none
  Epoch epoch_;
  bool overdue_ = false;
  std::map<std::uint32_t, EpochRole> roles_;
  std::vector<KnownRelease> releases_;
  std::vector<ReleaseNumber> release_numbers_;
  Chain chain_ = Chain::synced;
  Shape shape_;
  Time started_, restarted_;
  double advanced_ = 0;
  std::uint64_t revision_ = 1;
  bool redraw_ = true;
  Time seen_described_, seen_annotated_;
};

}  // namespace mixnet::simulator
