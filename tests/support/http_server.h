// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mixnet::test {

/// What a server sends, byte for byte, and what it does then.
struct Reply {
  enum class Then { keep, close, reset, hang };
  std::string bytes;
  Then then = Then::keep;
  std::uint64_t more = 0;  ///< so many more bytes, all 'x', after them
};

/// A whole answer.
Reply answer(int status, const std::string& body, const std::string& headers = "");

/// An HTTP server that answers with whatever a test wants, broken or not. A thread for each connection.
class HttpServer {
 public:
  /// `reply` is called from several threads, with the request: "GET /path HTTP/1.1\r\nHost: …\r\n\r\n" and its body.
  /// `port` 0: any that is free.
  explicit HttpServer(std::function<Reply(const std::string& request)> reply, std::uint16_t port = 0);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::uint16_t port() const { return port_; }
  /// All requests so far.
  std::vector<std::string> requests() const;
  int connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int fd);

  const std::function<Reply(const std::string&)> reply_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> ended_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;  // guarded by mutex_
  std::vector<int> open_;              // guarded by mutex_
  std::vector<std::thread> serving_;   // guarded by mutex_
  std::thread accepting_;
};

}  // namespace mixnet::test
