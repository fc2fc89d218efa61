// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/kit/json.h"
#include "collectors/kit/text.h"
#include "tests/support/host.h"
#include "tests/support/http_server.h"

namespace mixnet::test {

/// Answers all that nym-api asks a node, well unless a test sets another answer, by path below /api/v1.
class DescribedNode {
 public:
  static constexpr const char* kKey = "2NpCTfUf5Ad1vN7aqpdnDq4izshzfoae9tdHnV9apvLg";

  explicit DescribedNode(std::uint16_t port = 0)
      : replies_{{"/health", answer(200, R"({"status":"up","uptime":7})")},
                 {"/host-information", answer(200, host_information("today"))},
                 {"/build-information", answer(200, R"({"binary_name":"nym-node","build_version":"1.31.0"})")},
                 {"/roles", answer(200, "{}")},
                 {"/auxiliary-details", answer(200, R"({"accepted_operator_terms_and_conditions":true})")},
                 {"/gateway/client-interfaces/mixnet-websockets", answer(200, "{}")},
                 {"/network-requester", answer(200, "{}")},
                 {"/network-requester/exit-policy", answer(200, "{}")},
                 {"/ip-packet-router", answer(200, "{}")},
                 {"/authenticator", answer(200, "{}")},
                 {"/gateway/client-interfaces/wireguard", answer(200, "{}")},
                 {"/lewes-protocol", answer(200, "{}")}},
        server_([this](const std::string& head) { return reply(head); }, port) {}

  /// The body of that name in tests/fixtures/network/host_information.jsonl.
  static std::string host_information(std::string_view name) {
    const auto text = fixture("network/host_information.jsonl");
    Lines lines(text);
    for (std::string_view line; lines.next(line);) {
      const auto entry = Json::parse(line).value();
      if (entry["name"].text() == name) return entry["body"].serialized();
    }
    return {};
  }

  void set(const std::string& path, Reply reply) {
    const std::lock_guard lock(mutex_);
    replies_[path] = std::move(reply);
  }
  std::uint16_t port() const { return server_.port(); }
  /// The paths that were asked for, in that order.
  std::vector<std::string> asked() const {
    std::vector<std::string> out;
    for (const auto& head : server_.requests()) out.push_back(path_of(head));
    return out;
  }
  bool was_asked(std::string_view path) const {
    const auto all = asked();
    return std::find(all.begin(), all.end(), path) != all.end();
  }

 private:
  static std::string path_of(const std::string& head) {
    constexpr std::string_view kPrefix = "GET /api/v1";
    return head.starts_with(kPrefix) ? head.substr(kPrefix.size(), head.find(' ', kPrefix.size()) - kPrefix.size()) : "";
  }
  Reply reply(const std::string& head) {
    const std::lock_guard lock(mutex_);
    const auto at = replies_.find(path_of(head));
    return at == replies_.end() ? answer(404, "") : at->second;
  }

  std::mutex mutex_;
  std::map<std::string, Reply> replies_;  // guarded by mutex_
  HttpServer server_;
};

}  // namespace mixnet::test
