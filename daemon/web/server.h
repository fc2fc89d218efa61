// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "collectors/kit/result.h"
#include "daemon/web/instruments.h"
#include "daemon/web/listener.h"
#include "daemon/web/message.h"
#include "daemon/web/protection.h"
#include "daemon/web/responder.h"

namespace mixnet::web {

/// What a server takes from its clients before it refuses them. All of it is finite.
struct Limits {
  /// Connections open at once. At the limit a new one takes the place of one that has no request under way: first of those that
  /// never asked anything, the oldest first. Where each is being answered, the new one gets 503. Fewer where the hard limit on
  /// open files does not allow that many.
  std::size_t connections = 2'500;
  /// Requests handed to the handler and not yet answered; 503 beyond.
  std::size_t pending = 2'500;
  /// Request line and headers of one request, in bytes, in which each header takes some 70 more than its text; 414 and 431
  /// beyond. A request with a body is refused with 413.
  std::size_t request_bytes = 8 * 1024;
  /// From a request's first byte to the end of its headers, the TLS handshake included. Looked at as often as that, so it may
  /// take up to three times as long.
  std::chrono::milliseconds request_time{10'000};
  /// From request to answer; 503 then.
  std::chrono::milliseconds answer_time{60'000};
  /// From answer until the client has taken all of it; the connection is reset then.
  std::chrono::milliseconds reply_time{30'000};
  /// Between two requests on one connection.
  std::chrono::milliseconds idle_time{300'000};
};

struct ServerOptions {
  std::vector<Listener> listeners;
  /// TLS, passwords, headers, rate limit; none: plain HTTP for everyone.
  std::shared_ptr<ProtectionSource> protection;
  Limits limits;
};

/// Called on the server's own thread, which serves nobody else meanwhile: what takes time is handed to another thread together
/// with the Responder.
using Handler = std::function<void(const Request&, Responder)>;

/// An HTTP/1.1 server on one thread: GET and HEAD, keep-alive and pipelining. Wakes only when a client does something or a
/// time-out of an open connection falls due.
class Server {
 public:
  /// Serves at once. Raises the soft limit on open files of this process as far as its limits ask for it.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);

  /// Drains for no time at all.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Where it listens, with the ports that the kernel chose.
  const std::vector<std::string>& addresses() const;
  /// The port of the first listener.
  std::uint16_t port() const;
  const Instruments& instruments() const;

  /// Stops accepting, lets requests under way be answered, and ends with the last of them or when `time` has passed. Returns
  /// when no connection is left. Once.
  void drain(std::chrono::milliseconds time);

 private:
  class Core;
  explicit Server(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace mixnet::web
