// SPDX-License-Identifier: Apache-2.0
#include "daemon/background.h"

#include <algorithm>
#include <utility>

namespace mixnet {

using Clock = std::chrono::steady_clock;

Background::Background(const Collector& collector, const Roots& roots, const Settings& settings,
                       std::shared_ptr<NodeDirectory> directory, std::shared_ptr<NetworkDirectory> network)
    : collector_(collector),
      context_(roots, settings, std::move(directory), std::move(network)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Background::~Background() = default;

std::shared_ptr<const Outcome> Background::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

void Background::work(const std::stop_token& stop) {
  context_.stop = stop;
  auto due = Clock::now();
  while (!stop.stop_requested()) {
    run();
    due = std::max(due + collector_.every, Clock::now());  // runs that were missed are not made up for
    context_.directory->wait(context_.nodes.number, due, stop);
    due = std::min(due, Clock::now());
  }
}

void Background::run() {
  if (!spare_ || spare_.use_count() > 1) spare_ = std::make_shared<Outcome>();
  context_.begin_collection();
  collect_once(collector_, context_, *spare_);
  if (context_.stop.stop_requested()) return;  // cut short, which is nobody's failure
  changes_.compare(*spare_);
  log_changes(collector_, changes_.last());
  const std::lock_guard lock(mutex_);
  std::swap(latest_, spare_);
}

}  // namespace mixnet
