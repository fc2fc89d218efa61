// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/web_config.h"

#include <gtest/gtest.h>

#include <map>

#include "daemon/web/protection_file.h"
#include "tests/daemon/web/certificates.h"

namespace mixnet::web {
namespace {

const std::string kHash = "$2y$04$MHUQ1c4zcOeaKLWsuCDnjejYdw0oVRcPRqe/VzWzuDz3X6gJpj4SC";

class WebConfigTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    authority_ = test::make_authority("authority");
    ecdsa_ = test::make_identity(authority_, "ecdsa");
    rsa_ = test::make_identity(authority_, "rsa", {}, true);
  }

  Result<std::shared_ptr<const Protection>> parse(std::string_view text) const {
    const std::map<std::string, std::string> files = {{"/etc/w/server.crt", ecdsa_.certificate},
                                                      {"/etc/w/server.key", ecdsa_.key},
                                                      {"/etc/w/rsa.crt", rsa_.certificate},
                                                      {"/etc/w/rsa.key", rsa_.key},
                                                      {"/ca/ca.crt", authority_.certificate},
                                                      {"/etc/w/empty", ""},
                                                      {"/etc/w/nonsense", "nonsense"}};
    return parse_web_config("/etc/w/web.yml", text, [&files](const std::string& path) -> Result<std::string> {
      const auto found = files.find(path);
      if (found == files.end()) return fail(Fault::unavailable, path + ": No such file or directory");
      return found->second;
    });
  }

  std::string fault(std::string_view text) const {
    const auto parsed = parse(text);
    return parsed ? "none" : parsed.error().message;
  }

  static inline test::Identity authority_, ecdsa_, rsa_;
};

TEST_F(WebConfigTest, MayBeEmpty) {
  for (const auto* text :
       {"", "{}", "tls_server_config:\nbasic_auth_users: {}\n", "http_server_config: {headers: {}, http2: false}",
        "tls_server_config: {min_version: TLS13}", "rate_limit: {interval: 0s, burst: 0}"}) {
    const auto parsed = parse(text);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ((*parsed)->tls, nullptr);
    EXPECT_EQ((*parsed)->users, nullptr);
    EXPECT_EQ((*parsed)->rate, nullptr);
    EXPECT_TRUE((*parsed)->headers.empty());
  }
}

TEST_F(WebConfigTest, TakesAllThatExporterToolkitKnows) {
  const auto parsed = parse(R"(
tls_server_config:
  cert_file: server.crt
  key_file: /etc/w/server.key
  client_ca_file: /ca/ca.crt
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [prometheus.example.org, 127.0.0.1]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]
  prefer_server_cipher_suites: false
  curve_preferences: [CurveP256, X25519]
http_server_config:
  http2: false
  headers:
    Content-Security-Policy: default-src 'self'
    Strict-Transport-Security: max-age=31536000
    X-Content-Type-Options: nosniff
    X-Frame-Options: deny
    X-XSS-Protection: ""
basic_auth_users:
  alice: )" + kHash + R"(
rate_limit:
  interval: 500ms
  burst: 20
)");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_NE((*parsed)->tls, nullptr);
  EXPECT_NE((*parsed)->users, nullptr);
  EXPECT_NE((*parsed)->rate, nullptr);
  ASSERT_EQ((*parsed)->headers.size(), 4U);
  EXPECT_EQ((*parsed)->headers[0].name, "Content-Security-Policy");
  EXPECT_EQ((*parsed)->headers[0].value, "default-src 'self'");
}

TEST_F(WebConfigTest, TakesEachClientAuthType) {
  const std::string tls = "tls_server_config: {cert_file: server.crt, key_file: server.key";
  for (const auto* name : {"NoClientCert", "RequestClientCert", "RequireAnyClientCert", "RequireClientCert"}) {
    EXPECT_EQ(fault(tls + ", client_auth_type: " + name + "}"), "none") << name;
  }
  for (const auto* name : {"VerifyClientCertIfGiven", "RequireAndVerifyClientCert"}) {
    EXPECT_EQ(fault(tls + ", client_ca_file: /ca/ca.crt, client_auth_type: " + name + "}"), "none") << name;
  }
}

TEST_F(WebConfigTest, SaysWhatIsWrong) {
  const std::string tls = "tls_server_config: {cert_file: server.crt, key_file: server.key";
  const std::pair<std::string, std::string> cases[] = {
      {"tls_config: {}", "1:1: unknown key \"tls_config\""},
      {"basic_auth_user: {}", "1:1: unknown key \"basic_auth_user\"; did you mean \"basic_auth_users\"?"},
      {tls + ", cert_fle: a}", "1:66: unknown key \"cert_fle\"; did you mean \"cert_file\"?"},
      {"tls_server_config: {cert_file: server.crt}", "1:20: key_file or key is missing"},
      {"tls_server_config: {key_file: server.key}", "1:20: cert_file or cert is missing"},
      {"tls_server_config: {cert_file: gone, key_file: server.key}", "1:32: /etc/w/gone: No such file or directory"},
      {"tls_server_config: {cert_file: empty, key_file: server.key}", "1:32: /etc/w/empty is empty"},
      {"tls_server_config: {cert_file: server.crt, key_file: rsa.key}",
       "1:20: certificate and key: The certificate and the given key do not match."},
      {"tls_server_config: {cert_file: nonsense, key_file: server.key}", "1:20: certificate and key: Base64 decoding error."},
      {"tls_server_config: {cert: a, cert_file: server.crt, key_file: server.key}", "1:41: cert is given too: one of the two"},
      {tls + ", client_auth_type: RequireAndVerify}",
       "1:84: unknown client_auth_type \"RequireAndVerify\"; known: NoClientCert, RequestClientCert, RequireAnyClientCert, "
       "RequireClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert"},
      {tls + ", client_ca_file: /ca/ca.crt}", "1:82: without effect, as client_auth_type asks for no certificate"},
      {tls + ", client_allowed_sans: [a]}", "1:87: without effect, as client_auth_type asks for no certificate"},
      {tls + ", client_auth_type: RequireAndVerifyClientCert}",
       "1:84: client_ca_file or client_ca is needed; the system's certificate authorities do not vouch for clients"},
      {tls + ", client_auth_type: VerifyClientCertIfGiven, client_ca_file: empty}", "1:125: /etc/w/empty is empty"},
      {tls + ", min_version: TLS14}", "1:79: unknown TLS version \"TLS14\"; did you mean \"TLS10\"?"},
      {tls + ", min_version: SSL30}", "1:79: unknown TLS version \"SSL30\"; known: TLS10, TLS11, TLS12, TLS13"},
      {tls + ", min_version: TLS13, max_version: TLS12}", "1:79: min_version TLS13 is above max_version TLS12"},
      {tls + ", max_version: TLS11}", "1:79: min_version TLS12 is above max_version TLS11"},
      {tls + ", cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]}",
       "1:20: none of the cipher_suites works with the certificate, whose key is not RSA"},
      {tls + ", cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA]}",
       "1:82: unknown cipher suite \"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA\"; did you mean "
       "\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"?"},
      {tls + ", curve_preferences: [P256]}", "1:86: unknown curve \"P256\"; known: X25519, CurveP256, CurveP384, CurveP521"},
      {tls + ", prefer_server_cipher_suites: 1}", "1:95: expected true or false, found \"1\""},
      {"http_server_config: {http2: true}",
       "1:29: this server speaks HTTP/1.1 only; write false, every client of HTTP/2 can do without it"},
      {"http_server_config: {headers: {X-Frame-Options: none}}", "1:49: unknown value \"none\"; known: deny, sameorigin"},
      {"http_server_config: {headers: {Server: a}}", "1:32: unknown key \"Server\""},
      {"http_server_config: {headers: {X-XSS-Protection: \"a\\nb\"}}",
       "1:50: a header's value has only printable ASCII letters"},
      {"basic_auth_users: {alice: secret}",
       "1:27: not a bcrypt hash ($2a$, $2b$ or $2y$); make one with: htpasswd -nBC 10 \"\" | tr -d ':\\n'"},
      {"basic_auth_users: {alice: }", "1:19: the user \"alice\" has no hash"},
      {"basic_auth_users: {\"a:b\": " + kHash + "}", "1:27: a user's name cannot have a colon in it"},
      {"rate_limit: {interval: 1}", "1:24: \"1\" is not a duration such as 500ms, 15s, 5m, 2h or 7d"},
      {"rate_limit: {interval: 1s}", "1:24: a burst of at least 1 is needed, or every request would be refused"},
      {"rate_limit: {interval: 1s, burst: 0}", "1:35: a burst of at least 1 is needed, or every request would be refused"},
      {"rate_limit: {interval: 1s, burst: -1}", "1:35: expected a whole number from 0 to 1000000, found \"-1\""},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(fault(text), "/etc/w/web.yml:" + message) << text;
}

TEST_F(WebConfigTest, NamesEveryFault) {
  EXPECT_EQ(fault("tls_server_config:\n  cert_file: gone\n  min_version: TLS9\nrate_limit: {brust: 1}\n"),
            "/etc/w/web.yml:2:3: key_file or key is missing\n"
            "/etc/w/web.yml:2:14: /etc/w/gone: No such file or directory\n"
            "/etc/w/web.yml:3:16: unknown TLS version \"TLS9\"; known: TLS10, TLS11, TLS12, TLS13\n"
            "/etc/w/web.yml:4:14: unknown key \"brust\"; did you mean \"burst\"?");
}

TEST_F(WebConfigTest, TellsWhomItLetsIn) {
  const auto known_only = [this](const std::string& text) { return admits_known_clients_only(parse(text)->get()); };
  const std::string tls = "tls_server_config: {cert_file: server.crt, key_file: server.key";
  const std::string users = "\nbasic_auth_users: {alice: " + kHash + "}";
  EXPECT_FALSE(known_only("{}"));
  EXPECT_FALSE(known_only(tls + "}"));
  EXPECT_FALSE(known_only(users));
  EXPECT_FALSE(known_only(tls + ", client_auth_type: RequireAnyClientCert}"));
  EXPECT_FALSE(known_only(tls + ", client_ca_file: /ca/ca.crt, client_auth_type: VerifyClientCertIfGiven}"));
  EXPECT_TRUE(known_only(tls + ", client_ca_file: /ca/ca.crt, client_auth_type: RequireAndVerifyClientCert}"));
  EXPECT_TRUE(known_only(tls + "}" + users));
  EXPECT_FALSE(admits_known_clients_only(nullptr));
}

TEST_F(WebConfigTest, IsNeededBeyondLoopback) {
  EXPECT_TRUE(check_exposure({}, nullptr, false));
  EXPECT_TRUE(check_exposure({"0.0.0.0:10087"}, nullptr, true));
  const auto refused = check_exposure({"0.0.0.0:10087", "[::]:10087"}, nullptr, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(
      refused.error().message,
      "listening on 0.0.0.0:10087, [::]:10087 is refused: strangers could read the metrics there, and the packet counters "
      "of a mix node help traffic analysis. Listen on 127.0.0.1 or [::1]; or give --web.config.file a file with "
      "tls_server_config and basic_auth_users (or client_auth_type: RequireAndVerifyClientCert); or, where something else "
      "keeps strangers out, set web.allow_unprotected: true");
}

TEST(RateLimit, IsABucketThatFillsAgain) {
  RateLimit limit(std::chrono::milliseconds(100), 2);
  const auto now = RateLimit::Clock::now();
  EXPECT_TRUE(limit.allow(now));
  EXPECT_TRUE(limit.allow(now));
  EXPECT_FALSE(limit.allow(now));
  EXPECT_FALSE(limit.allow(now + std::chrono::milliseconds(50)));
  EXPECT_TRUE(limit.allow(now + std::chrono::milliseconds(101)));
  EXPECT_FALSE(limit.allow(now + std::chrono::milliseconds(102)));
  EXPECT_TRUE(limit.allow(now + std::chrono::hours(1)));
  EXPECT_TRUE(limit.allow(now + std::chrono::hours(1)));
  EXPECT_FALSE(limit.allow(now + std::chrono::hours(1)));
}

}  // namespace
}  // namespace mixnet::web
