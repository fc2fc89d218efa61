// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <string>

#include "collectors/kit/result.h"

namespace mixnet::simulator {

/// Says on stderr why `program` ends; gives its exit status.
int give_up(const char* program, const Error& error);

/// What every simulator's main begins with, before there is a second thread. Gives the signals that end it, which are blocked.
sigset_t prepare_program(const char* process_name);

/// Says on stdout, to who started it, that it is ready.
void say_ready(const std::string& line);

/// Waits for one of the signals, then ends the process.
[[noreturn]] void end_at(const sigset_t& signals);

}  // namespace mixnet::simulator
