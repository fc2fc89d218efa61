// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/commands.h"

namespace mixnet::simulator {

Result<std::string> parameter(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return fail(Fault::malformed, "the parameter " + std::string(name) + " is missing");
  return found->second;
}

Result<Json> order_fault(Faults& faults, const Parameters& parameters) {
  auto endpoint = TRY(parameter(parameters, "endpoint"));
  auto order = TRY(parse_fault(parameters));
  faults.set(std::move(endpoint), std::move(order));
  return done();
}

Answer answer_of(const Result<Json>& result) {
  if (result) return {200, "application/json", result->dump(), {}};
  return {400, "application/json", Json({{"error", result.error().message}}).dump(), {}};
}

}  // namespace mixnet::simulator
