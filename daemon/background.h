// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <thread>

#include "daemon/outcome.h"

namespace mixnet {

/// A collector that runs by itself, on a thread of its own, and logs when it begins to fail and when it works again. A scrape
/// takes what it gave last and never waits for it.
class Background {
 public:
  /// Starts at once.
  Background(const Collector& collector, const Roots& roots, const Settings& settings, std::shared_ptr<NodeDirectory> directory,
             std::shared_ptr<NetworkDirectory> network);
  /// Asks the run under way to return, and waits for it.
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// What the last run gave, which nobody changes any more; nothing before the first has ended. From any thread.
  std::shared_ptr<const Outcome> latest() const;

 private:
  void work(const std::stop_token& stop);
  void run();

  const Collector& collector_;
  Context context_;
  OutcomeChanges changes_;
  std::shared_ptr<Outcome> spare_;  ///< the one before the latest: filled again unless a scrape still holds it

  mutable std::mutex mutex_;
  std::shared_ptr<Outcome> latest_;  // guarded by mutex_

  std::jthread thread_;
};

}  // namespace mixnet
