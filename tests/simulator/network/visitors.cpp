// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/visitors.h"

#include <algorithm>

namespace mixnet::simulator {
namespace {

/// Paths beyond these are counted together, values of headers beyond those not noted.
constexpr std::size_t kMostPaths = 1000;
constexpr std::size_t kMostValues = 32;

void note_value(const std::string& value, std::set<std::string>& out) {
  if (out.size() < kMostValues) out.insert(value);
}

void note_header(const Request& request, std::string_view name, std::set<std::string>& out) {
  const auto found = request.headers.find(name);
  note_value(found == request.headers.end() ? "" : found->second, out);
}

}  // namespace

void Visitors::note(const Request& request, const Answer& answer) {
  const bool known = asked_.size() < kMostPaths || asked_.contains(request.path);
  auto& asked = asked_[known ? request.path : "…"];
  ++asked.count;
  ++asked.statuses[answer.status];
  asked.bytes += answer.body.size();
  if (request.headers.contains("if-none-match")) ++asked.with_if_none_match;
  if (request.headers.contains("if-modified-since")) ++asked.with_if_modified_since;
  note_header(request, "user-agent", asked.user_agents);
  note_header(request, "accept-encoding", asked.accept_encodings);
  if (!request.query.empty()) note_value(request.query, asked.queries);
  const auto now = std::chrono::steady_clock::now();
  if (asked.last) {
    const auto interval = std::chrono::duration<double>(now - *asked.last).count();
    asked.shortest_interval = std::min(interval, asked.shortest_interval.value_or(interval));
  }
  asked.last = now;
}

void Visitors::connected() {
  ++opened_;
  most_open_ = std::max(most_open_, ++open_);
}

void Visitors::began() { most_running_ = std::max(most_running_, ++running_); }

void Visitors::forget() {
  asked_.clear();
  opened_ = 0;
  most_open_ = open_;
  most_running_ = running_;
}

Json Visitors::json() const {
  Json paths = Json::object();
  for (const auto& [path, asked] : asked_) {
    Json statuses = Json::object();
    for (const auto& [status, count] : asked.statuses) statuses[std::to_string(status)] = count;
    paths[path] = {{"count", asked.count},
                   {"statuses", statuses},
                   {"bytes", asked.bytes},
                   {"user_agents", asked.user_agents},
                   {"accept_encodings", asked.accept_encodings},
                   {"queries", asked.queries},
                   {"with_if_none_match", asked.with_if_none_match},
                   {"with_if_modified_since", asked.with_if_modified_since},
                   {"shortest_interval", asked.shortest_interval ? Json(*asked.shortest_interval) : Json()}};
  }
  return {{"paths", paths},
          {"connections", {{"opened", opened_}, {"open", open_}, {"most_open", most_open_}}},
          {"most_requests_at_once", most_running_}};
}

}  // namespace mixnet::simulator
