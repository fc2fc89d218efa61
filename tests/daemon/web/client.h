// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tests/daemon/web/certificates.h"

namespace mixnet::test {

/// A response as read off the wire.
struct WebReply {
  int status = 0;                              ///< 0: the connection ended before a whole response
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// How a client begins TLS.
struct TlsWish {
  std::string priorities = "NORMAL";
  Identity identity = {};  ///< none: no certificate is sent
};

/// A client on one loopback connection, blocking, with a time-out of ten seconds on everything.
class Client {
 public:
  explicit Client(std::uint16_t port, const std::string& host = "127.0.0.1");
  ~Client();
  Client(Client&& other) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return fd_ >= 0; }
  /// Shakes hands; nothing is verified. With TLS 1.3 a refused certificate shows only at the first reading.
  bool secure(const TlsWish& wish = {});
  /// The name in the server's certificate, and "(TLS1.3)-(ECDHE-X25519)-..." of the session.
  std::string server_name() const;
  std::string session() const;
  /// False where the server has closed its end.
  bool send(std::string_view bytes);
  /// Reads one response; `head`: one without its body.
  WebReply read(bool head = false);
  /// Sends "GET target" with those header lines, and reads the response.
  WebReply get(std::string_view target, std::string_view headers = "");
  /// Is the connection closed by the server within ten seconds, with nothing more to read?
  bool ends();
  /// Closes with a reset.
  void vanish();

 private:
  struct Tls;
  bool fill();

  int fd_ = -1;
  std::string buffer_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace mixnet::test
