// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/faults.h"
#include "tests/simulator/node.h"

namespace mixnet::simulator {

struct Request {
  std::string method;
  std::string path;
  Parameters parameters;
  std::optional<std::string> authorization;
  bool from_loopback = false;
};

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string location;
};

Answer plain(int status, std::string text);

/// What the node answers.
Answer answer(Node& node, const Request& request);

/// All paths that a node of the newest release answers.
std::vector<std::string> endpoints();

}  // namespace mixnet::simulator
