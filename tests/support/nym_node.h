// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "tests/support/http_server.h"

namespace mixnet::test {

/// Answers as an exit gateway does, from tests/fixtures/nym; a test may set other answers, by path below /api/v1.
class NymNode {
 public:
  static constexpr const char* kToken = "s3cret";

  NymNode();

  std::string url() const { return server_.url(); }
  void set(const std::string& path, Reply reply);
  /// The fixture again.
  void reset(const std::string& path);
  void set_all(Reply reply);
  /// How often the path was asked for.
  std::size_t asked(const std::string& path) const;
  const HttpServer& server() const { return server_; }

 private:
  Reply reply_to(const std::string& head);

  std::mutex mutex_;
  std::map<std::string, Reply> replies_;  // guarded by mutex_
  HttpServer server_;
};

}  // namespace mixnet::test
