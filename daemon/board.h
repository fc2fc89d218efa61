// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/kit/stallable.h"
#include "daemon/background.h"
#include "daemon/outcome.h"

namespace mixnet {

/// Which collectors a scrape asks for: all, or those of collect[]=…, or all but those of exclude[]=….
struct Selection {
  std::vector<std::string> collect, exclude;

  bool wants(std::string_view collector) const;
  bool operator==(const Selection&) const = default;
};

/// The run of a collector whose source can block, on a thread of its own.
class DetachedRun;

/// One collector as the board runs it.
struct Run {
  const Collector* collector;
  bool ran = false;        ///< in the collection made last
  OutcomeChanges changes;  ///< of what it gave last; a background collector logs its own

  /// What it gave last, or null where that is nothing yet.
  const Outcome* outcome() const { return collector->schedule == Schedule::background ? found.get() : &own; }

  Outcome own;
  std::chrono::steady_clock::time_point absent_until{};
  std::uint64_t absent_with = 0;           ///< the edition of the nodes in which it was absent
  std::shared_ptr<DetachedRun> detached;   ///< of Schedule::at_scrape_detached
  std::shared_ptr<Background> background;  ///< of Schedule::background, where time is Pace::daemon
  std::shared_ptr<const Outcome> found;    ///< what that had found when the collection was made
};

/// Does the board live on, so that what runs in the background goes on between collections, or is it there for one?
enum class Pace { daemon, once };

/// Runs the enabled collectors, one after another, and holds what they gave. Used from one thread.
///
/// A detached collector is begun first and waited for last, and for no longer than a second: one that is late fails, at once
/// in later collections too, until its source has answered. Of a background collector it takes what was found last; a board
/// that is there for one collection runs it first of all.
/// What is absent is looked for again once a minute only, so that a host without sensors does not pay for them at each scrape,
/// and when other nodes are found.
class Board {
 public:
  /// `network` outlives the board where it is somebody else's too.
  Board(const Roots& roots, const Settings& settings, std::span<const Collector* const> enabled, Pace pace = Pace::daemon,
        std::shared_ptr<NetworkDirectory> network = std::make_shared<NetworkDirectory>());

  /// Fault::malformed where it has both lists, or collect[] names a collector that does not exist or is off.
  Result<void> check(const Selection& selection) const;

  /// Runs what is selected; never fails, each run carries its own error.
  void collect(const Selection& selection);

  /// What the last collection gave, node_scrape_collector_* included; valid until the next.
  std::span<const Samples* const> samples() const { return parts_; }
  std::span<const Run> runs() const { return runs_; }

  /// The nodes found on this host.
  std::shared_ptr<const NodeList> nodes() const { return directory_->latest().nodes; }

 private:
  bool is_due(const Run& run, std::chrono::steady_clock::time_point now) const;
  void begin_detached(std::chrono::steady_clock::time_point begin);
  void run_background();
  void run(Run& run);
  void finish_detached(Run& run, std::chrono::steady_clock::time_point deadline);
  void publish(Run& run);
  void conclude(Run& run, std::chrono::steady_clock::time_point begin);

  const std::shared_ptr<NodeDirectory> directory_ = std::make_shared<NodeDirectory>();
  Context context_;
  Stallable stallable_;
  std::vector<Run> runs_;
  Samples outcomes_;
  std::vector<const Samples*> parts_;
};

/// The families the board adds about its collectors, for the documentation.
std::span<const Metric* const> board_metrics();

}  // namespace mixnet
