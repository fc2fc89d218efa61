// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet::nym {
namespace {

using testing::HasSubstr;
using testing::Not;

NodeExposition parsed(std::string_view text, std::string_view pass_on_as = {}) {
  auto out = parse_node_exposition(text, pass_on_as);
  EXPECT_TRUE(out) << out.error().message;
  return out.value_or(NodeExposition());
}

std::string known(const NodeExposition& exposition) {
  Samples samples;
  add_known(exposition, "n", samples);
  return test::lines_of(samples);
}

std::string passed(std::string_view text) {
  Samples samples;
  std::vector<Label> scratch;
  add_unknown(parsed(text, "n"), samples, scratch);
  return test::lines_of(samples);
}

TEST(NymExposition, NamesAnew) {
  const auto lines = known(parsed(test::fixture("nym/prometheus.txt")));
  for (const auto* line :
       {"mixnet_node_packets_stored_total{node=\"n\"} 88120\n",
        "mixnet_node_ingress_mixnet_connections{node=\"n\"} 318\n",
        "mixnet_node_delayed_packets{node=\"n\"} 96\n",
        "mixnet_node_forwarder_queue_packets{node=\"n\"} 2\n",
        "mixnet_node_pending_packets{node=\"n\",hop=\"forward\"} 14\n",
        "mixnet_node_pending_packets{node=\"n\",hop=\"final\"} 0\n",
        "mixnet_node_packets_by_version_total{node=\"n\",version=\"sphinx_1\"} 274380101\n",
        "mixnet_node_packets_by_version_total{node=\"n\",version=\"sphinx_2\"} 51946\n",
        "mixnet_node_wireguard_reported_peers{node=\"n\"} 412\n",
        "mixnet_node_wireguard_reported_active_peers{node=\"n\"} 37\n",
        "mixnet_node_wireguard_peer_addition_attempts_total{node=\"n\"} 419\n",
        "mixnet_node_wireguard_peer_addition_failures_total{node=\"n\"} 0\n",
        "mixnet_node_ecash_verification_successes_total{node=\"n\"} 401\n",
        "mixnet_node_ecash_verification_failures_total{node=\"n\",reason=\"double_spending\"} 0\n",
        "mixnet_node_lp_connections_total{node=\"n\",peer=\"client\"} 12\n",
        "mixnet_node_lp_connections_total{node=\"n\",peer=\"node\"} 0\n",
        "mixnet_node_session_duration_seconds_bucket{node=\"n\",type=\"mixnet\",le=\"3600\"} 97\n",
        "mixnet_node_session_duration_seconds_count{node=\"n\",type=\"mixnet\"} 133\n",
        "mixnet_node_session_duration_seconds_bucket{node=\"n\",type=\"vpn\",le=\"259200\"} 0\n",
        "mixnet_node_client_registration_duration_seconds_bucket{node=\"n\",message=\"1\",via=\"authenticator\",le=\"0.01\"} "
        "88\n",
        "mixnet_node_client_registration_duration_seconds_sum{node=\"n\",message=\"2\",via=\"authenticator\"} 41.902\n",
        "mixnet_node_topology_query_duration_seconds_count{node=\"n\"} 72\n"}) {
    EXPECT_THAT(lines, HasSubstr(line));
  }
}

TEST(NymExposition, GivesNothingThatIsKnownToBeWrong) {
  const auto text = test::fixture("nym/prometheus.txt");
  EXPECT_EQ(passed(text), "");  // all of it is known
  const auto lines = known(parsed(text));
  EXPECT_THAT(lines, Not(HasSubstr(" 241\n")));  // egress connections, as the gauge of websockets
  EXPECT_THAT(lines, Not(HasSubstr("egress_mixnet_connections")));
  EXPECT_THAT(lines, Not(HasSubstr("replayed")));
  EXPECT_THAT(lines, Not(HasSubstr("dropped")));
  EXPECT_THAT(lines, Not(HasSubstr("rate")));
  const auto packets = parsed(text).packets;
  EXPECT_EQ(packets.received_forward, 184220173U);
  EXPECT_EQ(packets.egress_dropped_forward, 20117U);
  EXPECT_FALSE(packets.ingress_dropped_forward);
  EXPECT_FALSE(packets.replayed);
}

TEST(NymExposition, AddsUpEpochs) {
  EXPECT_THAT(known(parsed("# TYPE nym_credential_verification_ecash_epoch_7_verifications counter\n"
                           "nym_credential_verification_ecash_epoch_7_verifications 5\n"
                           "nym_credential_verification_ecash_epoch_8_verifications 6\n")),
              HasSubstr("mixnet_node_ecash_epoch_verifications_total{node=\"n\"} 11\n"));
}

TEST(NymExposition, TakesFamiliesOfAnotherTypeAndNumbersThatAreNone) {
  EXPECT_THAT(known(parsed("# TYPE nym_node_wireguard_total_peers counter\nnym_node_wireguard_total_peers 7\n")),
              HasSubstr("mixnet_node_wireguard_reported_peers{node=\"n\"} 7\n"));
  for (const auto* value : {"NaN", "inf", "-inf", "-1"}) {
    const auto text = std::string("nym_node_wireguard_total_peers ") + value + "\n";
    EXPECT_THAT(known(parsed(text)), Not(HasSubstr("registered_peers"))) << value;
  }
  // In another shape it is what we do not know.
  EXPECT_EQ(
      passed("# TYPE nym_node_wireguard_total_peers histogram\nnym_node_wireguard_total_peers_bucket{le=\"+Inf\"} 1\n"
             "nym_node_wireguard_total_peers_sum 1\nnym_node_wireguard_total_peers_count 1\n"),
      "nym_node_wireguard_total_peers_bucket{node=\"n\",le=\"+Inf\"} 1\nnym_node_wireguard_total_peers_sum{node=\"n\"} 1\n"
      "nym_node_wireguard_total_peers_count{node=\"n\"} 1\n");
  EXPECT_EQ(passed("nym_node_wireguard_total_peers{kind=\"x\"} 1\n"),
            "nym_node_wireguard_total_peers{node=\"n\",kind=\"x\"} 1\n");
}

TEST(NymExposition, PassesOnWhatANewerNodeHas) {
  EXPECT_EQ(
      passed("# TYPE mixnet_packet_stage_unwrap_seconds histogram\nmixnet_packet_stage_unwrap_seconds_bucket{le=\"0.1\"} 1\n"
             "mixnet_packet_stage_unwrap_seconds_bucket{le=\"+Inf\"} 2\nmixnet_packet_stage_unwrap_seconds_sum 0.3\n"
             "mixnet_packet_stage_unwrap_seconds_count 2\n# TYPE nym_node_tokio_runtime_num_workers gauge\n"
             "nym_node_tokio_runtime_num_workers 4\n# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum inf\ns_count 3\nodd NaN\n"),
      "mixnet_packet_stage_unwrap_seconds_bucket{node=\"n\",le=\"0.1\"} 1\n"
      "mixnet_packet_stage_unwrap_seconds_bucket{node=\"n\",le=\"+Inf\"} 2\nmixnet_packet_stage_unwrap_seconds_sum{node=\"n\"} "
      "0.3\n"
      "mixnet_packet_stage_unwrap_seconds_count{node=\"n\"} 2\nnym_node_tokio_runtime_num_workers{node=\"n\"} 4\n"
      "s{node=\"n\",quantile=\"0.5\"} 1\ns_sum{node=\"n\"} inf\ns_count{node=\"n\"} 3\nodd{node=\"n\"} nan\n");
}

TEST(NymExposition, KeepsTheLabelOfANodeApart) {
  EXPECT_EQ(passed("a{node=\"x\"} 1\na{exported_node=\"y\",node=\"z\"} 2\n"),
            "a{node=\"n\",exported_node=\"x\"} 1\na{node=\"n\",exported_node=\"y\"} 2\n");
}

TEST(NymExposition, PassesOnNothingTwiceAndNoNamesOfOthers) {
  EXPECT_EQ(passed("a{b=\"1\"} 1\na{b=\"1\"} 2\na{b=\"2\"} 3\n"), "a{node=\"n\",b=\"1\"} 1\na{node=\"n\",b=\"2\"} 3\n");
  const auto text =
      "mixnet_node_healthy 1\nmixnet_exporter_x 1\nnode_load1 1\nprocess_cpu_seconds_total 1\nscrape_duration_seconds 1\nup "
      "1\nfine 1\n";
  EXPECT_EQ(passed(text), "fine{node=\"n\"} 1\n");
  EXPECT_EQ(parsed(text, "n").dropped_samples, 6U);
}

TEST(NymExposition, PassesOnNothingUnlessAsked) {
  const auto exposition = parsed("a 1\n");
  EXPECT_TRUE(exposition.unknown.empty());
  EXPECT_EQ(exposition.dropped_samples, 0U);
}

TEST(NymExposition, CapsWhatIsPassedOn) {
  std::string text;
  for (int count = 0; count < 3000; ++count) text += "m" + std::to_string(count) + " 1\n";
  auto exposition = parsed(text, "n");
  EXPECT_EQ(exposition.unknown_samples, 2000U);
  EXPECT_EQ(exposition.dropped_samples, 1000U);
  text.clear();
  for (int count = 0; count < 100; ++count)
    text += "m" + std::to_string(count) + "{a=\"" + std::string(10'000, 'x') + "\"} 1\n";
  exposition = parsed(text, "n");
  EXPECT_EQ(exposition.unknown_samples, 52U);
  EXPECT_EQ(exposition.dropped_samples, 48U);
}

TEST(NymExposition, ANodeWithAnotherTypeOfAFamilyLosesIt) {
  Samples samples;
  std::vector<Label> scratch;
  EXPECT_EQ(add_unknown(parsed("# TYPE a gauge\na 1\n", "one"), samples, scratch), 0U);
  EXPECT_EQ(add_unknown(parsed("# TYPE a counter\na 1\n", "two"), samples, scratch), 1U);
  EXPECT_EQ(test::lines_of(samples), "a{node=\"one\"} 1\n");
}

TEST(NymExposition, CountsEachBucketThatIsLeftOut) {
  Samples samples;
  std::vector<Label> scratch;
  add_unknown(parsed("# TYPE a gauge\na 1\n", "one"), samples, scratch);
  const auto text = "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 2\na_sum 3\na_count 2\n";
  EXPECT_EQ(add_unknown(parsed(text, "two"), samples, scratch), 4U);
}

TEST(NymExposition, RefusesWhatIsNotWhole) {
  const auto whole = test::fixture("nym/prometheus.txt");
  EXPECT_FALSE(parse_node_exposition(""));
  EXPECT_FALSE(parse_node_exposition("<html>\n"));
  EXPECT_FALSE(parse_node_exposition("{\"message\":\"no\"}\n"));
  EXPECT_FALSE(parse_node_exposition(std::string_view(whole).substr(0, whole.find("_bucket"))));
  EXPECT_FALSE(parse_node_exposition(std::string_view(whole).substr(0, whole.find("_sum "))));
}

}  // namespace
}  // namespace mixnet::nym
