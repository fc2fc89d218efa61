// SPDX-License-Identifier: Apache-2.0
#include "daemon/discovered.h"

#include <utility>

#include "collectors/all_collectors.h"
#include "daemon/board.h"

namespace mixnet {

Discovered discover(const Config& config) {
  std::vector<const Collector*> finder;
  for (const auto* collector : all_collectors()) {
    if (collector->name == "node") finder.push_back(collector);
  }
  Board board(config.roots, config.settings, finder, Pace::once);
  board.collect({});
  Discovered out;
  out.nodes = board.nodes();
  for (const auto& run : board.runs()) {
    const auto& outcome = *run.outcome();
    const auto remarks = outcome.remarks.all();
    out.remarks.assign(remarks.begin(), remarks.end());
    if (outcome.error) out.none_because = outcome.error->message;
  }
  if (out.nodes->empty() && !out.remarks.empty()) {  // on that itself
    out.none_because = std::move(out.remarks.back().error.message);
    out.remarks.pop_back();
  }
  if (out.none_because.starts_with('n')) out.none_because.front() = 'N';  // "no node is known"
  return out;
}

}  // namespace mixnet
