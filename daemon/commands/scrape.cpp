// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/scrape.h"

#include <cstdio>

#include "daemon/log.h"
#include "daemon/scraper.h"

namespace mixnet {

int run_scrape(const Flags& flags) {
  const auto config = load_config(flags);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().message.c_str());
    return 1;
  }
  log_open(config->log.level, config->log.format);
  BoardExposition exposition(
      std::make_unique<Board>(config->roots, config->settings, config->enabled_collectors(), Pace::once));
  exposition.collect({});
  add_build_info(exposition.own());
  std::string text;
  exposition.write(Format::text, text);
  int status = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : 1;
  for (const auto& run : exposition.board().runs()) {
    OutcomeChanges faults;
    faults.compare(*run.outcome());
    log_changes(*run.collector, faults.last());
    if (run.outcome()->failing()) status = 1;
  }
  return status;
}

}  // namespace mixnet
