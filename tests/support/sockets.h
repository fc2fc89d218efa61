// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "collectors/kit/descriptor.h"

namespace mixnet::test {

/// A socket of `type` bound to a free port of an address of this host.
class BoundSocket {
 public:
  BoundSocket(int type, const std::string& address);
  int number() const { return socket_.number(); }
  std::uint16_t port() const { return port_; }

 private:
  Descriptor socket_;
  std::uint16_t port_ = 0;
};

/// Listens over TCP and does with each connection, one after the other, whatever a test wants.
class TcpServer {
 public:
  explicit TcpServer(std::function<void(int socket)> serve, const std::string& address = "127.0.0.1");
  ~TcpServer();
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  std::uint16_t port() const { return listener_.port(); }

 private:
  BoundSocket listener_;
  std::thread thread_;
};

/// An NTP server that answers each packet with what `answer` makes of it; with nothing where that is empty.
class UdpServer {
 public:
  explicit UdpServer(std::function<std::string(const std::string& packet)> answer);
  ~UdpServer();
  UdpServer(const UdpServer&) = delete;
  UdpServer& operator=(const UdpServer&) = delete;

  std::uint16_t port() const { return socket_.port(); }

 private:
  BoundSocket socket_;
  std::thread thread_;
};

/// Receives up to the blank line after a request's head.
std::string receive_head(const std::function<long(char* bytes, std::size_t size)>& receive);

}  // namespace mixnet::test
