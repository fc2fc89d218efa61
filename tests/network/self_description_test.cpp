// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/self_description.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/network/described_node.h"

namespace mixnet {
namespace {

using test::answer;
using test::DescribedNode;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SelfDescriptionTest : public testing::Test {
 protected:
  SelfDescriptionTest() {
    Roots roots;
    roots.state = folder_.path().string();
    context_ = std::make_unique<Context>(roots, Settings());
    exit_.name = "exit1";
    exit_.identity_key = DescribedNode::kKey;
  }

  void bond(const std::string& host, std::optional<std::uint16_t> port) {
    context_->network->publish(std::vector<BondedHost>{{"exit1", host, port}});
  }
  std::string lines() {
    context_->directory->publish({exit_});
    return test::collected(kSelfDescription, *context_);
  }

  test::TemporaryFolder folder_;
  DescribedNode server_;
  Node exit_;
  std::unique_ptr<Context> context_;
};

TEST_F(SelfDescriptionTest, SaysHowANodeDoes) {
  bond("127.0.0.1", server_.port());
  server_.set("/lewes-protocol", answer(404, ""));
  const auto text = lines();
  const auto expect = [&](const std::string& line) {
    EXPECT_THAT(text, HasSubstr("mixnet_network_node_self_description_" + line + "\n"));
  };
  expect("ok{node=\"exit1\"} 1");
  for (const auto* step : {"health", "host_information", "identity", "signature", "addresses", "build_information", "roles",
                           "websockets", "exit_policy", "terms", "binary"}) {
    expect("step{node=\"exit1\",step=\"" + std::string(step) + "\"} 1");
  }
  expect("part{node=\"exit1\",part=\"wireguard\"} 1");
  expect("part{node=\"exit1\",part=\"lewes_protocol\"} 0");
  expect("url_info{node=\"exit1\",url=\"http://127.0.0.1:" + std::to_string(server_.port()) + "\",host_from=\"bond\"} 1");
  EXPECT_THAT(text, HasSubstr("_duration_seconds{node=\"exit1\"} "));
  EXPECT_THAT(text, HasSubstr("_timestamp_seconds{node=\"exit1\"} "));
  EXPECT_THAT(text, Not(HasSubstr("fault_info")));
  EXPECT_TRUE(context_->remarks.all().empty());
}

TEST_F(SelfDescriptionTest, ChecksNoMoreOftenThanIsPolite) {
  bond("127.0.0.1", server_.port());
  const auto first = lines();
  const auto asked = server_.asked().size();
  EXPECT_EQ(lines(), first) << "remembered";
  EXPECT_EQ(server_.asked().size(), asked);
}

TEST_F(SelfDescriptionTest, TellsTheFirstFaultAndWhy) {
  bond("127.0.0.1", server_.port());
  server_.set("/roles", answer(500, ""));
  const auto text = lines();
  EXPECT_THAT(text, HasSubstr("_ok{node=\"exit1\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("_step{node=\"exit1\",step=\"roles\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("_step{node=\"exit1\",step=\"terms\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("_fault_info{node=\"exit1\",step=\"roles\",reason=\"server_error\"} 1\n"));
  ASSERT_EQ(context_->remarks.all().size(), 1U);
  EXPECT_THAT(context_->remarks.all()[0].error.message, HasSubstr("/api/v1/roles: status 500"));
  EXPECT_EQ(test::undeclared(kSelfDescription, *context_), "");
}

TEST_F(SelfDescriptionTest, IsAskedAnewWhereItIsBondedElsewhere) {
  bond("2001:db8::17", std::nullopt);
  EXPECT_THAT(lines(), HasSubstr("_fault_info{node=\"exit1\",step=\"health\",reason=\"malformed_host\"} 1\n"));
  EXPECT_THAT(lines(), Not(HasSubstr("url_info"))) << "nobody answered";
  bond("127.0.0.1", server_.port());
  EXPECT_THAT(lines(), HasSubstr("_ok{node=\"exit1\"} 1\n"));
}

TEST_F(SelfDescriptionTest, WithoutABondItWaitsForTheListsFirst) {
  exit_.hostname = "127.0.0.1";
  EXPECT_EQ(lines(), "");
  bond("127.0.0.1", server_.port());
  EXPECT_THAT(lines(), HasSubstr("_ok{node=\"exit1\"} 1\n"));
}

TEST_F(SelfDescriptionTest, OfANodeThatHasJustStartedTheOldResultIsKept) {
  bond("127.0.0.1", server_.port());
  EXPECT_THAT(lines(), HasSubstr("_ok{node=\"exit1\"} 1\n"));
  server_.set("/health", answer(503, ""));
  exit_.process = {.pid = 812, .start_ticks = 7};
  EXPECT_THAT(lines(), HasSubstr("_ok{node=\"exit1\"} 1\n")) << "it takes a while until it answers";
}

TEST_F(SelfDescriptionTest, IsAbsentWhereNoHostOrKeyIsKnown) {
  EXPECT_THAT(lines(), StartsWith("error: no node on this host whose identity key and public address are known"));
  bond("127.0.0.1", server_.port());
  exit_.identity_key.clear();
  EXPECT_THAT(lines(), StartsWith("error: no node on this host"));
  EXPECT_TRUE(server_.asked().empty());
}

TEST_F(SelfDescriptionTest, ARunThatIsStoppedSaysNothing) {
  bond("127.0.0.1", server_.port());
  std::stop_source stop;
  stop.request_stop();
  context_->stop = stop.get_token();
  EXPECT_EQ(lines(), "");
  context_->stop = {};
  EXPECT_THAT(lines(), HasSubstr("_ok{node=\"exit1\"} 1\n"));
}

}  // namespace
}  // namespace mixnet
