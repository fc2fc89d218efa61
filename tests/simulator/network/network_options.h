// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "collectors/kit/result.h"
#include "tests/simulator/network/member.h"

namespace mixnet::simulator {

/// Which shapes of nym-api's answers are there.
enum class Shape {
  v1,    ///< those of v1 alone
  v2,    ///< those of v2 alone: what is deprecated has gone
  both,  ///< v1's and v2's
};

Result<Shape> parse_shape(std::string_view name);

/// The command line of the simulated network.
struct NetworkOptions {
  std::uint32_t nodes = 2000;
  std::uint32_t bonded = UINT32_MAX;  ///< of those; nineteen of twenty where nothing is said
  std::vector<std::string> placed;    ///< nodes placed among them, as parse_member reads them
  std::uint64_t seed = 0;
  std::string bind = "127.0.0.1";
  std::uint16_t port = 0;
  Shape shape = Shape::both;
  bool etag = false;  ///< entity tags, Last-Modified and 304, as a proxy in front may give them
  double epoch_seconds = 3600;
  bool manual_clock = false;  ///< time stands still but for /simulator/advance
  bool help = false;

  std::uint32_t bonded_nodes() const { return bonded < nodes ? bonded : bonded == UINT32_MAX ? nodes - nodes / 20 : nodes; }
};

constexpr std::uint32_t kMostNodes = 20'000;

/// Reads the arguments after the program's name.
Result<NetworkOptions> parse_network_options(std::span<const char* const> arguments);

/// What --help prints.
std::string network_help_text();

}  // namespace mixnet::simulator
