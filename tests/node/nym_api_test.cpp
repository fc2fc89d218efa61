// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

#include "tests/support/host.h"
#include "tests/support/nym_node.h"

namespace mixnet::nym {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::NymNode;
using test::Reply;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto kInterval = 15s;

/// One node and the API that asks it, at times that the test says.
class NymApi : public ::testing::Test {
 protected:
  NymApi() {
    node_.name = "exit1";
    node_.kind = "nym";
    node_.http_url = server_.url();
    node_.access_token = NymNode::kToken;
    node_.process = {10, 1000};
    now_ += 1h;
  }

  /// Lets time pass, a tick a second as the daemon does.
  void pass(std::chrono::seconds seconds) {
    for (; seconds > 0s; seconds -= 1s) {
      now_ += 1s;
      tick();
    }
  }

  void tick() {
    if (!api_) api_ = std::make_unique<NodeApi>(node_, 1);
    api_->follow(node_, now_);
    api_->begin_due(http_, kInterval, now_);
    http_.advance(NodeApi::Clock::now() + 30s);
    api_->take_ended(now_);
    samples_.clear();
    remarks_.clear();
    api_->add_to(samples_, remarks_, kInterval, now_);
  }

  std::string lines() const { return test::lines_of(samples_); }
  /// "SUBJECT: MESSAGE" of each remark, those of what is absent in brackets.
  std::string remarks() const {
    std::string out;
    for (const auto& remark : remarks_.all()) {
      const bool absent = remark.error.fault == Fault::absent;
      out += (absent ? "[" : "") + remark.subject + ": " + remark.error.message + (absent ? "]\n" : "\n");
    }
    for (auto at = out.find(server_.url()); at != std::string::npos; at = out.find(server_.url()))
      out.replace(at, server_.url().size(), "URL");
    return out;
  }
  static Reply packets(std::uint64_t sent, std::uint64_t acks) {
    return answer(200, "{\"egress_mixing\":{\"forward_hop_packets_sent\":" + std::to_string(sent) +
                           ",\"ack_packets_sent\":" + std::to_string(acks) + "}}");
  }
  static Reply uptime(int seconds) { return answer(200, R"({"status":"up","uptime":)" + std::to_string(seconds) + "}"); }

  NymNode server_;
  Node node_;
  NodeApi::Clock::time_point now_ = NodeApi::Clock::now();
  std::unique_ptr<NodeApi> api_;
  Samples samples_;
  Remarks remarks_;
  Http http_;
};

TEST_F(NymApi, AsksEachAtItsOwnRate) {
  tick();
  for (const auto& endpoint : all_endpoints()) EXPECT_EQ(server_.asked(std::string(endpoint.path)), 1U) << endpoint.path;
  EXPECT_EQ(remarks(), "");
  pass(3600s);
  EXPECT_NEAR(static_cast<double>(server_.asked("/metrics/packets-stats")), 241, 2);
  EXPECT_NEAR(static_cast<double>(server_.asked("/roles")), 7, 1);
  EXPECT_LE(server_.asked("/metrics/verloc"), 2U);
  EXPECT_LE(server_.asked("/metrics/sessions"), 2U);
}

TEST_F(NymApi, SpreadsTheTimesOfManyNodes) {
  std::set<std::size_t> seconds;
  for (std::uint32_t random = 0; random < 20; ++random) {
    api_ = std::make_unique<NodeApi>(node_, random);
    tick();
    const auto before = server_.asked("/health");
    std::size_t second = 0;
    for (; server_.asked("/health") == before; ++second) pass(1s);
    EXPECT_GE(second, 7U);
    EXPECT_LE(second, 15U);
    seconds.insert(second);
  }
  EXPECT_GE(seconds.size(), 4U);
}

TEST_F(NymApi, KeepsAnAnswerUntilThreeHaveBeenMissed) {
  tick();
  pass(20s);
  server_.set("/metrics/packets-stats", answer(503, ""));
  pass(15s);
  EXPECT_THAT(lines(), AllOf(HasSubstr("mixnet_node_packets_malformed_total{node=\"exit1\"} 412\n"),
                             HasSubstr("mixnet_node_api_up{node=\"exit1\",endpoint=\"/metrics/packets-stats\"} 0\n")));
  pass(46s);
  EXPECT_THAT(lines(), Not(HasSubstr("mixnet_node_packets_malformed_total")));
  EXPECT_THAT(lines(),
              HasSubstr("mixnet_node_api_last_success_timestamp_seconds{node=\"exit1\",endpoint=\"/metrics/packets-stats\"}"));
  server_.reset("/metrics/packets-stats");
  pass(15s);
  EXPECT_THAT(lines(), AllOf(HasSubstr("mixnet_node_packets_malformed_total{node=\"exit1\"} 412\n"),
                             HasSubstr("mixnet_node_api_up{node=\"exit1\",endpoint=\"/metrics/packets-stats\"} 1\n")));
}

struct Failure {
  Reply reply;
  std::string reason, remark;
};

TEST_F(NymApi, TellsReasonsApart) {
  tick();
  Reply half;
  half.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
  half.then = Reply::Then::close;
  const std::vector<Failure> failures = {
      {answer(404, ""), "not_found", "[exit1: /load: URL/api/v1/load: status 404: the node does not offer it]\n"},
      {answer(401, ""), "unauthorized", "exit1: /load: URL/api/v1/load: status 401\n"},
      {answer(403, ""), "forbidden", "exit1: /load: URL/api/v1/load: status 403\n"},
      {answer(501, ""), "not_implemented", "[exit1: /load: URL/api/v1/load: status 501: the node does not offer it]\n"},
      {answer(500, ""), "server_error", "exit1: /load: URL/api/v1/load: status 500\n"},
      {answer(429, ""), "rate_limited", "exit1: /load: URL/api/v1/load: status 429\n"},
      {answer(200, "[]"), "malformed", "exit1: /load: URL/api/v1/load: not a JSON object\n"},
      {answer(200, std::string(70'000, ' ')), "too_large",
       "exit1: /load: URL/api/v1/load: the answer is longer than 65536 bytes\n"},
      {answer(302, "", "Location: http://elsewhere.invalid/\r\n"), "redirected",
       "exit1: /load: URL/api/v1/load: redirected to another host, elsewhere.invalid\n"},
      {half, "broken_off", "exit1: /load: URL/api/v1/load: Transferred a partial file\n"}};
  for (const auto& failure : failures) {
    server_.set("/load", failure.reply);
    pass(700s);  // else it would be one that comes and goes
    EXPECT_THAT(lines(), HasSubstr("mixnet_node_api_fault_info{node=\"exit1\",endpoint=\"/load\",reason=\"" + failure.reason +
                                   "\"} 1\n"));
    EXPECT_THAT(lines(),
                Not(HasSubstr("mixnet_node_api_failures_total{node=\"exit1\",reason=\"" + failure.reason + "\"} 0\n")));
    EXPECT_EQ(remarks(), failure.remark);
    const bool offered = failure.remark.front() != '[';
    EXPECT_EQ(lines().find("mixnet_node_api_up{node=\"exit1\",endpoint=\"/load\"} 0\n") != std::string::npos, offered)
        << failure.reason;
    EXPECT_THAT(lines(), HasSubstr("mixnet_node_healthy{node=\"exit1\"} 1\n")) << "the others go on";
  }
  server_.reset("/load");
  pass(61s);
  EXPECT_EQ(remarks(), "");
  EXPECT_THAT(lines(), Not(HasSubstr("fault_info")));
}

TEST_F(NymApi, HasOneRemarkForOneThatComesAndGoes) {
  tick();
  std::set<std::string> said;
  for (int turn = 0; turn < 30; ++turn) {
    server_.set("/load", turn % 4 == 0 ? answer(500, "") : answer(200, "[]"));
    pass(15s);
    said.insert(remarks());
    server_.reset("/load");
    pass(15s);
    said.insert(remarks());
  }
  EXPECT_THAT(said, testing::ElementsAre("", "exit1: /load: URL/api/v1/load: not a JSON object\n",
                                         "exit1: /load: URL/api/v1/load: status 500\n",
                                         "exit1: /load: it comes and goes: URL/api/v1/load: not a JSON object\n"));
  EXPECT_THAT(remarks(), HasSubstr("comes and goes"));
  pass(601s);
  EXPECT_EQ(remarks(), "");
}

TEST_F(NymApi, HasEveryReasonFromTheStart) {
  tick();
  for (std::size_t reason = 0; reason < kHttpReasons; ++reason) {
    EXPECT_THAT(lines(), HasSubstr("mixnet_node_api_failures_total{node=\"exit1\",reason=\"" +
                                   std::string(to_string(static_cast<HttpReason>(reason))) + "\"} 0\n"));
  }
}

TEST_F(NymApi, IsOneRemarkWhereNobodyListens) {
  node_.http_url = "http://127.0.0.1:1";
  tick();
  EXPECT_THAT(remarks(), testing::StartsWith("exit1: HTTP API: http://127.0.0.1:1/api/v1/health: "));
  EXPECT_EQ(remarks_.all().size(), 1U);
}

TEST_F(NymApi, NamesTheRemedyForAToken) {
  node_.access_token = "";
  tick();
  EXPECT_EQ(
      remarks(),
      "[exit1: /metrics/prometheus: the node asks for its access token: name a file that holds it as access_token_file]\n");
  EXPECT_THAT(server_.server().requests().back(), Not(HasSubstr("Authorization")));
  node_.access_token = "wrong";
  pass(1s);
  EXPECT_EQ(remarks(),
            "exit1: /metrics/prometheus: the node does not accept the access token: it is not the one in [http] of its "
            "config.toml\n");
  server_.set("/metrics/prometheus", answer(404, ""));
  pass(61s);
  EXPECT_EQ(remarks(),
            "[exit1: /metrics/prometheus: no access token is configured on the node: set access_token in [http] of its "
            "config.toml]\n");
}

TEST_F(NymApi, ReadsTheTokenAgainEachTime) {
  const test::TemporaryFolder folder;
  node_.access_token = "";
  node_.access_token_file = folder.path() / "token";
  tick();
  EXPECT_THAT(remarks(), testing::StartsWith("exit1: /metrics/prometheus: "));
  EXPECT_EQ(server_.asked("/metrics/prometheus"), 0U);
  EXPECT_THAT(lines(), HasSubstr("mixnet_node_api_failures_total{node=\"exit1\",reason=\"token\"} 1\n"));
  folder.write("token", "old-s3cret\n");
  pass(15s);
  EXPECT_THAT(remarks(), AllOf(HasSubstr("does not accept"), Not(HasSubstr("s3cret"))));
  folder.write("token", "s3cret\n");
  pass(61s);
  EXPECT_EQ(remarks(), "");
  EXPECT_THAT(lines(), HasSubstr("mixnet_node_packets_stored_total{node=\"exit1\"} 88120\n"));
}

TEST_F(NymApi, SendsNoTokenThatWouldBreakTheHeader) {
  node_.access_token = "a\r\nX-Other: b";
  tick();
  EXPECT_EQ(server_.asked("/metrics/prometheus"), 0U);
  EXPECT_EQ(remarks(), "exit1: /metrics/prometheus: the node's access token has characters that cannot be sent\n");
}

TEST_F(NymApi, AsksForConstantsAgainAfterARestart) {
  tick();
  pass(20s);
  EXPECT_EQ(server_.asked("/roles"), 1U);
  server_.set("/health", uptime(3));
  server_.set("/roles", answer(503, ""));
  pass(16s);
  EXPECT_EQ(server_.asked("/roles"), 2U);
  EXPECT_THAT(lines(), Not(HasSubstr("mixnet_node_role_enabled"))) << "they may be others now";
  server_.reset("/roles");
  node_.process = {11, 2000};
  pass(1s);
  EXPECT_EQ(server_.asked("/roles"), 3U);
  EXPECT_THAT(lines(), HasSubstr("mixnet_node_role_enabled"));
}

TEST_F(NymApi, CountsRestartsByTheUptime) {
  node_.process = {};
  server_.set("/health", uptime(100));
  tick();
  EXPECT_THAT(lines(), HasSubstr("mixnet_node_api_restarts_total{node=\"exit1\"} 0\n"));
  server_.set("/health", uptime(107));
  pass(8s);
  server_.set("/health", uptime(5));
  pass(16s);
  EXPECT_THAT(lines(), HasSubstr("mixnet_node_api_restarts_total{node=\"exit1\"} 1\n"));
  server_.set("/health", answer(503, ""));
  pass(300s);
  server_.set("/health", uptime(30));  // more than before, but not by 300
  pass(16s);
  EXPECT_THAT(lines(), HasSubstr("mixnet_node_api_restarts_total{node=\"exit1\"} 2\n"));
}

TEST_F(NymApi, SentForwardNeverStepsBackButWithARestart) {
  const auto sent = [&] {
    const auto text = lines();
    const std::string key = "mixnet_node_packets_sent_total{node=\"exit1\",type=\"forward\"} ";
    const auto at = text.find(key);
    return at == std::string::npos ? -1 : std::stod(text.substr(at + key.size()));
  };
  server_.set("/metrics/packets-stats", packets(1000, 400));
  tick();
  EXPECT_EQ(sent(), 600);
  server_.set("/metrics/packets-stats", packets(1000, 403));
  pass(15s);
  EXPECT_EQ(sent(), 600);
  server_.set("/metrics/packets-stats", packets(1010, 404));
  pass(15s);
  EXPECT_EQ(sent(), 606);
  server_.set("/metrics/packets-stats", packets(10, 11));
  pass(15s);
  EXPECT_EQ(sent(), 0);
  server_.set("/metrics/packets-stats", answer(200, R"({"egress_mixing":{"forward_hop_packets_sent":20}})"));
  pass(15s);
  EXPECT_EQ(sent(), -1) << "how many of them are acks is not known";
}

TEST_F(NymApi, TakesPacketsOfTheExpositionWhereThereIsNothingFresher) {
  server_.set("/metrics/packets-stats", answer(404, ""));
  tick();
  EXPECT_THAT(lines(), AllOf(HasSubstr("mixnet_node_packets_received_total{node=\"exit1\",hop=\"forward\"} 184220173\n"),
                             HasSubstr("mixnet_node_packets_sent_total{node=\"exit1\",type=\"forward\"} 181279470\n"),
                             Not(HasSubstr("direction=\"ingress\",hop=\"forward\""))));
  server_.set("/metrics/packets-stats", answer(500, ""));
  pass(61s);
  EXPECT_THAT(lines(), Not(HasSubstr("mixnet_node_packets_received_total"))) << "one source after the other would step back";
}

TEST_F(NymApi, ComesBackAtOnceWithTheNode) {
  server_.set_all(answer(503, ""));
  tick();
  EXPECT_THAT(lines(), Not(HasSubstr("mixnet_node_build_info")));
  pass(20s);
  server_.reset("*");
  pass(17s);
  EXPECT_THAT(lines(), AllOf(HasSubstr("mixnet_node_build_info"), HasSubstr("mixnet_node_verloc_tested_nodes")));
  EXPECT_EQ(remarks(), "");
}

/// An endpoint that is asked every ten minutes would be up for as long in a node that is down.
TEST_F(NymApi, IsNowhereUpWhileNobodyListens) {
  auto node = std::make_unique<NymNode>();
  node->set("/system-info", answer(403, ""));
  node_.http_url = node->url();
  tick();
  EXPECT_THAT(lines(), HasSubstr("mixnet_node_api_up{node=\"exit1\",endpoint=\"/roles\"} 1\n"));
  node.reset();
  pass(16s);
  for (const auto* endpoint : {"/health", "/metrics/packets-stats", "/roles", "/metrics/verloc"}) {
    const auto labels = "{node=\"exit1\",endpoint=\"" + std::string(endpoint) + "\"";
    EXPECT_THAT(lines(), AllOf(HasSubstr("mixnet_node_api_up" + labels + "} 0\n"),
                               HasSubstr("mixnet_node_api_fault_info" + labels + ",reason=\"unreachable\"} 1\n")));
  }
  EXPECT_THAT(lines(), Not(HasSubstr("mixnet_node_api_up{node=\"exit1\",endpoint=\"/system-info\"}"))) << "not offered";
  EXPECT_THAT(lines(), HasSubstr("mixnet_node_role_enabled")) << "what is known of it stands";
  EXPECT_EQ(remarks_.all().size(), 2U) << remarks();
}

TEST_F(NymApi, HasNothingToAskWithoutAnAddress) {
  node_.http_url = "";
  tick();
  EXPECT_EQ(remarks(), "[exit1: HTTP API: its address is not known: name it as http_url]\n");
  EXPECT_THAT(lines(), HasSubstr("mixnet_node_api_requests_total{node=\"exit1\"} 0\n"));
  node_.http_url = server_.url();
  pass(1s);
  EXPECT_THAT(lines(), HasSubstr("mixnet_node_healthy{node=\"exit1\"} 1\n"));
}

TEST_F(NymApi, PassesOnWhereAsked) {
  server_.set("/metrics/prometheus", answer(200, "new_family 7\n"));
  tick();
  EXPECT_THAT(lines(), Not(HasSubstr("new_family")));
  EXPECT_THAT(lines(), Not(HasSubstr("passthrough")));
  node_.passthrough = true;
  pass(1s);
  EXPECT_THAT(lines(), AllOf(HasSubstr("new_family{node=\"exit1\"} 7\n"),
                             HasSubstr("mixnet_node_passthrough_series{node=\"exit1\"} 1\n"),
                             HasSubstr("mixnet_node_passthrough_dropped_series{node=\"exit1\"} 0\n")));
}

TEST_F(NymApi, NothingOfAUserIsShown) {
  server_.set("/metrics/sessions", answer(200, R"({"unique_active_users_hashes":["9b1dc0ffee" 1]})"));
  tick();
  EXPECT_THAT(lines() + remarks(), Not(HasSubstr("9b1dc0ffee")));
  server_.reset("/metrics/sessions");
  pass(601s);
  EXPECT_THAT(lines() + remarks(), Not(HasSubstr("9b1d")));
  EXPECT_THAT(lines(), HasSubstr("mixnet_node_day_unique_users{node=\"exit1\"} 2\n"));
}

}  // namespace
}  // namespace mixnet::nym
