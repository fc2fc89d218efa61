// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/program.h"

#include <sys/prctl.h>

#include <cstdio>
#include <cstdlib>

namespace mixnet::simulator {

int give_up(const char* program, const Error& error) {
  std::fprintf(stderr, "%s (simulated): %s\n", program, error.message.c_str());
  return 1;
}

sigset_t prepare_program(const char* process_name) {
  // Whoever looks for a node looks for a process of its name, whatever the file is called.
  ::prctl(PR_SET_NAME, process_name);
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t out;
  ::sigemptyset(&out);
  ::sigaddset(&out, SIGTERM);
  ::sigaddset(&out, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &out, nullptr);
  return out;
}

void say_ready(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void end_at(const sigset_t& signals) {
  int signal = 0;
  ::sigwait(&signals, &signal);
  // civetweb would take up to two seconds to stop; there is nothing that has to be written or waited for.
  std::_Exit(0);
}

}  // namespace mixnet::simulator
