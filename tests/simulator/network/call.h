// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulator/commands.h"
#include "tests/simulator/network/network.h"

namespace mixnet::simulator {

/// What a route of one of the APIs is given.
struct Call {
  const Network& network;
  const Request& request;
  std::string_view argument;  ///< what stands in the place of the {} of the path
};

/// What becomes of a route while the caches of nym-api are empty.
enum class Cold { fails, is_empty, answers };

struct NetworkRoute {
  std::string_view path;  ///< below the API's base, with a {} for at most one part of it
  Answer (*answer)(const Call& call);
  bool compressed = false;  ///< when asked for
  bool kept = false;        ///< the answer is the same until the network changes
  Cold cold = Cold::fails;
  bool deprecated = false;  ///< not there in Shape::v2
  bool new_shape = false;   ///< not there in Shape::v1
  std::string_view method = "GET";
};

Answer json_answer(const Json& body);

/// The part of `path` in the place of the {} of a route; nothing where it is another path.
std::optional<std::string_view> argument_of(std::string_view route, std::string_view path);

/// The elements of a list as text, so that a long list is never there as JSON values.
class JsonList {
 public:
  void add(const Json& item) {
    if (count_++ != 0) text_ += ',';
    // What a node says may be anything; bytes that are no UTF-8 must not end the simulator.
    text_ += item.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  std::size_t count() const { return count_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace mixnet::simulator
