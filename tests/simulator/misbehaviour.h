// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "tests/simulator/connection.h"
#include "tests/simulator/faults.h"

namespace mixnet::simulator {

/// Answers as it should be.
void send(Connection& connection, const Request& request, const Answer& answer);

/// Answers as a fault has it. `released` says when those who wait for ever are to give up.
void misbehave(Connection& connection, const Request& request, Answer answer, const FaultOrder& order,
               const std::function<bool()>& released);

}  // namespace mixnet::simulator
