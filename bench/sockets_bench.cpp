// SPDX-License-Identifier: Apache-2.0
// What the sockets of a node cost a scrape, with real connections over the loopback of a network namespace of its own: takes
// root. The table that the kernel walks is as large as the host's memory makes it, however few sockets there are.
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "collectors/host/sockets.h"
#include "collectors/host/tcpstat.h"
#include "collectors/host/udp_queues.h"
#include "collectors/kit/netlink.h"
#include "collectors/node/sockets.h"
#include "collectors/node/tunnels.h"

namespace mixnet {
namespace {

constexpr std::uint16_t kPort = 1789;

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

/// Connections between two sockets of this process, in a network namespace where there are no others.
class Connections {
 public:
  Connections() {
    const rlimit files{1 << 20, 1 << 20};
    if (::setrlimit(RLIMIT_NOFILE, &files) != 0) give_up("RLIMIT_NOFILE");
    if (::unshare(CLONE_NEWNET) != 0) give_up("unshare(CLONE_NEWNET)");
    listener_ = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    if (::ioctl(listener_, SIOCSIFFLAGS, &request) != 0) give_up("lo");
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(kPort);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("bind");
    if (::listen(listener_, 4096) != 0) give_up("listen");
  }

  /// As many sockets as asked for, two a connection; from addresses of their own, as a port's numbers are not enough.
  void grow_to(std::size_t sockets) {
    while (sockets_.size() < sockets) {
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(kPort);
      address.sin_addr.s_addr = htonl(0x7f000001 + static_cast<std::uint32_t>(sockets_.size() / 20'000));
      if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("connect");
      sockets_.push_back(fd);
      sockets_.push_back(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
    }
  }

 private:
  int listener_;
  std::vector<int> sockets_;
};

Connections& connections() {
  static Connections all;
  return all;
}

std::shared_ptr<NodeDirectory> one_node() {
  Node node;
  node.name = "exit1";
  node.modes = NodeModes{.mixnode = false, .entry = true, .exit = true, .wireguard = true};
  std::uint16_t other = 9000;
  for (const auto role : kPortRoles) node.ports[role] = other++;
  node.ports[PortRole::mix] = kPort;
  auto out = std::make_shared<NodeDirectory>();
  out->publish({node});
  return out;
}

void collect(benchmark::State& state, std::initializer_list<const Collector*> collectors) {
  connections().grow_to(static_cast<std::size_t>(state.range(0)));
  Context context(Roots{}, Settings{}, one_node());
  Samples samples;
  for (auto _ : state) {
    context.begin_collection();
    samples.clear();
    for (const auto* collector : collectors) {
      if (!collector->collect(context, samples)) state.SkipWithError("failed");
    }
  }
  state.counters["series"] = static_cast<double>(samples.size());
}

void tcpstat_alone(benchmark::State& state) { collect(state, {&kTcpstat, &kUdpQueues}); }
void node_sockets_alone(benchmark::State& state) { collect(state, {&kNodeSockets}); }
void both_share_one_dump(benchmark::State& state) { collect(state, {&kTcpstat, &kUdpQueues, &kNodeSockets}); }
void node_tunnels(benchmark::State& state) { collect(state, {&kNodeTunnels}); }

/// The other way: a dump for each role and family that the kernel filters by its port.
void filtered_dumps(benchmark::State& state) {
  connections().grow_to(static_cast<std::size_t>(state.range(0)));
  struct {
    inet_diag_req_v2 request;
    nlattr attribute;
    std::array<inet_diag_bc_op, 4> code;
  } body{};
  body.attribute = {sizeof body.attribute + sizeof body.code, INET_DIAG_REQ_BYTECODE};
  body.request.sdiag_protocol = IPPROTO_TCP;
  body.request.idiag_states = ~0U;
  Netlink netlink(NETLINK_SOCK_DIAG);
  for (auto _ : state) {
    for (const std::uint16_t port : std::array<std::uint16_t, 5>{kPort, 1790, 8080, 9000, 41264}) {
      // The own port is at least and at most this one; a jump beyond the code's end refuses.
      const std::uint8_t op = sizeof(inet_diag_bc_op), both = 2 * op;
      body.code = {{{INET_DIAG_BC_S_GE, both, static_cast<std::uint16_t>(4 * op + 4)},
                    {0, 0, port},
                    {INET_DIAG_BC_S_LE, both, static_cast<std::uint16_t>(2 * op + 4)},
                    {0, 0, port}}};
      for (const int family : {AF_INET, AF_INET6}) {
        body.request.sdiag_family = static_cast<std::uint8_t>(family);
        std::size_t found = 0;
        if (!netlink.dump(SOCK_DIAG_BY_FAMILY, body, [&](std::string_view) { ++found; })) state.SkipWithError("failed");
        benchmark::DoNotOptimize(found);
      }
    }
  }
}

void read_files(benchmark::State& state) {
  connections().grow_to(static_cast<std::size_t>(state.range(0)));
  Tree proc("/proc");
  SocketTally tally;
  for (auto _ : state) {
    tally.clear();
    if (!read_socket_tables(proc, "", SocketKind::tcp, tally)) state.SkipWithError("failed");
  }
}

constexpr int kFew = 600, kMany = 50'000;  // 300 connections have two ends here
BENCHMARK(tcpstat_alone)->Arg(kFew)->Unit(benchmark::kMicrosecond);
BENCHMARK(node_sockets_alone)->Arg(kFew)->Unit(benchmark::kMicrosecond);
BENCHMARK(both_share_one_dump)->Arg(kFew)->Unit(benchmark::kMicrosecond);
BENCHMARK(filtered_dumps)->Arg(kFew)->Unit(benchmark::kMicrosecond);
BENCHMARK(read_files)->Arg(kFew)->Unit(benchmark::kMicrosecond);
BENCHMARK(node_tunnels)->Arg(kFew)->Unit(benchmark::kMicrosecond);
BENCHMARK(tcpstat_alone)->Arg(kMany)->Unit(benchmark::kMicrosecond);
BENCHMARK(node_sockets_alone)->Arg(kMany)->Unit(benchmark::kMicrosecond);
BENCHMARK(both_share_one_dump)->Arg(kMany)->Unit(benchmark::kMicrosecond);
BENCHMARK(filtered_dumps)->Arg(kMany)->Unit(benchmark::kMicrosecond);
BENCHMARK(read_files)->Arg(kMany)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mixnet
