// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/connection_check.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "collectors/kit/descriptor.h"
#include "collectors/kit/stop_event.h"
#include "collectors/network/http_head.h"
#include "collectors/network/websocket.h"

namespace mixnet {
namespace {

using Clock = std::chrono::steady_clock;

std::string error_text(int error) {
  std::array<char, 128> buffer{};
  return ::strerror_r(error, buffer.data(), buffer.size());
}

/// As it stands in a URL or a header.
std::string host_of(const ConnectionTarget& target) {
  const bool is_ipv6 = target.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port);
}

std::string health_request(const ConnectionTarget& target) {
  return "GET /api/v1/health HTTP/1.1\r\nHost: " + host_of(target) +
         "\r\nUser-Agent: mixnet-exporter\r\nAccept: application/json\r\nConnection: close\r\n\r\n";
}

std::string websocket_request(const ConnectionTarget& target, std::string_view key) {
  return "GET / HTTP/1.1\r\nHost: " + host_of(target) +
         "\r\nUser-Agent: mixnet-exporter\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: " +
         std::string(key) + "\r\n\r\n";
}

/// One check on its way: from stage to stage, each as far as the socket allows.
class Conversation {
 public:
  explicit Conversation(ConnectionCheck& check) : target_(check.target), outcome_(check.outcome) {
    outcome_ = {};
    begin();
  }

  bool is_over() const { return stage_ == Stage::over; }
  pollfd awaits() const { return {.fd = socket_.number(), .events = events_, .revents = 0}; }

  /// The socket is ready.
  void go_on() {
    if (stage_ == Stage::connecting) finish_connecting();
    if (stage_ == Stage::securing) secure();
    if (stage_ == Stage::asking) ask();
    if (stage_ == Stage::listening) listen();
  }

  void time_out() {
    if (!is_over()) fail_with(ConnectionFault::timeout, "no answer in time");
  }

 private:
  enum class Stage : std::uint8_t { connecting, securing, asking, listening, over };

  void begin() {
    begun_ = Clock::now();
    socket_ =
        Descriptor(::socket(target_.address.is_ipv6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_) return fail_with_errno(errno);
    const auto address = target_.address.with_port(target_.port);
    events_ = POLLOUT;
    if (::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address), target_.address.size()) == 0)
      return connected();
    if (errno != EINPROGRESS) fail_with_errno(errno);
  }

  void finish_connecting() {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) return fail_with_errno(error);
    connected();
  }

  void connected() {
    outcome_.connected = lap();
    if (!target_.tls) return secured();
    tls_ = std::make_unique<TlsClient>(socket_.number(), target_.host);
    stage_ = Stage::securing;
  }

  void secure() {
    if (!is_done(tls_->handshake())) return;
    outcome_.secured = lap();
    auto certificate = tls_->certificate();
    if (!certificate) return fail_with(ConnectionFault::tls, certificate.error().message);
    outcome_.certificate = *std::move(certificate);
    secured();
  }

  void secured() {
    if (target_.talk == Talk::nothing) return end();
    if (target_.talk == Talk::websocket) key_ = websocket_key();
    to_send_ = target_.talk == Talk::websocket ? websocket_request(target_, key_) : health_request(target_);
    stage_ = Stage::asking;
  }

  void ask() {
    while (!to_send_.empty()) {
      std::size_t sent = 0;
      if (!send(sent)) return;
      to_send_.erase(0, sent);
    }
    stage_ = Stage::listening;
    events_ = POLLIN;
  }

  void listen() {
    for (;;) {
      std::array<char, 2048> bytes{};
      std::size_t received = 0;
      if (!receive(bytes, received)) return;
      if (received == 0) return fail_with(ConnectionFault::broken_off, "closed before the answer was whole");
      answer_.append(bytes.data(), received);
      if (const auto end = HttpHead::end_of(answer_)) return judge(std::string_view(answer_).substr(0, *end));
      if (answer_.size() > HttpHead::kBytesMax) return fail_with(ConnectionFault::malformed, "the answer's head does not end");
    }
  }

  void judge(std::string_view bytes) {
    outcome_.answered = lap();
    const auto head = HttpHead::parse(bytes);
    if (!head) return fail_with(ConnectionFault::malformed, head.error().message);
    outcome_.status = head->status();
    const int expected = target_.talk == Talk::websocket ? 101 : 200;
    if (head->status() != expected) {
      return fail_with(ConnectionFault::status, "the answer has status " + std::to_string(head->status()));
    }
    if (target_.talk == Talk::websocket) {
      if (const auto taken = check_websocket_answer(*head, key_); !taken) {
        return fail_with(ConnectionFault::malformed, taken.error().message);
      }
      to_send_ = websocket_close_frame();
      std::size_t sent = 0;
      if (!send(sent) && is_over()) outcome_.fault.reset();  // it has answered: how it takes the end is all the same
    }
    end();
  }

  /// Sends the front of to_send_; false where it has to wait, or is over.
  bool send(std::size_t& sent) {
    if (tls_) return is_done(tls_->send(to_send_, sent));
    const auto count = ::send(socket_.number(), to_send_.data(), to_send_.size(), MSG_NOSIGNAL);
    if (count < 0) return wait_or_fail(POLLOUT);
    sent = static_cast<std::size_t>(count);
    return true;
  }

  bool receive(std::span<char> bytes, std::size_t& received) {
    if (tls_) return is_done(tls_->receive(bytes, received));
    const auto count = ::recv(socket_.number(), bytes.data(), bytes.size(), 0);
    if (count < 0) return wait_or_fail(POLLIN);
    received = static_cast<std::size_t>(count);
    return true;
  }

  bool wait_or_fail(short events) {
    events_ = events;
    if (errno != EAGAIN && errno != EINTR) fail_with_errno(errno);
    return false;
  }

  bool is_done(TlsClient::Step step) {
    switch (step) {
      case TlsClient::Step::done: return true;
      case TlsClient::Step::wants_read: events_ = POLLIN; break;
      case TlsClient::Step::wants_write: events_ = POLLOUT; break;
      case TlsClient::Step::failed:
        fail_with(stage_ == Stage::securing ? ConnectionFault::tls : ConnectionFault::broken_off, tls_->error());
        break;
    }
    return false;
  }

  void fail_with_errno(int error) {
    auto fault = ConnectionFault::unreachable;
    if (error == ECONNREFUSED) fault = ConnectionFault::refused;
    if (error == ETIMEDOUT) fault = ConnectionFault::timeout;
    if (error == ECONNRESET || error == EPIPE) fault = ConnectionFault::broken_off;
    fail_with(fault, error_text(error));
  }

  void fail_with(ConnectionFault fault, std::string message) {
    outcome_.fault = fault;
    outcome_.message = std::move(message);
    end();
  }

  void end() {
    stage_ = Stage::over;
    tls_.reset();
    socket_.close();
  }

  /// Since the last.
  ConnectionOutcome::Seconds lap() {
    const auto now = Clock::now();
    return now - std::exchange(begun_, now);
  }

  const ConnectionTarget& target_;
  ConnectionOutcome& outcome_;
  Descriptor socket_;
  std::unique_ptr<TlsClient> tls_;
  Stage stage_ = Stage::connecting;
  short events_ = 0;
  Clock::time_point begun_;
  std::string key_, to_send_, answer_;
};

/// What poll(2) is to wait for: what `stop` sets off, then those that are not over, in their order.
void list_awaited(const std::vector<std::unique_ptr<Conversation>>& all, int stop, std::vector<pollfd>& out) {
  out.assign(1, {.fd = stop, .events = POLLIN, .revents = 0});
  for (const auto& each : all) {
    if (!each->is_over()) out.push_back(each->awaits());
  }
}

}  // namespace

std::string_view to_string(ConnectionFault fault) {
  constexpr std::array<std::string_view, kConnectionFaults> kWords = {"refused", "unreachable", "timeout", "broken_off",
                                                                      "tls",     "malformed",   "status"};
  return kWords[static_cast<std::size_t>(fault)];
}

void run_checks(std::span<ConnectionCheck> checks, std::chrono::milliseconds timeout, const std::stop_token& stop) {
  const auto deadline = Clock::now() + timeout;
  const StopEvent stopped(stop);
  std::vector<std::unique_ptr<Conversation>> all;
  all.reserve(checks.size());
  for (auto& check : checks) all.push_back(std::make_unique<Conversation>(check));
  std::vector<pollfd> awaited;
  while (!stop.stop_requested()) {
    list_awaited(all, stopped.descriptor(), awaited);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (awaited.size() == 1 || left <= 0) break;
    if (::poll(awaited.data(), awaited.size(), static_cast<int>(left)) <= 0) continue;
    auto next = awaited.begin() + 1;
    for (const auto& each : all) {
      if (!each->is_over() && (next++)->revents != 0) each->go_on();
    }
  }
  for (const auto& each : all) each->time_out();
}

}  // namespace mixnet
