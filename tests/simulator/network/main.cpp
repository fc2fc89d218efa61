// SPDX-License-Identifier: Apache-2.0
#include <civetweb.h>
#include <malloc.h>

#include <cstdio>

#include "tests/simulator/http.h"
#include "tests/simulator/network/network_options.h"
#include "tests/simulator/network/network_site.h"
#include "tests/simulator/program.h"

namespace {

using namespace mixnet::simulator;

constexpr const char* kName = "nym-network";

mixnet::Result<void> start(NetworkSite& site, HttpServer& server, const NetworkOptions& options) {
  const auto port = TRY(server.start(options.bind, options.port));
  say_ready(site.ready_line(port));
  return {};
}

/// Lists of several megabytes are copied in many threads, whose arenas would keep the memory.
void keep_memory_small() {
  ::mallopt(M_ARENA_MAX, 2);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 18);
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse_network_options({argv + 1, argv + argc});
  if (!options) return give_up(kName, options.error());
  if (options->help) return std::fputs(network_help_text().c_str(), stdout) < 0;
  keep_memory_small();
  const auto ends = prepare_program(kName);
  mg_init_library(0);
  NetworkSite site(*options);
  HttpServer server(site);
  if (const auto started = start(site, server, *options); !started) return give_up(kName, started.error());
  end_at(ends);
}
