// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/reach_plan.h"

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::uint16_t kHttpsPort = 443;

std::size_t place(ReachPort port) { return static_cast<std::size_t>(port); }

bool has_tls(ReachPort port) { return port == ReachPort::https || port == ReachPort::client_wss; }

Talk talk_on(ReachPort port) {
  switch (port) {
    case ReachPort::http:
    case ReachPort::https: return Talk::health;
    case ReachPort::client_ws:
    case ReachPort::client_wss: return Talk::websocket;
    case ReachPort::mix:
    case ReachPort::verloc:
    case ReachPort::lp_control: break;  // what they speak takes keys
  }
  return Talk::nothing;
}

std::vector<std::string> hosts_of(const Node& node, std::span<const std::string> targets) {
  std::vector<std::string> out;
  for (const std::string_view target : targets) {
    const auto equals = target.find('=');
    const bool is_meant = equals == std::string_view::npos || target.substr(0, equals) == node.name;
    if (is_meant) out.emplace_back(target.substr(equals + 1));  // all of it where there is none
  }
  return out.empty() ? node.public_addresses : out;
}

}  // namespace

std::string_view to_string(ReachPort port) {
  constexpr std::array<std::string_view, kReachPorts.size()> kWords = {"mix",       "verloc",     "http",      "https",
                                                                       "client_ws", "client_wss", "lp_control"};
  return kWords[place(port)];
}

ReachNode reach_node(const Node& node, std::optional<std::uint16_t> custom_http_port, std::span<const std::string> targets) {
  ReachNode out;
  out.name = node.name;
  out.hostname = node.hostname;
  out.hosts = hosts_of(node, targets);
  out.ports[place(ReachPort::mix)] = node.announced_ports[PortRole::mix];
  out.ports[place(ReachPort::verloc)] = node.announced_ports[PortRole::verloc];
  out.ports[place(ReachPort::http)] = custom_http_port.value_or(node.announced_ports[PortRole::http]);
  out.ports[place(ReachPort::https)] = node.hostname.empty() ? 0 : kHttpsPort;
  out.ports[place(ReachPort::client_ws)] = node.announced_ports[PortRole::client_ws];
  out.ports[place(ReachPort::client_wss)] = node.announced_wss_port;
  out.ports[place(ReachPort::lp_control)] = node.announced_ports[PortRole::lp_control];
  return out;
}

void ReachPlan::add(std::size_t index, const ReachNode& node, std::span<const IpAddress> addresses) {
  for (std::size_t at = 0; at < addresses.size(); ++at) {
    const auto host = node.hostname.empty() ? addresses[at].text() : node.hostname;
    for (const auto port : kReachPorts) {
      const auto number = node.ports[place(port)];
      if (number == 0) continue;
      if (at >= kAddressesMax || checks.size() >= kChecksMax) {
        ++left_out;
        continue;
      }
      what.push_back({index, port});
      checks.push_back({{addresses[at], number, host, has_tls(port), talk_on(port)}, {}});
    }
  }
}

}  // namespace mixnet
