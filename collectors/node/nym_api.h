// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/http.h"
#include "collectors/kit/http_reason.h"
#include "collectors/kit/remarks.h"
#include "collectors/kit/samples.h"
#include "collectors/node/nodes.h"
#include "collectors/node/nym_endpoints.h"

namespace mixnet::nym {

/// One node's HTTP API: which endpoint is asked when, what each said last and why it said nothing. It does not wait; the
/// caller drives the Http between `begin_due` and `take_ended`.
///
/// An answer is given until it is too old: of live endpoints until three more should have come, of the others for three of
/// their periods. It goes at once where the node says that it does not have it, or has restarted.
///
/// An endpoint that fails and works by turns has one remark, the same all the time, until it has been steady for 10 minutes.
class NodeApi {
 public:
  using Clock = std::chrono::steady_clock;

  /// `random` moves the node's times of asking, so that many do not ask at once.
  NodeApi(const Node& node, std::uint32_t random);

  /// The node as it is known now; what changed of it is taken over, a new process is a restart.
  void follow(const Node& node, Clock::time_point now);

  /// Asks the endpoints that are due. This object must outlive what it began, or `cancel` it.
  void begin_due(Http& http, std::chrono::milliseconds interval, Clock::time_point now);
  void take_ended(Clock::time_point now);
  void cancel(Http& http);
  bool is_waiting() const;

  /// Adds all that is fresh enough, how each endpoint does, and a remark for each that does not.
  void add_to(Samples& out, Remarks& remarks, std::chrono::milliseconds interval, Clock::time_point now);

  const std::string& name() const { return answers_.node; }

 private:
  struct State {
    HttpExchange exchange;
    bool waiting = false;  ///< asked, the answer not taken yet
    Clock::time_point due{};
    Clock::time_point got{};  ///< when the answer came that is given
    bool has_answer = false, asked_before = false, succeeded_before = false;
    double succeeded_s = 0;  ///< since 1970
    double took_s = 0;
    std::optional<HttpReason> reason;  ///< nothing: it answered well, or was not asked yet
    Error error{Fault::absent, {}};
    /// When it last began to fail, failed in another way or worked again, the oldest first; and, of one that does so all the
    /// time, what is said of it instead of each.
    std::array<std::optional<Clock::time_point>, 6> changes;
    std::optional<Error> unsteady;
  };

  void begin(const Endpoint& endpoint, State& state, Http& http);
  void take(const Endpoint& endpoint, State& state, Clock::time_point now);
  void succeed(const Endpoint& endpoint, State& state, Clock::time_point now);
  void fail(const Endpoint& endpoint, State& state, HttpReason reason, Error error);
  void plan_next(const Endpoint& endpoint, State& state, std::chrono::milliseconds interval, Clock::time_point now);
  std::chrono::milliseconds gap(const Endpoint& endpoint, const State& state, std::chrono::milliseconds interval) const;
  void look_for_restart(Clock::time_point now);
  void begin_anew(Clock::time_point now);
  void ask_failed_again(Clock::time_point now);
  void add_answers(Samples& out, std::chrono::milliseconds interval, Clock::time_point now);
  std::optional<HttpReason> why_down(const Endpoint& endpoint, const State& state) const;
  void add_polling(Samples& out) const;
  void note_change(State& state, std::optional<HttpReason> before, Clock::time_point now);
  void add_remarks(Remarks& remarks, Clock::time_point now);
  State& state_of(std::string_view path);
  const State& state_of(std::string_view path) const { return const_cast<NodeApi&>(*this).state_of(path); }

  std::string base_url_, access_token_, access_token_file_;
  NodeProcess process_;
  Answers answers_;
  std::vector<State> states_;        ///< in the order of all_endpoints(); never resized: Http knows where they are
  std::array<double, 3> first_gap_;  ///< by rate: how much of the period passes between the first two times
  std::array<std::uint64_t, kHttpReasons> failures_{};
  std::uint64_t requests_ = 0;

  // of /health
  std::optional<double> uptime_s_;
  Clock::time_point uptime_seen_{};
  std::uint64_t restarts_ = 0;

  std::vector<Label> scratch_;
};

}  // namespace mixnet::nym
