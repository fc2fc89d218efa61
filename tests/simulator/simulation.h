// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "tests/simulator/bodies.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/home.h"
#include "tests/simulator/node.h"
#include "tests/simulator/routes.h"
#include "tests/simulator/site.h"
#include "tests/simulator/sockets.h"
#include "tests/simulator/websockets.h"

namespace mixnet::simulator {

/// The node with all around it that can be seen of it: sockets, files, and who asked for what. For several threads at once.
class Simulation : public Site {
 public:
  explicit Simulation(const Options& options);

  /// Opens the sockets of the roles, connects the clients, writes the files. `http` is the port of the API.
  Result<void> start(std::uint16_t http);

  /// One line for who started the simulator: what it is and where.
  std::string ready_line();

  Answer answer(const Request& request) override;
  Answer control(const Request& request) override;
  Faults& faults() override { return faults_; }

  // What the control API does.
  void advance(double seconds);
  void restart();
  void set_traffic(const Traffic& traffic);
  Result<void> restart_with(const Modes& modes, const std::string& access_token);
  Result<void> set_connections(std::uint64_t count);
  void set_reading(bool reading) { sockets_.set_reading(reading); }
  Result<void> set_listening(std::string_view role, bool listening);
  /// What the node has on its command line now, and what it announces of that from now on.
  Options options();
  void announce(const Options& options);
  Modes modes();
  Traffic traffic();
  std::string access_token();
  /// How often each path has been asked for, by whom with an Authorization header.
  Json requests();
  void forget_requests();
  Json opened();
  Json state();

 private:
  struct Asked {
    std::uint64_t count = 0;
    std::uint64_t with_authorization = 0;
  };

  Result<void> open(std::string_view role);
  void close(std::string_view role);
  Result<void> open_roles();
  Result<void> connect_clients(std::uint64_t count);
  void count_connections();

  std::mutex mutex_;  // guards all but faults_ and what guards itself
  Node node_;
  Ports ports_;
  std::map<std::string, Asked> asked_;
  Home home_;
  Faults faults_;
  Sockets sockets_;
  WebSockets websockets_;
  Clients mix_clients_, websocket_clients_;
};

}  // namespace mixnet::simulator
