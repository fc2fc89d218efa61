// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "collectors/node/nym_config_path.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

namespace fs = std::filesystem;

constexpr const char* kExitHome = "root/root/.nym/nym-nodes/default-nym-node";

/// The host with two nodes, to be changed.
class TwoNodes : public ::testing::Test {
 protected:
  TwoNodes() { fs::copy(test::fixtures() / "nodes/two", host_.path(), fs::copy_options::recursive); }

  std::string collect() { return test::collected(kNode, context()); }
  /// As it is found: nothing is asked of the network, for each node's config.toml can be read.
  Context& context() {
    if (!context_) context_.emplace(test::roots_below(host_.path()), settings_);
    return *context_;
  }
  const NodeList& nodes() {
    collect();
    latest_ = context().directory->latest().nodes;
    return *latest_;
  }
  std::uint64_t editions() { return context().directory->latest().number; }
  void end_process(int pid) const { fs::remove_all(host_.path() / "proc" / std::to_string(pid)); }
  /// The process `from` again, under another PID.
  void start_process(int from, int pid) const {
    const auto source = test::fixtures() / "nodes/two/proc" / std::to_string(from);
    fs::copy(source, host_.path() / "proc" / std::to_string(pid), fs::copy_options::recursive);
  }

  test::TemporaryFolder host_;
  Settings settings_;
  std::optional<Context> context_;
  std::shared_ptr<const NodeList> latest_;
};

std::string finding(const Node& node, std::string_view what) {
  for (const auto& each : node.findings) {
    if (each.what == what) return each.known ? each.value + " <- " + each.source : "? " + each.source;
  }
  return "";
}

std::string remarks(const Context& context) {
  std::string out;
  for (const auto& remark : context.remarks.all()) out += remark.subject + ": " + remark.error.message + "\n";
  return out;
}

TEST_F(TwoNodes, AreFoundWithoutConfiguration) {
  EXPECT_EQ(collect(),
            "mixnet_nodes 2\n"
            "mixnet_node_info{node=\"default-nym-node\",kind=\"nym\",id=\"default-nym-node\",unit=\"nym-node.service\"} 1\n"
            "mixnet_node_info{node=\"mix1\",kind=\"nym\",id=\"mix1\",unit=\"nymvisor.service\"} 1\n"
            "mixnet_node_mode{node=\"default-nym-node\",mode=\"mixnode\"} 0\n"
            "mixnet_node_mode{node=\"default-nym-node\",mode=\"entry\"} 1\n"
            "mixnet_node_mode{node=\"default-nym-node\",mode=\"exit\"} 1\n"
            "mixnet_node_mode{node=\"default-nym-node\",mode=\"wireguard\"} 1\n"
            "mixnet_node_mode{node=\"mix1\",mode=\"mixnode\"} 1\nmixnet_node_mode{node=\"mix1\",mode=\"entry\"} 0\n"
            "mixnet_node_mode{node=\"mix1\",mode=\"exit\"} 0\nmixnet_node_mode{node=\"mix1\",mode=\"wireguard\"} 0\n");
  EXPECT_EQ(remarks(context()), "");
}

TEST_F(TwoNodes, AreCompletedFromCommandLineAndConfig) {
  const auto& exit = nodes().at(0);
  EXPECT_EQ(exit.process, (NodeProcess{812, 1843}));
  EXPECT_EQ(exit.comm, "nym-node");
  EXPECT_EQ(exit.cgroup, "system.slice/nym-node.service");
  EXPECT_EQ(exit.modes, (NodeModes{false, true, true, true})) << "the command line turned WireGuard on";
  EXPECT_EQ(exit.accepts_terms, true);
  EXPECT_EQ(exit.http_url, "http://127.0.0.1:8080");
  EXPECT_EQ(exit.access_token, "lorem-ipsum-token");
  EXPECT_THAT(exit.nym_api_urls, ElementsAre("https://validator.nymtech.net/api/"));
  EXPECT_THAT(exit.tunnel_addresses, ElementsAre("10.1.0.1/16", "fc01::1/112"));
  EXPECT_EQ(exit.data_directory, "/root/.nym/nym-nodes/default-nym-node/data");
  EXPECT_EQ(exit.config_file, "/root/.nym/nym-nodes/default-nym-node/config/config.toml");
  EXPECT_EQ(exit.ports[PortRole::wireguard], 51822);
  EXPECT_EQ(exit.ports[PortRole::lp_data], 51264);
  const auto& mix = latest_->at(1);
  EXPECT_EQ(mix.accepts_terms, false);
  EXPECT_EQ(mix.http_url, "http://127.0.0.1:18080");
  EXPECT_EQ(mix.ports[PortRole::mix], 11789) << "the command line beats the file";
  EXPECT_EQ(mix.announced_ports[PortRole::mix], 1789);
  EXPECT_EQ(mix.ports[PortRole::verloc], 11790);
  EXPECT_EQ(mix.ports[PortRole::client_ws], 0) << "a mixnode has no clients";
  EXPECT_EQ(mix.ports[PortRole::wireguard], 0);
}

TEST_F(TwoNodes, TellWhereEachFactIsFrom) {
  const auto& exit = nodes().at(0);
  EXPECT_EQ(finding(exit, "process"), "PID 812 <- named nym-node");
  EXPECT_EQ(finding(exit, "unit"), "nym-node.service <- /proc/812/cgroup");
  EXPECT_THAT(finding(exit, "modes"), StartsWith("entry, exit, wireguard <- command line"));
  EXPECT_EQ(finding(exit, "http address"), "http://127.0.0.1:8080 <- " + exit.config_file);
  EXPECT_EQ(finding(exit, "access token"), "set, not shown <- " + exit.config_file);
  EXPECT_THAT(finding(exit, "environment"), StartsWith("? not readable"));
  EXPECT_EQ(finding(latest_->at(1), "port mix"), "11789/tcp <- command line");
  EXPECT_THAT(finding(latest_->at(1), "announced port mix"), StartsWith("1789 <- /home/nym"));
  for (const auto& node : *latest_) {
    for (const auto& each : node.findings) EXPECT_THAT(each.value + each.source, Not(HasSubstr("lorem"))) << each.what;
  }
}

TEST_F(TwoNodes, ArePublishedWhenSomethingChanged) {
  EXPECT_EQ(editions(), 0u);
  collect();
  EXPECT_EQ(editions(), 1u);
  collect();
  collect();
  EXPECT_EQ(editions(), 1u);
  host_.write("root/home/nym/.nym/nym-nodes/mix1/config/config.toml",
              "id = 'mix1'\n[http]\nbind_address = '127.0.0.1:18081'\n");
  EXPECT_EQ(nodes().at(1).http_url, "http://127.0.0.1:18081");
  EXPECT_EQ(editions(), 2u);
}

TEST_F(TwoNodes, AreFollowedThroughARestart) {
  EXPECT_EQ(nodes().at(0).process.pid, 812);
  end_process(812);
  start_process(812, 1200);
  EXPECT_EQ(nodes().size(), 2u);
  EXPECT_EQ(latest_->at(0).name, "default-nym-node");
  EXPECT_EQ(latest_->at(0).process.pid, 1200);
  EXPECT_EQ(editions(), 2u);
}

TEST_F(TwoNodes, AreDownWhenTheyVanishAndComeBack) {
  collect();
  end_process(901);
  EXPECT_THAT(collect(), HasSubstr("mixnet_node_info{node=\"mix1\""));
  EXPECT_EQ(nodes().at(0).process.pid, 812);
  EXPECT_EQ(latest_->at(1).process.pid, 0);
  EXPECT_EQ(finding(latest_->at(1), "process"), "? not running; it was PID 901");
  EXPECT_EQ(latest_->at(1).unit, "nymvisor.service");
  start_process(901, 905);
  EXPECT_EQ(nodes().at(1).process.pid, 905);
  EXPECT_EQ(nodes().size(), 2u);
}

TEST_F(TwoNodes, AreForgottenWhenTheyAreRemoved) {
  collect();
  end_process(901);
  fs::remove_all(host_.path() / "root/home/nym/.nym/nym-nodes/mix1");
  EXPECT_EQ(nodes().size(), 1u);
  end_process(812);
  fs::remove_all(host_.path() / kExitHome);
  EXPECT_EQ(collect(), "mixnet_nodes 0\n") << "that there is none is a number too, which one can alert on";
  EXPECT_THAT(remarks(context()), StartsWith("nodes: no node is known on this host: "));
  EXPECT_TRUE(context().directory->latest().nodes->empty());
}

TEST_F(TwoNodes, AreFoundWhenTheyComeLater) {
  end_process(812);
  end_process(901);
  collect();
  EXPECT_THAT(remarks(context()), HasSubstr("no process in " + context().proc.root() + " is a `nym-node run`"));
  EXPECT_EQ(editions(), 1u) << "that nobody is there is news too, once";
  collect();
  EXPECT_EQ(editions(), 1u);
  start_process(901, 950);
  EXPECT_EQ(nodes().at(0).name, "mix1");
  start_process(812, 940);
  EXPECT_EQ(nodes().at(1).name, "default-nym-node") << "in the order found, so that nothing moves";
}

TEST_F(TwoNodes, OfTheSameIdGetNamesOfTheirOwn) {
  host_.write("root/home/nym/.nym/nym-nodes/mix1/config/config.toml", "id = 'x'\n");
  host_.write(std::string(kExitHome) + "/config/config.toml", "id = 'mix1'\n");
  EXPECT_EQ(nodes().at(0).name, "mix1");
  EXPECT_EQ(latest_->at(1).name, "mix1-2") << "the command line's id beats the file's";
}

TEST_F(TwoNodes, WithABrokenConfigAreFoundNonetheless) {
  host_.write(std::string(kExitHome) + "/config/config.toml", "id = 'a'\n[http\n");
  const auto& exit = nodes().at(0);
  EXPECT_EQ(exit.name, "default-nym-node");
  EXPECT_EQ(exit.modes->exit, true);
  EXPECT_THAT(finding(exit, "config.toml"),
              HasSubstr("/config/config.toml: line 2, column 6: Error while parsing table header"));
  EXPECT_THAT(finding(exit, "nym-api"), StartsWith("? "));
  EXPECT_THAT(remarks(context()), StartsWith("default-nym-node: config.toml: "));
  EXPECT_EQ(latest_->at(1).http_url, "http://127.0.0.1:18080");
}

/// Another user than root, who may read everything.
class AsNobody {
 public:
  AsNobody() : was_(::geteuid()) { EXPECT_TRUE(was_ != 0 || ::seteuid(65534) == 0); }
  ~AsNobody() { EXPECT_EQ(::seteuid(was_), 0); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  const uid_t was_;
};

TEST_F(TwoNodes, WhoseConfigMayNotBeReadAreFoundNonetheless) {
  fs::permissions(host_.path(), fs::perms{0755});
  fs::permissions(host_.path() / "root/root", fs::perms::none);
  {
    const AsNobody nobody;
    collect();
  }
  fs::permissions(host_.path() / "root/root", fs::perms::owner_all);
  const auto& found = *context().directory->latest().nodes;
  ASSERT_EQ(found.size(), 2u);
  const auto& exit = found[0];
  EXPECT_THAT(finding(exit, "config.toml"), EndsWith("Permission denied (no --id on the command line)"));
  EXPECT_THAT(remarks(context()), HasSubstr("default-nym-node: config.toml: "));
  EXPECT_THAT(remarks(context()), HasSubstr("config init"));
  EXPECT_EQ(context().remarks.all().front().error.fault, Fault::absent) << "a right that we lack is no failure";
  EXPECT_EQ(exit.unit, "nym-node.service");
  EXPECT_EQ(exit.modes->exit, true);
  EXPECT_EQ(found[1].http_url, "http://127.0.0.1:18080");
}

TEST_F(TwoNodes, AreThoseOfTheConfigurationWhereItListsThem) {
  NodeSettings exit, remote;
  exit.name = "my-exit";
  exit.unit = "nym-node";
  exit.ports[PortRole::client_ws] = 19000;
  exit.wireguard_interface = "wg0";
  exit.access_token_file = "/etc/mixnet-exporter/exit.token";
  remote.name = "elsewhere";
  remote.unit = "nym-hidden";
  remote.config_file = "/etc/elsewhere.toml";
  host_.write("root/etc/elsewhere.toml", "id = 'e'\n[modes]\nmixnode = true\n[http]\nbind_address = '192.0.2.7:8080'\n");
  settings_.nodes = {exit, remote};
  EXPECT_EQ(nodes().size(), 2u);
  EXPECT_EQ(latest_->at(0).name, "my-exit");
  EXPECT_EQ(latest_->at(0).process.pid, 812);
  EXPECT_EQ(latest_->at(0).id, "default-nym-node");
  EXPECT_EQ(latest_->at(0).ports[PortRole::client_ws], 19000);
  EXPECT_EQ(latest_->at(0).wireguard_interface, "wg0");
  EXPECT_EQ(latest_->at(0).exit_interface, "nymtun0");
  EXPECT_EQ(finding(latest_->at(0), "access token"), "in /etc/mixnet-exporter/exit.token <- configuration");
  EXPECT_EQ(latest_->at(1).name, "elsewhere");
  EXPECT_EQ(latest_->at(1).process.pid, 0);
  EXPECT_EQ(latest_->at(1).unit, "nym-hidden.service");
  EXPECT_EQ(latest_->at(1).cgroup, "system.slice/nym-hidden.service") << "its process may be there and hidden";
  EXPECT_EQ(latest_->at(1).http_url, "http://192.0.2.7:8080");
  EXPECT_EQ(latest_->at(1).modes->mixnode, true);
  EXPECT_EQ(remarks(context()),
            "PID 901 of nymvisor.service: a node runs that is in no entry of nodes: in the configuration\n");
  end_process(812);
  start_process(812, 1300);
  EXPECT_EQ(nodes().at(0).process.pid, 1300);
  end_process(1300);
  EXPECT_EQ(nodes().at(0).process.pid, 0);
  EXPECT_EQ(nodes().at(0).name, "my-exit");
}

TEST_F(TwoNodes, AreNotTooMany) {
  collect();
  const auto start = [this](int pid) {
    start_process(901, pid);
    const auto name = "node" + std::to_string(pid);
    host_.write("proc/" + std::to_string(pid) + "/cmdline",
                std::string("nym-node\0run\0--id=", 18) + name + std::string(1, '\0'));
  };
  for (int pid = 2000; pid < 2040; ++pid) start(pid);
  EXPECT_EQ(nodes().size(), 32u);
  EXPECT_THAT(remarks(context()), HasSubstr("PID 2039: left out: more than 32 nodes run here"));
  EXPECT_EQ(latest_->front().name, "default-nym-node");
  end_process(2000);
  nodes();
  const auto& after = nodes();
  EXPECT_EQ(after.size(), 32u);
  for (const auto& node : after) EXPECT_NE(node.name, "node2000") << "one that is down makes room";
}

/// The names of all that is opened in some folders, while one looks on.
class Opened {
 public:
  explicit Opened(const std::vector<fs::path>& folders) : fd_(::inotify_init1(IN_NONBLOCK)) {
    for (const auto& folder : folders) ::inotify_add_watch(fd_, folder.c_str(), IN_OPEN | IN_ACCESS);
  }
  ~Opened() { ::close(fd_); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  std::set<std::string> names() const {
    std::set<std::string> out;
    alignas(inotify_event) char buffer[65536];
    const auto length = ::read(fd_, buffer, sizeof buffer);
    for (ssize_t at = 0; at < length;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof *event + event->len);
      if (event->len != 0) out.insert(event->name);
    }
    return out;
  }

 private:
  int fd_;
};

TEST_F(TwoNodes, KeepTheirSecrets) {
  const auto home = host_.path() / kExitHome;
  fs::remove(home / "data/cosmos_mnemonic");
  ASSERT_EQ(::mkfifo((home / "data/cosmos_mnemonic").c_str(), 0600), 0);  // who waits to read it waits for ever
  const Opened opened({home, home / "config", home / "data"});
  collect();
  collect();
  EXPECT_THAT(opened.names(), ElementsAre("config.toml"));
  const Opened witness({home / "data"});
  test::fixture("nodes/two/" + std::string(kExitHome) + "/data/ed25519_identity");
  std::ofstream(home / "data/ed25519_identity");
  EXPECT_THAT(witness.names(), ElementsAre("ed25519_identity")) << "the witness sees";
}

// -- where config.toml is

TEST(NymConfigPath, IsInTheHomeOfTheUser) {
  Tree proc("/nonexistent");
  Tree rootfs(test::fixtures() / "nodes/two/root");
  const auto path = [&](std::uint32_t uid, const char* id, const char* file = "", ProcessCgroup cgroup = {}) -> std::string {
    FoundProcess process;
    process.uid = uid;
    process.command.options.id = id;
    process.command.config_file = file;
    process.cgroup = std::move(cgroup);
    const auto found = nym_config_path(proc, rootfs, process);
    return found ? found->path + (found->guess.empty() ? "" : " (" + found->guess + ")") : "? " + found.error().message;
  };
  EXPECT_EQ(path(0, "a"), "/root/.nym/nym-nodes/a/config/config.toml");
  EXPECT_EQ(path(1001, "a"), "/home/nym/.nym/nym-nodes/a/config/config.toml");
  EXPECT_EQ(path(1001, ""),
            "/home/nym/.nym/nym-nodes/mix1/config/config.toml (no --id on the command line, and this is the "
            "only node in /home/nym/.nym/nym-nodes)");
  EXPECT_EQ(path(0, "", "/etc/nym.toml"), "/etc/nym.toml");
  EXPECT_THAT(path(0, "", "nym.toml"), StartsWith("? --config-file \"nym.toml\" is relative to a folder that may not be read"));
  EXPECT_THAT(path(4711, "a"), StartsWith("? the home of its user, 4711, is not in "));
  EXPECT_THAT(path(0, "a", "", {"system.slice/docker-0123.scope", "docker-0123.scope"}),
              StartsWith("? its config.toml is inside a container"));
}

TEST(NymConfigPath, HomesAreThoseOfPasswd) {
  constexpr std::string_view kPasswd =
      "root:x:0:0:root:/root:/bin/bash\nshort:x:7\nnym:x:1001:1001::/home/nym\nodd:x:8:8::no:/\n";
  EXPECT_EQ(home_of(kPasswd, 0), "/root");
  EXPECT_EQ(home_of(kPasswd, 1001), "/home/nym");
  for (const std::uint32_t uid : {7u, 8u, 9u}) EXPECT_EQ(home_of(kPasswd, uid), "");
  EXPECT_EQ(home_of("", 0), "");
}

}  // namespace
}  // namespace mixnet
