// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks/subjects.h"
#include "daemon/checks/words.h"

namespace mixnet {
namespace {

constexpr double kPacketsMin = 10;  // a second: two of three dropped at night are no trouble
constexpr double kPeersMin = 3;     // one that is idle is no trouble either

}  // namespace

void check_dropped_packets(const Look& look) {
  for (const auto& node : look.nodes()) {
    const auto of_dropped = look.of(kDropped, node), of_sent = look.of(kSent, node);
    if (!node.runs || !Look::any_seen(of_dropped) || !Look::any_seen(of_sent)) continue;
    const auto dropped = look.past.rise(of_dropped), sent = look.past.rise(of_sent);
    if (!dropped || !sent) {
      look.missing(&node, "how many packets it drops");
      continue;
    }
    const double all = dropped->per_second() + sent->per_second();
    const double lost = all > 0 ? share(dropped->per_second(), all) : 0;
    auto finding = look.finding(node.name);
    finding.status = all >= kPacketsMin ? look.judge(lost) : Status::ok;
    finding.message =
        "node " + node.name + " drops " + percent(lost) + " of " + amount(all) + " packets/s, over " + time_span(sent->seconds);
    finding.remedy =
        "Dropped going out, the CPU or the uplink is too slow; coming in, its modes have changed: see "
        "mixnet_node_packets_dropped_total.";
    finding.measures = {look.percentage(node.name + " dropped", lost)};
    look.conclude(std::move(finding), dropped->covers && sent->covers, &node);
  }
}

void check_udp_drops(const Look& look) {
  for (const auto& node : look.nodes()) {
    const auto columns = look.of(kUdpDrops, node);
    if (!node.runs || !Look::any_seen(columns)) continue;
    const auto drops = look.past.rise(columns);
    if (!drops) {
      look.missing(&node, "how many datagrams are lost at its UDP ports");
      continue;
    }
    const double per_second = drops->per_second();
    auto finding = look.finding(node.name);
    finding.status = look.judge(per_second);
    finding.message = "node " + node.name + " loses " + amount(per_second) + " datagrams/s at its UDP ports, over " +
                      time_span(drops->seconds);
    finding.remedy = "It does not read them fast enough: look at its CPU, and raise net.core.rmem_max.";
    finding.measures = {look.measure(node.name + " udp drops", per_second)};
    look.conclude(std::move(finding), drops->covers, &node);
  }
}

namespace {

/// May a node be without packets? On standby it is in the set and gets none.
bool may_be_idle(const Look& look, const NodeNow& node) {
  if (look.past.latest(look.first(kInRewardedSet, node)).value_or(0) == 0) return true;
  for (const auto* role : look.of(kRole, node)) {
    if (role->series.label("role") == "standby" && look.past.latest(role) == 1) return true;
  }
  return false;
}

}  // namespace

void check_packets(const Look& look) {
  for (const auto& node : look.nodes()) {
    const auto columns = look.of(kReceived, node);
    if (!node.runs || !Look::any_seen(columns)) continue;
    const auto received = look.past.rise(columns);
    if (!received) {
      look.missing(&node, "how many packets it receives");
      continue;
    }
    auto finding = look.finding(node.name);
    finding.message = "node " + node.name + " receives " + amount(received->per_second()) + " packets/s, over " +
                      time_span(received->seconds);
    finding.status = look.judge(received->amount);
    if (finding.status != Status::ok && may_be_idle(look, node)) {
      finding.status = Status::ok;
      finding.message += "; it is not in the rewarded set, or on standby";
    } else if (finding.status != Status::ok && when_known(look.past, "rewarded_set", node) != look.past.now()) {
      finding.status = Status::unknown;
      finding.message += "; nym-api does not tell whether it still is in the rewarded set";
    } else if (finding.status != Status::ok) {
      finding.message += ", and is in the rewarded set";
    }
    finding.remedy =
        "Its mix port is not reachable from outside, or its announced key or address is wrong: try the port from another host.";
    finding.measures = {look.measure(node.name + " packets", received->amount)};
    look.conclude(std::move(finding), received->covers, &node);
  }
}

namespace {

/// Peers with a recent handshake: as the kernel counts them, else as the node does.
const Window::Column* active_peers(const Look& look, const NodeNow& node) {
  const auto* kernel = look.first(kActivePeers, node);
  return look.past.latest(kernel) ? kernel : look.first(kReportedPeers, node);
}

}  // namespace

void check_peers(const Look& look) {
  for (const auto& node : look.nodes()) {
    const auto* peers = active_peers(look, node);
    const auto by_tunnel = look.of(kTunnelSent, node), by_node = look.of(kWireguardSent, node);
    const auto& columns = Look::any_seen(by_tunnel) ? by_tunnel : by_node;
    if (!node.runs || !Look::any_seen({{peers}}) || !Look::any_seen(columns)) continue;
    const auto active = look.past.latest(peers);
    const auto sent = look.past.rise(columns);
    if (!active || !sent) {
      look.missing(&node, "what its WireGuard peers get");
      continue;
    }
    const double each = *active > 0 ? sent->per_second() / *active : 0;
    auto finding = look.finding(node.name);
    finding.status = *active >= kPeersMin ? look.judge(each) : Status::ok;
    finding.message = "node " + node.name + " has " + amount(*active) + " active WireGuard peers and sends them " +
                      bytes(sent->per_second()) + "/s, over " + time_span(sent->seconds);
    finding.remedy =
        "They get no answer from the Internet: look at forwarding, masquerading and the exit policy (iptables -vnL FORWARD).";
    finding.measures = {look.measure(node.name + " bytes/s a peer", each)};
    look.conclude(std::move(finding), sent->covers, &node);
  }
}

}  // namespace mixnet
