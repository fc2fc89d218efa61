// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mixnet::simulator {

/// What stands in a query, decoded.
using Parameters = std::map<std::string, std::string, std::less<>>;

struct Request {
  std::string method;
  std::string path;
  Parameters parameters;
  std::optional<std::string> authorization;
  bool from_loopback = false;
  /// The other headers that a simulator looks at, by their names in lower case; those that are not there are missing here.
  Parameters headers = {};
  std::string query = {};
  std::string body = {};
  bool spoiled = false;  ///< a fault is made of the answer, whose body is to be a text for that
};

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string location;
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< further ones
};

Answer plain(int status, std::string text);

/// As axum's handlers take `?output=`. Every JSON text is a YAML text too, and nobody asks a simulator for bincode.
Answer in_format(Answer json, const Parameters& parameters);

}  // namespace mixnet::simulator
