// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "collectors/kit/result.h"

struct mg_context;

namespace mixnet::simulator {

/// The port for clients: accepts every websocket and sends back what comes.
class WebSockets {
 public:
  explicit WebSockets(std::string bind) : bind_(std::move(bind)) {}
  ~WebSockets() { close(); }
  WebSockets(const WebSockets&) = delete;
  WebSockets& operator=(const WebSockets&) = delete;

  /// Listens on `port`, or any free one where it is 0; gives the port. Does nothing where it listens already.
  Result<std::uint16_t> open(std::uint16_t port);

  /// Ends all connections; may take two seconds.
  void close();

  /// How many websockets are open.
  std::uint64_t connections() const { return static_cast<std::uint64_t>(connections_.load()); }
  void add(std::int64_t difference) { connections_ += difference; }

 private:
  const std::string bind_;
  mg_context* server_ = nullptr;
  std::atomic<std::int64_t> connections_ = 0;
};

}  // namespace mixnet::simulator
