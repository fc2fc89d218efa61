// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/charts.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::string_view kCpu = "node_cpu_seconds_total", kNodeCpu = "mixnet_node_process_cpu_seconds_total";
constexpr std::string_view kTotal = "node_memory_MemTotal_bytes", kAvailable = "node_memory_MemAvailable_bytes";
constexpr std::string_view kSize = "node_filesystem_size_bytes", kAvail = "node_filesystem_avail_bytes";
constexpr std::string_view kDataSize = "mixnet_node_data_filesystem_size_bytes";
constexpr std::string_view kDataAvail = "mixnet_node_data_filesystem_avail_bytes";
constexpr std::string_view kReceived = "mixnet_node_packets_received_total", kSent = "mixnet_node_packets_sent_total";
constexpr std::string_view kDropped = "mixnet_node_packets_dropped_total", kConnections = "mixnet_node_connections";
constexpr std::string_view kRole = "mixnet_network_node_role", kRewarded = "mixnet_network_node_in_rewarded_set";
constexpr std::string_view kStart = "mixnet_node_process_start_time_seconds", kBoot = "node_boot_time_seconds";
constexpr std::string_view kResident = "mixnet_node_process_resident_memory_bytes";

constexpr Line kHostCpu{.name = "Host, all but idle",
                        .colour = "c1",
                        .plus = {Selector{.metric = kCpu, .label = "mode", .none_of = "idle|iowait|steal"}},
                        .over = {Selector{.metric = kCpu}}};
constexpr Line kNodeShare{.name = "Node", .colour = "c2", .plus = {Selector{kNodeCpu}}, .over = {Selector{kCpu}}};
constexpr Line kSteal{.name = "Steal: withheld by the hypervisor",
                      .colour = "c4",
                      .plus = {Selector{.metric = kCpu, .label = "mode", .any_of = "steal"}},
                      .over = {Selector{kCpu}}};
constexpr Line kThrottled{.name = "Throttled: periods at the cgroup's quota",
                          .colour = "bad",
                          .plus = {Selector{"mixnet_node_cgroup_cpu_throttled_periods_total"}},
                          .over = {Selector{"mixnet_node_cgroup_cpu_periods_total"}}};
constexpr Line kMemoryUsed{.name = "Memory in use",
                           .colour = "c1",
                           .plus = {Selector{kTotal}},
                           .minus = {Selector{kAvailable}},
                           .over = {Selector{kTotal}}};
constexpr Line kRootUsed{
    .name = "/", .colour = "c1", .plus = {Selector{kSize}}, .minus = {Selector{kAvail}}, .over = {Selector{kSize}}};
constexpr Line kDataUsed{.name = "Where the node's data is",
                         .colour = "c2",
                         .plus = {Selector{kDataSize}},
                         .minus = {Selector{kDataAvail}},
                         .over = {Selector{kDataSize}}};
constexpr Line kReceivedLine{.name = "Received", .colour = "c1", .plus = {Selector{kReceived}}};
constexpr Line kSentLine{.name = "Sent, downwards", .colour = "c2", .plus = {Selector{kSent}}, .stroke = Stroke::below};
constexpr Line kAllConnections{.name = "Connections", .colour = "c1", .plus = {Selector{kConnections}}};

constexpr Line kPacketLines[] = {kReceivedLine, kSentLine};
constexpr Line kDropLines[] = {
    {.name = "Dropped on egress",
     .colour = "bad",
     .plus = {Selector{.metric = kDropped, .label = "direction", .any_of = "egress"}}},
    {.name = "Dropped on ingress",
     .colour = "c2",
     .plus = {Selector{.metric = kDropped, .label = "direction", .any_of = "ingress"}}},
    {.name = "Malformed", .colour = "grey", .plus = {Selector{"mixnet_node_packets_malformed_total"}}},
    {.name = "Replayed", .colour = "c4", .plus = {Selector{"mixnet_node_packets_replayed_total"}}},
};
constexpr Line kQueueLines[] = {
    {.name = "Being delayed", .colour = "c1", .plus = {Selector{"mixnet_node_delayed_packets"}}},
    {.name = "Waiting to be sent", .colour = "bad", .plus = {Selector{"mixnet_node_forwarder_queue_packets"}}},
};
constexpr Line kCpuLines[] = {kHostCpu, kNodeShare, kSteal, kThrottled};
constexpr Line kMemoryLines[] = {
    {.name = "Host, all but available", .colour = "c1", .plus = {Selector{kTotal}}, .minus = {Selector{kAvailable}}},
    {.name = "Node", .colour = "c2", .plus = {Selector{kResident}}},
    {.name = "Swap in use",
     .colour = "bad",
     .plus = {Selector{"node_memory_SwapTotal_bytes"}},
     .minus = {Selector{"node_memory_SwapFree_bytes"}}},
    {.name = "Installed", .colour = "grey", .plus = {Selector{kTotal}}, .stroke = Stroke::limit},
    {.name = "Limit of the node's cgroup",
     .colour = "c4",
     .plus = {Selector{"mixnet_node_cgroup_memory_max_bytes"}},
     .stroke = Stroke::limit},
};
constexpr Line kNetworkLines[] = {
    {.name = "Received", .colour = "c1", .plus = {Selector{"node_network_receive_bytes_total"}}},
    {.name = "Sent, downwards",
     .colour = "c2",
     .plus = {Selector{"node_network_transmit_bytes_total"}},
     .stroke = Stroke::below},
};
constexpr Line kTunnelLines[] = {
    {.name = "From clients", .colour = "c1", .plus = {Selector{"mixnet_node_wireguard_received_bytes_total"}}},
    {.name = "To clients, downwards",
     .colour = "c2",
     .plus = {Selector{"mixnet_node_wireguard_sent_bytes_total"}},
     .stroke = Stroke::below},
};
constexpr Line kConnectionLines[] = {
    {.name = "With other nodes (port mix)",
     .colour = "c1",
     .plus = {Selector{.metric = kConnections, .label = "port", .any_of = "mix"}}},
    {.name = "Clients' websockets",
     .colour = "c2",
     .plus = {Selector{.metric = kConnections, .label = "port", .any_of = "client_ws"}}},
    {.name = "Other ports",
     .colour = "grey",
     .plus = {Selector{.metric = kConnections, .label = "port", .none_of = "mix|client_ws"}}},
    {.name = "WireGuard peers, active", .colour = "c4", .plus = {Selector{"mixnet_node_wireguard_active_peers"}}},
};
constexpr Line kScoreLines[] = {
    {.name = "Performance: what selection goes by",
     .colour = "c1",
     .plus = {Selector{"mixnet_network_node_performance_ratio"}}},
    {.name = "Routing score", .colour = "c2", .plus = {Selector{"mixnet_network_node_routing_score_ratio"}}},
    {.name = "Config score", .colour = "c4", .plus = {Selector{"mixnet_network_node_config_score_ratio"}}},
    {.name = "Config score to be expected",
     .colour = "grey",
     .plus = {Selector{"mixnet_network_node_expected_config_score_ratio"}}},
};
constexpr Line role_line(std::string_view name, std::string_view role) {
  return {.name = name, .colour = "c2", .plus = {Selector{.metric = kRole, .label = "role", .any_of = role}}};
}
constexpr Line kRoleLines[] = {
    {.name = "in the rewarded set", .colour = "c1", .plus = {Selector{kRewarded}}},
    role_line("entry gateway", "entry_gateway"),
    role_line("exit gateway", "exit_gateway"),
    role_line("mixnode of layer 1", "layer1"),
    role_line("mixnode of layer 2", "layer2"),
    role_line("mixnode of layer 3", "layer3"),
    role_line("standby", "standby"),
};
constexpr Line kSpaceLines[] = {kRootUsed, kDataUsed};
constexpr Line kDiskLines[] = {
    {.name = "Read", .colour = "c1", .plus = {Selector{"node_disk_read_bytes_total"}}},
    {.name = "Written, downwards",
     .colour = "c2",
     .plus = {Selector{"node_disk_written_bytes_total"}},
     .stroke = Stroke::below},
};

constexpr Chart kCharts[] = {
    {.id = "packets",
     .title = "Packets received and sent",
     .about = "The two halves should look alike: what comes in is sent on.",
     .unit = Unit::packets_per_second,
     .lines = kPacketLines,
     .alerts = "MixnetNodeNoPackets|MixnetNodeDown|MixnetNodeApiDown"},
    {.id = "drops",
     .title = "Packets dropped",
     .about = "Egress: the uplink or the CPU is too slow, or next nodes are down. Below 1 % of what is sent is usual.",
     .unit = Unit::packets_per_second,
     .lines = kDropLines,
     .alerts = "MixnetNodePacketsDropped|MixnetNodeUdpDrops"},
    {.id = "queues",
     .title = "Packets in the node",
     .about = "Those being delayed grow with the traffic; those waiting to be sent should be few.",
     .unit = Unit::packets,
     .lines = kQueueLines,
     .alerts = ""},
    {.id = "cpu",
     .title = "CPU",
     .about = "Of all CPUs of the machine. Steal and throttling are time that the node wanted and did not get.",
     .unit = Unit::ratio,
     .lines = kCpuLines,
     .alerts = "MixnetNodeCpuHigh|MixnetHostCpuHigh|MixnetHostCpuSteal|MixnetNodeCpuThrottled",
     .least_top = 1},
    {.id = "memory",
     .title = "Memory",
     .about = "Above the installed line the kernel ends processes, the node first.",
     .unit = Unit::bytes,
     .lines = kMemoryLines,
     .alerts = "MixnetNodeMemoryHigh|MixnetHostMemoryLow"},
    {.id = "network",
     .title = "Traffic of the host",
     .about = "Of its physical interfaces, all programs together.",
     .unit = Unit::bytes_per_second,
     .lines = kNetworkLines,
     .alerts = "MixnetHostConntrackFull"},
    {.id = "tunnels",
     .title = "Traffic of WireGuard",
     .about = "All clients together.",
     .unit = Unit::bytes_per_second,
     .lines = kTunnelLines,
     .alerts = "MixnetNodeWireguardIdle"},
    {.id = "connections",
     .title = "Connections",
     .about = "Established ones, and peers of WireGuard with a handshake in the last three minutes.",
     .unit = Unit::count,
     .lines = kConnectionLines,
     .alerts = "MixnetNodeFileDescriptorsHigh",
     .least_top = 1},
    {.id = "score",
     .title = "Score",
     .about = "At 95 % a node is drawn about a third as often as at 100 %. The axis need not begin at zero.",
     .unit = Unit::ratio,
     .lines = kScoreLines,
     .alerts = "MixnetNodeScoreLow|MixnetNodeNotDescribed|MixnetNodeVersionBehind",
     .least_top = 1,
     .from_zero = false},
    {.id = "role",
     .title = "Role",
     .about = "What the network has the node do, epoch by epoch.",
     .unit = Unit::count,
     .lines = kRoleLines,
     .alerts = "",
     .as_bars = true},
    {.id = "space",
     .title = "Disk space in use",
     .about = "What only root may use counts as used.",
     .unit = Unit::ratio,
     .lines = kSpaceLines,
     .alerts = "MixnetDiskSpaceLow",
     .least_top = 1},
    {.id = "disk",
     .title = "Disk traffic",
     .about = "Of all disks together.",
     .unit = Unit::bytes_per_second,
     .lines = kDiskLines,
     .alerts = ""},
};

constexpr Line kDroppedShare{
    .name = "", .colour = "", .plus = {Selector{kDropped}}, .over = {Selector{kReceived}, Selector{kSent}}};
constexpr Line kPerformance{.name = "", .colour = "", .plus = {Selector{"mixnet_network_node_performance_ratio"}}};
constexpr Line kPeers{.name = "", .colour = "", .plus = {Selector{"mixnet_node_wireguard_active_peers"}}};
constexpr Line kResidentLine{.name = "", .colour = "", .plus = {Selector{kResident}}};
constexpr Line kHostConnections{.name = "", .colour = "", .plus = {Selector{"node_netstat_Tcp_CurrEstab"}}};

constexpr Figure kFigures[] = {
    {"CPU", "cpu", Unit::ratio, kHostCpu, true, 1},
    {"Memory", "memory", Unit::ratio, kMemoryUsed, true, 1},
    {"Disk", "disk", Unit::ratio, kRootUsed, true, 1},
    {"TCP connections", "tcp_connections", Unit::count, kHostConnections, true},
    {"Steal", "cpu_steal", Unit::ratio, kSteal, true},
    {"Network in", "network_received", Unit::bytes_per_second, kNetworkLines[0], true},
    {"Network out", "network_sent", Unit::bytes_per_second, kNetworkLines[1], true},
    {"Packets received", "packets_received", Unit::packets_per_second, kReceivedLine},
    {"Packets sent", "packets_sent", Unit::packets_per_second, kSentLine},
    {"Packets dropped", "packets_dropped", Unit::ratio, kDroppedShare},
    {"Connections", "connections", Unit::count, kAllConnections},
    {"WireGuard peers", "wireguard_peers", Unit::count, kPeers},
    {"CPU", "node_cpu", Unit::ratio, kNodeShare, false, 1},
    {"Memory", "node_memory", Unit::bytes, kResidentLine},
    {"Performance", "performance", Unit::ratio, kPerformance, false, 1},
};

bool is_one_of(std::string_view value, std::string_view list) {
  while (!list.empty()) {
    if (take_until(list, '|') == value) return true;
  }
  return false;
}

std::vector<const Curve*> matching(std::span<const Selector> selectors, std::string_view node, std::span<const Curve> curves) {
  std::vector<const Curve*> out;
  for (const auto& curve : curves) {
    const auto fits = [&](const Selector& selector) {
      return !selector.metric.empty() && selector.matches(curve.series, node);
    };
    if (std::any_of(selectors.begin(), selectors.end(), fits)) out.push_back(&curve);
  }
  return out;
}

/// The sum in a step of those that have a value there; kGap where none has.
double sum_of(std::span<const Curve* const> curves, std::vector<double> Curve::*part, std::size_t step) {
  double sum = kGap;
  for (const auto* curve : curves) {
    const auto& values = curve->*part;
    if (step >= values.size() || std::isnan(values[step])) continue;
    sum = std::isnan(sum) ? values[step] : sum + values[step];
  }
  return sum;
}

bool is_used(std::span<const Selector> selectors) { return !selectors.front().metric.empty(); }

void add_metrics_of(const Line& line, std::set<std::string_view>& out) {
  for (const auto* selectors : {&line.plus, &line.minus, &line.over}) {
    for (const auto& selector : *selectors) {
      if (!selector.metric.empty()) out.insert(selector.metric);
    }
  }
}

std::vector<std::string_view> gather_metrics() {
  std::set<std::string_view> names{kRole, kRewarded, kStart, kBoot};
  for (const auto& chart : kCharts) {
    for (const auto& line : chart.lines) add_metrics_of(line, names);
  }
  for (const auto& figure : kFigures) add_metrics_of(figure.line, names);
  return {names.begin(), names.end()};
}

/// Start times move by a little where they are worked out of the time since then.
constexpr UnixMs kSameStart = 60'000;

void add_starts(const Curve& curve, bool of_host, UnixMs from, UnixMs to, std::vector<Restart>& out) {
  for (const auto* part : {&curve.min, &curve.max}) {
    for (const double seconds : *part) {
      if (!(seconds > 0 && seconds < 1e11)) continue;
      const auto time = static_cast<UnixMs>(seconds * 1000);
      const auto is_known = [&](const Restart& restart) {
        return restart.of_host == of_host && std::abs(restart.time - time) < (of_host ? kSameStart : 1000);
      };
      if (time >= from && time < to && std::none_of(out.begin(), out.end(), is_known)) out.push_back({time, of_host});
    }
  }
}

}  // namespace

bool Selector::matches(const Series& series, std::string_view node) const {
  if (series.metric != metric) return false;
  if (const auto of = series.label("node"); of && !node.empty() && *of != node) return false;
  if (label.empty()) return true;
  const auto value = series.label(label);
  return value && (any_of.empty() || is_one_of(*value, any_of)) && !is_one_of(*value, none_of);
}

LineValues values_of(const Line& line, std::string_view node, std::span<const Curve> curves) {
  const auto plus = matching(line.plus, node, curves), minus = matching(line.minus, node, curves);
  const auto over = matching(line.over, node, curves);
  if (plus.empty() || (is_used(line.minus) && minus.empty()) || (is_used(line.over) && over.empty())) return {};
  LineValues out;
  const auto count = plus.front()->mean.size();
  for (std::size_t step = 0; step < count; ++step) {
    const double less = minus.empty() ? 0 : sum_of(minus, &Curve::mean, step);
    const double by = over.empty() ? 1 : sum_of(over, &Curve::mean, step);
    const double mean = by > 0 ? (sum_of(plus, &Curve::mean, step) - less) / by : kGap;
    // The least of a sum may be less than it ever was, as each part had its least at its own time, and the greatest more. Where
    // one is divided by another both are uneven together: rates over a time that was measured too short are too high alike.
    const double least_less = minus.empty() ? 0 : sum_of(minus, &Curve::max, step);
    const double greatest_less = minus.empty() ? 0 : sum_of(minus, &Curve::min, step);
    const double least_by = over.empty() ? 1 : sum_of(over, &Curve::min, step);
    const double greatest_by = over.empty() ? 1 : sum_of(over, &Curve::max, step);
    const double least = least_by > 0 ? (sum_of(plus, &Curve::min, step) - least_less) / least_by : mean;
    const double greatest = greatest_by > 0 ? (sum_of(plus, &Curve::max, step) - greatest_less) / greatest_by : mean;
    out.mean.push_back(mean);
    out.min.push_back(std::isnan(mean) ? kGap : std::min(least, mean));
    out.max.push_back(std::isnan(mean) ? kGap : std::max(greatest, mean));
  }
  return out;
}

std::span<const Chart> all_charts() { return kCharts; }

std::span<const Figure> all_figures() { return kFigures; }

double value_of(const Figure& figure, std::string_view node, std::span<const Curve> newest) {
  const auto values = values_of(figure.line, node, newest);
  return values.empty() ? kGap : values.mean.front();
}

std::string summary_line(std::span<const Curve> newest) {
  const auto text = [&](std::string_view label) {
    const auto* figure =
        std::find_if(std::begin(kFigures), std::end(kFigures), [&](const Figure& each) { return each.label == label; });
    const double value = value_of(*figure, {}, newest);
    return figure->unit == Unit::ratio && !std::isnan(value) ? std::to_string(std::lround(value * 100)) + "%"
                                                             : value_text(value, figure->unit);
  };
  const auto of_nodes = text("connections");
  return "CPU: " + text("cpu") + ", Memory: " + text("memory") + ", Disk: " + text("disk") +
         ", Connections: " + (of_nodes == value_text(kGap, Unit::count) ? text("tcp_connections") : of_nodes);
}

std::string role_of(std::string_view node, std::span<const Curve> newest) {
  const auto is_one = [&](const Line& line) {
    const auto values = values_of(line, node, newest);
    return !values.empty() && values.mean.front() > 0.5;
  };
  for (const auto& line : std::span(kRoleLines).subspan(1)) {
    if (is_one(line)) return std::string(line.name);
  }
  const auto rewarded = values_of(kRoleLines[0], node, newest);
  if (rewarded.empty() || std::isnan(rewarded.mean.front())) return "";
  return rewarded.mean.front() > 0.5 ? "in the rewarded set" : "not in the rewarded set";
}

std::span<const std::string_view> page_metrics() {
  static const auto kMetrics = gather_metrics();
  return kMetrics;
}

std::vector<Restart> restarts(std::string_view node, std::span<const Curve> curves, UnixMs from, UnixMs to) {
  std::vector<Restart> out;
  for (const auto& curve : curves) {
    if (Selector{kStart}.matches(curve.series, node)) add_starts(curve, false, from, to, out);
    if (Selector{kBoot}.matches(curve.series, node)) add_starts(curve, true, from, to, out);
  }
  std::sort(out.begin(), out.end(), [](const Restart& a, const Restart& b) { return a.time < b.time; });
  return out;
}

std::vector<std::string> nodes_of(std::span<const Curve> curves) {
  std::set<std::string> names;
  for (const auto& curve : curves) {
    // Of nodes elsewhere the network tells too.
    if (!curve.series.metric.starts_with("mixnet_node_")) continue;
    if (auto name = curve.series.label("node")) names.insert(std::move(*name));
  }
  return {names.begin(), names.end()};
}

}  // namespace mixnet
