// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/sockets.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <sys/socket.h>

#include "collectors/kit/netlink.h"

namespace mixnet {
namespace {

constexpr std::uint64_t kNever = ~std::uint64_t{0};

struct SockDiag : Netlink {
  SockDiag() : Netlink(NETLINK_SOCK_DIAG) {}
};

/// The sockets as they were in the collection they were read for.
struct TcpSockets {
  SocketTally tally;
  Result<void> done;
  std::uint64_t collection = kNever, edition = kNever;
};

struct KeptUdpSockets {
  UdpSockets sockets;
  Result<void> done;
  std::uint64_t collection = kNever, edition = kNever;
};

/// IPv4 and IPv6 in one dump: that takes the older of the two kinds of requests. The newer kind walks the kernel's table once
/// for each family.
Result<void> dump_tcp(Netlink& netlink, SocketTally& out) {
  inet_diag_req request{};
  request.idiag_states = ~std::uint32_t{0};
  const auto state = TRY(netlink.dump(TCPDIAG_GETSOCK, request, [&](std::string_view message) {
    if (const auto socket = parse_tcp_socket(message)) out.add(*socket);
  }));
  (void)state;  // sockets come and go all the time
  return {};
}

Result<void> read_tcp(Context& context, SocketTally& out) {
  out.clear();
  if (context.roots.is_this_host() && dump_tcp(context.memory.get<SockDiag>(), out)) return {};
  out.clear();
  return read_socket_tables(context.proc, "", SocketKind::tcp, out);
}

/// Reads the tables of one family; false where the host does not have it.
Result<bool> read_table(Tree& proc, std::string_view file, SocketKind kind, SocketTally& out) {
  out.lines = 0;
  const auto done = proc.stream(file, [&](std::string_view lines) { return add_socket_table(lines, kind, out); });
  if (!done && done.error().fault == Fault::absent) return false;
  if (!done) return tl::unexpected<Error>(done.error());
  return true;
}

Result<void> read_udp(Context& context, UdpSockets& out) {
  out.both.clear();
  out.v4.reset();
  out.v6.reset();
  if (TRY(read_table(context.proc, "net/udp", SocketKind::udp, out.both))) out.v4 = out.both.all;
  out.both.all = {};
  if (TRY(read_table(context.proc, "net/udp6", SocketKind::udp, out.both))) out.v6 = out.both.all;
  if (!out.v4 && !out.v6) return fail(Fault::absent, context.proc.path("net/udp") + " and udp6 are not there");
  return {};
}

/// Brings `kept` up to date: the ports to watch where other nodes are known, the sockets in a new collection.
template <class Kept, class Read>
void refresh(Context& context, Kept& kept, SocketKind kind, SocketTally& tally, Read&& read) {
  if (kept.collection == context.collection) return;
  kept.collection = context.collection;
  if (kept.edition != context.nodes.number) watch_ports(*context.nodes.nodes, kind, tally);
  kept.edition = context.nodes.number;
  kept.done = read();
}

}  // namespace

Result<const SocketTally*> tcp_sockets(Context& context) {
  auto& kept = context.memory.get<TcpSockets>();
  refresh(context, kept, SocketKind::tcp, kept.tally, [&] { return read_tcp(context, kept.tally); });
  if (!kept.done) return tl::unexpected<Error>(kept.done.error());
  return &kept.tally;
}

Result<const UdpSockets*> udp_sockets(Context& context) {
  auto& kept = context.memory.get<KeptUdpSockets>();
  refresh(context, kept, SocketKind::udp, kept.sockets.both, [&] { return read_udp(context, kept.sockets); });
  if (!kept.done) return tl::unexpected<Error>(kept.done.error());
  return &kept.sockets;
}

Result<void> read_socket_tables(Tree& proc, std::string_view folder, SocketKind kind, SocketTally& out) {
  const std::string_view name = kind == SocketKind::tcp ? "tcp" : "udp";
  const Path v4(folder, "net/", name), v6(folder, "net/", name, "6");
  const bool has_v4 = TRY(read_table(proc, v4, kind, out));
  const bool has_v6 = TRY(read_table(proc, v6, kind, out));
  if (!has_v4 && !has_v6) return fail(Fault::absent, proc.path(v4) + " and " + std::string(name) + "6 are not there");
  return {};
}

void watch_ports(std::span<const Node> nodes, SocketKind kind, SocketTally& out) {
  std::vector<std::uint16_t> ports;
  for (const auto& node : nodes) {
    for (const auto role : kPortRoles) {
      if (is_udp(role) != (kind == SocketKind::udp)) continue;
      ports.push_back(node.ports[role]);
      ports.push_back(port_among_nodes(role));
    }
  }
  out.watch(ports);
}

std::optional<Socket> parse_tcp_socket(std::string_view message) {
  const auto socket = front_as<inet_diag_msg>(message);
  if (!socket) return std::nullopt;
  return Socket{.local_port = ntohs(socket->id.idiag_sport),
                .remote_port = ntohs(socket->id.idiag_dport),
                .state = socket->idiag_state,
                .receive_queue = socket->idiag_rqueue,
                .transmit_queue = socket->idiag_wqueue};
}

}  // namespace mixnet
