// SPDX-License-Identifier: Apache-2.0
// The collectors of nodes against the kernel, in a network namespace that each case makes for itself.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <sched.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "collectors/node/firewall.h"
#include "collectors/node/sockets.h"
#include "collectors/node/tunnels.h"
#include "collectors/node/wireguard.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::HasSubstr;

/// Why there is no new network namespace, or nothing.
std::string enter_namespace() {
  return ::unshare(CLONE_NEWNET) == 0 ? "" : std::string("unshare(CLONE_NEWNET): ") + std::strerror(errno);
}

/// Runs a program and waits; did it succeed?
bool run(std::vector<std::string> arguments) {
  std::vector<char*> pointers;
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_t pid = 0;
  int status = -1;
  if (::posix_spawnp(&pid, pointers[0], nullptr, nullptr, pointers.data(), environ) != 0) return false;
  return ::waitpid(pid, &status, 0) == pid && status == 0;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  operator int() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

sockaddr_in6 local(std::uint16_t port) {
  sockaddr_in6 out{};
  out.sin6_family = AF_INET6;
  out.sin6_addr = in6addr_loopback;
  out.sin6_port = htons(port);
  return out;
}

Descriptor bound(int type, std::uint16_t port) {
  Descriptor fd(::socket(AF_INET6, type | SOCK_CLOEXEC, 0));
  auto address = local(port);
  address.sin6_addr = in6addr_any;
  EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
  if (type == SOCK_STREAM) {
    EXPECT_EQ(::listen(fd, 100), 0);
  }
  return fd;
}

Descriptor connected(int type, std::uint16_t port) {
  Descriptor fd(::socket(AF_INET6, type | SOCK_CLOEXEC, 0));
  auto address = local(port);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
  return fd;
}

Node exit_node() {
  Node node;
  node.name = "exit1";
  node.modes = NodeModes{.entry = true, .exit = true, .wireguard = true};
  node.ports[PortRole::mix] = 1789;
  node.ports[PortRole::client_ws] = 9000;
  node.ports[PortRole::lp_data] = 51264;
  return node;
}

class InANamespace : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = enter_namespace(); !reason.empty()) GTEST_SKIP() << reason;
    ASSERT_TRUE(run({"ip", "link", "set", "lo", "up"}));
  }
};

/// What the collector says through netlink, and what it says through files.
std::vector<std::string> both_ways(const Collector& collector, const Node& node) {
  Roots by_files;
  by_files.proc = "/proc/.";
  std::vector<std::string> out;
  for (const auto& roots : {Roots{}, by_files}) {
    Context context(roots, {});
    context.directory->publish({node});
    out.push_back(test::collected(collector, context));
    EXPECT_TRUE(context.remarks.all().empty());
  }
  return out;
}

using NodeSocketsOfTheKernel = InANamespace;

TEST_F(NodeSocketsOfTheKernel, AreCountedByNetlinkAndByFilesAlike) {
  const auto mix = bound(SOCK_STREAM, 1789);
  std::vector<Descriptor> ours, theirs;
  for (int count = 0; count < 30; ++count) {
    ours.push_back(connected(SOCK_STREAM, 1789));
    theirs.emplace_back(::accept4(mix, nullptr, nullptr, SOCK_CLOEXEC));
  }
  for (std::size_t at = 0; at < 10; ++at) ours[at].close();  // the node does not notice: CLOSE_WAIT
  ASSERT_EQ(::send(ours[10], "unread", 6, 0), 6);
  const auto waiting = connected(SOCK_STREAM, 1789);  // not accepted
  for (const auto& lines : both_ways(kNodeSockets, exit_node())) {
    for (const auto* expected :
         {"mixnet_node_port_listening{node=\"exit1\",port=\"mix\"} 1\n",
          "mixnet_node_port_listening{node=\"exit1\",port=\"client_ws\"} 0\n",
          "mixnet_node_port_accept_queue_connections{node=\"exit1\",port=\"mix\"} 1\n",
          "mixnet_node_connections{node=\"exit1\",port=\"mix\",state=\"established\"} 21\n",
          "mixnet_node_connections{node=\"exit1\",port=\"mix\",state=\"close_wait\"} 10\n",
          "mixnet_node_connections_receive_queue_bytes{node=\"exit1\",port=\"mix\"} 16\n",  // a FIN counts as a byte
          "mixnet_node_outbound_connections{node=\"exit1\",port=\"mix\",state=\"established\"} 21\n"}) {
      EXPECT_THAT(lines, HasSubstr(expected));
    }
  }
  EXPECT_THAT(both_ways(kNodeSockets, exit_node())[0],
              HasSubstr("mixnet_node_port_accept_queue_max_connections{node=\"exit1\",port=\"mix\"} 100\n"));
}

TEST_F(NodeSocketsOfTheKernel, ShowDatagramsThatWereDropped) {
  const auto data = bound(SOCK_DGRAM, 51264);
  constexpr int kSmall = 1;  // the kernel makes it the least there is
  ASSERT_EQ(::setsockopt(data, SOL_SOCKET, SO_RCVBUF, &kSmall, sizeof kSmall), 0);
  const auto sender = connected(SOCK_DGRAM, 51264);
  const std::string datagram(1000, 'x');
  for (int count = 0; count < 100; ++count) ASSERT_EQ(::send(sender, datagram.data(), datagram.size(), 0), 1000);
  int left = 0;
  for (char buffer[2000]; ::recv(data, buffer, sizeof buffer, MSG_DONTWAIT) > 0;) ++left;
  const auto lines = both_ways(kNodeSockets, exit_node())[0];
  EXPECT_THAT(lines, HasSubstr("mixnet_node_port_listening{node=\"exit1\",port=\"lp_data\"} 1\n"));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_udp_receive_drops_total{node=\"exit1\",port=\"lp_data\"} " +
                               std::to_string(100 - left) + "\n"));
  EXPECT_LT(left, 100);
}

/// A process in a network namespace of its own that listens on the port for mix packets until it is killed.
pid_t start_elsewhere() {
  int ready[2];
  EXPECT_EQ(::pipe(ready), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (::unshare(CLONE_NEWNET) != 0) ::_exit(1);
    const auto mix = bound(SOCK_STREAM, 1789);
    (void)!::write(ready[1], "r", 1);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  ::close(ready[1]);
  EXPECT_EQ(::read(ready[0], &byte, 1), 1);
  ::close(ready[0]);
  return pid;
}

TEST_F(NodeSocketsOfTheKernel, AreFoundInTheNodesOwnNamespace) {
  auto node = exit_node();
  node.process.pid = start_elsewhere();
  Context context(Roots{}, {});
  context.directory->publish({node});
  const auto sockets = test::collected(kNodeSockets, context);
  const auto tunnels = test::collected(kNodeTunnels, context);
  ::kill(node.process.pid, SIGKILL);
  ::waitpid(node.process.pid, nullptr, 0);
  EXPECT_THAT(sockets, HasSubstr("mixnet_node_port_listening{node=\"exit1\",port=\"mix\"} 1\n"));
  EXPECT_THAT(tunnels, HasSubstr("mixnet_node_tunnel_present{node=\"exit1\",device=\"nymtun0\"} 0\n"));
  node.process.pid = ::getpid();
  context.directory->publish({node});
  EXPECT_THAT(test::collected(kNodeSockets, context), HasSubstr("mixnet_node_port_listening{node=\"exit1\",port=\"mix\"} 0\n"));
}

using NodeTunnelsOfTheKernel = InANamespace;

TEST_F(NodeTunnelsOfTheKernel, ComeUpAndGetAnAddress) {
  const Descriptor tun(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  if (tun < 0) GTEST_SKIP() << "/dev/net/tun: " << std::strerror(errno);
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::memcpy(request.ifr_name, "nymtun0", 8);
  ASSERT_EQ(::ioctl(tun, TUNSETIFF, &request), 0) << std::strerror(errno);
  Context context(Roots{}, {});
  context.directory->publish({exit_node()});
  const auto expect = [&context](const char* line) { EXPECT_THAT(test::collected(kNodeTunnels, context), HasSubstr(line)); };
  expect("mixnet_node_tunnel_present{node=\"exit1\",device=\"nymtun0\"} 1\n");
  expect("mixnet_node_tunnel_up{node=\"exit1\",device=\"nymtun0\"} 0\n");
  ASSERT_TRUE(run({"ip", "link", "set", "nymtun0", "up"}));
  expect("mixnet_node_tunnel_up{node=\"exit1\",device=\"nymtun0\"} 1\n");
  expect("mixnet_node_tunnel_global_ipv6{node=\"exit1\",device=\"nymtun0\"} 0\n");  // a link-local one only
  ASSERT_TRUE(run({"ip", "addr", "add", "fc00::1/112", "dev", "nymtun0", "nodad"}));
  expect("mixnet_node_tunnel_global_ipv6{node=\"exit1\",device=\"nymtun0\"} 1\n");
  expect("mixnet_node_tunnel_present{node=\"exit1\",device=\"nymwg\"} 0\n");
}

using NodeFirewallOfTheKernel = InANamespace;

std::string firewall() {
  Context context(Roots{}, {});
  context.directory->publish({exit_node()});
  return test::collected(kNodeFirewall, context);
}

TEST_F(NodeFirewallOfTheKernel, IsReadAsIptablesWritesIt) {
  if (!run({"iptables-nft", "--version"})) GTEST_SKIP() << "iptables-nft is not installed";
  EXPECT_EQ(firewall(),
            "mixnet_host_exit_firewall_present{family=\"ipv4\"} 0\nmixnet_host_exit_firewall_present{family=\"ipv6\"} 0\n"
            "mixnet_host_exit_firewall_rules{family=\"ipv4\"} 0\nmixnet_host_exit_firewall_rules{family=\"ipv6\"} 0\n"
            "mixnet_host_exit_firewall_jumps{family=\"ipv4\"} 0\nmixnet_host_exit_firewall_jumps{family=\"ipv6\"} 0\n"
            "mixnet_host_exit_firewall_refuses_rest{family=\"ipv4\"} 0\n"
            "mixnet_host_exit_firewall_refuses_rest{family=\"ipv6\"} 0\n");
  if (!run({"iptables-nft", "-N", "NYM-EXIT"})) GTEST_SKIP() << "the kernel has no nf_tables";
  for (const auto* tunnel : {"nymwg", "nymtun0"}) {
    ASSERT_TRUE(run({"iptables-nft", "-I", "FORWARD", "-i", tunnel, "-o", "eth0", "-j", "NYM-EXIT"}));
  }
  ASSERT_TRUE(run({"iptables-nft", "-A", "FORWARD", "-m", "state", "--state", "RELATED,ESTABLISHED", "-j", "ACCEPT"}));
  for (const auto* port : {"443", "53"}) {
    ASSERT_TRUE(run({"iptables-nft", "-A", "NYM-EXIT", "-p", "tcp", "--dport", port, "-j", "ACCEPT"}));
  }
  ASSERT_TRUE(run({"iptables-nft", "-A", "NYM-EXIT", "-d", "10.0.0.0/8", "-j", "REJECT"}));
  EXPECT_THAT(firewall(), HasSubstr("mixnet_host_exit_firewall_refuses_rest{family=\"ipv4\"} 0\n"));
  ASSERT_TRUE(run({"iptables-nft", "-A", "NYM-EXIT", "-m", "comment", "--comment", "the rest", "-j", "REJECT"}));
  const auto lines = firewall();
  for (const auto* expected : {"present{family=\"ipv4\"} 1\n", "rules{family=\"ipv4\"} 4\n", "jumps{family=\"ipv4\"} 2\n",
                               "refuses_rest{family=\"ipv4\"} 1\n", "present{family=\"ipv6\"} 0\n"}) {
    EXPECT_THAT(lines, HasSubstr(expected));
  }
  ASSERT_TRUE(run({"iptables-nft", "-R", "NYM-EXIT", "4", "-j", "DROP"}));
  EXPECT_THAT(firewall(), HasSubstr("mixnet_host_exit_firewall_refuses_rest{family=\"ipv4\"} 1\n"));
}

TEST_F(NodeFirewallOfTheKernel, IsAbsentWithoutTheRight) {
  ASSERT_EQ(::seteuid(65534), 0);
  const auto lines = firewall();
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_EQ(lines, "error: the firewall may not be read: that takes CAP_NET_ADMIN, see AmbientCapabilities= of the unit\n");
}

using NodeWireguardOfTheKernel = InANamespace;

TEST_F(NodeWireguardOfTheKernel, IsAskedForItsPeers) {
  Context context(Roots{}, {});
  context.directory->publish({exit_node()});
  if (!run({"ip", "link", "add", "nymwg", "type", "wireguard"})) {
    EXPECT_EQ(test::collected(kNodeWireguard, context), "");
    ASSERT_EQ(context.remarks.all().size(), 1U);
    EXPECT_EQ(context.remarks.all()[0].error.fault, Fault::absent);
    GTEST_SKIP() << "the kernel has no WireGuard: " << context.remarks.all()[0].error.message;
  }
  EXPECT_EQ(test::collected(kNodeWireguard, context),
            "mixnet_node_wireguard_peers{node=\"exit1\",device=\"nymwg\"} 0\n"
            "mixnet_node_wireguard_active_peers{node=\"exit1\",device=\"nymwg\"} 0\n");
  ASSERT_EQ(::seteuid(65534), 0);
  Context nobody(Roots{}, {});
  nobody.directory->publish({exit_node()});
  EXPECT_EQ(test::collected(kNodeWireguard, nobody), "");
  ASSERT_EQ(::seteuid(0), 0);
  ASSERT_EQ(nobody.remarks.all().size(), 1U);
  EXPECT_THAT(nobody.remarks.all()[0].error.message, HasSubstr("CAP_NET_ADMIN"));
}

}  // namespace
}  // namespace mixnet
