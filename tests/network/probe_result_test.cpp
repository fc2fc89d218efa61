// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/probe_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::HasSubstr;
using testing::Not;

Json sample() { return Json::parse(test::fixture("network/status_gateway.json")).value()["last_probe_result"]; }

ProbeResult read(std::string_view outcome) {
  return read_probe_result(Json::parse("{\"node\":\"K\",\"outcome\":" + std::string(outcome) + "}").value()).value();
}

std::string lines(const ProbeResult& probe) {
  Samples out;
  add_probe_result(out, "exit1", "node_status_api", probe);
  return test::lines_of(out);
}

TEST(ProbeResult, HasEveryTestAsALine) {
  const auto text = lines(read_probe_result(sample()).value());
  constexpr const char* kLabels = "{node=\"exit1\",source=\"node_status_api\",part=\"";
  const auto success = [&](const std::string& part, const std::string& test, const char* value) {
    EXPECT_THAT(text, HasSubstr("mixnet_network_node_probe_success" + (kLabels + part) + "\",test=\"" + test + "\"} " + value));
  };
  success("as_entry", "can_connect", "1");
  success("as_exit", "can_route_ip_v6", "1");
  success("as_exit", "can_route_ip_external_v6", "0");
  success("wg", "can_query_metadata_v4", "1");
  success("wg", "can_resolve_dns_v6", "0");
  EXPECT_THAT(text, Not(HasSubstr("part=\"lp\""))) << "null: not tested";
  EXPECT_THAT(text, Not(HasSubstr("part=\"socks5\"")));
  EXPECT_THAT(text,
              HasSubstr("_ping_ratio{node=\"exit1\",source=\"node_status_api\",target=\"addresses\",ip_version=\"6\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("_download_seconds{node=\"exit1\",source=\"node_status_api\",ip_version=\"4\"} 1.893\n"));
  EXPECT_THAT(text, HasSubstr("_download_bytes{node=\"exit1\",source=\"node_status_api\",ip_version=\"4\"} 10485760\n"));
  EXPECT_THAT(text, Not(HasSubstr("deadline"))) << "no text of errors";
}

TEST(ProbeResult, ReadsNewerParts) {
  const auto text =
      lines(read(R"({"as_entry":null,"socks5":{"can_connect_socks5":true,"https_connectivity":{"https_success":false,
      "https_status_code":null,"https_latency_ms":1432,"errors":[]}},"lp":{"can_connect":true,"can_handshake":true,
      "can_register":false,"error":"registration timed out"},"port_check_results":{"22":true}})"));
  EXPECT_THAT(text, HasSubstr("part=\"socks5\",test=\"can_connect\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("part=\"socks5\",test=\"can_proxy_https\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("_socks5_latency_seconds{node=\"exit1\",source=\"node_status_api\"} 1.432\n"));
  EXPECT_THAT(text, HasSubstr("part=\"lp\",test=\"can_register\"} 0\n"));
}

TEST(ProbeResult, ReadsOlderParts) {
  const auto probe =
      read(R"({"as_entry":{"can_connect":true},"wg":{"can_register":true,"can_handshake":true,"can_resolve_dns":false,
      "ping_hosts_performance":0.5,"ping_ips_performance":0.25,"download_duration_sec_v4":3}})");
  const auto text = lines(probe);
  EXPECT_THAT(text, HasSubstr("test=\"can_handshake_v4\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("test=\"can_resolve_dns_v4\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("can_handshake_v6")));
  EXPECT_EQ(probe.v4.ping_hosts, 0.5);
  EXPECT_EQ(probe.v4.download_s, 3.0);
  EXPECT_EQ(probe.v4.download_bytes, std::nullopt);
  EXPECT_EQ(probe.v6.ping_ips, std::nullopt);
}

TEST(ProbeResult, IsFoundBehindTheLog) {
  const std::string document = "{\n  \"node\": \"K\",\n  \"outcome\": {\n    \"as_entry\": null\n  }\n}\n";
  EXPECT_EQ(parse_probe_output(document).value().node, "K");
  EXPECT_EQ(parse_probe_output("2026-05-16T08:11:02Z  INFO {\n{\nnot this\n" + document).value().node, "K");
  EXPECT_EQ(parse_probe_output(R"({"node":"K","outcome":{}})").value().node, "K");
  EXPECT_EQ(parse_probe_output("2026-05-16T08:11:02Z  INFO\n" + document + "2026-05-16T08:11:03Z  WARN late\n").value().node,
            "K");
  EXPECT_EQ(std::string(probe_document("INFO\n" + document + "late\n")) + "\n", document);
  EXPECT_FALSE(parse_probe_output(""));
  EXPECT_FALSE(parse_probe_output("An error occurred: no funds\n"));
  EXPECT_FALSE(parse_probe_output(document.substr(0, 30)));
  EXPECT_FALSE(parse_probe_output("{}"));
}

TEST(ProbeResult, NamesBothGateways) {
  const auto probe = parse_probe_output(R"({"node":"A","used_entry":"B","outcome":{}})").value();
  EXPECT_EQ(probe.node, "A");
  EXPECT_EQ(probe.used_entry, "B");
  const auto long_key = parse_probe_output("{\"node\":\"" + std::string(65, 'k') + "\",\"outcome\":{}}").value();
  EXPECT_EQ(long_key.node, "");
}

// 0.4 × 0.98 + 0.3 × 1 + 0.3 × 1: 10 MiB in 1.893 s are 5.28 MiB/s
TEST(ProbeResult, GivesTheScoreOfVpnClients) {
  auto probe = read_probe_result(sample()).value();
  EXPECT_NEAR(vpn_score(0.98, probe).value(), 0.992, 1e-12);
  const auto with_seconds = [&](double seconds) {
    probe.v4.download_s = seconds;
    return vpn_score(0, probe).value() - 0.3;
  };
  EXPECT_NEAR(with_seconds(2.0), 0.3 * 0.75, 1e-12) << "5 MiB/s are not more than 5";
  EXPECT_NEAR(with_seconds(5.0), 0.3 * 0.5, 1e-12);
  EXPECT_NEAR(with_seconds(10.0), 0.3 * 0.25, 1e-12);
  EXPECT_NEAR(with_seconds(20.0), 0.3 * 0.1, 1e-12);
  EXPECT_NEAR(with_seconds(0), 0.3 * 0.1, 1e-12);
  probe.v4.ping_ips.reset();
  EXPECT_EQ(vpn_score(1, probe), std::nullopt);
}

}  // namespace
}  // namespace mixnet
