// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_api.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "collectors/kit/secret.h"
#include "collectors/node/nym_metrics.h"
#include "collectors/node/nym_polling_metrics.h"

namespace mixnet::nym {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kConstantPeriod = 10min, kHourlyPeriod = 1h;
constexpr std::chrono::milliseconds kFailedConstantAgain = 1min, kFailedHourlyAgain = 10min, kRefusedAgain = 1min;
constexpr auto kHalfATick = 500ms;
constexpr double kUptimeSlackSeconds = 10;  // the node counts whole seconds, and answers take their time
constexpr int kMissedMax = 3;
constexpr std::chrono::minutes kSteadyAfter{10};
constexpr std::size_t kKeptBodyBytes = 64 << 10;

std::string_view path_of(std::size_t index) { return all_endpoints()[index].path; }

double unix_seconds() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::chrono::milliseconds period(Rate rate, std::chrono::milliseconds interval) {
  switch (rate) {
    case Rate::live: return interval;
    case Rate::constant: return std::max(kConstantPeriod, interval);
    case Rate::hourly: break;
  }
  return std::max(kHourlyPeriod, interval);
}

/// Does the node say that it has nothing there? Then there is nothing to mend, and what it said before does not hold.
bool is_refusal(HttpReason reason) {
  return reason == HttpReason::not_found || reason == HttpReason::unauthorized || reason == HttpReason::forbidden ||
         reason == HttpReason::not_implemented;
}

Error refused(const Endpoint& endpoint, const HttpRequest& request, HttpReason reason, int status) {
  const bool exposition = endpoint.path == kExpositionPath;
  if (exposition && reason == HttpReason::not_found) {
    return {Fault::absent, "no access token is configured on the node: set access_token in [http] of its config.toml"};
  }
  if (exposition && reason == HttpReason::unauthorized) {
    if (request.bearer_token.empty()) {
      return {Fault::absent, "the node asks for its access token: name a file that holds it as access_token_file"};
    }
    return {Fault::denied, "the node does not accept the access token: it is not the one in [http] of its config.toml"};
  }
  const auto message = request.url + ": status " + std::to_string(status);
  const bool not_offered = reason == HttpReason::not_implemented ||
                           (reason == HttpReason::not_found && endpoint.path != kHealthPath) ||
                           (reason == HttpReason::forbidden && endpoint.path == kSystemPath);
  if (not_offered) return {Fault::absent, message + ": the node does not offer it"};
  if (reason == HttpReason::unauthorized || reason == HttpReason::forbidden) return {Fault::denied, message};
  return {reason == HttpReason::not_found ? Fault::malformed : Fault::unavailable, message};
}

bool can_be_sent(std::string_view token) {
  return std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

NodeApi::NodeApi(const Node& node, std::uint32_t random) : process_(node.process), states_(all_endpoints().size()) {
  answers_.node = node.name;
  std::minstd_rand generator(random);
  for (auto& share : first_gap_) share = std::uniform_real_distribution(0.5, 1.0)(generator);
  follow(node, Clock::time_point::min());
}

void NodeApi::follow(const Node& node, Clock::time_point now) {
  const bool elsewhere = base_url_ != node.http_url;
  const bool other_token = access_token_ != node.access_token || access_token_file_ != node.access_token_file;
  base_url_ = node.http_url;
  access_token_ = node.access_token;
  access_token_file_ = node.access_token_file;
  if (answers_.passthrough != node.passthrough || other_token) state_of(kExpositionPath).due = now;
  answers_.passthrough = node.passthrough;
  const bool another_process = node.process.pid != 0 && process_.pid != 0 && node.process != process_;
  if (node.process.pid != 0) process_ = node.process;
  if (elsewhere || another_process) begin_anew(now);
}

void NodeApi::begin_anew(Clock::time_point now) {
  for (std::size_t index = 0; index < states_.size(); ++index) {
    states_[index].due = now;
    if (all_endpoints()[index].rate == Rate::live) continue;  // those are counters: they stand until the next answer
    states_[index].has_answer = false;
    all_endpoints()[index].forget(answers_);
  }
  answers_.sent_forward = answers_.sent_forward_of_exposition = {};
}

void NodeApi::begin_due(Http& http, std::chrono::milliseconds interval, Clock::time_point now) {
  if (base_url_.empty()) return;
  for (std::size_t index = 0; index < states_.size(); ++index) {
    auto& state = states_[index];
    if (state.waiting || state.due > now + kHalfATick) continue;
    begin(all_endpoints()[index], state, http);
    plan_next(all_endpoints()[index], state, interval, now);
  }
}

void NodeApi::begin(const Endpoint& endpoint, State& state, Http& http) {
  auto& request = state.exchange.request;
  request.url.assign(base_url_).append("/api/v1").append(endpoint.path);
  request.body_bytes_max = endpoint.body_bytes_max;
  if (endpoint.path == kExpositionPath) {
    request.bearer_token = access_token_;
    if (access_token_.empty() && !access_token_file_.empty()) {
      auto secret = read_secret(access_token_file_);  // each time, as it may be replaced
      if (!secret) return fail(endpoint, state, HttpReason::token, secret.error());
      request.bearer_token = *std::move(secret);
    }
    if (!can_be_sent(request.bearer_token)) {
      return fail(endpoint, state, HttpReason::token,
                  {Fault::malformed, "the node's access token has characters that cannot be sent"});
    }
  }
  ++requests_;
  state.waiting = true;
  http.begin(state.exchange);
}

std::chrono::milliseconds NodeApi::gap(const Endpoint& endpoint, const State& state, std::chrono::milliseconds interval) const {
  const auto usual = period(endpoint.rate, interval);
  if (!state.asked_before) {
    return std::chrono::milliseconds(
        std::llround(static_cast<double>(usual.count()) * first_gap_[static_cast<std::size_t>(endpoint.rate)]));
  }
  return usual;
}

/// Counted from when it was due, so that lateness does not add up.
void NodeApi::plan_next(const Endpoint& endpoint, State& state, std::chrono::milliseconds interval, Clock::time_point now) {
  const auto next = gap(endpoint, state, interval);
  const bool late = state.due < now - next / 2;
  state.due = (late ? now : state.due) + next;
  state.asked_before = true;
}

void NodeApi::take_ended(Clock::time_point now) {
  for (std::size_t index = 0; index < states_.size(); ++index) {
    auto& state = states_[index];
    if (!state.waiting || state.exchange.response.under_way) continue;
    state.waiting = false;
    take(all_endpoints()[index], state, now);
    auto& body = state.exchange.response.body;
    body.clear();
    if (body.capacity() > kKeptBodyBytes) body.shrink_to_fit();
  }
}

void NodeApi::take(const Endpoint& endpoint, State& state, Clock::time_point now) {
  const auto& response = state.exchange.response;
  const auto before = state.reason;
  state.took_s = response.took.count();
  if (response.outcome != HttpOutcome::answered) {
    fail(endpoint, state, reason_of(response.outcome), {Fault::unavailable, response.message});
  } else if (response.status != 200) {
    const auto reason = reason_of_status(response.status);
    fail(endpoint, state, reason, refused(endpoint, state.exchange.request, reason, response.status));
  } else if (auto taken = endpoint.take(answers_, response.body); !taken) {
    fail(endpoint, state, HttpReason::malformed, {Fault::malformed, state.exchange.request.url + ": " + taken.error().message});
  } else {
    succeed(endpoint, state, now);
  }
  note_change(state, before, now);
  // Sooner than usual, as far as that is not the interval itself.
  if (!state.reason) return;
  if (endpoint.rate == Rate::constant && !is_refusal(*state.reason))
    state.due = std::min(state.due, now + kFailedConstantAgain);
  if (endpoint.rate == Rate::hourly && !is_refusal(*state.reason)) state.due = std::min(state.due, now + kFailedHourlyAgain);
  if (endpoint.rate == Rate::live && is_refusal(*state.reason)) state.due = std::max(state.due, now + kRefusedAgain);
}

void NodeApi::succeed(const Endpoint& endpoint, State& state, Clock::time_point now) {
  const bool recovered = state.reason.has_value();
  state.reason.reset();
  state.has_answer = state.succeeded_before = true;
  state.got = now;
  state.succeeded_s = unix_seconds();
  if (endpoint.path != kHealthPath) return;
  look_for_restart(now);
  if (recovered) ask_failed_again(now);
}

void NodeApi::fail(const Endpoint& endpoint, State& state, HttpReason reason, Error error) {
  ++failures_[static_cast<std::size_t>(reason)];
  state.reason = reason;
  state.error = std::move(error);
  if (!is_refusal(reason)) return;
  state.has_answer = false;
  endpoint.forget(answers_);
}

/// By the uptime of the node's HTTP API, which begins anew with the process: it went back, or is no more than the time since
/// it was last seen though it was long by then.
void NodeApi::look_for_restart(Clock::time_point now) {
  const auto uptime = answers_.health->uptime_s;
  if (!uptime || *uptime < 0) return;
  const auto passed_s = std::chrono::duration<double>(now - uptime_seen_).count();
  const bool shorter = uptime_s_ && *uptime < *uptime_s_;
  const bool too_short = uptime_s_ && *uptime <= passed_s && *uptime < *uptime_s_ + passed_s - kUptimeSlackSeconds;
  uptime_s_ = uptime;
  uptime_seen_ = now;
  if (!shorter && !too_short) return;
  ++restarts_;
  begin_anew(now);
}

void NodeApi::ask_failed_again(Clock::time_point now) {
  for (auto& state : states_) {
    if (state.reason) state.due = now;
  }
}

void NodeApi::cancel(Http& http) {
  for (auto& state : states_) http.cancel(state.exchange);
}

bool NodeApi::is_waiting() const {
  return std::any_of(states_.begin(), states_.end(), [](const State& state) { return state.waiting; });
}

void NodeApi::add_to(Samples& out, Remarks& remarks, std::chrono::milliseconds interval, Clock::time_point now) {
  add_answers(out, interval, now);
  add_polling(out);
  add_remarks(remarks, now);
}

void NodeApi::add_answers(Samples& out, std::chrono::milliseconds interval, Clock::time_point now) {
  for (std::size_t index = 0; index < states_.size(); ++index) {
    const auto& endpoint = all_endpoints()[index];
    auto& state = states_[index];
    if (state.has_answer && now - state.got >= kMissedMax * period(endpoint.rate, interval)) {
      state.has_answer = false;
      endpoint.forget(answers_);
    }
    if (state.has_answer) endpoint.add(answers_, out);
  }
  if (uptime_s_) out.add(kApiRestarts, static_cast<double>(restarts_), {{"node", name()}});
  if (!answers_.exposition) return;
  const auto& packets = state_of(kPacketsPath).reason;
  if (packets == HttpReason::not_found || packets == HttpReason::not_implemented) add_packets_of_exposition(answers_, out);
  if (!answers_.passthrough) return;
  const auto left_out = add_unknown(*answers_.exposition, out, scratch_);
  const auto labels = out.labels({{"node", name()}});
  out.add(kPassthroughSeries, static_cast<double>(answers_.exposition->unknown_samples - left_out), labels);
  out.add(kPassthroughDropped, static_cast<double>(answers_.exposition->dropped_samples + left_out), labels);
}

/// Why it is not up. A node that cannot be reached gives nothing, also where it was last asked long before that.
std::optional<HttpReason> NodeApi::why_down(const Endpoint& endpoint, const State& state) const {
  if (state.reason || !state.succeeded_before || endpoint.rate == Rate::live) return state.reason;
  const auto& health = state_of(kHealthPath).reason;
  return health == HttpReason::unreachable || health == HttpReason::timeout ? health : std::nullopt;
}

void NodeApi::add_polling(Samples& out) const {
  for (std::size_t index = 0; index < states_.size(); ++index) {
    const auto& state = states_[index];
    const auto labels = out.labels({{"node", name()}, {"endpoint", path_of(index)}});
    if (state.succeeded_before || state.reason) out.add(kApiDuration, state.took_s, labels);
    if (state.succeeded_before) out.add(kApiLastSuccess, state.succeeded_s, labels);
    const auto reason = why_down(all_endpoints()[index], state);
    if (!reason) {
      if (state.succeeded_before) out.add(kApiUp, 1, labels);
      continue;
    }
    if (!state.reason || state.error.fault != Fault::absent) out.add(kApiUp, 0, labels);
    out.add(kApiFault, 1, {{"node", name()}, {"endpoint", path_of(index)}, {"reason", to_string(*reason)}});
  }
  for (std::size_t reason = 0; reason < kHttpReasons; ++reason) {
    out.add(kApiFailures, static_cast<double>(failures_[reason]),
            {{"node", name()}, {"reason", to_string(static_cast<HttpReason>(reason))}});
  }
  out.add(kApiRequests, static_cast<double>(requests_), {{"node", name()}});
}

void NodeApi::note_change(State& state, std::optional<HttpReason> before, Clock::time_point now) {
  if (before == state.reason) return;
  std::rotate(state.changes.begin(), state.changes.begin() + 1, state.changes.end());
  state.changes.back() = now;
  const bool unsteady = state.changes.front() && now - *state.changes.front() < kSteadyAfter;
  if (unsteady && !state.unsteady) state.unsteady = {Fault::unavailable, "it comes and goes: " + state.error.message};
}

/// Where the whole API fails in one way, that is one remark and not one for each endpoint.
void NodeApi::add_remarks(Remarks& remarks, Clock::time_point now) {
  if (base_url_.empty()) {
    remarks.add(name() + ": HTTP API", {Fault::absent, "its address is not known: name it as http_url"});
    return;
  }
  for (auto& state : states_) {
    if (state.unsteady && now - *state.changes.back() >= kSteadyAfter) state.unsteady.reset();
  }
  const auto& health = state_of(kHealthPath);
  const bool all = health.unsteady || (health.reason && health.error.fault != Fault::absent);
  if (all) remarks.add(name() + ": HTTP API", health.unsteady ? *health.unsteady : health.error);
  for (std::size_t index = 0; index < states_.size(); ++index) {
    const auto& state = states_[index];
    if (!state.reason && !state.unsteady) continue;
    if (all && (health.unsteady || state.unsteady || state.reason == health.reason)) continue;
    remarks.add(name() + ": " + std::string(path_of(index)), state.unsteady ? *state.unsteady : state.error);
  }
}

NodeApi::State& NodeApi::state_of(std::string_view path) {
  const auto endpoints = all_endpoints();
  const auto found = std::find_if(endpoints.begin(), endpoints.end(), [&](const auto& each) { return each.path == path; });
  return states_[static_cast<std::size_t>(found - endpoints.begin())];
}

}  // namespace mixnet::nym
