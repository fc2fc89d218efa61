// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/network_options.h"

#include "tests/simulator/flags.h"

namespace mixnet::simulator {
namespace {

Result<void> set_nodes(std::string_view value, NetworkOptions& out) {
  out.nodes = TRY(number<std::uint32_t>(value));
  if (out.nodes > kMostNodes) return fail(Fault::malformed, "not more than " + std::to_string(kMostNodes));
  return {};
}

/// Read here only to tell of mistakes at once.
Result<void> add_node(std::string_view value, NetworkOptions& out) {
  TRY(parse_member(value, 0));
  out.placed.emplace_back(value);
  return {};
}

Result<void> set_shape(std::string_view value, NetworkOptions& out) {
  out.shape = TRY(parse_shape(value));
  return {};
}

Result<void> set_etag(std::string_view value, NetworkOptions& out) {
  if (value != "on" && value != "off") return fail(Fault::malformed, in_quotes(value) + " is neither on nor off");
  out.etag = value == "on";
  return {};
}

Result<void> set_epoch(std::string_view value, NetworkOptions& out) {
  out.epoch_seconds = TRY(number<double>(value));
  if (!(out.epoch_seconds >= 1)) return fail(Fault::malformed, "an epoch takes a second at least");
  return {};
}

Result<void> set_clock(std::string_view value, NetworkOptions& out) {
  if (value != "running" && value != "manual")
    return fail(Fault::malformed, in_quotes(value) + " is neither running nor manual");
  out.manual_clock = value == "manual";
  return {};
}

constexpr Flag<NetworkOptions> kFlags[] = {
    {"--sim-nodes", "NUMBER", "Nodes that the network has or has had.", set_nodes},
    {"--sim-bonded", "NUMBER", "How many of them are bonded; nineteen of twenty where nothing is said.",
     set_number<&NetworkOptions::bonded>},
    {"--sim-node", "NAME=VALUE,...", "A node placed among them: identity, host, port, id, version, roles, … May be repeated.",
     add_node},
    {"--sim-seed", "NUMBER", "What all that is made up is made up of.", set_number<&NetworkOptions::seed>},
    {"--sim-bind", "ADDRESS", "Address to listen at.", set_text<&NetworkOptions::bind>},
    {"--sim-http-port", "PORT", "TCP port of both APIs and of the control API; any free one where it is 0.",
     set_number<&NetworkOptions::port>},
    {"--sim-shape", "SHAPE", "v1, v2 or both: which shapes nym-api has.", set_shape},
    {"--sim-etag", "on|off", "Entity tags, Last-Modified and 304.", set_etag},
    {"--sim-epoch-seconds", "SECONDS", "How long an epoch takes.", set_epoch},
    {"--sim-clock", "CLOCK", "running, or manual: time moves only by POST /simulator/advance.", set_clock},
    {"--help", "", "Prints this.", set_true<&NetworkOptions::help>},
};

}  // namespace

Result<Shape> parse_shape(std::string_view name) {
  if (name == "v1") return Shape::v1;
  if (name == "v2") return Shape::v2;
  if (name == "both") return Shape::both;
  return fail(Fault::malformed, in_quotes(name) + " is none of v1, v2, both");
}

Result<NetworkOptions> parse_network_options(std::span<const char* const> arguments) {
  NetworkOptions out;
  Words words(arguments);
  if (words.empty()) return fail(Fault::malformed, "a command expected: run");
  if (const auto command = words.take_name(); command == "--help") {
    out.help = true;
  } else if (command != "run") {
    return fail(Fault::malformed, "unknown command " + in_quotes(command));
  }
  while (!words.empty()) TRY(take_flag(kFlags, words, out));
  return out;
}

std::string network_help_text() {
  return "The network that a Nym node is in, simulated: nym-api at /api, nym-node-status-api at /status.\n\n"
         "  nym-network run [FLAGS]\n\n" +
         help_lines<NetworkOptions>(kFlags);
}

}  // namespace mixnet::simulator
