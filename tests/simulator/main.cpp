// SPDX-License-Identifier: Apache-2.0
#include <civetweb.h>

#include <cstdio>

#include "tests/simulator/http.h"
#include "tests/simulator/options.h"
#include "tests/simulator/program.h"
#include "tests/simulator/simulation.h"

namespace {

using mixnet::Result;
using mixnet::simulator::give_up;
using mixnet::simulator::HttpServer;
using mixnet::simulator::Options;
using mixnet::simulator::Simulation;

constexpr const char* kName = "nym-node";

Result<void> start(Simulation& simulation, HttpServer& server, const Options& options) {
  const auto port = TRY(server.start(options.bind, options.ports.http));
  TRY(simulation.start(port));
  mixnet::simulator::say_ready(simulation.ready_line());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = mixnet::simulator::parse_options({argv + 1, argv + argc});
  if (!options) return give_up(kName, options.error());
  if (options->help) return std::fputs(mixnet::simulator::help_text().c_str(), stdout) < 0;
  const auto ends = mixnet::simulator::prepare_program(kName);
  mg_init_library(0);
  Simulation simulation(*options);
  HttpServer server(simulation);
  if (const auto started = start(simulation, server, *options); !started) return give_up(kName, started.error());
  mixnet::simulator::end_at(ends);
}
