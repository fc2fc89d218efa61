// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/websockets.h"

#include "tests/simulator/civetweb.h"
#include "tests/simulator/options.h"

namespace mixnet::simulator {
namespace {

/// civetweb has a thread for each websocket.
constexpr unsigned kThreads = kMostConnections + 24;

int accept(const mg_connection*, void*) { return 0; }

void opened(mg_connection*, void* sockets) { static_cast<WebSockets*>(sockets)->add(1); }

void closed(const mg_connection*, void* sockets) { static_cast<WebSockets*>(sockets)->add(-1); }

/// Gives false to end the connection.
int echo(mg_connection* connection, int bits, char* data, std::size_t length, void*) {
  const int opcode = bits & 0xf;
  if (opcode == MG_WEBSOCKET_OPCODE_CONNECTION_CLOSE) return 0;
  if (opcode == MG_WEBSOCKET_OPCODE_TEXT || opcode == MG_WEBSOCKET_OPCODE_BINARY) {
    mg_websocket_write(connection, opcode, data, length);
  }
  return 1;
}

}  // namespace

Result<std::uint16_t> WebSockets::open(std::uint16_t port) {
  if (server_ == nullptr) {
    server_ = TRY(start_civetweb(bind_, port, kThreads, {}, nullptr));
    mg_set_websocket_handler(server_, "**", accept, opened, echo, closed, this);
  }
  return port_of(server_);
}

void WebSockets::close() {
  if (server_ != nullptr) mg_stop(server_);
  server_ = nullptr;
}

}  // namespace mixnet::simulator
