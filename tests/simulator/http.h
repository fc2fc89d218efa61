// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "tests/simulator/connection.h"
#include "tests/simulator/simulation.h"

struct mg_context;

namespace mixnet::simulator {

/// The HTTP server of the node's API, and of the commands to the simulator.
class HttpServer {
 public:
  explicit HttpServer(Simulation& simulation) : simulation_(simulation) {}
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Listens on `port`, or any free one where it is 0; gives the port.
  Result<std::uint16_t> start(const std::string& bind, std::uint16_t port);

  /// Answers one request.
  void handle(Connection connection);

 private:
  void handle_faulty(Connection& connection, const Request& request, Answer answer, const FaultOrder& order);

  Simulation& simulation_;
  mg_context* server_ = nullptr;
  std::atomic<unsigned> faulty_ = 0;  // requests that a fault holds at present
};

}  // namespace mixnet::simulator
