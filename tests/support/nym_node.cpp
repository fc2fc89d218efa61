// SPDX-License-Identifier: Apache-2.0
#include "tests/support/nym_node.h"

#include <algorithm>
#include <optional>

#include "tests/support/host.h"

namespace mixnet::test {
namespace {

constexpr const char* kPrefix = "GET /api/v1";

/// "/health" of "GET /api/v1/health HTTP/1.1…"
std::string path_of(const std::string& head) {
  if (!head.starts_with(kPrefix)) return {};
  const auto begin = std::string(kPrefix).size();
  return head.substr(begin, head.find(' ', begin) - begin);
}

std::optional<std::string> body_of(const std::string& path) {
  if (path == "/metrics/prometheus") return fixture("nym/prometheus.txt");
  const auto file = fixtures() / "nym" / (path.substr(path.rfind('/') + 1) + ".json");
  if (path.empty() || !std::filesystem::exists(file)) return std::nullopt;
  return fixture(file);
}

}  // namespace

NymNode::NymNode() : server_([this](const std::string& head) { return reply_to(head); }) {}

Reply NymNode::reply_to(const std::string& head) {
  const auto path = path_of(head);
  {
    const std::lock_guard lock(mutex_);
    if (const auto set = replies_.find(path); set != replies_.end()) return set->second;
    if (const auto set = replies_.find("*"); set != replies_.end()) return set->second;
  }
  const bool authorised = head.find(std::string("\r\nAuthorization: Bearer ") + kToken + "\r\n") != std::string::npos;
  if (path == "/metrics/prometheus" && !authorised) return answer(401, "not the correct token");
  const auto body = body_of(path);
  return body ? answer(200, *body) : answer(404, "");
}

void NymNode::set(const std::string& path, Reply reply) {
  const std::lock_guard lock(mutex_);
  replies_[path] = std::move(reply);
}

void NymNode::reset(const std::string& path) {
  const std::lock_guard lock(mutex_);
  replies_.erase(path);
}

void NymNode::set_all(Reply reply) { set("*", std::move(reply)); }

std::size_t NymNode::asked(const std::string& path) const {
  const auto heads = server_.requests();
  return static_cast<std::size_t>(
      std::count_if(heads.begin(), heads.end(), [&](const std::string& head) { return path_of(head) == path; }));
}

}  // namespace mixnet::test
