// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/gateway_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "collectors/kit/state_folder.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kKey = "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1";
constexpr const char* kOther = "8HsWVsmPUYc8XKjM4Ltpt3AhQmEvDWcDz9mi3mEFyQ9e";
constexpr const char* kWords = "abandon zebra error wagon limit";

Node node(std::string name, std::string key) {
  Node out;
  out.name = std::move(name);
  out.identity_key = std::move(key);
  out.modes = NodeModes{.entry = true};
  return out;
}

class GatewayProbeTest : public testing::Test {
 protected:
  GatewayProbeTest() {
    folder_.write("mnemonic", std::string(kWords) + "\n");
    ::chmod((folder_.path() / "mnemonic").c_str(), 0600);
    settings_.gateway_probe.program = MIXNET_FAKE_GATEWAY_PROBE;
    settings_.gateway_probe.mnemonic_file = folder_.path() / "mnemonic";
    settings_.gateway_probe.start_delay = 1ms;
    directory_->publish({node("exit1", kKey)});
  }
  ~GatewayProbeTest() override { ::unsetenv("PROBE_FAKE"); }

  Context context() {
    Roots roots;
    roots.state = folder_.path() / "state";
    return {roots, settings_, directory_};
  }
  static void fake(const char* how) { ::setenv("PROBE_FAKE", how, 1); }

  std::string text(const std::string& file) const {
    std::ifstream in(folder_.path() / "state/gateway_probe" / file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::ptrdiff_t runs() const {
    const auto all = text("config/runs");
    return std::count(all.begin(), all.end(), '\n');
  }
  /// The daemon's first runs of it: the first only looks.
  std::string after_a_run(Context& context) {
    (void)test::collected(kGatewayProbe, context);
    std::this_thread::sleep_for(3ms);
    return test::collected(kGatewayProbe, context);
  }
  static std::string remarks(const Context& context) {
    std::string out;
    for (const auto& remark : context.remarks.all()) out += remark.subject + ": " + remark.error.message + "\n";
    return out;
  }

  const test::TemporaryFolder folder_;
  Settings settings_;
  std::shared_ptr<NodeDirectory> directory_ = std::make_shared<NodeDirectory>();
};

TEST_F(GatewayProbeTest, IsOffWhereNobodyAskedForIt) {
  settings_.gateway_probe.program = "";
  auto off = context();
  Samples out;
  EXPECT_EQ(kGatewayProbe.collect(off, out).error().fault, Fault::absent);
  settings_.gateway_probe.program = MIXNET_FAKE_GATEWAY_PROBE;
  settings_.gateway_probe.mnemonic_file = "";
  auto neither = context();
  EXPECT_THAT(test::collected(kGatewayProbe, neither), HasSubstr("has neither a mnemonic_file nor mock_ecash"));
  settings_.gateway_probe.mnemonic_file = "/m";
  settings_.gateway_probe.mock_ecash = true;
  auto both = context();
  EXPECT_THAT(test::collected(kGatewayProbe, both), HasSubstr("has both a mnemonic_file and mock_ecash"));
}

TEST_F(GatewayProbeTest, ShowsWhatARunFound) {
  auto daemon = context();
  const auto all = after_a_run(daemon);
  EXPECT_EQ(runs(), 1);
  EXPECT_THAT(all, HasSubstr("mixnet_gateway_probe_running{node=\"exit1\"} 0\n"));
  EXPECT_THAT(all, HasSubstr("mixnet_gateway_probe_runs_total{node=\"exit1\"} 1\n"));
  EXPECT_THAT(all, HasSubstr("mixnet_gateway_probe_failures_total{node=\"exit1\",reason=\"timeout\"} 0\n"));
  EXPECT_THAT(all, HasSubstr("_probe_success{node=\"exit1\",source=\"gateway_probe\",part=\"wg\",test=\"can_register\"} 1\n"));
  EXPECT_THAT(all, HasSubstr("_probe_timestamp_seconds{node=\"exit1\",source=\"gateway_probe\"} "));
  EXPECT_EQ(test::undeclared(kGatewayProbe, daemon), "");
  EXPECT_EQ(remarks(daemon), "");
  (void)test::collected(kGatewayProbe, daemon);
  EXPECT_EQ(runs(), 1) << "the next is hours away";
  EXPECT_THAT(text(std::string(kKey) + ".json"), HasSubstr("\"as_entry\""));
}

TEST_F(GatewayProbeTest, RemembersItsResultAndItsRunOverARestart) {
  {
    auto daemon = context();
    (void)after_a_run(daemon);
  }
  auto again = context();
  const auto all = after_a_run(again);
  EXPECT_EQ(runs(), 1);
  EXPECT_THAT(all, HasSubstr("mixnet_gateway_probe_runs_total{node=\"exit1\"} 0\n"));
  EXPECT_THAT(all, HasSubstr("part=\"wg\",test=\"can_register\"} 1\n"));
}

TEST_F(GatewayProbeTest, GivesNoResultThatIsAWeekOld) {
  {
    auto daemon = context();
    (void)after_a_run(daemon);
  }
  std::filesystem::last_write_time(folder_.path() / "state/gateway_probe" / (std::string(kKey) + ".json"),
                                   std::filesystem::file_time_type::clock::now() - 24h * 8);
  auto again = context();
  EXPECT_THAT(test::collected(kGatewayProbe, again), Not(HasSubstr("node_probe_success")));
}

TEST_F(GatewayProbeTest, ProbesGatewaysInTurnAndNobodyElse) {
  auto mixnode = node("mix", kOther);
  mixnode.modes = NodeModes{.mixnode = true};
  directory_->publish({mixnode, node("strange", "--help"), node("unknown", "")});
  auto none = context();
  Samples out;
  EXPECT_EQ(kGatewayProbe.collect(none, out).error().fault, Fault::absent);

  directory_->publish({node("exit1", kKey), node("exit2", kOther)});
  settings_.gateway_probe.interval = 1ms;  // which no operator can set
  auto daemon = context();
  (void)after_a_run(daemon);
  std::this_thread::sleep_for(3ms);
  (void)test::collected(kGatewayProbe, daemon);
  EXPECT_THAT(text("config/runs"), testing::StartsWith(std::string(kKey) + " core\n" + kOther + " core\n"));
}

TEST_F(GatewayProbeTest, CountsRunsThatGaveNothingAndKeepsTheResultBefore) {
  {
    auto daemon = context();
    (void)after_a_run(daemon);
  }
  fake("reveal");
  ASSERT_TRUE(StateFolder((folder_.path() / "state/gateway_probe").string()).write("started", ""));
  auto daemon = context();
  const auto all = after_a_run(daemon);
  EXPECT_EQ(runs(), 2);
  EXPECT_THAT(all, HasSubstr("mixnet_gateway_probe_failures_total{node=\"exit1\",reason=\"status\"} 1\n"));
  EXPECT_THAT(all, HasSubstr("part=\"wg\",test=\"can_register\"} 1\n"));
  EXPECT_THAT(remarks(daemon), HasSubstr("exit1: nym-gateway-probe: it ended with status 1"));
  EXPECT_THAT(remarks(daemon), Not(HasSubstr("zebra")));
}

TEST_F(GatewayProbeTest, IsNotRunWhereItsRunsCannotBeWrittenDown) {
  folder_.write("state", "no folder");
  auto daemon = context();
  const auto all = after_a_run(daemon);
  EXPECT_EQ(runs(), 0);
  EXPECT_THAT(remarks(daemon), HasSubstr("nym-gateway-probe is not run: "));
  EXPECT_THAT(remarks(daemon), HasSubstr("/state/gateway_probe/started"));
  EXPECT_THAT(all, Not(HasSubstr("next_run")));
}

TEST_F(GatewayProbeTest, IsNotRunWithoutTheProgramOrTheMnemonic) {
  settings_.gateway_probe.program = "/nowhere/nym-gateway-probe";
  auto no_program = context();
  (void)test::collected(kGatewayProbe, no_program);
  EXPECT_EQ(remarks(no_program), "nym-gateway-probe is not run: /nowhere/nym-gateway-probe: No such file or directory\n");
  EXPECT_EQ(no_program.remarks.all()[0].error.fault, Fault::unavailable);

  settings_.gateway_probe.program = MIXNET_FAKE_GATEWAY_PROBE;
  settings_.gateway_probe.mnemonic_file = folder_.path() / "other";
  auto no_mnemonic = context();
  (void)after_a_run(no_mnemonic);
  EXPECT_THAT(remarks(no_mnemonic), HasSubstr("/other: No such file or directory"));
  EXPECT_EQ(runs(), 0);
}

TEST_F(GatewayProbeTest, WritesNothingWhereItLooksOnce) {
  auto command = context();
  (void)test::collected(kGatewayProbe, command);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "state"));
}

TEST_F(GatewayProbeTest, RemarksOnAMnemonicForAllToRead) {
  ::chmod((folder_.path() / "mnemonic").c_str(), 0644);
  auto open = context();
  (void)test::collected(kGatewayProbe, open);
  EXPECT_THAT(remarks(open), HasSubstr("every user of this host can read the mnemonic"));
  ::chmod((folder_.path() / "mnemonic").c_str(), 0600);
  (void)test::collected(kGatewayProbe, open);
  EXPECT_THAT(remarks(open), Not(HasSubstr("every user")));
}

TEST_F(GatewayProbeTest, EndsTheProbeWhenToldToStop) {
  fake("hang");
  auto daemon = context();
  std::stop_source stop;
  daemon.stop = stop.get_token();
  std::thread stopper([&] {
    while (text("config/below").empty()) std::this_thread::sleep_for(2ms);
    stop.request_stop();
  });
  const auto all = after_a_run(daemon);
  stopper.join();
  EXPECT_THAT(all, HasSubstr("mixnet_gateway_probe_runs_total{node=\"exit1\"} 0\n")) << "it is nobody's failure";
  EXPECT_FALSE(std::filesystem::exists("/proc/" + std::to_string(std::stoi(text("config/pid")))));
}

}  // namespace
}  // namespace mixnet
