// SPDX-License-Identifier: Apache-2.0
#include "tests/support/sockets.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "collectors/kit/ip_address.h"

namespace mixnet::test {

BoundSocket::BoundSocket(int type, const std::string& address) {
  const auto ip = IpAddress::parse(address).value();
  auto name = ip.with_port(0);
  auto* generic = reinterpret_cast<sockaddr*>(&name);
  socket_ = Descriptor(::socket(generic->sa_family, type | SOCK_CLOEXEC, 0));
  auto size = ip.size();
  if (::bind(socket_.number(), generic, size) != 0 || ::getsockname(socket_.number(), generic, &size) != 0) {
    throw std::runtime_error("cannot bind to " + address);
  }
  port_ = ntohs(reinterpret_cast<const sockaddr_in*>(generic)->sin_port);  // sockaddr_in6 has it in the same place
}

TcpServer::TcpServer(std::function<void(int)> serve, const std::string& address) : listener_(SOCK_STREAM, address) {
  if (::listen(listener_.number(), 64) != 0) throw std::runtime_error("cannot listen");
  thread_ = std::thread([this, serve = std::move(serve)] {
    for (;;) {
      const Descriptor socket(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket) return;
      serve(socket.number());
    }
  });
}

TcpServer::~TcpServer() {
  ::shutdown(listener_.number(), SHUT_RDWR);
  thread_.join();
}

UdpServer::UdpServer(std::function<std::string(const std::string&)> answer) : socket_(SOCK_DGRAM, "127.0.0.1") {
  thread_ = std::thread([this, answer = std::move(answer)] {
    for (;;) {
      std::array<char, 512> bytes{};
      sockaddr_storage client{};
      socklen_t size = sizeof client;
      auto* generic = reinterpret_cast<sockaddr*>(&client);
      const auto count = ::recvfrom(socket_.number(), bytes.data(), bytes.size(), 0, generic, &size);
      if (count <= 0) return;
      const auto packet = answer({bytes.data(), static_cast<std::size_t>(count)});
      if (!packet.empty()) ::sendto(socket_.number(), packet.data(), packet.size(), 0, generic, size);
    }
  });
}

UdpServer::~UdpServer() {
  const BoundSocket own(SOCK_DGRAM, "127.0.0.1");
  const auto address = IpAddress::parse("127.0.0.1").value();
  const auto name = address.with_port(port());
  ::sendto(own.number(), "", 0, 0, reinterpret_cast<const sockaddr*>(&name), address.size());  // an empty packet ends it
  thread_.join();
}

std::string receive_head(const std::function<long(char*, std::size_t)>& receive) {
  std::string out;
  while (out.find("\r\n\r\n") == std::string::npos) {
    std::array<char, 1024> bytes{};
    const auto count = receive(bytes.data(), bytes.size());
    if (count <= 0) return out;
    out.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return out;
}

}  // namespace mixnet::test
