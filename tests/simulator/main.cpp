// SPDX-License-Identifier: Apache-2.0
#include <civetweb.h>
#include <sys/prctl.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "tests/simulator/http.h"
#include "tests/simulator/options.h"
#include "tests/simulator/simulation.h"

namespace {

using mixnet::Result;
using mixnet::simulator::HttpServer;
using mixnet::simulator::Options;
using mixnet::simulator::Simulation;

int give_up(const mixnet::Error& error) {
  std::fprintf(stderr, "nym-node (simulated): %s\n", error.message.c_str());
  return 1;
}

/// The signals that end it, kept for sigwait in all threads.
sigset_t block_end_signals() {
  sigset_t out;
  ::sigemptyset(&out);
  ::sigaddset(&out, SIGTERM);
  ::sigaddset(&out, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &out, nullptr);
  return out;
}

Result<void> start(Simulation& simulation, HttpServer& server, const Options& options) {
  const auto port = TRY(server.start(options.bind, options.ports.http));
  TRY(simulation.start(port));
  std::printf("%s\n", simulation.ready_line().c_str());
  std::fflush(stdout);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = mixnet::simulator::parse_options({argv + 1, argv + argc});
  if (!options) return give_up(options.error());
  if (options->help) return std::fputs(mixnet::simulator::help_text().c_str(), stdout) < 0;
  // Whoever looks for a node looks for a process of this name, whatever the file is called.
  ::prctl(PR_SET_NAME, "nym-node");
  const sigset_t ends = block_end_signals();
  std::signal(SIGPIPE, SIG_IGN);
  mg_init_library(0);
  Simulation simulation(*options);
  HttpServer server(simulation);
  if (const auto started = start(simulation, server, *options); !started) return give_up(started.error());
  int signal = 0;
  ::sigwait(&ends, &signal);
  // civetweb would take up to two seconds to stop; there is nothing that has to be written or waited for.
  std::_Exit(0);
}
