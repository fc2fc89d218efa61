// SPDX-License-Identifier: Apache-2.0
// The collector, with a nym-api on the loopback. The bodies are read in nym_api_bodies_test.cpp, when what is asked for in
// api_source_test.cpp, and what follows from the facts in nym_api_samples_test.cpp.
#include "collectors/network/nym_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "collectors/network/fleet.h"
#include "tests/support/host.h"
#include "tests/support/http_server.h"

namespace mixnet {
namespace {

using test::answer;
using test::HttpServer;
using test::Reply;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kKey = "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1";
constexpr const char* kOtherKey = "4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi";

std::string sample(const std::string& name) { return test::fixture("network/" + name + ".json"); }
std::string list(const std::string& entries) { return R"({"pagination":{},"data":[)" + entries + "]}"; }

/// `text` with each `from` replaced.
std::string with(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

class Api {
 public:
  Api() : server_([this](const std::string& head) { return reply(head); }) {
    set("/v1/epoch/current", sample("epoch"));
    set("/v1/api-status/health", sample("health"));
    set("/v1/nym-nodes/rewarded-set", sample("rewarded_set"));
    set("/v1/epoch/key-rotation-info", sample("key_rotation"));
    set("/v1/status/config-score-details", sample("config_score_details"));
    set("/v1/epoch/reward_params", sample("reward_params"));
    set("/v1/nym-nodes/bonded", list(sample("bonded_entry")));
    set("/v2/nym-nodes/described", list(sample("described_entry")));
    set("/v1/nym-nodes/annotation/1324", sample("annotation"));
    set("/v1/nym-nodes/performance-history/1324", sample("performance_history"));
    set("/v1/nym-nodes/uptime-history/1324", R"({"node_id":1324,"history":{"data":[]}})");
  }

  void set(const std::string& path, const std::string& body, int status = 200) {
    const std::lock_guard lock(mutex_);
    replies_["/api" + path] = answer(status, body);
  }
  void fail_from_now_on() {
    const std::lock_guard lock(mutex_);
    for (auto& [path, reply] : replies_) reply = answer(500, "");
  }
  std::string base() const { return server_.url() + "/api"; }
  std::size_t count() const { return server_.requests().size(); }
  bool was_asked(const std::string& path) const {
    const auto heads = server_.requests();
    return std::any_of(heads.begin(), heads.end(),
                       [&](const std::string& head) { return head.starts_with("GET /api" + path + " "); });
  }

 private:
  Reply reply(const std::string& head) {
    const std::lock_guard lock(mutex_);
    const auto at = replies_.find(head.substr(4, head.find(' ', 4) - 4));
    return at == replies_.end() ? answer(404, "") : at->second;
  }

  std::mutex mutex_;
  std::map<std::string, Reply> replies_;  // guarded by mutex_
  HttpServer server_;
};

Node node(std::string name, std::string key) {
  Node out;
  out.name = std::move(name);
  out.identity_key = std::move(key);
  return out;
}

class NymApi : public testing::Test {
 protected:
  NymApi() { restart(); }

  /// As the exporter would: what is in memory is gone.
  void restart() {
    Roots roots;
    roots.state = folder_.path().string();
    Settings settings;
    settings.network.nym_api = {api_.base()};
    settings.network.serve_nodes = serves_;
    context_ = std::make_unique<Context>(roots, settings);
  }
  std::string run(const NodeList& nodes = {node("exit1", kKey)}) {
    context_->directory->publish(nodes);
    return test::collected(kNymApi, *context_);
  }
  /// All that is followed has changed, so that the lists are asked for at once.
  std::string run_with_another() { return run({node("exit1", kKey), node("other", kOtherKey)}); }
  std::vector<std::string> remarks() const {
    std::vector<std::string> out;
    for (const auto& remark : context_->remarks.all()) out.push_back(remark.subject + ": " + remark.error.message);
    return out;
  }
  Fleet fleet() const {
    const auto edition = context_->network->fleet();
    return edition.fleet ? parse_fleet(*edition.fleet) : Fleet();
  }

  test::TemporaryFolder folder_;
  Api api_;
  bool serves_ = false;
  std::unique_ptr<Context> context_;
};

TEST_F(NymApi, SaysWhatTheNetworkKnowsOfANode) {
  const auto text = run();
  for (const auto* line :
       {"info{environment=\"custom\"} 1", "epoch 24120", "key_rotation 167", "nym_api_healthy 1",
        "node_bonded{node=\"exit1\"} 1", "node_described{node=\"exit1\"} 1", "node_performance_ratio{node=\"exit1\"} 0.9858",
        "node_role{node=\"exit1\",role=\"exit_gateway\"} 1", "node_in_rewarded_set{node=\"exit1\"} 1",
        "api_up{api=\"nym_api\",resource=\"annotation\",node=\"exit1\"} 1"}) {
    EXPECT_THAT(text, HasSubstr("mixnet_network_" + std::string(line) + "\n"));
  }
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_info{node=\"exit1\",node_id=\"1324\",identity_key=\"" + std::string(kKey) +
                              "\",host=\"203.0.113.17\"} 1\n"));
  EXPECT_THAT(remarks(), IsEmpty());
  EXPECT_EQ(api_.count(), 11U);
  EXPECT_EQ(context_->network->bonded_host("exit1"), (BondedHost{"exit1", "203.0.113.17", std::nullopt}));
  EXPECT_EQ(context_->network->fleet().fleet, nullptr) << "nobody wants all nodes";
  EXPECT_EQ(test::undeclared(kNymApi, *context_), "");
  EXPECT_EQ(api_.count(), 11U) << "nothing is due yet";
}

TEST_F(NymApi, WithoutANodeTheNetworkAloneIsAskedFor) {
  const auto text = run({});
  EXPECT_THAT(text, HasSubstr("mixnet_network_epoch 24120\n"));
  EXPECT_FALSE(api_.was_asked("/v1/nym-nodes/bonded"));
  EXPECT_EQ(api_.count(), 6U);
}

TEST_F(NymApi, ANodeThatIsNotInTheListIsNotBonded) {
  api_.set("/v1/nym-nodes/bonded", list(with(sample("bonded_entry"), kKey, kOtherKey)));
  for (int start = 0; start < 2; ++start) {
    const auto text = run();
    EXPECT_THAT(text, HasSubstr("mixnet_network_node_bonded{node=\"exit1\"} 0\n"));
    EXPECT_THAT(text, Not(HasSubstr("mixnet_network_node_performance_ratio")));
    EXPECT_EQ(context_->network->bonded_host("exit1"), std::nullopt);
    restart();
  }
}

TEST_F(NymApi, AnEmptyListSaysNothingOfANode) {
  run();
  api_.set("/v1/nym-nodes/bonded", list(""));
  const auto text = run_with_another();
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_bonded{node=\"exit1\"} 1\n")) << "the API has just been started";
  EXPECT_THAT(text, Not(HasSubstr("mixnet_network_node_bonded{node=\"other\"}"))) << "the list had was of others";
  EXPECT_THAT(text, HasSubstr("mixnet_network_api_up{api=\"nym_api\",resource=\"bonded\"} 0\n"));
  EXPECT_THAT(remarks(), testing::Contains(HasSubstr("an empty list: the API knows nothing yet")));
}

TEST_F(NymApi, OfANewNodeNothingIsKnownUntilTheListIsHad) {
  run();
  restart();
  api_.fail_from_now_on();
  const auto text = run_with_another();
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_bonded{node=\"exit1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_described{node=\"exit1\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("mixnet_network_node_bonded{node=\"other\"}")));
  EXPECT_THAT(text, Not(HasSubstr("mixnet_network_node_described{node=\"other\"}")));
}

TEST_F(NymApi, ANodeThatIsBondedAgainHasAnotherId) {
  run();
  api_.set("/v1/nym-nodes/bonded", list(with(sample("bonded_entry"), "1324", "2000")));
  api_.set("/v1/nym-nodes/annotation/2000", with(sample("annotation"), "0.9858", "0.5"));
  const auto text = run_with_another();
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_info{node=\"exit1\",node_id=\"2000\""));
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_performance_ratio{node=\"exit1\"} 0.5\n"));
  EXPECT_THAT(text, Not(HasSubstr("days_ago"))) << "the days of the former id";
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_bonded{node=\"other\"} 0\n"));
}

TEST_F(NymApi, AnAnnotationMayBeInTheSecondVersion) {
  api_.set("/v1/nym-nodes/annotation/1324", "", 404);
  api_.set("/v2/nym-nodes/annotation/1324",
           R"({"node_id":1324,"annotation":{"current_role":null,"detailed_performance":{"performance_score":0.75,
           "routing_score":{"score":1.0},"stress_testing_score":{"score":0.5},"config_score":{"score":1.0,"versions_behind":0,
           "self_described_api_available":true,"accepted_terms_and_conditions":true,"runs_nym_node_binary":true}}}})");
  const auto text = run();
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_performance_ratio{node=\"exit1\"} 0.75\n"));
  EXPECT_THAT(text, HasSubstr("mixnet_network_node_stress_score_ratio{node=\"exit1\"} 0.5\n"));
  EXPECT_THAT(text, HasSubstr("mixnet_network_api_up{api=\"nym_api\",resource=\"annotation\",node=\"exit1\"} 1\n"));
  EXPECT_THAT(remarks(), IsEmpty());
}

TEST_F(NymApi, WhatADocumentLacksIsOneRemark) {
  api_.set("/v1/epoch/current", R"({"total_elapsed_epochs":24120})");
  const auto text = run();
  EXPECT_THAT(text, HasSubstr("mixnet_network_epoch 24120\n"));
  EXPECT_THAT(text, Not(HasSubstr("mixnet_network_epoch_length_seconds")));
  ASSERT_THAT(remarks(), SizeIs(1));
  EXPECT_THAT(remarks()[0], HasSubstr("does not say current_epoch_id, epochs_in_interval, current_epoch_start, epoch_length"));
}

TEST_F(NymApi, RemembersOverARestart) {
  const auto lines_of_nodes = [](const std::string& text) {
    const auto begin = text.find("mixnet_network_node_info");
    return text.substr(begin, text.find("mixnet_network_api_") - begin);
  };
  const auto before = run();
  restart();
  const auto after = run();
  EXPECT_EQ(api_.count(), 11U) << "nothing is due yet";
  EXPECT_EQ(lines_of_nodes(after), lines_of_nodes(before));
  EXPECT_THAT(after, HasSubstr("mixnet_network_epoch 24120\n"));
  EXPECT_TRUE(context_->network->bonded_host("exit1"));
  restart();
  EXPECT_EQ(lines_of_nodes(run({node("exit1", "")})), lines_of_nodes(before)) << "a node that is down";
}

TEST_F(NymApi, OfAnotherNetworkNothingIsRemembered) {
  run();
  restart();
  Api other;
  other.fail_from_now_on();
  context_->settings.network.nym_api = {other.base()};
  EXPECT_THAT(run(), Not(HasSubstr("mixnet_network_epoch ")));
}

class NymApiFleet : public NymApi {
 protected:
  NymApiFleet() {
    serves_ = true;
    const auto other = with(with(sample("bonded_entry"), "1324", "7"), kKey, kOtherKey);
    api_.set("/v1/nym-nodes/bonded", list(sample("bonded_entry") + "," + other));
    restart();
  }
};

TEST_F(NymApiFleet, IsPublished) {
  run({});
  const auto nodes = fleet();
  ASSERT_THAT(nodes, SizeIs(2));
  EXPECT_EQ(nodes[0].identity_key, kOtherKey);
  EXPECT_EQ(nodes[0].version, "") << "it is not described";
  EXPECT_EQ(nodes[1].node_id, 1324U);
  EXPECT_EQ(nodes[1].version, "1.31.0");
  EXPECT_EQ(nodes[1].country, "CH");
  EXPECT_TRUE(nodes[1].exit);
  EXPECT_TRUE(nodes[1].rewarded);
  EXPECT_EQ(context_->network->fleet().environment, "custom");
}

TEST_F(NymApiFleet, IsRememberedOverARestart) {
  run({});
  const auto before = fleet();
  restart();
  api_.fail_from_now_on();
  run({});
  EXPECT_EQ(fleet(), before);
}

// What is remembered of the lists are the nodes followed only.
TEST_F(NymApiFleet, IsNotWhatIsRememberedOfTheListsAlone) {
  run();
  const auto before = fleet();
  restart();
  api_.fail_from_now_on();
  run();
  EXPECT_EQ(fleet(), before);
  run_with_another();
  EXPECT_EQ(fleet(), before);
}

TEST_F(NymApiFleet, StaysWhereTheApiHasAnEmptyList) {
  run();
  const auto before = fleet();
  api_.set("/v1/nym-nodes/bonded", list(""));
  run_with_another();
  EXPECT_EQ(fleet(), before);
  run();
  EXPECT_EQ(fleet(), before);
}

TEST(NymApiNowhere, IsAbsent) {
  const test::TemporaryFolder folder;
  Roots roots;
  roots.state = folder.path().string();
  Context context(roots, {});
  EXPECT_THAT(test::collected(kNymApi, context), HasSubstr("error: no nym-api is known"));
}

}  // namespace
}  // namespace mixnet
