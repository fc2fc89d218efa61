// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "collectors/kit/result.h"
#include "tests/simulator/connection.h"
#include "tests/simulator/site.h"

struct mg_context;

namespace mixnet::simulator {

/// The HTTP server of what is simulated, and of the commands to the simulator.
class HttpServer {
 public:
  explicit HttpServer(Site& site) : site_(site) {}
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Listens on `port`, or any free one where it is 0; gives the port.
  Result<std::uint16_t> start(const std::string& bind, std::uint16_t port);

  /// Answers one request.
  void handle(Connection connection);

  /// Notes that a connection has ended on which something was asked for.
  void ended() { site_.disconnected(); }

 private:
  void handle_faulty(Connection& connection, const Request& request, Answer answer, const FaultOrder& order);

  Site& site_;
  mg_context* server_ = nullptr;
  std::atomic<unsigned> faulty_ = 0;  // requests that a fault holds at present
};

}  // namespace mixnet::simulator
