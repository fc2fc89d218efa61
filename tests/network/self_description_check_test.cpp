// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/self_description_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/network/described_node.h"

namespace mixnet {
namespace {

using test::answer;
using test::DescribedNode;
using test::HttpServer;
using test::Reply;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Step = DescriptionStep;

/// Asked at its own port first, so that nothing else on this machine is asked while that one is up.
SelfDescription check(const DescribedNode& node, const std::string& key = DescribedNode::kKey) {
  Http http;
  return check_self_description(http, {"127.0.0.1", node.port(), key}, {});
}

/// The steps that went well: "health identity".
std::string passed(const SelfDescription& result) {
  std::string out;
  for (std::size_t step = 0; step < kDescriptionSteps; ++step) {
    if (result.passed[step]) out.append(out.empty() ? "" : " ").append(to_string(static_cast<Step>(step)));
  }
  return out;
}

constexpr const char* kAll =
    "health host_information identity signature addresses build_information roles websockets exit_policy terms binary";

/// kAll without that step.
std::string all_but(Step step) {
  std::string out = kAll;
  const auto word = " " + std::string(to_string(step));
  return out.erase(out.find(word), word.size());
}

TEST(SelfDescriptionCheck, AGoodNodePassesAllSteps) {
  const DescribedNode node;
  const auto result = check(node);
  EXPECT_EQ(passed(result), kAll);
  EXPECT_EQ(result.failed, std::nullopt) << result.error.message;
  EXPECT_EQ(result.reason, "");
  EXPECT_THAT(result.parts, ElementsAre(true, true, true, true));
  EXPECT_EQ(result.url, "http://127.0.0.1:" + std::to_string(node.port()));
  const auto asked = node.asked();
  ASSERT_EQ(asked.size(), 12U);
  EXPECT_EQ(asked[0], "/health");
  EXPECT_EQ(asked[1], "/host-information");
  EXPECT_EQ(asked[11], "/network-requester/exit-policy");
}

TEST(SelfDescriptionCheck, StopsWhereTheHostInformationIsBad) {
  struct Case {
    Reply reply;
    Step failed;
    const char *reason, *passed;
  };
  const auto body = [](std::string_view name) { return answer(200, DescribedNode::host_information(name)); };
  const auto with_loopback = [] {
    auto text = DescribedNode::host_information("no addresses");
    return answer(200, text.replace(text.find("[]"), 2, R"(["127.0.0.1"])"));
  };
  const Case cases[] = {
      {answer(500, ""), Step::host_information, "server_error", "health"},
      {answer(404, ""), Step::host_information, "not_found", "health"},
      {{"", Reply::Then::reset}, Step::host_information, "broken_off", "health"},
      {answer(200, "<html>"), Step::host_information, "malformed", "health"},
      {answer(200, R"({"data":{},"signature":""})"), Step::host_information, "malformed", "health"},
      {{"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n", Reply::Then::close, 2'000'000},
       Step::host_information,
       "too_large",
       "health"},
      {body("of another key"), Step::signature, "wrong_signature", "health host_information identity"},
      {with_loopback(), Step::signature, "wrong_signature", "health host_information identity"},
  };
  for (const auto& each : cases) {
    DescribedNode node;
    node.set("/host-information", each.reply);
    const auto result = check(node);
    EXPECT_EQ(result.failed, each.failed) << each.reason;
    EXPECT_EQ(result.reason, each.reason);
    EXPECT_EQ(passed(result), each.passed) << each.reason;
    EXPECT_THAT(result.error.message, HasSubstr(":" + std::to_string(node.port()) + "/api/v1/host-information: "));
    EXPECT_EQ(result.url, "http://127.0.0.1:" + std::to_string(node.port())) << "it did answer there";
    EXPECT_FALSE(node.was_asked("/roles")) << each.reason;
  }
}

TEST(SelfDescriptionCheck, AnotherNodeAtTheAddressIsFoundOut) {
  const DescribedNode node;
  const auto result = check(node, "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1");
  EXPECT_EQ(result.failed, Step::identity);
  EXPECT_EQ(result.reason, "wrong_identity");
  EXPECT_EQ(passed(result), "health host_information");
  EXPECT_THAT(result.error.message, HasSubstr("another node answers, 2NpCTfUf5Ad1vN7aqpdnDq4izshzfoae9tdHnV9apvLg in place of "
                                              "2w5RduXRqxKgHt1wtp4qGA4AfRaBj8TuUj1LvcPe2Ea1"));
}

TEST(SelfDescriptionCheck, AnAddressThatNobodyCanReachIsRefused) {
  DescribedNode node;
  node.set("/host-information", answer(200, DescribedNode::host_information("addresses in the long form")));
  const auto result = check(node);
  EXPECT_EQ(result.failed, Step::addresses) << "\"::\" is among them";
  EXPECT_EQ(result.reason, "illegal_address");
  EXPECT_EQ(passed(result), "health host_information identity signature");
}

TEST(SelfDescriptionCheck, TheIdentityMayHaveItsFormerName) {
  DescribedNode node;
  node.set("/host-information", answer(200, DescribedNode::host_information("first form, as it was sent")));
  EXPECT_EQ(passed(check(node)), kAll);
}

TEST(SelfDescriptionCheck, EachOtherStepFailsAlone) {
  struct Case {
    const char* path;
    Reply reply;
    Step failed;
    const char* reason;
  };
  const Case cases[] = {
      {"/roles", answer(404, ""), Step::roles, "not_found"},
      {"/roles", answer(200, "[]"), Step::roles, "malformed"},
      {"/roles", answer(200, "null"), Step::roles, "malformed"},
      {"/gateway/client-interfaces/mixnet-websockets", answer(501, ""), Step::websockets, "not_implemented"},
      {"/gateway/client-interfaces/mixnet-websockets", {"", Reply::Then::reset}, Step::websockets, "broken_off"},
      {"/network-requester/exit-policy", answer(503, ""), Step::exit_policy, "server_error"},
      {"/network-requester/exit-policy", answer(200, "garbage"), Step::exit_policy, "malformed"},
      {"/auxiliary-details", answer(404, ""), Step::terms, "not_accepted"},
      {"/auxiliary-details", answer(200, R"({"accepted_operator_terms_and_conditions":false})"), Step::terms, "not_accepted"},
      {"/auxiliary-details", answer(200, R"({"accepted_operator_terms_and_conditions":"true"})"), Step::terms, "not_accepted"},
      {"/build-information", answer(200, R"({"binary_name":"nym-mixnode"})"), Step::binary, "wrong_binary"},
      {"/build-information", answer(200, R"({})"), Step::binary, "wrong_binary"},
  };
  for (const auto& each : cases) {
    DescribedNode node;
    node.set(each.path, each.reply);
    const auto result = check(node);
    EXPECT_EQ(result.failed, each.failed) << each.path;
    EXPECT_EQ(result.reason, each.reason);
    EXPECT_EQ(passed(result), all_but(each.failed));
    EXPECT_THAT(result.error.message, HasSubstr(each.path));
    EXPECT_THAT(result.parts, ElementsAre(true, true, true, true));
  }
}

TEST(SelfDescriptionCheck, TheFirstOfSeveralFaultsIsTold) {
  DescribedNode node;
  node.set("/build-information", answer(404, ""));
  node.set("/auxiliary-details", answer(404, ""));
  const auto result = check(node);
  EXPECT_EQ(result.failed, Step::build_information);
  EXPECT_EQ(result.reason, "not_found");
  EXPECT_EQ(passed(result), "health host_information identity signature addresses roles websockets exit_policy");
}

TEST(SelfDescriptionCheck, TheExitPolicyIsAskedForWhereThereIsARequesterOnly) {
  DescribedNode node;
  node.set("/network-requester", answer(404, ""));
  node.set("/network-requester/exit-policy", answer(404, ""));
  const auto result = check(node);
  EXPECT_EQ(passed(result), kAll);
  EXPECT_FALSE(node.was_asked("/network-requester/exit-policy"));
}

TEST(SelfDescriptionCheck, PartsMayBeMissing) {
  DescribedNode node;
  node.set("/ip-packet-router", answer(404, ""));
  node.set("/authenticator", {"", Reply::Then::close});
  node.set("/gateway/client-interfaces/wireguard", answer(200, "[]"));
  node.set("/lewes-protocol", answer(501, ""));
  auto result = check(node);
  EXPECT_EQ(passed(result), kAll);
  EXPECT_THAT(result.parts, ElementsAre(false, false, false, false));
  node.set("/authenticator", answer(200, "{}"));
  EXPECT_THAT(check(node).parts, ElementsAre(false, true, false, false));
}

TEST(SelfDescriptionCheck, AHostThatCannotStandInAUrlIsAskedForNothing) {
  Http http;
  for (const auto* host : {"2001:db8::17", "", "a b", "host/path", "user@host", "host?x", "host#x", "http://host"}) {
    const auto result = check_self_description(http, {host, std::nullopt, DescribedNode::kKey}, {});
    EXPECT_EQ(result.failed, Step::health) << host;
    EXPECT_EQ(result.reason, "malformed_host") << host;
    EXPECT_THAT(result.error.message, StartsWith("\"" + std::string(host) + "\" is bonded as the host"));
    EXPECT_EQ(result.url, "");
    EXPECT_EQ(passed(result), "");
  }
}

TEST(SelfDescriptionCheck, EndsWhereItIsToldTo) {
  std::stop_source stop;
  const HttpServer server([&](const std::string&) {
    stop.request_stop();
    return Reply{"", Reply::Then::hang};
  });
  Http http;
  const auto result = check_self_description(http, {"127.0.0.1", server.port(), DescribedNode::kKey}, stop.get_token());
  EXPECT_EQ(passed(result), "");
  EXPECT_EQ(server.requests().size(), 1U);
}

}  // namespace
}  // namespace mixnet
