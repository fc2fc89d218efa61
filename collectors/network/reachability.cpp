// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/reachability.h"

#include <ifaddrs.h>

#include <algorithm>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "collectors/kit/host.h"
#include "collectors/network/name_lookup.h"
#include "collectors/network/reach_plan.h"
#include "collectors/network/time_query.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Metric kReachable =
    gauge("mixnet_network_node_reachable",
          "Whether this host could connect to the port over TCP, by announced or configured address.");
constexpr Metric kFault = gauge("mixnet_network_node_reach_fault_info",
                                "1 with the reason why the connection, or the answer over it, did not come about.");
constexpr Metric kLocal = gauge("mixnet_network_node_address_is_local",
                                "Whether the address is this host's: what is tried there never leaves it, past any firewall.");
constexpr Metric kConnect = gauge("mixnet_network_node_connect_seconds", "How long the TCP connection took.");
constexpr Metric kAnswers =
    gauge("mixnet_network_node_answers", "Whether the port gave 200 to /api/v1/health, or took a WebSocket handshake.");
constexpr Metric kHttp =
    gauge("mixnet_network_node_http_seconds", "How long /api/v1/health took over the connection that was there.");
constexpr Metric kWebsocket =
    gauge("mixnet_network_node_websocket_seconds", "How long the WebSocket handshake took over the connection that was there.");
constexpr Metric kTls = gauge("mixnet_network_node_tls_handshake_seconds", "How long the TLS handshake took.");
constexpr Metric kExpiry =
    gauge("mixnet_network_node_tls_certificate_expiry_timestamp_seconds", "When the server's certificate expires.");
constexpr Metric kNameMatches =
    gauge("mixnet_network_node_tls_name_matches", "Whether the certificate is for the host name that the node announces.");
constexpr Metric kChain = gauge("mixnet_network_node_tls_chain_valid",
                                "Whether an authority that is trusted here signed the certificate, which is valid.");
constexpr Metric kResolves =
    gauge("mixnet_network_node_dns_resolves", "Whether the announced host name has an address, as this host resolves it.");
constexpr Metric kLookup = gauge("mixnet_network_node_dns_seconds", "How long the look-up of the announced host name took.");
constexpr Metric kMatches = gauge("mixnet_network_node_dns_matches",
                                  "Whether the host name's addresses of that family are those that the node announces.");
constexpr Metric kLeftOut =
    gauge("mixnet_network_reachability_left_out", "Ports that are not tried, as there are too many of them.");
constexpr Metric kDuration = gauge("mixnet_network_reachability_duration_seconds", "How long the last round took.");
constexpr Metric kTime = gauge("mixnet_network_reachability_timestamp_seconds", "When the last round ended.");
constexpr Metric kTimeUp = gauge("mixnet_network_clock_server_up", "Whether the NTP server told the time when last asked.");
constexpr Metric kTimeFault = gauge("mixnet_network_clock_fault_info", "1 with the reason why the NTP server told no time.");
constexpr Metric kOffset = gauge("mixnet_network_clock_offset_seconds", "The NTP server's time less this host's.");
constexpr Metric kRoundTrip =
    gauge("mixnet_network_clock_round_trip_seconds", "How long the packets took; the offset is within half of it.");
constexpr Metric kStratum = gauge("mixnet_network_clock_stratum", "How far the NTP server is from a reference clock.");
constexpr const Metric* kMetrics[] = {&kReachable, &kFault,   &kLocal,     &kConnect,     &kAnswers, &kHttp,
                                      &kWebsocket, &kTls,     &kExpiry,    &kNameMatches, &kChain,   &kResolves,
                                      &kLookup,    &kMatches, &kLeftOut,   &kDuration,    &kTime,    &kTimeUp,
                                      &kTimeFault, &kOffset,  &kRoundTrip, &kStratum};

constexpr auto kTick = 5s;
constexpr std::chrono::milliseconds kDeadline = 5s;
constexpr std::chrono::milliseconds kNameDeadline = 5s;
constexpr std::chrono::milliseconds kTimeDeadline = 3s;
constexpr auto kAfterStart = 30s;   // of a node, which takes a while until it listens
constexpr auto kRoundsApart = 10s;  // however often a node announces something else
constexpr auto kKissedAgain = 1h;   // a server that asked to be left alone
constexpr std::size_t kTargetsMax = 32;
constexpr std::uint16_t kNtpPort = 123;

/// The announced host name of a node.
struct NameResult {
  bool resolves = false, known_here_only = false;
  std::chrono::duration<double> took{};
  std::optional<bool> v4, v6;  ///< do the addresses match? Nothing where there are none of the family
  std::string message;
};

/// What one round found.
struct Round {
  std::vector<ReachNode> nodes;
  std::vector<std::optional<NameResult>> names;  ///< of each node
  std::vector<bool> local;                       ///< of each check
  std::vector<std::optional<bool>> trusted;      ///< of each check's certificate
  ReachPlan plan;
  std::vector<std::pair<std::string, Error>> remarks;
  std::chrono::duration<double> took{};
  double ended_s = 0;  ///< since 1970
};

struct State {
  std::vector<ReachNode> nodes;
  std::vector<NodeProcess> processes;
  Clock::time_point due{}, not_before{}, time_due{};
  std::optional<Round> round;
  std::optional<tl::expected<SntpTime, TimeFault>> time;
  NameLookup lookup;
  std::minstd_rand random{std::random_device{}()};
};

std::vector<ReachNode> reach_nodes(Context& context) {
  std::vector<ReachNode> out;
  for (const auto& node : *context.nodes.nodes) {
    const auto bond = context.network->bonded_host(node.name);
    out.push_back(reach_node(node, bond ? bond->custom_http_port : std::nullopt, context.settings.reachability.targets));
  }
  return out;
}

/// Plans a round where there is another node or one announces something else, and soon after one has started or ended.
void follow(Context& context, State& state, Clock::time_point now) {
  auto nodes = reach_nodes(context);
  std::vector<NodeProcess> processes;
  for (const auto& node : *context.nodes.nodes) processes.push_back(node.process);
  if (nodes != state.nodes) {
    state.due = std::min(state.due, std::max(now, state.not_before));
  } else if (processes != state.processes) {
    state.due = std::min(state.due, now + kAfterStart);
  }
  state.nodes = std::move(nodes);
  state.processes = std::move(processes);
}

/// The addresses of this host's interfaces.
std::vector<IpAddress> own_addresses() {
  std::vector<IpAddress> out;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return out;
  for (const auto* each = list; each != nullptr; each = each->ifa_next) {
    if (const auto address = IpAddress::of(each->ifa_addr)) out.push_back(*address);
  }
  ::freeifaddrs(list);
  return out;
}

bool contains(const std::vector<IpAddress>& addresses, const IpAddress& address) {
  return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
}

void add_name(std::vector<std::string>& names, const std::string& name) {
  const bool is_name = !name.empty() && !IpAddress::parse(name);
  if (is_name && names.size() < kTargetsMax && std::find(names.begin(), names.end(), name) == names.end())
    names.push_back(name);
}

/// What the look-ups found for a name; null where it was not looked up.
const FoundName* found_name(const std::vector<FoundName>& found, const std::string& name) {
  const auto it = std::find_if(found.begin(), found.end(), [&](const FoundName& each) { return each.name == name; });
  return it == found.end() ? nullptr : &*it;
}

NameResult judge_name(const FoundName& found, const std::vector<IpAddress>& announced) {
  NameResult out;
  out.took = found.took;
  out.message = found.message;
  out.resolves = !found.addresses.empty();
  // Many hosts have their own name for a loopback address in /etc/hosts: that says nothing about the DNS.
  const auto is_here_only = [&](const IpAddress& each) { return each.is_loopback() && !contains(announced, each); };
  out.known_here_only = std::any_of(found.addresses.begin(), found.addresses.end(), is_here_only);
  if (out.known_here_only || !out.resolves) return out;
  const auto judge = [&](bool ipv6) -> std::optional<bool> {
    const auto is_of_family = [ipv6](const IpAddress& each) { return each.is_ipv6() == ipv6; };
    const bool any = std::any_of(announced.begin(), announced.end(), is_of_family) ||
                     std::any_of(found.addresses.begin(), found.addresses.end(), is_of_family);
    if (!any) return std::nullopt;
    return same_addresses(found.addresses, announced, ipv6);
  };
  out.v4 = judge(false);
  out.v6 = judge(true);
  return out;
}

/// A round under way.
class Rounds {
 public:
  Rounds(Context& context, State& state) : context_(context), state_(state) { round_.nodes = state.nodes; }

  /// Nothing where it was cut short.
  std::optional<Round> run() {
    const auto begun = Clock::now();
    look_up();
    plan();
    run_checks(round_.plan.checks, kDeadline, context_.stop);
    if (context_.stop.stop_requested()) return std::nullopt;
    judge_certificates();
    round_.took = Clock::now() - begun;
    round_.ended_s = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    return std::move(round_);
  }

 private:
  void look_up() {
    std::vector<std::string> names;
    for (const auto& node : round_.nodes) {
      add_name(names, node.hostname);
      for (const auto& host : node.hosts) add_name(names, host);
    }
    found_ = state_.lookup.find(names, kNameDeadline, context_.stop);
  }

  /// Those that a node is tried at, each once.
  std::vector<IpAddress> addresses_of(const ReachNode& node) {
    std::vector<IpAddress> out;
    const auto add = [&](const IpAddress& address) {
      if (!contains(out, address)) out.push_back(address);
    };
    for (const auto& host : node.hosts) {
      const auto address = IpAddress::parse(host);
      const auto* found = found_name(found_, host);
      if (address) add(*address);
      if (found != nullptr) std::for_each(found->addresses.begin(), found->addresses.end(), add);
      if (!address && (found == nullptr || found->addresses.empty())) {
        remark(node.name + ": " + host, Fault::unavailable, found == nullptr ? "not looked up" : found->message);
      }
    }
    return out;
  }

  void plan() {
    const auto own = own_addresses();
    const auto& nodes = *context_.nodes.nodes;
    for (std::size_t index = 0; index < round_.nodes.size(); ++index) {
      const auto& node = round_.nodes[index];
      const auto addresses = addresses_of(node);
      if (addresses.empty()) remark(node.name, Fault::absent, "no public address is known; set reachability.target to try one");
      round_.plan.add(index, node, addresses);
      round_.names.push_back(name_of(node, nodes[index]));
    }
    for (const auto& check : round_.plan.checks) {
      const auto& address = check.target.address;
      round_.local.push_back(address.is_loopback() || contains(own, address));
    }
  }

  std::optional<NameResult> name_of(const ReachNode& node, const Node& announcing) {
    const auto* found = found_name(found_, node.hostname);
    if (found == nullptr) return std::nullopt;
    std::vector<IpAddress> announced;
    for (const auto& text : announcing.public_addresses) {
      if (const auto address = IpAddress::parse(text)) announced.push_back(*address);
    }
    auto out = judge_name(*found, announced);
    if (!out.message.empty()) remark(node.name + ": " + node.hostname, Fault::unavailable, out.message);
    if (out.known_here_only) {
      remark(node.name + ": " + node.hostname, Fault::absent, "a loopback address on this host, see /etc/hosts: not compared");
    }
    return out;
  }

  /// Only now: authorities take a while to be read, in which nothing should be timed.
  void judge_certificates() {
    auto& checks = round_.plan.checks;
    round_.trusted.resize(checks.size());
    const auto has_one = [](const ConnectionCheck& check) { return check.outcome.certificate.has_value(); };
    if (std::none_of(checks.begin(), checks.end(), has_one)) return;
    const auto trust = TlsTrust::load(context_.settings.reachability.ca_file);
    if (!trust) return remark("TLS", trust.error().fault, trust.error().message);
    for (std::size_t index = 0; index < checks.size(); ++index) {
      auto& certificate = checks[index].outcome.certificate;
      if (!certificate) continue;
      round_.trusted[index] = trust->trusts(certificate->chain);
      certificate->chain.clear();
    }
  }

  void remark(std::string subject, Fault fault, std::string message) {
    round_.remarks.emplace_back(std::move(subject), Error{fault, std::move(message)});
  }

  Context& context_;
  State& state_;
  Round round_;
  std::vector<FoundName> found_;
};

/// Asks the NTP server, the first of its addresses.
tl::expected<SntpTime, TimeFault> ask_server(Context& context, State& state) {
  const auto server = HostAndPort::parse(context.settings.reachability.ntp_server);
  if (!server) return tl::unexpected<TimeFault>(TimeFault::name);
  auto address = IpAddress::parse(server->host);
  if (!address) {
    const auto found = state.lookup.find({&server->host, 1}, kNameDeadline, context.stop);
    if (found.front().addresses.empty()) return tl::unexpected<TimeFault>(TimeFault::name);
    address = found.front().addresses.front();
  }
  return ask_time(*address, server->port == 0 ? kNtpPort : server->port, kTimeDeadline, context.stop);
}

void ask_if_due(Context& context, State& state) {
  if (context.settings.reachability.ntp_server.empty() || Clock::now() < state.time_due) return;
  auto time = ask_server(context, state);
  if (context.stop.stop_requested()) return;
  const bool kissed = !time && time.error() == TimeFault::kiss_of_death;
  state.time_due = Clock::now() + std::max<Clock::duration>(context.settings.reachability.interval, kissed ? kKissedAgain : 0h);
  state.time = time;
}

void emit_answer(const ConnectionOutcome& outcome, Talk talk, std::optional<bool> trusted, LabelSet labels, Samples& out) {
  if (talk != Talk::nothing) out.add(kAnswers, outcome.answered && !outcome.fault ? 1 : 0, labels);
  if (outcome.answered && !outcome.fault) out.add(talk == Talk::health ? kHttp : kWebsocket, outcome.answered->count(), labels);
  if (outcome.secured) out.add(kTls, outcome.secured->count(), labels);
  if (!outcome.certificate) return;
  out.add(kExpiry, outcome.certificate->expires_s, labels);
  out.add(kNameMatches, outcome.certificate->name_matches ? 1 : 0, labels);
  if (trusted) out.add(kChain, *trusted ? 1 : 0, labels);
}

void emit_checks(const Round& round, Samples& out) {
  const auto& plan = round.plan;
  for (std::size_t index = 0; index < plan.checks.size(); ++index) {
    const auto& [target, outcome] = plan.checks[index];
    const auto& node = round.nodes[plan.what[index].node].name;
    const auto port = to_string(plan.what[index].port);
    const auto address = target.address.text();
    const auto family = target.address.family();
    const auto labels = out.labels({{"node", node}, {"port", port}, {"address", address}, {"family", family}});
    out.add(kReachable, outcome.connected ? 1 : 0, labels);
    if (outcome.connected) out.add(kConnect, outcome.connected->count(), labels);
    emit_answer(outcome, target.talk, round.trusted[index], labels, out);
    if (outcome.fault) {
      const auto reason = to_string(*outcome.fault);
      out.add(kFault, 1, {{"node", node}, {"port", port}, {"address", address}, {"family", family}, {"reason", reason}});
    }
    const bool first = index == 0 || plan.what[index - 1].node != plan.what[index].node ||
                       !(plan.checks[index - 1].target.address == target.address);
    if (first) out.add(kLocal, round.local[index] ? 1 : 0, {{"node", node}, {"address", address}, {"family", family}});
  }
}

void emit_names(const Round& round, Samples& out) {
  for (std::size_t index = 0; index < round.names.size(); ++index) {
    if (!round.names[index]) continue;
    const auto& name = *round.names[index];
    const auto& node = round.nodes[index].name;
    out.add(kResolves, name.resolves ? 1 : 0, {{"node", node}});
    out.add(kLookup, name.took.count(), {{"node", node}});
    if (name.v4) out.add(kMatches, *name.v4 ? 1 : 0, {{"node", node}, {"family", "ipv4"}});
    if (name.v6) out.add(kMatches, *name.v6 ? 1 : 0, {{"node", node}, {"family", "ipv6"}});
  }
}

void emit(const Round& round, Samples& out, Remarks& remarks) {
  emit_checks(round, out);
  emit_names(round, out);
  out.add(kLeftOut, static_cast<double>(round.plan.left_out));
  out.add(kDuration, round.took.count());
  out.add(kTime, round.ended_s);
  for (const auto& [subject, error] : round.remarks) remarks.add(subject, error);
}

void emit_time(const std::string& server, const tl::expected<SntpTime, TimeFault>& time, Samples& out) {
  const auto labels = out.labels({{"server", server}});
  out.add(kTimeUp, time ? 1 : 0, labels);
  if (!time) {
    out.add(kTimeFault, 1, {{"server", server}, {"reason", to_string(time.error())}});
    return;
  }
  out.add(kOffset, time->offset_s, labels);
  out.add(kRoundTrip, time->round_trip_s, labels);
  out.add(kStratum, time->stratum, labels);
}

void check_if_due(Context& context, State& state) {
  if (state.nodes.empty()) {
    state.round.reset();
    return;
  }
  if (Clock::now() < state.due) return;
  auto round = Rounds(context, state).run();
  if (!round) return;
  const auto interval = context.settings.reachability.interval;
  std::uniform_int_distribution<std::int64_t> jitter(0, interval.count() / 10);
  const auto now = Clock::now();
  state.due = now + interval + std::chrono::milliseconds(jitter(state.random));
  state.not_before = now + kRoundsApart;
  state.round = std::move(round);
}

Result<void> collect(Context& context, Samples& out) {
  const auto& server = context.settings.reachability.ntp_server;
  auto& state = context.memory.get<State>();
  follow(context, state, Clock::now());
  if (state.nodes.empty() && server.empty()) return fail(Fault::absent, "no node is known on this host");
  check_if_due(context, state);
  ask_if_due(context, state);
  if (state.round) emit(*state.round, out, context.remarks);
  if (state.time) emit_time(server, *state.time, out);
  return {};
}

}  // namespace

constinit const Collector kReachability{
    "reachability",
    "Whether nodes answer at the ports and addresses that they announce, and the time of an "
    "NTP server.",
    true,
    Schedule::background,
    kMetrics,
    collect,
    kTick};

}  // namespace mixnet
