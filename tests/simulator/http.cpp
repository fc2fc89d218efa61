// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/http.h"

#include <utility>

#include "tests/simulator/civetweb.h"
#include "tests/simulator/misbehaviour.h"

namespace mixnet::simulator {
namespace {

/// civetweb has a thread for each connection; faults may hold most of them, but some are kept for commands.
constexpr unsigned kThreads = 80;
constexpr unsigned kMostFaulty = 64;

/// A request for what is simulated, from its arrival until all of the answer has been sent.
class UnderWay {
 public:
  explicit UnderWay(Site& site) : site_(site) { site_.began(); }
  ~UnderWay() { site_.ended(); }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  Site& site_;
};

/// Gives the status that civetweb is to note.
int handle_request(mg_connection* connection) {
  static_cast<HttpServer*>(mg_get_user_context_data(connection))->handle(Connection(connection));
  return 200;
}

void note_end(const mg_connection* connection) {
  if (mg_get_user_connection_data(connection) == nullptr) return;
  static_cast<HttpServer*>(mg_get_user_data(mg_get_context(connection)))->ended();
}

}  // namespace

HttpServer::~HttpServer() {
  if (server_ != nullptr) mg_stop(server_);
}

Result<std::uint16_t> HttpServer::start(const std::string& bind, std::uint16_t port) {
  mg_callbacks callbacks{};
  callbacks.begin_request = handle_request;
  callbacks.connection_close = note_end;
  server_ = TRY(start_civetweb(bind, port, kThreads, callbacks, this));
  return port_of(server_);
}

void HttpServer::handle(Connection connection) {
  auto request = connection.request();
  if (request.path.starts_with(kControlPrefix)) {
    send(connection, request, site_.control(request));
    return;
  }
  if (connection.mark()) site_.connected();
  const UnderWay under_way(site_);
  const auto order = site_.faults().take(request.path);
  request.spoiled = order && spoils_body(order->kind);
  auto answer = site_.answer(request);
  if (order) {
    handle_faulty(connection, request, std::move(answer), *order);
  } else {
    send(connection, request, answer);
  }
}

void HttpServer::handle_faulty(Connection& connection, const Request& request, Answer answer, const FaultOrder& order) {
  const auto cleared = site_.faults().cleared();
  if (++faulty_ <= kMostFaulty) {
    misbehave(connection, request, std::move(answer), order, [&] { return site_.faults().cleared() != cleared; });
  }
  --faulty_;
  connection.end();
}

}  // namespace mixnet::simulator
