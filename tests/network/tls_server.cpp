// SPDX-License-Identifier: Apache-2.0
#include "tests/network/tls_server.h"

#include <gnutls/gnutls.h>

#include <stdexcept>
#include <utility>

namespace mixnet::test {
namespace {

gnutls_datum_t datum(const std::string& text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())), static_cast<unsigned>(text.size())};
}

std::shared_ptr<void> credentials_of(const Identity& identity) {
  gnutls_certificate_credentials_t out = nullptr;
  gnutls_certificate_allocate_credentials(&out);
  const std::shared_ptr<void> owner(
      out, [](void* each) { gnutls_certificate_free_credentials(static_cast<gnutls_certificate_credentials_t>(each)); });
  const auto certificate = datum(identity.certificate), key = datum(identity.key);
  if (gnutls_certificate_set_x509_key_mem(out, &certificate, &key, GNUTLS_X509_FMT_PEM) < 0) {
    throw std::runtime_error("no certificate");
  }
  return owner;
}

}  // namespace

TlsServer::TlsServer(const Identity& identity, std::function<std::string(const std::string&)> reply)
    : credentials_(credentials_of(identity)), reply_(std::move(reply)), server_([this](int socket) { serve(socket); }) {}

void TlsServer::serve(int socket) const {
  gnutls_session_t session = nullptr;
  gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
  gnutls_set_default_priority(session);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials_.get());
  gnutls_transport_set_int(session, socket);
  gnutls_handshake_set_timeout(session, 5000);
  if (gnutls_handshake(session) >= 0) {
    const auto head = receive_head([&](char* bytes, std::size_t size) { return gnutls_record_recv(session, bytes, size); });
    const auto answer = reply_(head);
    gnutls_record_send(session, answer.data(), answer.size());
    gnutls_bye(session, GNUTLS_SHUT_WR);
  }
  gnutls_deinit(session);
}

}  // namespace mixnet::test
