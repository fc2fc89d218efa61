// SPDX-License-Identifier: Apache-2.0
#include "tests/daemon/web/client.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace mixnet::test {

namespace {

gnutls_datum_t datum(const std::string& text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())), static_cast<unsigned>(text.size())};
}

/// Sends the certificate even to a server that asks for one of another authority.
int give_certificate(gnutls_session_t session, const gnutls_datum_t*, int, const gnutls_pk_algorithm_t*, int,
                     gnutls_retr2_st* out) {
  const auto& identity = *static_cast<const Identity*>(gnutls_session_get_ptr(session));
  out->cert_type = GNUTLS_CRT_X509;
  out->key_type = GNUTLS_PRIVKEY_X509;
  if (identity.key.empty()) return 0;
  const auto certificate = datum(identity.certificate);
  const auto key = datum(identity.key);
  out->ncerts = 1;
  out->deinit_all = 1;
  out->cert.x509 = static_cast<gnutls_x509_crt_t*>(gnutls_malloc(sizeof(gnutls_x509_crt_t)));
  gnutls_x509_crt_init(out->cert.x509);
  gnutls_x509_crt_import(*out->cert.x509, &certificate, GNUTLS_X509_FMT_PEM);
  gnutls_x509_privkey_init(&out->key.x509);
  return gnutls_x509_privkey_import(out->key.x509, &key, GNUTLS_X509_FMT_PEM);
}

}  // namespace

struct Client::Tls {
  gnutls_session_t session = nullptr;
  gnutls_certificate_credentials_t credentials = nullptr;

  Tls() = default;
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;
  ~Tls() {
    gnutls_deinit(session);
    gnutls_certificate_free_credentials(credentials);
  }
};

Client::Client(std::uint16_t port, const std::string& host) {
  const bool six = host.find(':') != std::string::npos;
  sockaddr_storage address{};
  if (six) {
    auto& in = reinterpret_cast<sockaddr_in6&>(address);
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    inet_pton(AF_INET6, host.c_str(), &in.sin6_addr);
  } else {
    auto& in = reinterpret_cast<sockaddr_in&>(address);
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    inet_pton(AF_INET, host.c_str(), &in.sin_addr);
  }
  fd_ = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{10, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), six ? sizeof(sockaddr_in6) : sizeof(sockaddr_in)) != 0) {
    close(std::exchange(fd_, -1));
  }
}

Client::~Client() {
  if (fd_ >= 0) close(fd_);
}

Client::Client(Client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)), tls_(std::move(other.tls_)) {}

bool Client::secure(const TlsWish& wish) {
  tls_ = std::make_unique<Tls>();
  gnutls_init(&tls_->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
  gnutls_certificate_allocate_credentials(&tls_->credentials);
  gnutls_session_set_ptr(tls_->session, const_cast<Identity*>(&wish.identity));
  gnutls_certificate_set_retrieve_function(tls_->credentials, &give_certificate);
  gnutls_priority_set_direct(tls_->session, wish.priorities.c_str(), nullptr);
  gnutls_credentials_set(tls_->session, GNUTLS_CRD_CERTIFICATE, tls_->credentials);
  gnutls_transport_set_int(tls_->session, fd_);
  int error = 0;
  do {
    error = gnutls_handshake(tls_->session);
  } while (error < 0 && gnutls_error_is_fatal(error) == 0);
  return error == 0;
}

std::string Client::server_name() const {
  unsigned count = 0;
  const auto* chain = gnutls_certificate_get_peers(tls_->session, &count);
  return chain == nullptr ? "" : subject_of(chain->data, chain->size);
}

std::string Client::session() const {
  char* text = gnutls_session_get_desc(tls_->session);
  const std::string result = text == nullptr ? "" : text;
  gnutls_free(text);
  return result;
}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = tls_ ? gnutls_record_send(tls_->session, bytes.data(), bytes.size())
                            : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool Client::fill() {
  char bytes[65536];
  auto count = tls_ ? gnutls_record_recv(tls_->session, bytes, sizeof bytes) : recv(fd_, bytes, sizeof bytes, 0);
  // A session ticket of TLS 1.3 came first.
  while (tls_ && count == GNUTLS_E_AGAIN) count = gnutls_record_recv(tls_->session, bytes, sizeof bytes);
  if (count > 0) buffer_.append(bytes, static_cast<std::size_t>(count));
  return count > 0;
}

WebReply Client::read(bool head) {
  WebReply reply;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return reply;
  }
  const int status = std::atoi(buffer_.substr(buffer_.find(' ') + 1, 3).c_str());
  for (auto at = buffer_.find("\r\n") + 2; at < end + 2;) {
    const auto line = buffer_.substr(at, buffer_.find("\r\n", at) - at);
    const auto colon = line.find(": ");
    auto name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char letter) { return std::tolower(letter); });
    reply.headers[name] = line.substr(colon + 2);
    at += line.size() + 2;
  }
  buffer_.erase(0, end + 4);
  const auto length = head ? 0 : static_cast<std::size_t>(std::atol(reply.headers["content-length"].c_str()));
  while (buffer_.size() < length) {
    if (!fill()) return reply;
  }
  reply.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  reply.status = status;
  return reply;
}

WebReply Client::get(std::string_view target, std::string_view headers) {
  send("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) + "\r\n");
  return read();
}

bool Client::ends() {
  char byte = 0;
  const auto count = recv(fd_, &byte, 1, 0);
  return buffer_.empty() && (count == 0 || (count < 0 && errno == ECONNRESET));
}

void Client::vanish() {
  const linger discard{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &discard, sizeof discard);
  close(std::exchange(fd_, -1));
}

}  // namespace mixnet::test
