// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace mixnet::test {
namespace {

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool send_reply(int fd, const Reply& reply) {
  if (!send_all(fd, reply.bytes)) return false;
  const std::string block(64 << 10, 'x');
  for (auto left = reply.more; left > 0;) {
    const auto now = std::min<std::uint64_t>(left, block.size());
    if (!send_all(fd, std::string_view(block).substr(0, now))) return false;
    left -= now;
  }
  return true;
}

/// How long the body of a request with this head is.
std::size_t body_bytes(const std::string& head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto at = head.find(kName);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + kName.size()));
}

/// One request; empty when there is none any more.
std::string read_request(int fd, std::string& rest) {
  for (;;) {
    const auto end = rest.find("\r\n\r\n");
    const auto size = end == std::string::npos ? 0 : end + 4 + body_bytes(rest.substr(0, end + 4));
    if (end != std::string::npos && rest.size() >= size) {
      auto request = rest.substr(0, size);
      rest.erase(0, size);
      return request;
    }
    char bytes[4096];
    const auto got = ::recv(fd, bytes, sizeof bytes, 0);
    if (got <= 0) return {};
    rest.append(bytes, static_cast<std::size_t>(got));
  }
}

}  // namespace

Reply answer(int status, const std::string& body, const std::string& headers) {
  return {"HTTP/1.1 " + std::to_string(status) + " Word\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
          "\r\n\r\n" + body};
}

HttpServer::HttpServer(std::function<Reply(const std::string&)> reply, std::uint16_t port) : reply_(std::move(reply)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_port = htons(port);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0) throw std::runtime_error("no listener");
  ::getsockname(listener_, generic, &size);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept_all(); });
}

HttpServer::~HttpServer() {
  ended_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (auto& each : serving_) each.join();
  ::close(listener_);
}

std::vector<std::string> HttpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void HttpServer::accept_all() {
  while (!ended_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ++connections_;
    const std::lock_guard lock(mutex_);
    open_.push_back(fd);
    serving_.emplace_back([this, fd] { serve(fd); });
  }
}

void HttpServer::serve(int fd) {
  std::string rest;
  for (auto request = read_request(fd, rest); !request.empty(); request = read_request(fd, rest)) {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const auto reply = reply_(request);
    if (!send_reply(fd, reply) || reply.then == Reply::Then::close) break;
    if (reply.then == Reply::Then::hang) {
      char byte = 0;
      while (::recv(fd, &byte, 1, 0) > 0) continue;
      break;
    }
    if (reply.then == Reply::Then::reset) {
      const linger at_once{1, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      break;
    }
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, fd);
  ::close(fd);
}

}  // namespace mixnet::test
