// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulator/options.h"

namespace mixnet::simulator {

/// What the node counts, named after what really happens; the bodies know where the node prints something else.
enum class Counter {
  forward_received,
  final_received,
  malformed,
  excessive_delay,
  forward_dropped_at_ingress,
  final_dropped_at_ingress,
  forward_sent,
  forward_dropped_at_egress,
  acks_sent,
  stored_on_disk,
  second_version,  ///< packets received of the second sphinx version
  wireguard_sent,
  wireguard_received,
  registrations,  ///< of WireGuard peers, each with one ticket
  lp_connections,
  embedded_sent,  ///< packets of the embedded clients of an exit
  count,
};

template <class T>
class PerCounter {
 public:
  T& operator[](Counter counter) { return values_[static_cast<std::size_t>(counter)]; }
  const T& operator[](Counter counter) const { return values_[static_cast<std::size_t>(counter)]; }

 private:
  std::array<T, static_cast<std::size_t>(Counter::count)> values_{};
};

using Counters = PerCounter<std::uint64_t>;

/// Gauges of the moment.
struct Levels {
  std::uint64_t packets_delayed = 0;
  std::uint64_t forwarder_queue = 0;
  std::uint64_t forward_pending = 0;
  std::uint64_t final_pending = 0;
  std::uint64_t egress_connections = 0;
  std::uint64_t peers = 0;
  std::uint64_t active_peers = 0;
};

/// Connections that the simulator's sockets have.
struct Connections {
  std::uint64_t mix = 0;
  std::uint64_t websocket = 0;
};

/// The sessions of one UTC day.
struct Day {
  std::chrono::sys_days date;
  std::uint64_t users = 0;
  std::uint64_t started = 0;
  std::uint64_t finished = 0;
};

enum class Tier { unknown, negligible, low, medium, high, very_high, at_capacity };

struct Load {
  Tier total = Tier::unknown;
  Tier machine = Tier::unknown;
  Tier network = Tier::unknown;
};

/// The state of the node. Counters are a function of the uptime and of what was set when, so the same commands give the same
/// numbers, however often somebody asked in between. Not for several threads at once.
class Node {
 public:
  explicit Node(Options options);

  const Options& options() const { return options_; }

  double uptime() const;
  std::chrono::system_clock::time_point now() const { return time_at(uptime()); }
  /// The wall clock at an uptime.
  std::chrono::system_clock::time_point time_at(double uptime) const;

  /// Lets time pass at once.
  void advance(double seconds);

  /// As a restart of the process does: the uptime and all counters begin at 0.
  void restart();

  /// From now on; what was counted stays.
  void set_traffic(const Traffic& traffic);

  /// As a restart with other flags does.
  void restart_with(const Modes& modes, std::string access_token);

  /// What it announces of itself from now on: addresses, name, rotation, and whose signature.
  void announce(const Options& options) { options_ = options; }

  void set_ports(const Ports& ports) { options_.ports = ports; }
  void set_connections(Connections connections) { connections_ = connections; }
  Connections connections() const { return connections_; }

  Traffic traffic() const { return spans_.back().traffic; }

  Counters counters_at(double uptime) const;
  Counters counters() const { return counters_at(uptime()); }
  Levels levels_at(double uptime) const;

  /// The uptime when the node last did what it does each `period` seconds; 0 where it did not do it yet.
  double last_update(double period) const;

  /// The day before `now`, which the node tells of.
  Day yesterday() const;

  /// The load as asked for now: computed anew at most each 30 s.
  Load load();

 private:
  /// A time of unchanged traffic.
  struct Span {
    double since = 0;
    Traffic traffic;
    Counters base;
  };

  const Span& span_at(double uptime) const;
  PerCounter<double> shares(const Traffic& traffic) const;

  Options options_;
  std::chrono::steady_clock::time_point started_;
  double advanced_ = 0;                          // since the start
  std::chrono::system_clock::time_point epoch_;  // the wall clock at the start
  std::vector<Span> spans_;
  Connections connections_;
  Load load_;
  double load_computed_ = -1;
};

}  // namespace mixnet::simulator
