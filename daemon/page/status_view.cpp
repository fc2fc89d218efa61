// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/status_view.h"

#include <algorithm>

#include "collectors/all_collectors.h"

namespace mixnet {
namespace {

constexpr UnixMs kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;

constexpr TimeRange kRanges[] = {
    {"1h", "the last hour", kHour, kMinute / 2, 10 * kMinute},
    {"24h", "the last 24 hours", kDay, 10 * kMinute, 4 * kHour},
    {"7d", "the last seven days", 7 * kDay, kHour, kDay},
};

void set_state(const Run* run, CollectorState& out) {
  out.state = "off";
  if (run == nullptr) return;
  out.state = "starting";
  const auto* outcome = run->outcome();
  if (outcome == nullptr) return;
  out.state = outcome->failing() ? "failing" : outcome->absent() ? "absent" : "ok";
  if (outcome->error) {
    out.reason = outcome->error->message;
  } else {
    out.took = outcome->took.count();
  }
  for (const auto& remark : outcome->remarks.all()) {
    out.lacking.push_back({remark.error.fault == Fault::absent ? "absent" : "failing", remark.subject, remark.error.message});
  }
}

}  // namespace

std::span<const TimeRange> all_ranges() { return kRanges; }

const TimeRange& range_named(std::string_view name) {
  const auto at =
      std::find_if(std::begin(kRanges), std::end(kRanges), [&](const TimeRange& range) { return range.name == name; });
  return at == std::end(kRanges) ? kRanges[0] : *at;
}

std::vector<CollectorState> collector_states(std::span<const Run> runs) {
  std::vector<CollectorState> out;
  for (const Collector* collector : all_collectors()) {
    const auto run = std::find_if(runs.begin(), runs.end(), [&](const Run& each) { return each.collector == collector; });
    CollectorState state{collector->name, collector->help, {}, {}, {}, {}};
    set_state(run == runs.end() ? nullptr : &*run, state);
    out.push_back(std::move(state));
  }
  return out;
}

}  // namespace mixnet
