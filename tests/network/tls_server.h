// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "tests/daemon/web/certificates.h"
#include "tests/support/sockets.h"

namespace mixnet::test {

/// A server with TLS that answers a request's head with whatever a test wants.
class TlsServer {
 public:
  TlsServer(const Identity& identity, std::function<std::string(const std::string& head)> reply);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::uint16_t port() const { return server_.port(); }

 private:
  void serve(int socket) const;

  void* credentials_ = nullptr;
  std::function<std::string(const std::string&)> reply_;
  TcpServer server_;
};

}  // namespace mixnet::test
