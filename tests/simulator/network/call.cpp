// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/call.h"

namespace mixnet::simulator {

Answer json_answer(const Json& body) {
  return {200, "application/json", body.dump(-1, ' ', false, Json::error_handler_t::replace), {}};
}

std::optional<std::string_view> argument_of(std::string_view route, std::string_view path) {
  const auto hole = route.find("{}");
  if (hole == std::string_view::npos) return route == path ? std::optional<std::string_view>("") : std::nullopt;
  const auto before = route.substr(0, hole);
  const auto after = route.substr(hole + 2);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  const auto argument = path.substr(before.size(), path.size() - before.size() - after.size());
  if (argument.find('/') != std::string_view::npos) return std::nullopt;
  return argument;
}

}  // namespace mixnet::simulator
