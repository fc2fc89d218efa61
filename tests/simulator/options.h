// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "tests/simulator/traffic.h"

namespace mixnet::simulator {

struct Modes {
  bool mixnode = false;
  bool entry = false;
  bool exit = false;
  bool wireguard = false;

  bool gateway() const { return entry || exit; }
};

/// The port of each role; 0 is any free one.
struct Ports {
  std::uint16_t http = 0;
  std::uint16_t mix = 0;
  std::uint16_t verloc = 0;
  std::uint16_t websocket = 0;
  std::uint16_t lp_control = 0;
  std::uint16_t lp_data = 0;
  std::uint16_t wireguard = 0;
};

/// The release that the node says it is of.
struct Release {
  std::string text = "1.31.0";
  unsigned major = 1;
  unsigned minor = 31;

  bool before(unsigned other_major, unsigned other_minor) const {
    return major != other_major ? major < other_major : minor < other_minor;
  }
};

/// The command line: flags of the real nym-node, and those of the simulator, which begin with --sim-.
struct Options {
  std::string id = "default-nym-node";
  Modes modes;
  bool accepted_terms = false;
  std::string access_token;
  std::string public_ips = "203.0.113.17,2001:db8:4::17";
  std::string hostname = "nym-node.example.org";
  std::string location = "CH";
  std::string nym_api_urls = "http://127.0.0.1:9/api/";
  bool expose_system_info = true;
  bool expose_system_hardware = true;
  bool expose_crypto_hardware = true;

  std::string home;                ///< folder for config/ and data/; none where it is empty
  std::string bind = "127.0.0.1";  ///< address of the listeners
  Ports ports;
  Traffic traffic;
  std::uint64_t seed = 0;
  double uptime = 0;              ///< seconds that the node has been up for when it starts
  std::uint64_t connections = 0;  ///< clients that the simulator itself connects to the mix port, and as many to the websocket
  Release release;
  std::uint32_t rotation = 167;   ///< of the sphinx key that it says is in use
  bool pre_announced = false;     ///< the next rotation's key is told of already
  bool wrong_signature = false;   ///< of the host information
  bool foreign_identity = false;  ///< the host information has, and is signed with, a key that is not the node's
  bool future = false;            ///< keys and metrics that no release has yet
  bool bridge = false;            ///< a QUIC bridge is set up
  bool manual_clock = false;      ///< time stands still but for /simulator/advance
  bool help = false;
};

constexpr std::uint64_t kMostConnections = 200;

/// Reads the arguments after the program's name.
Result<Options> parse_options(std::span<const char* const> arguments);

/// One of the values of --mode, added to `modes`.
Result<void> add_mode(std::string_view name, Modes& modes);

/// Several of them, with commas between.
Result<void> add_modes(std::string_view names, Modes& modes);

Result<bool> parse_bool(std::string_view text);

/// What --help prints.
std::string help_text();

}  // namespace mixnet::simulator
