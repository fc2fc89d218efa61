// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/node.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tests/simulator/keys.h"

namespace mixnet::simulator {
namespace {

constexpr double kLoadLifetime = 30;
constexpr double kPacketBytes = 2413;

double seconds_since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

std::chrono::system_clock::duration as_duration(double seconds) {
  return std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::duration<double>(seconds));
}

/// A factor from 0.95 to 1.05, so that nodes of different seeds differ; 1 for seed 0.
double jitter(std::uint64_t seed, std::string_view name) {
  if (seed == 0) return 1;
  return 0.95 + static_cast<double>(hash(seed, name) % 1001) / 10000;
}

/// What comes of each packet, where both kinds of role share them.
void add_mix_shares(const Modes& modes, double per_packet, PerCounter<double>& out) {
  out[Counter::forward_received] += per_packet;
  out[Counter::excessive_delay] += per_packet / 100000;
  if (modes.mixnode) {
    out[Counter::forward_sent] += per_packet * 0.999;
  } else {
    out[Counter::forward_dropped_at_ingress] += per_packet;
  }
}

void add_gateway_shares(const Modes& modes, double per_packet, PerCounter<double>& out) {
  out[Counter::final_received] += per_packet;
  if (!modes.gateway()) {
    out[Counter::final_dropped_at_ingress] += per_packet;
    return;
  }
  out[Counter::acks_sent] += per_packet * 0.999;
  out[Counter::forward_sent] += per_packet * (0.999 + 0.9);  // the acks, and what clients hand in
  out[Counter::stored_on_disk] += per_packet / 1000;
}

/// The part of the traffic that is forward hops; strangers send some packets that are not for this node's roles.
double forward_part(const Modes& modes) {
  if (modes.mixnode && modes.gateway()) return 0.5;
  return modes.mixnode ? 0.9999 : 0.0001;
}

Tier raised(Tier tier) {
  if (tier == Tier::unknown || tier == Tier::at_capacity) return tier;
  return static_cast<Tier>(static_cast<int>(tier) + 1);
}

Tier machine_tier(Pattern pattern) {
  switch (pattern) {
    case Pattern::idle: return Tier::negligible;
    case Pattern::steady: return Tier::low;
    case Pattern::busy: return Tier::high;
    case Pattern::bursty: return Tier::medium;
  }
  return Tier::unknown;
}

/// A network on which nothing at all moves looks unknown to the node.
Tier network_tier(Pattern pattern) {
  switch (pattern) {
    case Pattern::idle: return Tier::unknown;
    case Pattern::steady: return Tier::negligible;
    case Pattern::busy: return Tier::high;
    case Pattern::bursty: return Tier::low;
  }
  return Tier::unknown;
}

}  // namespace

Node::Node(Options options) : options_(std::move(options)), epoch_(std::chrono::system_clock::now()) {
  restart();
  epoch_ -= as_duration(options_.uptime);
  advance(options_.uptime);
}

double Node::uptime() const { return advanced_ + (options_.manual_clock ? 0 : seconds_since(started_)); }

std::chrono::system_clock::time_point Node::time_at(double uptime) const { return epoch_ + as_duration(uptime); }

void Node::advance(double seconds) { advanced_ += seconds; }

void Node::restart() {
  const auto traffic = spans_.empty() ? options_.traffic : spans_.back().traffic;
  if (!spans_.empty()) epoch_ = now();
  started_ = std::chrono::steady_clock::now();
  advanced_ = 0;
  spans_.clear();
  load_computed_ = -1;
  spans_.push_back({0, traffic, {}});
}

void Node::set_traffic(const Traffic& traffic) {
  const double since = uptime();
  spans_.push_back({since, traffic, counters_at(since)});
}

void Node::restart_with(const Modes& modes, std::string access_token) {
  options_.modes = modes;
  options_.access_token = std::move(access_token);
  restart();
}

const Node::Span& Node::span_at(double uptime) const {
  const auto later = std::find_if(spans_.begin() + 1, spans_.end(), [&](const Span& span) { return span.since > uptime; });
  return *(later - 1);
}

PerCounter<double> Node::shares(const Traffic& traffic) const {
  const auto& modes = options_.modes;
  PerCounter<double> out;
  const double forward = forward_part(modes);
  add_mix_shares(modes, forward, out);
  add_gateway_shares(modes, 1 - forward, out);
  out[Counter::malformed] = 1.0 / 10000;
  out[Counter::second_version] = 1.0 / 5000;
  const bool overloaded = traffic.pattern == Pattern::busy;
  const double dropped = out[Counter::forward_sent] * (overloaded ? 0.05 : 0.0001);
  out[Counter::forward_dropped_at_egress] = dropped;
  out[Counter::forward_sent] -= dropped;
  if (modes.wireguard) {
    out[Counter::wireguard_sent] = 4 * kPacketBytes;
    out[Counter::wireguard_received] = kPacketBytes / 2;
    out[Counter::registrations] = 1.0 / 20000;
  }
  if (modes.entry) out[Counter::lp_connections] = 1.0 / 40000;
  if (modes.exit) out[Counter::embedded_sent] = 1.0 / 10;
  return out;
}

Counters Node::counters_at(double uptime) const {
  const Span& span = span_at(uptime);
  const double packets = packets_after(span.traffic, std::max(0.0, uptime - span.since));
  const auto per_packet = shares(span.traffic);
  Counters out = span.base;
  for (int i = 0; i < static_cast<int>(Counter::count); ++i) {
    const auto counter = static_cast<Counter>(i);
    const double value = packets * per_packet[counter] * jitter(options_.seed, std::to_string(i));
    // A share such as 0.0001 is no round number in binary; what is meant to be whole is to come out whole.
    out[counter] += static_cast<std::uint64_t>(std::floor(value + 1e-6));
  }
  return out;
}

Levels Node::levels_at(double uptime) const {
  const Span& span = span_at(uptime);
  const double rate = packets_after(span.traffic, uptime - span.since + 1) - packets_after(span.traffic, uptime - span.since);
  const bool overloaded = span.traffic.pattern == Pattern::busy;
  Levels out;
  out.packets_delayed = static_cast<std::uint64_t>(rate * 0.05);
  out.forwarder_queue = overloaded ? 640 : static_cast<std::uint64_t>(rate / 500);
  out.forward_pending = overloaded ? 1400 : static_cast<std::uint64_t>(rate / 100);
  out.final_pending = overloaded && options_.modes.gateway() ? 90 : 0;
  out.egress_connections = rate > 0 ? 200 + hash(options_.seed, "egress") % 100 : 0;
  if (options_.modes.wireguard) {
    out.peers = std::min<std::uint64_t>(40 + counters_at(uptime)[Counter::registrations] / 10, 412);
    out.active_peers = rate > 0 ? std::min<std::uint64_t>(out.peers, 37) : 0;
  }
  return out;
}

double Node::last_update(double period) const { return std::floor(uptime() / period) * period; }

Day Node::yesterday() const {
  Day out;
  out.date = std::chrono::floor<std::chrono::days>(now()) - std::chrono::days(1);
  if (!options_.modes.gateway()) return out;
  const auto name = "day " + std::to_string(out.date.time_since_epoch().count());
  out.users = 20 + hash(options_.seed, name) % 50;
  out.started = out.users * 2 + 3;
  out.finished = out.started - 5;
  return out;
}

Load Node::load() {
  const double asked = uptime();
  if (load_computed_ >= 0 && asked - load_computed_ < kLoadLifetime) return load_;
  const auto pattern = span_at(asked).traffic.pattern;
  load_.machine = machine_tier(pattern);
  load_.network = load_computed_ < 0 ? Tier::unknown : network_tier(pattern);
  load_.total = load_.machine > load_.network ? load_.machine : raised(load_.machine);
  load_computed_ = asked;
  return load_;
}

}  // namespace mixnet::simulator
