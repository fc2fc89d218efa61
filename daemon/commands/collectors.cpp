// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/collectors.h"

#include <cstdio>
#include <vector>

#include "collectors/all_collectors.h"
#include "daemon/board.h"
#include "daemon/table.h"

namespace mixnet {
namespace {

std::string state_of(const Outcome& outcome) {
  if (!outcome.error) return "present";
  return (outcome.absent() ? "absent: " : "failing: ") + outcome.error->message;
}

/// A row for each source that a collector lacks, below the collector's own.
void add_remarks(const Outcome& outcome, std::vector<TableRow>& rows) {
  for (const auto& remark : outcome.remarks.all()) {
    const std::string_view state = remark.error.fault == Fault::absent ? "absent: " : "failing: ";
    rows.push_back({"", "", "  " + remark.subject, std::string(state) + remark.error.message});
  }
}

}  // namespace

std::string collectors_table(const Config& config) {
  // Those that are off are asked as well, so that one sees what turning them on would bring.
  Board board(config.roots, config.settings, all_collectors(), Pace::once);
  board.collect({});
  std::vector<TableRow> rows{{"NAME", "ON", "HELP", "STATE"}};
  for (const auto& run : board.runs()) {
    const auto& collector = *run.collector;
    rows.push_back({std::string(collector.name), config.is_on(collector) ? "on" : "off", std::string(collector.help),
                    state_of(*run.outcome())});
    add_remarks(*run.outcome(), rows);
  }
  return aligned(rows);
}

int run_collectors(const Flags& flags) {
  const auto config = load_config(flags);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().message.c_str());
    return 1;
  }
  std::fputs(collectors_table(*config).c_str(), stdout);
  return 0;
}

}  // namespace mixnet
