// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "collectors/kit/result.h"

struct gnutls_session_int;

namespace mixnet::web {

/// client_auth_type: what is asked of clients.
enum class ClientAuth { none, request, require_any, verify_if_given, require_and_verify };

/// tls_server_config with its files read.
struct TlsSettings {
  std::string certificate;  ///< PEM: the server's, then its issuers'
  std::string key;          ///< PEM
  std::string client_ca;    ///< PEM; needed where certificates are verified
  ClientAuth client_auth = ClientAuth::none;
  std::vector<std::string> client_allowed_sans;  ///< none: any
  std::string min_version = "TLS12";
  std::string max_version = "TLS13";
  std::vector<std::string> cipher_suites;      ///< Go's names; none: all that are thought safe
  std::vector<std::string> curve_preferences;  ///< Go's names; none: X25519, P-256, P-384, P-521
  bool prefer_server_cipher_suites = true;
};

/// The names that the lists above may hold.
const std::vector<std::string>& tls_version_names();
const std::vector<std::string>& tls_cipher_suite_names();
const std::vector<std::string>& tls_curve_names();

/// Certificates and rules for TLS, shared by all connections that began under them.
class TlsContext {
 public:
  static Result<std::shared_ptr<const TlsContext>> make(const TlsSettings& settings);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// Puts these rules into a session that has not begun its handshake; this object must outlive it.
  void attach(gnutls_session_int* session) const;

  /// Does nobody come in without a certificate that the client CA signed?
  bool verifies_every_client() const;

 private:
  struct Parts;
  explicit TlsContext(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace mixnet::web
