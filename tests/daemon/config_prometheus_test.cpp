// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/config_prometheus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

Config::Web listening_on(std::vector<std::string> addresses) {
  Config::Web web;
  web.listen_addresses = std::move(addresses);
  return web;
}

std::string entry(const Config::Web& web, const ScrapeProtection& protection = {}) {
  return scrape_entry(web, protection, "nym1.example.org", {"exit1", "mix1"});
}

TEST(ConfigPrometheus, OnLoopbackIsToldFromOtherHostsByItsName) {
  EXPECT_THAT(entry(listening_on({"127.0.0.1:10087"})),
              EndsWith("# Its nodes, label node of their metrics: exit1, mix1\n"
                       "scrape_configs:\n"
                       "  - job_name: mixnet\n"
                       "    scrape_interval: 30s\n"
                       "    static_configs:\n"
                       "      - targets:\n"
                       "          # only this host reaches it: Prometheus has to run here, or come through a tunnel "
                       "(docs/prometheus.md)\n"
                       "          - '127.0.0.1:10087'\n"
                       "        labels:\n"
                       "          # Every host has that address, so let its name tell it from others.\n"
                       "          instance: nym1.example.org\n"));
}

TEST(ConfigPrometheus, TakesTheAddressThatOthersReach) {
  const auto target_of = [](std::vector<std::string> addresses) {
    const auto text = entry(listening_on(std::move(addresses)));
    const auto start = text.rfind("          - ");
    return text.substr(start + 12, text.find('\n', start) - start - 12);
  };
  EXPECT_EQ(target_of({"127.0.0.1:1", "10.7.0.2:10087"}), "'10.7.0.2:10087'");
  EXPECT_EQ(target_of({":10087"}), "'nym1.example.org:10087'");
  EXPECT_EQ(target_of({"0.0.0.0:9"}), "'nym1.example.org:9'");
  EXPECT_EQ(target_of({"[::]:9"}), "'nym1.example.org:9'");
  EXPECT_EQ(target_of({"[2001:db8::7]:9"}), "'[2001:db8::7]:9'");
  EXPECT_EQ(target_of({"[::1]:9", "127.0.0.1:10"}), "'[::1]:9'");
  EXPECT_THAT(entry(listening_on({"10.7.0.2:10087"})), Not(HasSubstr("instance:")));
}

TEST(ConfigPrometheus, SaysWhatItCannotKnow) {
  auto web = listening_on({"127.0.0.1:0"});
  EXPECT_THAT(entry(web), HasSubstr("          # the kernel chooses the port at each start: "));
  web.systemd_socket = true;
  EXPECT_THAT(entry(web), HasSubstr("          # the sockets are systemd's: write the ListenStream= of the socket unit here\n"
                                    "          - 'nym1.example.org:10087'\n"));
  EXPECT_THAT(scrape_entry(web, {}, "h", {}), HasSubstr("# No node is found on this host now; "));
}

TEST(ConfigPrometheus, ANameIsNoLineOfItsOwn) {
  const auto text = scrape_entry(listening_on({"127.0.0.1:1"}), {}, "h", {"a\nremote_write: b"});
  EXPECT_THAT(text, HasSubstr(": a remote_write: b\n"));
}

TEST(ConfigPrometheus, BringsAlongWhatTheWebConfigurationAsksFor) {
  auto web = listening_on({"127.0.0.1:10087"});
  web.telemetry_path = "/secret metrics";
  const auto protection = scrape_protection("web.yml",
                                            "tls_server_config:\n"
                                            "  cert_file: server.crt\n"
                                            "  key_file: server.key\n"
                                            "  client_auth_type: RequireAndVerifyClientCert\n"
                                            "basic_auth_users:\n"
                                            "  'it''s me': $2y$10$\n"
                                            "  other: $2y$10$\n");
  const auto text = entry(web, protection);
  EXPECT_THAT(text, HasSubstr("    metrics_path: '/secret metrics'\n    scheme: https\n    tls_config:\n"));
  EXPECT_THAT(text, HasSubstr("      # A copy of server.crt, or of the authority that signed it.\n"));
  EXPECT_THAT(text, HasSubstr("      server_name: nym1.example.org\n"));
  EXPECT_THAT(text, HasSubstr("      cert_file: mixnet-exporter-client.crt\n      key_file: mixnet-exporter-client.key\n"));
  EXPECT_THAT(text, HasSubstr("    basic_auth:\n      username: 'it''s me'\n"));
  EXPECT_THAT(text, Not(HasSubstr("$2y$")));
}

TEST(ConfigPrometheus, ReadsOfTheWebConfigurationWhatAScraperNeeds) {
  const auto plain = scrape_protection("web.yml", "{}");
  EXPECT_FALSE(plain.tls);
  EXPECT_FALSE(plain.client_certificate);
  EXPECT_EQ(plain.user, "");
  const auto inline_tls =
      scrape_protection("web.yml", "tls_server_config: {cert: PEM, key: PEM, client_auth_type: RequestClientCert}");
  EXPECT_TRUE(inline_tls.tls);
  EXPECT_FALSE(inline_tls.client_certificate);
  EXPECT_EQ(inline_tls.certificate_file, "");
  EXPECT_TRUE(scrape_protection("w", "tls_server_config: {client_auth_type: RequireAnyClientCert}").client_certificate);
}

}  // namespace
}  // namespace mixnet
