// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/misbehaviour.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "tests/simulator/gzip.h"

namespace mixnet::simulator {
namespace {

constexpr double kLook = 0.1;
constexpr std::size_t kDepth = 200'000;
constexpr std::uint64_t kMostUnpacked = 1 << 28;

/// Until the fault is cleared or the client goes.
void hang(const Connection& connection, const std::function<bool()>& released) {
  while (!released() && connection.wait(kLook)) {
  }
}

/// false when it was released, or the client has gone.
bool pause(const Connection& connection, double seconds, const std::function<bool()>& released) {
  for (; seconds > 0; seconds -= kLook) {
    if (released() || !connection.wait(std::min(seconds, kLook))) return false;
  }
  return true;
}

void drip(Connection& connection, const Answer& answer, double seconds, const std::function<bool()>& released) {
  constexpr std::size_t kPieces = 10;
  const std::size_t size = (answer.body.size() + kPieces - 1) / kPieces;
  connection.send_head(answer);
  for (std::size_t at = 0; at < answer.body.size(); at += size) {
    if (!pause(connection, seconds / kPieces, released)) return;
    if (!connection.send(std::string_view(answer.body).substr(at, size))) return;
  }
}

void send_half(Connection& connection, const Answer& answer) {
  connection.send_head(answer);
  connection.send(std::string_view(answer.body).substr(0, answer.body.size() / 2));
}

/// From one block, whatever is asked for.
void send_huge(Connection& connection, const Answer& answer, std::uint64_t bytes, const std::function<bool()>& released) {
  static const std::string kBlock(65'536, 'x');
  connection.send_chunked_head(answer);
  connection.send_chunk("{\"endless\":\"");
  while (bytes > 0 && !released()) {
    const auto size = std::min<std::uint64_t>(bytes, kBlock.size());
    if (!connection.send_chunk(std::string_view(kBlock).substr(0, size))) return;
    bytes -= size;
  }
  connection.send_chunk("\"}");
  connection.send_chunk("");
}

Answer with_body(Answer answer, std::string body) {
  answer.body = std::move(body);
  return answer;
}

/// Whatever was asked for.
Answer packed(std::string body) {
  Answer out{200, "application/json", std::move(body), {}};
  out.headers.emplace_back("content-encoding", "gzip");
  return out;
}

Answer proxy_page() {
  return {
      200, "text/html", "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>", {}};
}

Answer other_status(const FaultOrder& order) {
  auto out = plain(order.status, "told to answer so");
  if (!order.retry_after.empty()) out.headers.emplace_back("retry-after", order.retry_after);
  return out;
}

/// What the faults that are an answer of their own answer.
Answer spoiled(Answer answer, const FaultOrder& order) {
  switch (order.kind) {
    case FaultKind::status: return other_status(order);
    case FaultKind::redirect: return {order.status, "", "", order.location};
    case FaultKind::wrong_json: return with_body({200, "application/json", {}, {}}, with_wrong_types(answer.body));
    case FaultKind::broken: return with_body(std::move(answer), "{\"status\": up, ]");
    case FaultKind::html: return proxy_page();
    case FaultKind::empty: return with_body(std::move(answer), "");
    case FaultKind::deep: return with_body(std::move(answer), std::string(kDepth, '['));
    case FaultKind::truncated: {
      auto body = truncated(answer.body);
      return with_body(std::move(answer), std::move(body));
    }
    case FaultKind::bad_gzip: return packed("\x1f\x8b\x08 and then nothing that anybody could unpack");
    case FaultKind::bomb: return packed(gzip_of_zeros(std::min(order.bytes, kMostUnpacked)));
    default: return answer;
  }
}

}  // namespace

void send(Connection& connection, const Request& request, const Answer& answer) {
  connection.send_head(answer);
  if (request.method != "HEAD") connection.send(answer.body);
}

void misbehave(Connection& connection, const Request& request, Answer answer, const FaultOrder& order,
               const std::function<bool()>& released) {
  switch (order.kind) {
    case FaultKind::hang: return hang(connection, released);
    case FaultKind::reset: return connection.reset();
    case FaultKind::drip: return drip(connection, answer, order.seconds, released);
    case FaultKind::huge: return send_huge(connection, answer, order.bytes, released);
    case FaultKind::cut: return send_half(connection, answer);
    case FaultKind::stall: send_half(connection, answer); return hang(connection, released);
    case FaultKind::slow:
      if (pause(connection, order.seconds, released)) send(connection, request, answer);
      return;
    default: return send(connection, request, spoiled(std::move(answer), order));
  }
}

}  // namespace mixnet::simulator
