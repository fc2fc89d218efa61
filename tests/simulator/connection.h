// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tests/simulator/exchange.h"

struct mg_connection;

namespace mixnet::simulator {

/// One client of the HTTP server, whose request has been read.
class Connection {
 public:
  explicit Connection(mg_connection* connection) : connection_(connection) {}

  Request request() const;

  /// Notes that it is one of those that count; false when that was known.
  bool mark();

  /// The head of a response with this many bytes of body, or with the header that stands for chunks to come.
  void send_head(const Answer& answer);
  void send_chunked_head(const Answer& answer);

  /// false when the client has gone.
  bool send(std::string_view bytes);
  bool send_chunk(std::string_view bytes);

  /// Ends the connection by a reset.
  void reset();

  /// Ends the connection as a server does that has no more to say.
  void end();

  /// Waits for some time, less when the client goes; true while it is there.
  bool wait(double seconds) const;

 private:
  void begin_head(const Answer& answer);
  int socket() const;

  mg_connection* connection_;
};

}  // namespace mixnet::simulator
