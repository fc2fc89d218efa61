// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet::web {

/// One name=value of a query, decoded.
struct Parameter {
  std::string name, value;
};

/// What a request line asks for.
struct Target {
  std::string path;              ///< decoded, without the query: "/metrics"
  std::vector<Parameter> query;  ///< in the order written; a name that is repeated stands here as often
};

/// The target of a request line: "/metrics?collect[]=cpu&collect[]=meminfo", or the absolute form that is sent to proxies.
/// Fault::malformed for a path that does not begin with "/", a broken %XX, a zero byte, and
/// spaces and control characters that are not escaped.
Result<void> parse_target(std::string_view text, Target& out);

}  // namespace mixnet::web
