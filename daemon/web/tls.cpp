// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/tls.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace mixnet::web {
namespace {

struct Name {
  std::string_view go, gnutls;
};

constexpr Name kVersions[] = {
    {"TLS10", "+VERS-TLS1.0"}, {"TLS11", "+VERS-TLS1.1"}, {"TLS12", "+VERS-TLS1.2"}, {"TLS13", "+VERS-TLS1.3"}};

constexpr Name kCurves[] = {{"X25519", "+GROUP-X25519"},
                            {"CurveP256", "+GROUP-SECP256R1"},
                            {"CurveP384", "+GROUP-SECP384R1"},
                            {"CurveP521", "+GROUP-SECP521R1"}};

/// The suites that Go's crypto/tls counts as secure. A cipher has one MAC here, so that cipher and key exchange name the suite.
struct Suite {
  std::string_view name;
  enum class Key { any, rsa, ecdsa } key;
  std::string_view cipher, mac;
};

constexpr Suite kSuites[] = {
    {"TLS_AES_128_GCM_SHA256", Suite::Key::any, "+AES-128-GCM", "+AEAD"},
    {"TLS_AES_256_GCM_SHA384", Suite::Key::any, "+AES-256-GCM", "+AEAD"},
    {"TLS_CHACHA20_POLY1305_SHA256", Suite::Key::any, "+CHACHA20-POLY1305", "+AEAD"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Suite::Key::ecdsa, "+AES-128-GCM", "+AEAD"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", Suite::Key::ecdsa, "+AES-256-GCM", "+AEAD"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", Suite::Key::ecdsa, "+CHACHA20-POLY1305", "+AEAD"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", Suite::Key::ecdsa, "+AES-128-CBC", "+SHA1"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", Suite::Key::ecdsa, "+AES-256-CBC", "+SHA1"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Suite::Key::rsa, "+AES-128-GCM", "+AEAD"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", Suite::Key::rsa, "+AES-256-GCM", "+AEAD"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", Suite::Key::rsa, "+CHACHA20-POLY1305", "+AEAD"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", Suite::Key::rsa, "+AES-128-CBC", "+SHA1"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", Suite::Key::rsa, "+AES-256-CBC", "+SHA1"},
};

template <class Table>
std::vector<std::string> names(const Table& table) {
  std::vector<std::string> result;
  for (const auto& row : table) {
    if constexpr (requires { row.go; }) {
      result.emplace_back(row.go);
    } else {
      result.emplace_back(row.name);
    }
  }
  return result;
}

std::size_t version_index(std::string_view name) {
  return static_cast<std::size_t>(
      std::find_if(std::begin(kVersions), std::end(kVersions), [name](const auto& one) { return one.go == name; }) - kVersions);
}

gnutls_datum_t datum(const std::string& text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())), static_cast<unsigned>(text.size())};
}

/// Is the server's own key an RSA key? It decides which of the listed suites can be used at all.
bool has_rsa_key(gnutls_certificate_credentials_t credentials) {
  gnutls_x509_privkey_t key = nullptr;
  if (gnutls_certificate_get_x509_key(credentials, 0, &key) != 0) return false;
  const int algorithm = gnutls_x509_privkey_get_pk_algorithm(key);
  gnutls_x509_privkey_deinit(key);
  return algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS;
}

void append_once(std::string& list, std::string_view item) {
  if ((list + ":").find(":" + std::string(item) + ":") == std::string::npos) list.append(":").append(item);
}

Result<std::string> suites(const TlsSettings& settings, bool rsa) {
  std::string ciphers;
  std::string macs;
  const auto unusable = rsa ? Suite::Key::ecdsa : Suite::Key::rsa;
  for (const auto& name : settings.cipher_suites) {
    for (const auto& suite : kSuites) {
      if (suite.name != name || suite.key == unusable) continue;
      append_once(ciphers, suite.cipher);
      append_once(macs, suite.mac);
    }
  }
  if (ciphers.empty()) {
    return fail(Fault::malformed,
                std::string("none of the cipher_suites works with the certificate, whose key is ") + (rsa ? "RSA" : "not RSA"));
  }
  return ":-CIPHER-ALL:-MAC-ALL" + ciphers + macs;
}

/// The rules as GnuTLS writes them: "NORMAL:-VERS-ALL:+VERS-TLS1.2:...".
Result<std::string> priorities(const TlsSettings& settings, bool rsa) {
  std::string result = "NORMAL:-VERS-ALL";
  const auto oldest = version_index(settings.min_version);
  for (auto i = oldest; i <= version_index(settings.max_version); ++i) result.append(":").append(kVersions[i].gnutls);
  // Without forward secrecy and DHE nothing is lost: every client since 2013 knows ECDHE.
  result.append(":-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA");
  if (oldest < version_index("TLS12")) result.append(":+SIGN-RSA-SHA1:+SIGN-ECDSA-SHA1");
  if (!settings.cipher_suites.empty()) result.append(TRY(suites(settings, rsa)));
  result.append(":-GROUP-ALL");
  const auto& wanted = settings.curve_preferences.empty() ? tls_curve_names() : settings.curve_preferences;
  for (const auto& name : wanted) {
    for (const auto& curve : kCurves) {
      if (curve.go == name) result.append(":").append(curve.gnutls);
    }
  }
  if (settings.prefer_server_cipher_suites) result.append(":%SERVER_PRECEDENCE");
  return result;
}

std::string address_text(const char* bytes, std::size_t size) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, text.data(), text.size());
  return text.data();
}

bool has_allowed_san(gnutls_session_t session, const std::vector<std::string>& allowed) {
  unsigned count = 0;
  const auto* chain = gnutls_certificate_get_peers(session, &count);
  gnutls_x509_crt_t certificate = nullptr;
  if (chain == nullptr || gnutls_x509_crt_init(&certificate) != 0) return false;
  bool found = gnutls_x509_crt_import(certificate, chain, GNUTLS_X509_FMT_DER) == 0;
  for (unsigned i = 0; found; ++i) {
    std::array<char, 1024> name{};
    std::size_t size = name.size();
    const int kind = gnutls_x509_crt_get_subject_alt_name(certificate, i, name.data(), &size, nullptr);
    if (kind == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) found = false;
    if (kind < 0) continue;
    const auto text = kind == GNUTLS_SAN_IPADDRESS ? address_text(name.data(), size) : std::string(name.data(), size);
    const bool comparable =
        kind == GNUTLS_SAN_DNSNAME || kind == GNUTLS_SAN_RFC822NAME || kind == GNUTLS_SAN_URI || kind == GNUTLS_SAN_IPADDRESS;
    if (comparable && std::find(allowed.begin(), allowed.end(), text) != allowed.end()) break;
  }
  gnutls_x509_crt_deinit(certificate);
  return found;
}

bool is_signed_by_our_ca(gnutls_session_t session) {
  gnutls_typed_vdata_st purpose{GNUTLS_DT_KEY_PURPOSE_OID,
                                reinterpret_cast<unsigned char*>(const_cast<char*>(GNUTLS_KP_TLS_WWW_CLIENT)), 0};
  unsigned status = 0;
  return gnutls_certificate_verify_peers(session, &purpose, 1, &status) == 0 && status == 0;
}

}  // namespace

const std::vector<std::string>& tls_version_names() {
  static const auto kNames = names(kVersions);
  return kNames;
}

const std::vector<std::string>& tls_cipher_suite_names() {
  static const auto kNames = names(kSuites);
  return kNames;
}

const std::vector<std::string>& tls_curve_names() {
  static const auto kNames = names(kCurves);
  return kNames;
}

struct TlsContext::Parts {
  gnutls_certificate_credentials_t credentials = nullptr;
  gnutls_priority_t priorities = nullptr;
  ClientAuth client_auth = ClientAuth::none;
  std::vector<std::string> allowed_sans;

  Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    if (priorities != nullptr) gnutls_priority_deinit(priorities);
    if (credentials != nullptr) gnutls_certificate_free_credentials(credentials);
  }

  /// May this client come in, now that its certificate (if it sent one) is there?
  bool admits(gnutls_session_t session) const {
    unsigned count = 0;
    const bool given = gnutls_certificate_get_peers(session, &count) != nullptr;
    // Sending none is refused by GnuTLS where one is required.
    if (!given) return client_auth != ClientAuth::require_any && client_auth != ClientAuth::require_and_verify;
    const bool verify = client_auth == ClientAuth::verify_if_given || client_auth == ClientAuth::require_and_verify;
    if (verify && !is_signed_by_our_ca(session)) return false;
    return allowed_sans.empty() || has_allowed_san(session, allowed_sans);
  }
};

TlsContext::TlsContext(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

TlsContext::~TlsContext() = default;

Result<std::shared_ptr<const TlsContext>> TlsContext::make(const TlsSettings& settings) {
  auto parts = std::make_unique<Parts>();
  parts->client_auth = settings.client_auth;
  parts->allowed_sans = settings.client_allowed_sans;
  if (gnutls_certificate_allocate_credentials(&parts->credentials) != 0)
    return fail(Fault::unavailable, "no memory for certificates");
  const auto certificate = datum(settings.certificate);
  const auto key = datum(settings.key);
  int error = gnutls_certificate_set_x509_key_mem(parts->credentials, &certificate, &key, GNUTLS_X509_FMT_PEM);
  if (error < 0) return fail(Fault::malformed, std::string("certificate and key: ") + gnutls_strerror(error));
  if (!settings.client_ca.empty()) {
    const auto ca = datum(settings.client_ca);
    error = gnutls_certificate_set_x509_trust_mem(parts->credentials, &ca, GNUTLS_X509_FMT_PEM);
    if (error < 0) return fail(Fault::malformed, std::string("client CA: ") + gnutls_strerror(error));
    if (error == 0) return fail(Fault::malformed, "client CA: no certificate in it");
  }
  const auto rules = TRY(priorities(settings, has_rsa_key(parts->credentials)));
  error = gnutls_priority_init(&parts->priorities, rules.c_str(), nullptr);
  if (error != 0) return fail(Fault::malformed, "GnuTLS does not take \"" + rules + "\": " + gnutls_strerror(error));
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(parts)));
}

bool TlsContext::verifies_every_client() const { return parts_->client_auth == ClientAuth::require_and_verify; }

void TlsContext::attach(gnutls_session_int* session) const {
  gnutls_priority_set(session, parts_->priorities);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, parts_->credentials);
  if (parts_->client_auth == ClientAuth::none) return;
  const bool required = parts_->client_auth == ClientAuth::require_any || parts_->client_auth == ClientAuth::require_and_verify;
  gnutls_certificate_server_set_request(session, required ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_REQUEST);
  gnutls_session_set_ptr(session, parts_.get());
  gnutls_session_set_verify_function(session, [](gnutls_session_t one) {
    return static_cast<const Parts*>(gnutls_session_get_ptr(one))->admits(one) ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
  });
}

}  // namespace mixnet::web
