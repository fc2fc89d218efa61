// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/kit/stallable.h"

namespace mixnet {

/// Which collectors a scrape asks for: all, or those of collect[]=…, or all but those of exclude[]=….
struct Selection {
  std::vector<std::string> collect, exclude;

  bool wants(std::string_view collector) const;
  bool operator==(const Selection&) const = default;
};

/// The run of a collector whose source can block, on a thread of its own.
class DetachedRun;

/// One collector as the board runs it, with the outcome of its last run.
struct Run {
  const Collector* collector;
  Samples samples;             ///< empty where there is an error: a gap is honest, an old value that looks fresh is not
  std::optional<Error> error;  ///< of the last run
  std::chrono::duration<double> took{};
  bool ran = false;      ///< in the collection made last
  bool changed = false;  ///< in the collection made last it began to fail, failed in another way, or recovered

  bool failing() const { return error && error->fault != Fault::absent; }
  bool absent() const { return error && error->fault == Fault::absent; }

  std::chrono::steady_clock::time_point absent_until{};
  std::shared_ptr<DetachedRun> detached;  ///< of Schedule::at_scrape_detached
};

/// Runs the enabled collectors, one after another, and holds what they gave. Used from one thread.
///
/// A detached collector is begun first and waited for last, and for no longer than a second: one that is late fails, at once
/// in later collections too, until its source has answered.
/// What is absent is looked for again once a minute only, so that a host without sensors does not pay for them at each scrape.
class Board {
 public:
  Board(const Roots& roots, const Settings& settings, std::span<const Collector* const> enabled);

  /// Fault::malformed where it has both lists, or collect[] names a collector that does not exist or is off.
  Result<void> check(const Selection& selection) const;

  /// Runs what is selected; never fails, each run carries its own error.
  void collect(const Selection& selection);

  /// What the last collection gave, node_scrape_collector_* included; valid until the next.
  std::span<const Samples* const> samples() const { return parts_; }
  std::span<const Run> runs() const { return runs_; }

 private:
  bool is_due(const Run& run, std::chrono::steady_clock::time_point now) const;
  void run(Run& run);
  void finish_detached(Run& run, std::chrono::steady_clock::time_point deadline);
  static void conclude(Run& run, std::optional<Error> error, std::chrono::steady_clock::time_point begin);

  Context context_;
  Stallable stallable_;
  std::vector<Run> runs_;
  Samples outcomes_;
  std::vector<const Samples*> parts_;
};

/// The families the board adds about its collectors, for the documentation.
std::span<const Metric* const> board_metrics();

}  // namespace mixnet
