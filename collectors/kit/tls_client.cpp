// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/tls_client.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <utility>

#include "collectors/kit/ip_address.h"

namespace mixnet {

struct TlsTrust::Impl {
  gnutls_certificate_credentials_t credentials = nullptr;

  Impl() { gnutls_certificate_allocate_credentials(&credentials); }
  ~Impl() { gnutls_certificate_free_credentials(credentials); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
};

TlsTrust::TlsTrust(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsTrust::TlsTrust(TlsTrust&&) noexcept = default;
TlsTrust& TlsTrust::operator=(TlsTrust&&) noexcept = default;
TlsTrust::~TlsTrust() = default;

Result<TlsTrust> TlsTrust::load(const std::string& ca_file) {
  auto impl = std::make_unique<Impl>();
  const int found = ca_file.empty()
                        ? gnutls_certificate_set_x509_system_trust(impl->credentials)
                        : gnutls_certificate_set_x509_trust_file(impl->credentials, ca_file.c_str(), GNUTLS_X509_FMT_PEM);
  const auto where = ca_file.empty() ? std::string("the system's certificate authorities") : ca_file;
  if (found < 0) return fail(Fault::unavailable, "read " + where + ": " + gnutls_strerror(found));
  if (found == 0) return fail(Fault::unavailable, where + ": there are no certificates");
  return TlsTrust(std::move(impl));
}

struct TlsClient::Impl {
  gnutls_session_t session = nullptr;

  Impl() { gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL); }
  ~Impl() { gnutls_deinit(session); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
};

TlsClient::TlsClient(int socket, const std::string& name, const TlsTrust& trust)
    : impl_(std::make_unique<Impl>()), name_(name) {
  auto* session = impl_->session;
  gnutls_set_default_priority(session);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, trust.impl_->credentials);
  if (!IpAddress::parse(name_)) gnutls_server_name_set(session, GNUTLS_NAME_DNS, name_.data(), name_.size());
  gnutls_transport_set_int(session, socket);
}

TlsClient::~TlsClient() = default;

TlsClient::Step TlsClient::step_of(long result) {
  if (result >= 0) return Step::done;
  const int error = static_cast<int>(result);
  // A warning of the server's is read over: what matters comes after it.
  if (error == GNUTLS_E_AGAIN || error == GNUTLS_E_INTERRUPTED || gnutls_error_is_fatal(error) == 0) {
    return gnutls_record_get_direction(impl_->session) == 0 ? Step::wants_read : Step::wants_write;
  }
  error_ = gnutls_strerror(error);
  return Step::failed;
}

TlsClient::Step TlsClient::handshake() { return step_of(gnutls_handshake(impl_->session)); }

TlsClient::Step TlsClient::send(std::string_view bytes, std::size_t& sent) {
  const auto result = gnutls_record_send(impl_->session, bytes.data(), bytes.size());
  sent = result > 0 ? static_cast<std::size_t>(result) : 0;
  return step_of(result);
}

TlsClient::Step TlsClient::receive(std::span<char> bytes, std::size_t& received) {
  const auto result = gnutls_record_recv(impl_->session, bytes.data(), bytes.size());
  received = result > 0 ? static_cast<std::size_t>(result) : 0;
  return step_of(result);
}

Result<TlsCertificate> TlsClient::certificate() const {
  unsigned count = 0;
  const auto* chain = gnutls_certificate_get_peers(impl_->session, &count);
  if (chain == nullptr || count == 0) return fail(Fault::malformed, "the server has no certificate");
  gnutls_x509_crt_t raw = nullptr;
  gnutls_x509_crt_init(&raw);
  const std::unique_ptr<gnutls_x509_crt_int, decltype(&gnutls_x509_crt_deinit)> leaf(raw, gnutls_x509_crt_deinit);
  if (const int error = gnutls_x509_crt_import(raw, chain, GNUTLS_X509_FMT_DER); error < 0) {
    return fail(Fault::malformed, std::string("the server's certificate: ") + gnutls_strerror(error));
  }
  TlsCertificate out;
  out.expires_s = static_cast<double>(gnutls_x509_crt_get_expiration_time(raw));
  out.name_matches = gnutls_x509_crt_check_hostname(raw, name_.c_str()) != 0;
  unsigned status = 0;
  out.trusted = gnutls_certificate_verify_peers2(impl_->session, &status) == 0 && status == 0;
  return out;
}

}  // namespace mixnet
