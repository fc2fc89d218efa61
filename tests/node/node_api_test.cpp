// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/node_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <thread>

#include "tests/support/host.h"
#include "tests/support/nym_node.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::NymNode;
using test::Reply;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Node node_at(const std::string& name, const std::string& url) {
  Node node;
  node.name = name;
  node.kind = "nym";
  node.http_url = url;
  node.access_token = NymNode::kToken;
  return node;
}

/// The collector over a Context that knows some nodes.
class NodeApiCollector : public ::testing::Test {
 protected:
  explicit NodeApiCollector() {
    settings_.node_api.interval = 1s;
    context_ = std::make_unique<Context>(Roots{}, settings_, directory_);
  }
  std::string collect() { return test::collected(kNodeApi, *context_); }

  std::shared_ptr<NodeDirectory> directory_ = std::make_shared<NodeDirectory>();
  Settings settings_;
  std::unique_ptr<Context> context_;
};

/// Lines whose values differ from run to run, with a word for the value.
std::string steady(const std::string& lines) {
  std::string out;
  Lines all(lines);
  for (std::string_view line; all.next(line);) {
    const bool varies = line.starts_with("mixnet_node_api_duration") || line.starts_with("mixnet_node_api_last_success");
    out.append(varies ? line.substr(0, line.rfind(' ')) : line).append(varies ? " VARIES\n" : "\n");
  }
  return out;
}

TEST_F(NodeApiCollector, GivesAllOfAnExitGateway) {
  const NymNode server;
  directory_->publish({node_at("exit1", server.url())});
  const auto lines = steady(collect());
  const auto golden = test::fixtures() / "nym" / "exit_gateway_samples.txt";
  if (std::getenv("MIXNET_UPDATE_GOLDEN") != nullptr) std::ofstream(golden) << lines;
  EXPECT_EQ(lines, test::fixture(golden));
  EXPECT_EQ(test::undeclared(kNodeApi, *context_), "");
}

TEST_F(NodeApiCollector, IsAbsentWithoutNodes) {
  EXPECT_EQ(collect(), "error: no node is known on this host\n");
  const auto done = kNodeApi.collect(*context_, *std::make_unique<Samples>());
  EXPECT_EQ(done.error().fault, Fault::absent);
}

TEST_F(NodeApiCollector, FollowsNodesThatComeAndGo) {
  const NymNode one, two;
  directory_->publish({node_at("one", one.url())});
  EXPECT_THAT(collect(), AllOf(HasSubstr("mixnet_node_healthy{node=\"one\"} 1\n"), Not(HasSubstr("node=\"two\""))));
  directory_->publish({node_at("two", two.url()), node_at("one", one.url())});
  EXPECT_THAT(collect(),
              AllOf(HasSubstr("mixnet_node_healthy{node=\"one\"} 1\n"), HasSubstr("mixnet_node_healthy{node=\"two\"} 1\n")));
  directory_->publish({node_at("two", two.url())});
  EXPECT_THAT(collect(), AllOf(Not(HasSubstr("node=\"one\"")), HasSubstr("mixnet_node_healthy{node=\"two\"} 1\n")));
  directory_->publish({});
  EXPECT_EQ(collect(), "error: no node is known on this host\n");
}

TEST_F(NodeApiCollector, ANodeThatHangsDoesNotHoldUpAnother) {
  const NymNode good;
  NymNode hangs;
  directory_->publish({node_at("good", good.url()), node_at("hangs", hangs.url())});
  EXPECT_THAT(collect(), HasSubstr("mixnet_node_healthy{node=\"hangs\"} 1\n"));
  hangs.set_all({"", Reply::Then::hang, 0});
  const auto before = good.asked("/health");
  std::string lines;
  for (int tick = 0; tick < 60 && good.asked("/health") < before + 2; ++tick) {
    std::this_thread::sleep_for(100ms);
    lines = collect();
  }
  EXPECT_GE(good.asked("/health"), before + 2);
  EXPECT_THAT(lines, HasSubstr("mixnet_node_healthy{node=\"good\"} 1\n"));
  directory_->publish({node_at("good", good.url())});
  EXPECT_THAT(collect(), Not(HasSubstr("node=\"hangs\"")));  // its requests are under way, and cancelled
}

TEST_F(NodeApiCollector, StopsAtOnce) {
  NymNode hangs;
  hangs.set_all({"", Reply::Then::hang, 0});
  directory_->publish({node_at("hangs", hangs.url())});
  std::stop_source stop;
  context_->stop = stop.get_token();
  std::jthread asks([&] {
    while (hangs.asked("/health") == 0) std::this_thread::sleep_for(1ms);
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  collect();
  RecordProperty("seconds", std::to_string(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace mixnet
