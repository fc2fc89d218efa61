// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tests/daemon/web/certificates.h"
#include "tests/support/sockets.h"

namespace mixnet::test {

/// A server with TLS that answers a request's head with whatever a test wants.
class TlsServer {
 public:
  TlsServer(const Identity& identity, std::function<std::string(const std::string& head)> reply);
  std::uint16_t port() const { return server_.port(); }

 private:
  void serve(int socket) const;

  std::shared_ptr<void> credentials_;  ///< of GnuTLS
  std::function<std::string(const std::string&)> reply_;
  TcpServer server_;
};

}  // namespace mixnet::test
