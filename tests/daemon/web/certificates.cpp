// SPDX-License-Identifier: Apache-2.0
#include "tests/daemon/web/certificates.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <array>
#include <atomic>
#include <ctime>
#include <stdexcept>

namespace mixnet::test {
namespace {

void check(int error) {
  if (error < 0) throw std::runtime_error(gnutls_strerror(error));
}

struct Certificate {
  gnutls_x509_crt_t raw = nullptr;
  Certificate() { check(gnutls_x509_crt_init(&raw)); }
  ~Certificate() { gnutls_x509_crt_deinit(raw); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
};

struct Key {
  gnutls_x509_privkey_t raw = nullptr;
  Key() { check(gnutls_x509_privkey_init(&raw)); }
  ~Key() { gnutls_x509_privkey_deinit(raw); }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
};

gnutls_datum_t datum(const std::string& text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())), static_cast<unsigned>(text.size())};
}

std::string taken(gnutls_datum_t& out) {
  const std::string text(reinterpret_cast<const char*>(out.data), out.size);
  gnutls_free(out.data);
  return text;
}

void add_san(gnutls_x509_crt_t certificate, const std::string& san) {
  const auto colon = san.find(':');
  const auto kind = san.substr(0, colon);
  auto value = san.substr(colon + 1);
  auto type = GNUTLS_SAN_DNSNAME;
  if (kind == "uri") type = GNUTLS_SAN_URI;
  if (kind == "email") type = GNUTLS_SAN_RFC822NAME;
  if (kind == "ip") {
    type = GNUTLS_SAN_IPADDRESS;
    std::array<char, 4> bytes{};
    inet_pton(AF_INET, value.c_str(), bytes.data());
    value.assign(bytes.data(), bytes.size());
  }
  check(gnutls_x509_crt_set_subject_alt_name(certificate, type, value.data(), static_cast<unsigned>(value.size()),
                                             GNUTLS_FSAN_APPEND));
}

void fill(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, const std::string& name) {
  static std::atomic<unsigned> serial = 0;
  const unsigned count = serial++;
  const std::array number{'\x01', static_cast<char>(count >> 8), static_cast<char>(count)};  // 0 is none
  const auto now = std::time(nullptr);
  check(gnutls_x509_crt_set_version(certificate, 3));
  check(gnutls_x509_crt_set_serial(certificate, number.data(), number.size()));
  check(gnutls_x509_crt_set_activation_time(certificate, now - 3600));
  check(gnutls_x509_crt_set_expiration_time(certificate, now + 3600));
  check(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name.data(),
                                      static_cast<unsigned>(name.size())));
  check(gnutls_x509_crt_set_key(certificate, key));
}

Identity exported(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key) {
  gnutls_datum_t out{};
  check(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &out));
  Identity identity;
  identity.certificate = taken(out);
  check(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &out));
  identity.key = taken(out);
  return identity;
}

void generate(gnutls_x509_privkey_t key, bool rsa) {
  const unsigned bits = rsa ? 2048 : GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
  check(gnutls_x509_privkey_generate(key, rsa ? GNUTLS_PK_RSA : GNUTLS_PK_ECDSA, bits, 0));
}

}  // namespace

Identity make_authority(const std::string& name) {
  Certificate certificate;
  Key key;
  generate(key.raw, false);
  fill(certificate.raw, key.raw, name);
  check(gnutls_x509_crt_set_ca_status(certificate.raw, 1));
  check(gnutls_x509_crt_set_key_usage(certificate.raw, GNUTLS_KEY_KEY_CERT_SIGN));
  check(gnutls_x509_crt_sign2(certificate.raw, certificate.raw, key.raw, GNUTLS_DIG_SHA256, 0));
  return exported(certificate.raw, key.raw);
}

Identity make_identity(const Identity& authority, const std::string& name, const Sans& sans, bool rsa) {
  Certificate certificate;
  Certificate issuer;
  Key key;
  Key issuer_key;
  const auto issuer_pem = datum(authority.certificate);
  const auto issuer_key_pem = datum(authority.key);
  check(gnutls_x509_crt_import(issuer.raw, &issuer_pem, GNUTLS_X509_FMT_PEM));
  check(gnutls_x509_privkey_import(issuer_key.raw, &issuer_key_pem, GNUTLS_X509_FMT_PEM));
  generate(key.raw, rsa);
  fill(certificate.raw, key.raw, name);
  for (const auto& san : sans) add_san(certificate.raw, san);
  check(gnutls_x509_crt_set_key_usage(certificate.raw, GNUTLS_KEY_DIGITAL_SIGNATURE));
  check(gnutls_x509_crt_set_key_purpose_oid(certificate.raw, GNUTLS_KP_TLS_WWW_SERVER, 0));
  check(gnutls_x509_crt_set_key_purpose_oid(certificate.raw, GNUTLS_KP_TLS_WWW_CLIENT, 0));
  check(gnutls_x509_crt_sign2(certificate.raw, issuer.raw, issuer_key.raw, GNUTLS_DIG_SHA256, 0));
  return exported(certificate.raw, key.raw);
}

std::string subject_of(const void* der, std::size_t size) {
  Certificate certificate;
  const gnutls_datum_t data{static_cast<unsigned char*>(const_cast<void*>(der)), static_cast<unsigned>(size)};
  check(gnutls_x509_crt_import(certificate.raw, &data, GNUTLS_X509_FMT_DER));
  std::array<char, 256> name{};
  std::size_t length = name.size();
  check(gnutls_x509_crt_get_dn_by_oid(certificate.raw, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name.data(), &length));
  return name.data();
}

}  // namespace mixnet::test
