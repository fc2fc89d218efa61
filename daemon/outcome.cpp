// SPDX-License-Identifier: Apache-2.0
#include "daemon/outcome.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "daemon/log.h"

namespace mixnet {

void collect_once(const Collector& collector, Context& context, Outcome& out) {
  const auto begin = std::chrono::steady_clock::now();
  out.samples.clear();
  out.error.reset();
  std::swap(out.remarks, context.remarks);  // so that each collector fills the memory it filled the last time
  context.remarks.clear();
  try {
    auto done = collector.collect(context, out.samples);
    if (!done) out.error = std::move(done).error();
  } catch (const std::exception& thrown) {
    out.error = Error{Fault::unavailable, std::string("unexpected: ") + thrown.what()};
  }
  if (out.error) out.samples.clear();
  std::swap(out.remarks, context.remarks);
  out.took = std::chrono::steady_clock::now() - begin;
}

void OutcomeChanges::compare(const Outcome& outcome) {
  changes_.clear();
  const std::string_view error = outcome.failing() ? std::string_view(outcome.error->message) : std::string_view();
  if (error != error_) changes_.push_back({"", std::string(error)});
  error_ = error;
  if (error.empty()) compare_remarks(outcome.remarks.all());  // of a collector that fails nothing is known of the rest
}

void OutcomeChanges::compare_remarks(std::span<const Remark> remarks) {
  const auto fails = [&](const std::string& source) {
    return std::any_of(remarks.begin(), remarks.end(),
                       [&](const Remark& remark) { return remark.subject == source && remark.error.fault != Fault::absent; });
  };
  std::erase_if(failures_, [&](const OutcomeChange& failure) {
    if (fails(failure.source)) return false;
    changes_.push_back({failure.source, ""});
    return true;
  });
  for (const auto& remark : remarks) {
    if (remark.error.fault == Fault::absent) continue;
    auto known =
        std::find_if(failures_.begin(), failures_.end(), [&](const auto& each) { return each.source == remark.subject; });
    if (known != failures_.end() && known->error == remark.error.message) continue;
    if (known == failures_.end()) known = failures_.insert(known, {remark.subject, ""});
    known->error = remark.error.message;
    changes_.push_back(*known);
  }
}

void log_changes(const Collector& collector, std::span<const OutcomeChange> changes) {
  for (const auto& change : changes) {
    if (change.source.empty() && change.error.empty()) {
      log_info("collector recovered", {{"collector", collector.name}});
    } else if (change.source.empty()) {
      log_warn("collector failed", {{"collector", collector.name}, {"err", change.error}});
    } else if (change.error.empty()) {
      log_info("source recovered", {{"collector", collector.name}, {"source", change.source}});
    } else {
      log_warn("source failed", {{"collector", collector.name}, {"source", change.source}, {"err", change.error}});
    }
  }
}

}  // namespace mixnet
