// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "tests/simulator/network/call.h"
#include "tests/simulator/network/visitors.h"
#include "tests/simulator/site.h"

namespace mixnet::simulator {

inline constexpr std::string_view kNymApi = "/api";
inline constexpr std::string_view kNodeStatusApi = "/status";

/// The network's two APIs on one server, and who asked for what. For several threads at once.
class NetworkSite : public Site {
 public:
  explicit NetworkSite(const NetworkOptions& options) : network_(options) {}

  Answer answer(const Request& request) override;
  Answer control(const Request& request) override;
  Faults& faults() override { return faults_; }
  void connected() override;
  void disconnected() override;
  void began() override;
  void ended() override;

  /// One line for who started it: where it is.
  std::string ready_line(std::uint16_t port);

  // What the control API does, under the lock.
  Network& network() { return network_; }
  Visitors& visitors() { return visitors_; }
  /// As if nym-api had just been started: nothing is in its caches for some seconds.
  void make_cold(double seconds);

 private:
  /// An answer that holds until the network changes.
  struct Kept {
    std::uint64_t revision = 0;
    Answer answer;
    std::string compressed;
  };
  struct Tagged {
    std::string tag;
    Time modified;
  };

  Answer find_answer(const Request& request, std::uint64_t revision);
  Answer answer_of_api(std::string_view base, std::span<const NetworkRoute> routes, const Request& request,
                       std::uint64_t revision);
  Answer answer_of_route(const NetworkRoute& route, const Call& call, std::uint64_t revision);
  Answer keep(const NetworkRoute& route, const Call& call, std::uint64_t revision, bool compressed);
  Answer with_validators(Answer answer, const Request& request);
  bool is_there(const NetworkRoute& route) const;

  std::mutex mutex_;  // guards all but faults_, which guards itself
  Network network_;
  Visitors visitors_;
  std::map<std::string, Kept> kept_;
  std::map<std::string, Tagged> tags_;
  Time cold_until_;
  Faults faults_;
};

}  // namespace mixnet::simulator
