// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// What one run of a collector gave: samples, or an error and none.
struct Outcome {
  Samples samples;  ///< empty where there is an error: a gap is honest, an old value that looks fresh is not
  std::optional<Error> error;
  Remarks remarks;
  std::chrono::duration<double> took{};

  bool failing() const { return error && error->fault != Fault::absent; }
  bool absent() const { return error && error->fault == Fault::absent; }
};

/// The one place that runs a collector; whatever it throws becomes an error of that collector alone.
void collect_once(const Collector& collector, Context& context, Outcome& out);

/// Something that began to fail, fails in another way than before, or works again.
struct OutcomeChange {
  std::string source;  ///< a Remark's subject; empty: the collector itself
  std::string error;   ///< empty: it works again
};

/// Compares a collector's outcomes, so that the log has one line for a failure however long it lasts.
class OutcomeChanges {
 public:
  /// To be called with every outcome, in their order. What is absent is no failure.
  void compare(const Outcome& outcome);
  /// For a collection without the collector: nothing changed.
  void clear() { changes_.clear(); }

  /// Of the outcome compared last with the one before.
  std::span<const OutcomeChange> last() const { return changes_; }

 private:
  void compare_remarks(std::span<const Remark> remarks);

  std::string error_;                    // what the collector fails with; empty where it works
  std::vector<OutcomeChange> failures_;  // what its sources fail with
  std::vector<OutcomeChange> changes_;
};

/// A line in the log for each.
void log_changes(const Collector& collector, std::span<const OutcomeChange> changes);

}  // namespace mixnet
