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
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

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

/// Connections between two sockets of this host, in a network namespace where there are no others. Processes of their own hold
/// them, as one may not have so many files open.
class Connections {
 public:
  Connections() {
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

  void grow_to(std::size_t sockets) {
    while (sockets_ < sockets) {
      const auto more = std::min(sockets - sockets_, kSocketsAProcess);
      int ready[2];
      if (::pipe(ready) != 0) give_up("pipe");
      const pid_t pid = ::fork();
      if (pid < 0) give_up("fork");
      if (pid == 0) hold(more, ready[1]);
      ::close(ready[1]);
      char byte = 0;
      if (::read(ready[0], &byte, 1) != 1) give_up("the process that holds connections");
      ::close(ready[0]);
      sockets_ += more;
      ++processes_;
    }
  }

 private:
  static constexpr std::size_t kSocketsAProcess = 15'000;

  /// Each process connects to an address of its own, as there are too few ports for one.
  [[noreturn]] void hold(std::size_t sockets, int ready) const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(kPort);
    address.sin_addr.s_addr = htonl(0x7f000001 + processes_);
    for (std::size_t made = 0; made < sockets; made += 2) {
      const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
      if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("connect");
      if (::accept(listener_, nullptr, nullptr) < 0) give_up("accept");
    }
    if (::write(ready, "r", 1) != 1) give_up("write");
    for (;;) ::pause();
  }

  int listener_;
  std::size_t sockets_ = 0;
  std::uint32_t processes_ = 0;
};

Connections& connections() {
  static Connections all;
  return all;
}

std::shared_ptr<NodeDirectory> one_node() {
  Node node;
  node.name = "exit1";
  node.modes = NodeModes{.mixnode = false, .entry = true, .exit = true, .wireguard = true};
  node.process = {::getpid(), 1};
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

void tcpstat_alone(benchmark::State& state) { collect(state, {&kTcpstat}); }
void with_udp_queues(benchmark::State& state) { collect(state, {&kTcpstat, &kUdpQueues}); }
void node_sockets_alone(benchmark::State& state) { collect(state, {&kNodeSockets}); }
void with_node_sockets(benchmark::State& state) { collect(state, {&kTcpstat, &kUdpQueues, &kNodeSockets}); }
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

void register_all(int sockets) {
  const std::pair<const char*, void (*)(benchmark::State&)> all[] = {{"tcpstat_alone", tcpstat_alone},
                                                                     {"with_udp_queues", with_udp_queues},
                                                                     {"with_node_sockets", with_node_sockets},
                                                                     {"node_sockets_alone", node_sockets_alone},
                                                                     {"filtered_dumps", filtered_dumps},
                                                                     {"read_files", read_files},
                                                                     {"node_tunnels", node_tunnels}};
  for (const auto& [name, run] : all) {
    benchmark::RegisterBenchmark(name, run)->Arg(sockets)->Unit(benchmark::kMicrosecond);
  }
}

[[maybe_unused]] const bool kRegistered = [] {
  // The many last, as they stay. 300 connections are 600 sockets, as both their ends are here.
  for (const int sockets : {600, 50'000}) register_all(sockets);
  return true;
}();

}  // namespace
}  // namespace mixnet
