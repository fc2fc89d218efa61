// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/tls_client.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <algorithm>
#include <utility>

#include "collectors/kit/ip_address.h"

namespace mixnet {
namespace {

constexpr unsigned kChainMax = 16;

/// A certificate, taken apart.
class Certificate {
 public:
  explicit Certificate(const gnutls_datum_t& der) {
    gnutls_x509_crt_init(&raw_);
    error_ = gnutls_x509_crt_import(raw_, &der, GNUTLS_X509_FMT_DER);
  }
  ~Certificate() { gnutls_x509_crt_deinit(raw_); }
  Certificate(Certificate&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)), error_(other.error_) {}
  Certificate& operator=(Certificate&&) = delete;

  int error() const { return error_; }
  gnutls_x509_crt_t raw() const { return raw_; }

 private:
  gnutls_x509_crt_t raw_ = nullptr;
  int error_ = 0;
};

gnutls_datum_t datum(std::string_view bytes) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())), static_cast<unsigned>(bytes.size())};
}

}  // namespace

struct TlsTrust::Impl {
  gnutls_x509_trust_list_t list = nullptr;

  Impl() { gnutls_x509_trust_list_init(&list, 0); }
  ~Impl() { gnutls_x509_trust_list_deinit(list, 1); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
};

TlsTrust::TlsTrust(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsTrust::TlsTrust(TlsTrust&&) noexcept = default;
TlsTrust& TlsTrust::operator=(TlsTrust&&) noexcept = default;
TlsTrust::~TlsTrust() = default;

Result<TlsTrust> TlsTrust::load(const std::string& ca_file) {
  auto impl = std::make_unique<Impl>();
  const int found =
      ca_file.empty() ? gnutls_x509_trust_list_add_system_trust(impl->list, 0, 0)
                      : gnutls_x509_trust_list_add_trust_file(impl->list, ca_file.c_str(), nullptr, GNUTLS_X509_FMT_PEM, 0, 0);
  const auto where = ca_file.empty() ? std::string("the system's certificate authorities") : ca_file;
  if (found < 0) return fail(Fault::unavailable, "read " + where + ": " + gnutls_strerror(found));
  if (found == 0) return fail(Fault::unavailable, where + ": there are no certificates");
  return TlsTrust(std::move(impl));
}

bool TlsTrust::trusts(std::span<const std::string> chain) const {
  std::vector<Certificate> certificates;
  std::vector<gnutls_x509_crt_t> raw;
  for (const auto& der : chain) {
    certificates.emplace_back(datum(der));
    if (certificates.back().error() < 0) return false;
    raw.push_back(certificates.back().raw());
  }
  if (raw.empty()) return false;
  constexpr std::string_view kServers = GNUTLS_KP_TLS_WWW_SERVER;
  const auto purpose = datum(kServers);
  gnutls_typed_vdata_st use{GNUTLS_DT_KEY_PURPOSE_OID, purpose.data, purpose.size};
  unsigned status = 0;
  const int error = gnutls_x509_trust_list_verify_crt2(impl_->list, raw.data(), static_cast<unsigned>(raw.size()), &use, 1, 0,
                                                       &status, nullptr);
  return error == 0 && status == 0;
}

struct TlsClient::Impl {
  gnutls_session_t session = nullptr;
  gnutls_certificate_credentials_t credentials = nullptr;  ///< empty: whom to trust is decided elsewhere

  Impl() {
    gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    gnutls_certificate_allocate_credentials(&credentials);
    gnutls_set_default_priority(session);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  }
  ~Impl() {
    gnutls_deinit(session);
    gnutls_certificate_free_credentials(credentials);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
};

TlsClient::TlsClient(int socket, const std::string& name) : impl_(std::make_unique<Impl>()), name_(name) {
  if (!IpAddress::parse(name_)) gnutls_server_name_set(impl_->session, GNUTLS_NAME_DNS, name_.data(), name_.size());
  gnutls_transport_set_int(impl_->session, socket);
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
  const Certificate leaf(*chain);
  if (leaf.error() < 0) {
    return fail(Fault::malformed, std::string("the server's certificate: ") + gnutls_strerror(leaf.error()));
  }
  TlsCertificate out;
  out.expires_s = static_cast<double>(gnutls_x509_crt_get_expiration_time(leaf.raw()));
  out.name_matches = gnutls_x509_crt_check_hostname(leaf.raw(), name_.c_str()) != 0;
  for (const auto& each : std::span(chain, std::min(count, kChainMax))) {
    out.chain.emplace_back(reinterpret_cast<const char*>(each.data), each.size);
  }
  return out;
}

}  // namespace mixnet
