// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/civetweb.h"

namespace mixnet::simulator {
namespace {

std::string address_of(const std::string& bind, std::uint16_t port) {
  if (bind.find(':') != std::string::npos) return std::to_string(port);
  return bind + ":" + std::to_string(port);
}

}  // namespace

Result<mg_context*> start_civetweb(const std::string& bind, std::uint16_t port, unsigned threads, const mg_callbacks& callbacks,
                                   void* data) {
  const auto address = address_of(bind, port);
  const auto thread_count = std::to_string(threads);
  const char* options[] = {"listening_ports",
                           address.c_str(),
                           "num_threads",
                           thread_count.c_str(),
                           "enable_keep_alive",
                           "yes",
                           "keep_alive_timeout_ms",
                           "5000",
                           "websocket_timeout_ms",
                           "86400000",
                           "tcp_nodelay",
                           "1",
                           "decode_url",
                           "no",
                           "allow_sendfile_call",
                           "no",
                           nullptr};
  mg_context* server = mg_start(&callbacks, data, options);
  if (server == nullptr) return fail(Fault::unavailable, "cannot listen at " + address);
  return server;
}

std::uint16_t port_of(const mg_context* server) {
  mg_server_port port{};
  if (mg_get_server_ports(server, 1, &port) < 1) return 0;
  return static_cast<std::uint16_t>(port.port);
}

}  // namespace mixnet::simulator
