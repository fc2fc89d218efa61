// SPDX-License-Identifier: Apache-2.0
#include "daemon/board.h"

#include <algorithm>

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

}  // namespace

class DetachedRun : public Stallable::Job {
 public:
  DetachedRun(const Collector& collector, const Context& like)
      : collector_(collector), context_(like.roots, like.settings, like.directory) {}

  void run() noexcept override {
    context_.begin_collection();
    collect_once(collector_, context_, outcome);
  }

  Outcome outcome;
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

Board::Board(const Roots& roots, const Settings& settings, std::span<const Collector* const> enabled, Pace pace,
             std::shared_ptr<NetworkDirectory> network)
    : context_(roots, settings, directory_, std::move(network)), runs_(enabled.size()) {
  for (std::size_t index = 0; index < enabled.size(); ++index) {
    auto& run = runs_[index];
    run.collector = enabled[index];
    if (run.collector->schedule == Schedule::at_scrape_detached) {
      run.detached = std::make_shared<DetachedRun>(*run.collector, context_);
    } else if (run.collector->schedule == Schedule::background && pace == Pace::daemon) {
      run.background = std::make_shared<Background>(*run.collector, roots, settings, directory_, context_.network);
    }
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
  for (auto& each : runs_) {
    each.ran = selection.wants(each.collector->name);
    each.changes.clear();
  }
  run_background();
  context_.begin_collection();
  begin_detached(begin);
  for (auto& each : runs_) {
    if (each.ran && each.collector->schedule == Schedule::at_scrape) run(each);
  }
  parts_.clear();
  outcomes_.clear();
  for (auto& each : runs_) {
    if (!each.ran) continue;
    if (each.detached) finish_detached(each, begin + kDetachedWait);
    publish(each);
  }
  parts_.push_back(&outcomes_);
}

void Board::begin_detached(Clock::time_point begin) {
  for (auto& each : runs_) {
    if (!each.detached) continue;
    each.detached->started = each.ran && is_due(each, begin) && stallable_.start(each.detached);
    each.detached->begin = begin;
  }
}

void Board::run_background() {
  for (auto& each : runs_) {
    if (!each.ran || each.collector->schedule != Schedule::background) continue;
    if (each.background) {
      each.found = each.background->latest();
    } else {
      context_.begin_collection();
      auto outcome = std::make_shared<Outcome>();
      collect_once(*each.collector, context_, *outcome);
      each.found = std::move(outcome);
    }
  }
}

void Board::publish(Run& run) {
  const auto* outcome = run.outcome();
  if (outcome == nullptr) return;
  parts_.push_back(&outcome->samples);
  const auto labels = outcomes_.labels({{"collector", run.collector->name}});
  outcomes_.add(kDuration, outcome->took.count(), labels);
  outcomes_.add(kSuccess, outcome->failing() ? 0 : 1, labels);
}

bool Board::is_due(const Run& run, Clock::time_point now) const {
  return !run.own.absent() || now >= run.absent_until || run.absent_with != context_.nodes.number;
}

void Board::run(Run& run) {
  const auto begin = Clock::now();
  if (is_due(run, begin)) {
    collect_once(*run.collector, context_, run.own);
    conclude(run, begin);
  } else {
    run.own.took = {};
  }
}

void Board::finish_detached(Run& run, Clock::time_point deadline) {
  auto& detached = *run.detached;
  const auto fail_with = [&](std::string_view why) {
    run.own.samples.clear();
    run.own.error = Error{Fault::unavailable, std::string(why)};
    conclude(run, detached.begin);
  };
  if (!detached.started && !is_due(run, detached.begin)) {
    run.own.took = {};
  } else if (!detached.started) {
    fail_with("an earlier collection still waits for its source");
  } else if (stallable_.wait(run.detached, deadline) != Stallable::Outcome::done) {
    fail_with("its source did not answer within a second");
  } else {
    std::swap(run.own, detached.outcome);
    conclude(run, detached.begin);
  }
}

void Board::conclude(Run& run, Clock::time_point begin) {
  const auto end = Clock::now();
  run.own.took = end - begin;
  run.changes.compare(run.own);
  if (!run.own.absent()) return;
  run.absent_until = end + kAbsentLookedForAgain;
  run.absent_with = context_.nodes.number;
}

}  // namespace mixnet
