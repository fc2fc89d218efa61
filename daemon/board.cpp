// SPDX-License-Identifier: Apache-2.0
#include "daemon/board.h"

#include <algorithm>
#include <exception>

#include "collectors/all_collectors.h"

namespace mixnet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes kAbsentLookedForAgain{1};
constexpr std::chrono::seconds kDetachedWait{1};

constexpr Metric kDuration = gauge("node_scrape_collector_duration_seconds", "node_exporter: Duration of a collector scrape.");
constexpr Metric kSuccess = gauge("node_scrape_collector_success", "node_exporter: Whether a collector succeeded.");
constexpr const Metric* kMetrics[] = {&kDuration, &kSuccess};

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The one place that runs a collector; whatever it throws becomes an error of that collector alone.
std::optional<Error> collect_once(const Collector& collector, Context& context, Samples& out) {
  out.clear();
  std::optional<Error> error;
  try {
    auto done = collector.collect(context, out);
    if (!done) error = std::move(done).error();
  } catch (const std::exception& thrown) {
    error = Error{Fault::unavailable, std::string("unexpected: ") + thrown.what()};
  }
  if (error) out.clear();
  return error;
}

bool same_outcome(const std::optional<Error>& before, const std::optional<Error>& now) {
  const auto message = [](const std::optional<Error>& error) {
    return error && error->fault != Fault::absent ? std::string_view(error->message) : std::string_view();
  };
  return message(before) == message(now);
}

}  // namespace

class DetachedRun : public Stallable::Job {
 public:
  DetachedRun(const Collector& collector, const Context& like) : collector_(collector), context_(like.roots, like.settings) {}

  void run() noexcept override {
    context_.begin_collection();
    error = collect_once(collector_, context_, samples);
  }

  Samples samples;
  std::optional<Error> error;
  bool started = false;       ///< in this collection; the board's own, not the thread's
  Clock::time_point begin{};  ///< likewise

 private:
  const Collector& collector_;
  Context context_;
};

std::span<const Metric* const> board_metrics() { return kMetrics; }

bool Selection::wants(std::string_view collector) const {
  if (!collect.empty()) return contains(collect, collector);
  return !contains(exclude, collector);
}

Board::Board(const Roots& roots, const Settings& settings, std::span<const Collector* const> enabled)
    : context_(roots, settings), runs_(enabled.size()) {
  for (std::size_t index = 0; index < enabled.size(); ++index) {
    runs_[index].collector = enabled[index];
    if (enabled[index]->schedule != Schedule::at_scrape_detached) continue;
    runs_[index].detached = std::make_shared<DetachedRun>(*enabled[index], context_);
  }
}

Result<void> Board::check(const Selection& selection) const {
  if (!selection.collect.empty() && !selection.exclude.empty()) {
    return fail(Fault::malformed, "Combined collect and exclude queries are not allowed.");
  }
  for (const auto& name : selection.collect) {
    const auto has_name = [&name](const Collector* collector) { return collector->name == name; };
    if (std::any_of(runs_.begin(), runs_.end(), [&](const Run& run) { return has_name(run.collector); })) continue;
    const auto all = all_collectors();
    const bool exists = std::any_of(all.begin(), all.end(), has_name);
    return fail(Fault::malformed, (exists ? "disabled collector: " : "missing collector: ") + in_quotes(name));
  }
  return {};
}

void Board::collect(const Selection& selection) {
  const auto begin = Clock::now();
  context_.begin_collection();
  for (auto& each : runs_) {
    each.changed = false;
    each.ran = selection.wants(each.collector->name);
    if (!each.detached) continue;
    each.detached->started = each.ran && is_due(each, begin) && stallable_.start(each.detached);
    each.detached->begin = begin;
  }
  for (auto& each : runs_) {
    if (each.ran && !each.detached) run(each);
  }
  parts_.clear();
  outcomes_.clear();
  for (auto& each : runs_) {
    if (!each.ran) continue;
    if (each.detached) finish_detached(each, begin + kDetachedWait);
    parts_.push_back(&each.samples);
    const auto labels = outcomes_.labels({{"collector", each.collector->name}});
    outcomes_.add(kDuration, each.took.count(), labels);
    outcomes_.add(kSuccess, each.failing() ? 0 : 1, labels);
  }
  parts_.push_back(&outcomes_);
}

bool Board::is_due(const Run& run, Clock::time_point now) const { return !run.absent() || now >= run.absent_until; }

void Board::run(Run& run) {
  const auto begin = Clock::now();
  if (is_due(run, begin)) {
    conclude(run, collect_once(*run.collector, context_, run.samples), begin);
  } else {
    run.took = {};
  }
}

void Board::finish_detached(Run& run, Clock::time_point deadline) {
  auto& detached = *run.detached;
  if (!detached.started) {
    if (is_due(run, detached.begin)) {
      run.samples.clear();
      conclude(run, Error{Fault::unavailable, "an earlier collection still waits for its source"}, detached.begin);
    } else {
      run.took = {};
    }
    return;
  }
  if (stallable_.wait(run.detached, deadline) != Stallable::Outcome::done) {
    run.samples.clear();
    conclude(run, Error{Fault::unavailable, "its source did not answer within a second"}, detached.begin);
    return;
  }
  std::swap(run.samples, detached.samples);
  conclude(run, std::move(detached.error), detached.begin);
}

void Board::conclude(Run& run, std::optional<Error> error, Clock::time_point begin) {
  const auto end = Clock::now();
  run.changed = !same_outcome(run.error, error);
  run.error = std::move(error);
  run.took = end - begin;
  if (run.absent()) run.absent_until = end + kAbsentLookedForAgain;
}

}  // namespace mixnet
