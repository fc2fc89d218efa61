// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/sockets.h"

#include <optional>
#include <string>

#include "collectors/host/sockets.h"
#include "collectors/node/network_namespace.h"
#include "collectors/node/per_node.h"

namespace mixnet {
namespace {

constexpr Metric kListening =
    gauge("mixnet_node_port_listening",
          "Whether a socket listens on the node's port (1 = yes, 0 = no), from sock_diag or /proc/net.");
constexpr Metric kAcceptQueue =
    gauge("mixnet_node_port_accept_queue_connections",
          "Connections to the node's port that wait to be accepted, from sock_diag or /proc/net/tcp.");
constexpr Metric kAcceptQueueMax =
    gauge("mixnet_node_port_accept_queue_max_connections", "How many connections may wait to be accepted, from sock_diag.");
constexpr Metric kConnections =
    gauge("mixnet_node_connections", "TCP connections to the node's port by state, from sock_diag or /proc/net/tcp.");
constexpr Metric kReceiveQueue =
    gauge("mixnet_node_connections_receive_queue_bytes",
          "Bytes of these connections that the node has not read yet, from sock_diag or /proc/net/tcp.");
constexpr Metric kTransmitQueue = gauge("mixnet_node_connections_transmit_queue_bytes",
                                        "Bytes of these connections not acknowledged yet, from sock_diag or /proc/net/tcp.");
constexpr Metric kOutbound =
    gauge("mixnet_node_outbound_connections",
          "TCP connections to that role's port of other nodes by state, from sock_diag or /proc/net/tcp.");
constexpr Metric kOutboundReceiveQueue =
    gauge("mixnet_node_outbound_connections_receive_queue_bytes",
          "Bytes of these connections that the node has not read yet, from sock_diag or /proc/net/tcp.");
constexpr Metric kOutboundTransmitQueue =
    gauge("mixnet_node_outbound_connections_transmit_queue_bytes",
          "Bytes of these connections not acknowledged yet, from sock_diag or /proc/net/tcp.");
constexpr Metric kUdpReceiveQueue =
    gauge("mixnet_node_udp_receive_queue_bytes", "Bytes in the receive buffer of the node's UDP port, from /proc/net/udp.");
constexpr Metric kUdpTransmitQueue =
    gauge("mixnet_node_udp_transmit_queue_bytes", "Bytes that wait to be sent from the node's UDP port, from /proc/net/udp.");
constexpr Metric kUdpDrops = counter("mixnet_node_udp_receive_drops_total",
                                     "Datagrams dropped as the UDP port's receive buffer was full, from /proc/net/udp.");
constexpr const Metric* kMetrics[] = {
    &kListening, &kAcceptQueue,          &kAcceptQueueMax,        &kConnections,     &kReceiveQueue,     &kTransmitQueue,
    &kOutbound,  &kOutboundReceiveQueue, &kOutboundTransmitQueue, &kUdpReceiveQueue, &kUdpTransmitQueue, &kUdpDrops};

/// The sockets of one kind that a node's ports are looked up in.
using Tally = Result<const SocketTally*>;

/// Of a node in a network namespace of its own.
struct ForeignSockets {
  SocketTally tcp, udp;
  std::optional<std::uint64_t> edition;  ///< of the nodes, whose ports are watched
};

double as_double(std::uint64_t value) { return static_cast<double>(value); }

void emit_states(const SocketTotals& sockets, const Metric& metric, std::string_view node, std::string_view port,
                 Samples& out) {
  std::uint8_t number = 0;
  for (const auto state : kTcpStates) {
    if (++number == kTcpListen) continue;  // is no connection
    out.add(metric, as_double(sockets.in_state[number]), {{"node", node}, {"port", port}, {"state", state}});
  }
}

void emit_tcp(const PortSockets& port, std::string_view node, std::string_view role, Samples& out) {
  const auto labels = out.labels({{"node", node}, {"port", role}});
  out.add(kListening, port.listening > 0 ? 1 : 0, labels);
  if (port.listening > 0) out.add(kAcceptQueue, as_double(port.accept_queue), labels);
  if (port.accept_queue_max > 0) out.add(kAcceptQueueMax, as_double(port.accept_queue_max), labels);
  emit_states(port.local, kConnections, node, role, out);
  out.add(kReceiveQueue, as_double(port.local.receive_queue), labels);
  out.add(kTransmitQueue, as_double(port.local.transmit_queue), labels);
}

void emit_udp(const PortSockets& port, std::string_view node, std::string_view role, Samples& out) {
  std::uint64_t sockets = 0;
  for (const auto count : port.local.in_state) sockets += count;
  const auto labels = out.labels({{"node", node}, {"port", role}});
  out.add(kListening, sockets > 0 ? 1 : 0, labels);
  out.add(kUdpReceiveQueue, as_double(port.local.receive_queue), labels);
  out.add(kUdpTransmitQueue, as_double(port.local.transmit_queue), labels);
  out.add(kUdpDrops, as_double(port.drops), labels);
}

void emit_outbound(const SocketTally& tally, const Node& node, PortRole role, Samples& out) {
  const auto usual = port_among_nodes(role), own = node.ports[role];
  if (usual == 0) return;
  auto remote = tally.of(usual).remote;
  if (own != usual) remote.add(tally.of(own).remote);
  const auto port = to_string(role);
  emit_states(remote, kOutbound, node.name, port, out);
  const auto labels = out.labels({{"node", node.name}, {"port", port}});
  out.add(kOutboundReceiveQueue, as_double(remote.receive_queue), labels);
  out.add(kOutboundTransmitQueue, as_double(remote.transmit_queue), labels);
}

/// `alone`: no other node could have made the connections.
void emit_node(const Node& node, const Tally& tcp, const Tally& udp, bool alone, Samples& out) {
  for (const auto role : kPortRoles) {
    const auto number = node.ports[role];
    const auto& tally = is_udp(role) ? udp : tcp;
    if (number == 0 || !tally) continue;
    const auto& port = (*tally)->of(number);
    if (is_udp(role)) {
      emit_udp(port, node.name, to_string(role), out);
    } else {
      emit_tcp(port, node.name, to_string(role), out);
      if (alone) emit_outbound(**tally, node, role, out);
    }
  }
}

void watch_ports_of(const Context& context, const Node& node, ForeignSockets& sockets) {
  if (sockets.edition == context.nodes.number) return;
  sockets.edition = context.nodes.number;
  watch_ports({&node, 1}, SocketKind::tcp, sockets.tcp);
  watch_ports({&node, 1}, SocketKind::udp, sockets.udp);
}

Tally read_foreign(Context& context, const Node& node, SocketKind kind, SocketTally& out) {
  out.clear();
  TRY(read_socket_tables(context.proc, Path(Decimal(static_cast<std::uint64_t>(node.process.pid)), "/"), kind, out));
  return &out;
}

void remark(Context& context, const Node& node, std::string_view what, const Tally& tally) {
  if (!tally) context.remarks.add(node.name + what.data(), tally.error());
}

Result<void> collect(Context& context, Samples& out) {
  const auto& nodes = *context.nodes.nodes;
  if (nodes.empty()) return fail(Fault::absent, "no node is known on this host");
  const auto tcp = tcp_sockets(context);
  Tally udp;
  if (const auto both = udp_sockets(context); both) {
    udp = &(*both)->both;
  } else {
    udp = tl::unexpected<Error>(both.error());
  }
  for (const auto& node : nodes) {
    if (is_in_another_network_namespace(context, node)) {
      auto& foreign = context.memory.get<PerNode<ForeignSockets>>().of(node.name);
      watch_ports_of(context, node, foreign);
      const auto its_tcp = read_foreign(context, node, SocketKind::tcp, foreign.tcp);
      const auto its_udp = read_foreign(context, node, SocketKind::udp, foreign.udp);
      emit_node(node, its_tcp, its_udp, true, out);
      remark(context, node, ": TCP sockets", its_tcp);
      remark(context, node, ": UDP sockets", its_udp);
    } else {
      emit_node(node, tcp, udp, nodes.size() == 1, out);
      remark(context, node, ": TCP sockets", tcp);
      remark(context, node, ": UDP sockets", udp);
    }
  }
  return {};
}

}  // namespace

constinit const Collector kNodeSockets{"node_sockets", "Sockets of the nodes' ports by role, from sock_diag or /proc/net.",
                                       true,           Schedule::at_scrape,
                                       kMetrics,       collect};

}  // namespace mixnet
