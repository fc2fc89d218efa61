// SPDX-License-Identifier: Apache-2.0
// The server behind a web configuration: TLS, client certificates, passwords, headers, and what happens when the file changes.
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "daemon/web/protection_file.h"
#include "daemon/web/server.h"
#include "tests/daemon/web/certificates.h"
#include "tests/daemon/web/client.h"
#include "tests/support/host.h"

namespace mixnet::web {
namespace {

using namespace std::chrono_literals;
using test::Client;
using test::TlsWish;

// "secret" at cost 4, and at cost 15, which takes a second or more.
const std::string kQuick = "$2y$04$MHUQ1c4zcOeaKLWsuCDnjejYdw0oVRcPRqe/VzWzuDz3X6gJpj4SC";
const std::string kSlow = "$2y$15$MHUQ1c4zcOeaKLWsuCDnjejYdw0oVRcPRqe/VzWzuDz3X6gJpj4SC";
// alice:secret, alice:wrong, nobody:secret
constexpr const char* kAlice = "Authorization: Basic YWxpY2U6c2VjcmV0\r\n";
constexpr const char* kWrong = "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n";
constexpr const char* kNobody = "Authorization: Basic bm9ib2R5OnNlY3JldA==\r\n";

const std::string kTls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";

class ProtectedServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    authority_ = test::make_authority("authority");
    stranger_ = test::make_authority("stranger");
    server_identity_ = test::make_identity(authority_, "first", {"dns:localhost"});
    client_identity_ =
        test::make_identity(authority_, "client", {"dns:prometheus.example.org", "ip:192.0.2.7", "uri:spiffe://a/b"});
  }

  void SetUp() override {
    write_identity(server_identity_);
    folder_.write("ca.crt", authority_.certificate);
  }

  void write_identity(const test::Identity& identity) {
    folder_.write("server.crt", identity.certificate);
    folder_.write("server.key", identity.key);
  }

  void start(const std::string& config, bool known_clients_only = false) {
    folder_.write("web.yml", config);
    ProtectionFile::Options watching;
    watching.check_every = 0ms;
    watching.known_clients_only = known_clients_only;
    watching.on_reload = [this](const Result<void>& result) {
      const std::lock_guard lock(mutex_);
      reloads_.push_back(result ? "good" : result.error().message);
    };
    auto file = ProtectionFile::open((folder_.path() / "web.yml").string(), watching);
    ASSERT_TRUE(file) << file.error().message;
    file_ = *file;
    ServerOptions options;
    options.protection = file_;
    options.listeners.push_back(*Listener::bind({"127.0.0.1", 0}));
    auto server = Server::start(std::move(options),
                                [](const Request&, Responder responder) { responder.answer(plain_response(200, "in")); });
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  std::string last_reload() {
    const std::lock_guard lock(mutex_);
    return reloads_.empty() ? "none" : reloads_.back();
  }

  Client client() { return Client(server_->port()); }
  /// The status of a request over TLS; 0 where the handshake or the connection fails.
  int status(const TlsWish& wish, std::string_view headers = "") {
    auto one = client();
    return one.secure(wish) ? one.get("/", headers).status : 0;
  }

  static inline test::Identity authority_, stranger_, server_identity_, client_identity_;
  test::TemporaryFolder folder_;
  std::mutex mutex_;
  std::vector<std::string> reloads_;
  std::shared_ptr<ProtectionFile> file_;
  std::unique_ptr<Server> server_;
};

TEST_F(ProtectedServerTest, SpeaksTls) {
  start(kTls);
  auto one = client();
  ASSERT_TRUE(one.secure());
  EXPECT_EQ(one.server_name(), "first");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(one.get("/").body, "in\n");
  EXPECT_TRUE(one.session().starts_with("(TLS1.3)-(ECDHE-X25519)")) << one.session();
  EXPECT_EQ(client().get("/").status, 0);
  EXPECT_EQ(status({}), 200);
}

TEST_F(ProtectedServerTest, KeepsToTheVersionsAsked) {
  start(kTls + "  min_version: TLS12\n  max_version: TLS12\n");
  EXPECT_EQ(status({"NORMAL:-VERS-ALL:+VERS-TLS1.2"}), 200);
  EXPECT_EQ(status({"NORMAL:-VERS-ALL:+VERS-TLS1.3"}), 0);
  EXPECT_EQ(status({"NORMAL:-VERS-ALL:+VERS-TLS1.1"}), 0);
}

TEST_F(ProtectedServerTest, SpeaksOldTlsOnlyWhenTold) {
  const TlsWish old{"NORMAL:-VERS-ALL:+VERS-TLS1.0:+SIGN-ECDSA-SHA1"};
  start(kTls);
  EXPECT_EQ(status(old), 0);
  start(kTls + "  min_version: TLS10\n");
  EXPECT_EQ(status(old), 200);
}

TEST_F(ProtectedServerTest, KeepsToTheCiphersAndCurvesAsked) {
  start(kTls +
        "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n  curve_preferences: [CurveP384]\n");
  auto one = client();
  ASSERT_TRUE(one.secure());
  EXPECT_EQ(one.session(), "(TLS1.2)-(ECDHE-SECP384R1)-(ECDSA-SHA256)-(AES-256-GCM)");
  EXPECT_EQ(status({"NORMAL:-CIPHER-ALL:+AES-128-GCM"}), 0);
  EXPECT_EQ(status({"NORMAL:-GROUP-ALL:+GROUP-X25519"}), 0);
}

TEST_F(ProtectedServerTest, PrefersItsOwnOrderUnlessTold) {
  const std::string suites =
      "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "
      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n";
  const TlsWish other_order{"NORMAL:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM"};
  start(kTls + suites);
  auto ours = client();
  ASSERT_TRUE(ours.secure(other_order));
  EXPECT_TRUE(ours.session().ends_with("(AES-256-GCM)")) << ours.session();
  start(kTls + suites + "  prefer_server_cipher_suites: false\n");
  auto theirs = client();
  ASSERT_TRUE(theirs.secure(other_order));
  EXPECT_TRUE(theirs.session().ends_with("(AES-128-GCM)")) << theirs.session();
}

TEST_F(ProtectedServerTest, AsksForClientCertificates) {
  const test::Identity foreign = test::make_identity(stranger_, "client");
  struct Case {
    std::string type;
    int without, with_ours, with_foreign;
  };
  const Case cases[] = {{"NoClientCert", 200, 200, 200},
                        {"RequestClientCert", 200, 200, 200},
                        {"RequireAnyClientCert", 0, 200, 200},
                        {"VerifyClientCertIfGiven\n  client_ca_file: ca.crt", 200, 200, 0},
                        {"RequireAndVerifyClientCert\n  client_ca_file: ca.crt", 0, 200, 0}};
  for (const auto* version : {"NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3"}) {
    for (const auto& one : cases) {
      start(kTls + "  client_auth_type: " + one.type + "\n");
      EXPECT_EQ(status({version}), one.without) << one.type;
      EXPECT_EQ(status({version, client_identity_}), one.with_ours) << one.type;
      EXPECT_EQ(status({version, foreign}), one.with_foreign) << one.type;
    }
  }
}

TEST_F(ProtectedServerTest, AsksForNamesInClientCertificates) {
  const auto sans = kTls + "  client_ca_file: ca.crt\n  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: ";
  for (const auto* allowed : {"[other, prometheus.example.org]", "[192.0.2.7]", "['spiffe://a/b']"}) {
    start(sans + allowed + "\n");
    EXPECT_EQ(status({"NORMAL", client_identity_}), 200) << allowed;
  }
  for (const auto* allowed : {"[other]", "[PROMETHEUS.example.org]", "[example.org]", "[client]"}) {
    start(sans + allowed + "\n");
    EXPECT_EQ(status({"NORMAL", client_identity_}), 0) << allowed;
  }
}

TEST_F(ProtectedServerTest, AsksForPasswords) {
  start("basic_auth_users:\n  alice: " + kQuick + "\n");
  auto one = client();
  const auto refused = one.get("/");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.headers.at("www-authenticate"), "Basic realm=\"mixnet-exporter\", charset=\"UTF-8\"");
  EXPECT_EQ(one.get("/", kWrong).status, 401);
  EXPECT_EQ(one.get("/", kNobody).status, 401);
  EXPECT_EQ(one.get("/", "Authorization: Bearer abc\r\n").status, 401);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(one.get("/", kAlice).body, "in\n");
  EXPECT_EQ(one.get("/", kWrong).status, 401);
  EXPECT_EQ(server_->instruments().password_failures, 3U);
}

TEST_F(ProtectedServerTest, ServesKnownClientsWhilePasswordsAreGuessed) {
  start("basic_auth_users:\n  alice: " + kQuick + "\n  bob: " + kSlow + "\n");
  EXPECT_EQ(client().get("/", kAlice).status, 200);
  std::vector<Client> guessers;
  for (int i = 0; i < 20; ++i) {
    guessers.push_back(client());
    // "bob:" and another letter each time, at the cost of seconds each.
    const std::string encoded = std::string("Ym9iOm") + static_cast<char>('A' + i) + "x";
    guessers.back().send("GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic " + encoded + "\r\n\r\n");
  }
  EXPECT_EQ(client().get("/", kAlice).status, 200);
  EXPECT_EQ(server_->instruments().password_failures, 0U);
}

TEST_F(ProtectedServerTest, AddsHeadersAndLimitsTheRate) {
  start(
      "http_server_config: {headers: {X-Frame-Options: deny, Strict-Transport-Security: max-age=1}}\n"
      "rate_limit: {interval: 1h, burst: 2}\n");
  const auto reply = client().get("/");
  EXPECT_EQ(reply.headers.at("x-frame-options"), "deny");
  EXPECT_EQ(reply.headers.at("strict-transport-security"), "max-age=1");
  EXPECT_EQ(client().get("/").status, 200);
  EXPECT_EQ(client().get("/").status, 429);
}

TEST_F(ProtectedServerTest, RotatesCertificatesWithoutARestart) {
  start(kTls);
  auto before = client();
  ASSERT_TRUE(before.secure());
  write_identity(test::make_identity(authority_, "second", {}, true));
  auto after = client();
  ASSERT_TRUE(after.secure());
  EXPECT_EQ(after.server_name(), "second");
  EXPECT_EQ(after.get("/").status, 200);
  EXPECT_EQ(before.get("/").status, 200);
  EXPECT_EQ(last_reload(), "good");
}

TEST_F(ProtectedServerTest, TakesANewFileOnKeptConnectionsToo) {
  start("{}");
  auto one = client();
  EXPECT_EQ(one.get("/").status, 200);
  folder_.write("web.yml", "basic_auth_users:\n  alice: " + kQuick + "\n");
  EXPECT_EQ(one.get("/").status, 401);
  EXPECT_EQ(one.get("/", kAlice).status, 200);
  folder_.write("web.yml", kTls);
  EXPECT_EQ(one.get("/").status, 200);
  EXPECT_EQ(status({}), 200);
  EXPECT_EQ(file_->reloads().good, 2U);
}

TEST_F(ProtectedServerTest, KeepsTheOldFileWhereTheNewOneIsBad) {
  start(kTls);
  folder_.write("server.key", "nonsense");
  EXPECT_EQ(status({}), 200);
  EXPECT_EQ(last_reload(),
            (folder_.path() / "web.yml").string() + ":2:3: certificate and key: The requested data were not available.");
  EXPECT_EQ(file_->reloads().bad, 1U);
  EXPECT_FALSE(file_->reloads().last_was_good);
  std::filesystem::remove(folder_.path() / "web.yml");
  EXPECT_EQ(status({}), 200);
  EXPECT_EQ(last_reload(), (folder_.path() / "web.yml").string() + ": No such file or directory");
  write_identity(test::make_identity(authority_, "second"));
  folder_.write("web.yml", kTls);
  auto mended = client();
  ASSERT_TRUE(mended.secure());
  EXPECT_EQ(mended.server_name(), "second");
  EXPECT_TRUE(file_->reloads().last_was_good);
}

TEST_F(ProtectedServerTest, SeesAMissingCertificateArrive) {
  start("{}");
  folder_.write("web.yml", "tls_server_config: {cert_file: late.crt, key_file: server.key}\n");
  EXPECT_EQ(client().get("/").status, 200);
  EXPECT_EQ(file_->reloads().bad, 1U);
  folder_.write("late.crt", server_identity_.certificate);
  EXPECT_EQ(status({}), 200);
}

TEST_F(ProtectedServerTest, DoesNotOpenItselfToStrangers) {
  start(kTls + "basic_auth_users:\n  alice: " + kQuick + "\n", true);
  folder_.write("web.yml", kTls);
  EXPECT_EQ(status({}), 401);
  EXPECT_EQ(last_reload(),
            (folder_.path() / "web.yml").string() +
                ": refused, as it would open an address beyond loopback to strangers. Give it tls_server_config and "
                "basic_auth_users (or client_auth_type: RequireAndVerifyClientCert); or, where something else keeps strangers "
                "out, set web.allow_unprotected: true");
}

TEST_F(ProtectedServerTest, LeavesAnUnfinishedHandshakeBehind) {
  start(kTls);
  auto silent = client();
  auto garbage = client();
  garbage.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(garbage.read().status, 0);
  EXPECT_EQ(status({}), 200);
  server_->drain(0ms);
  EXPECT_EQ(server_->instruments().connections_open, 0);
}

}  // namespace
}  // namespace mixnet::web
