// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <type_traits>

#include "collectors/kit/result.h"
#include "tests/simulator/site.h"

namespace mixnet::simulator {

/// Keys stay in the order they are written in, as the node's do.
using Json = nlohmann::ordered_json;

/// One command of a control API: what it does to a `Target`, and the JSON that it answers.
template <class Target>
struct Command {
  std::string_view method, name;
  Result<Json> (*run)(Target& target, const Parameters& parameters);
};

/// The answer of a command that has nothing to tell.
inline Json done() { return {{"done", true}}; }

/// A parameter that must be there.
Result<std::string> parameter(const Parameters& parameters, std::string_view name);

/// Orders a fault, or ends all of them; the same for whatever is simulated.
Result<Json> order_fault(Faults& faults, const Parameters& parameters);

/// 200, or 400 and what is wrong.
Answer answer_of(const Result<Json>& result);

/// Runs the command that the path names. Only this host may give commands.
template <class Target>
Answer run_command(std::type_identity_t<std::span<const Command<Target>>> commands, Target& target, const Request& request) {
  if (!request.from_loopback) return plain(404, "");
  const auto name = std::string_view(request.path).substr(kControlPrefix.size());
  for (const auto& command : commands) {
    if (command.name != name) continue;
    if (command.method != request.method) return plain(405, "");
    return answer_of(command.run(target, request.parameters));
  }
  return plain(404, "");
}

}  // namespace mixnet::simulator
