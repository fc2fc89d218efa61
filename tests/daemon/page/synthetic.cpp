// SPDX-License-Identifier: Apache-2.0
#include "tests/daemon/page/synthetic.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "daemon/page/window_reader.h"

namespace mixnet {
namespace {

constexpr UnixMs kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr double kGiB = 1073741824.0;

/// From 0 to 1, the same for the same time and seed.
double noise(UnixMs time, std::uint64_t seed) {
  auto x = static_cast<std::uint64_t>(time) * 0x9e3779b97f4a7c15U + seed * 0xbf58476d1ce4e5b9U;
  x ^= x >> 31;
  x *= 0x94d049bb133111ebU;
  x ^= x >> 29;
  return static_cast<double>(x >> 11) / 9007199254740992.0;
}

/// How busy the node is: a day's wave with noise on it, from about 0.4 to 1.
double busy(UnixMs time, std::uint64_t seed) {
  const double day = static_cast<double>(time % kDay) / static_cast<double>(kDay);
  return 0.65 + 0.2 * std::sin(2 * std::numbers::pi * (day - 0.3)) + 0.2 * noise(time, seed) - 0.1;
}

bool was_away(const SyntheticHost& host, UnixMs time) {
  return host.in_trouble && time >= host.now - 100 * kMinute / 2 && time < host.now - 43 * kMinute;
}

bool is_bad(const SyntheticHost& host, UnixMs time) { return host.in_trouble && time >= host.now - 40 * kMinute; }

using Value = std::function<double(const SyntheticHost&, UnixMs)>;

struct Source {
  Series series;
  Value value;  ///< of a counter its rate
};

class Sources {
 public:
  void counter(std::string metric, std::string labels, Value rate) {
    add(std::move(metric), std::move(labels), Type::counter, std::move(rate));
  }
  void gauge(std::string metric, std::string labels, Value value) {
    add(std::move(metric), std::move(labels), Type::gauge, std::move(value));
  }
  void constant(std::string metric, std::string labels, double value) {
    gauge(std::move(metric), std::move(labels), [value](const SyntheticHost&, UnixMs) { return value; });
  }
  std::vector<Source> take() { return std::move(sources_); }

 private:
  void add(std::string metric, std::string labels, Type type, Value value) {
    sources_.push_back({{std::move(metric), std::move(labels), type}, std::move(value)});
  }
  std::vector<Source> sources_;
};

Value wave(double size, std::uint64_t seed) {
  return [=](const SyntheticHost& host, UnixMs time) {
    return was_away(host, time) ? 0 : size < 10000 ? std::round(size * busy(time, seed)) : size * busy(time, seed);
  };
}

/// Small, and great while it is bad.
Value trouble(double usual, double bad, std::uint64_t seed) {
  return [=](const SyntheticHost& host, UnixMs time) {
    return (is_bad(host, time) ? bad : usual) * (0.85 + 0.3 * noise(time, seed));
  };
}

void add_node(Sources& out) {
  const std::string node = "node=\"demo\"";
  out.counter("mixnet_node_packets_received_total", node + ",hop=\"forward\"", wave(9000, 1));
  out.counter("mixnet_node_packets_received_total", node + ",hop=\"final\"", wave(2400, 2));
  out.counter("mixnet_node_packets_sent_total", node + ",type=\"forward\"", wave(9600, 1));
  out.counter("mixnet_node_packets_sent_total", node + ",type=\"ack\"", wave(1900, 3));
  out.counter("mixnet_node_packets_dropped_total", node + ",direction=\"egress\",hop=\"forward\"", trouble(12, 1900, 4));
  out.counter("mixnet_node_packets_dropped_total", node + ",direction=\"ingress\",hop=\"forward\"", trouble(0, 0, 5));
  out.counter("mixnet_node_packets_malformed_total", node, trouble(2, 3, 6));
  out.counter("mixnet_node_packets_replayed_total", node, trouble(0.4, 1, 7));
  out.gauge("mixnet_node_delayed_packets", node, wave(1400, 8));
  out.gauge("mixnet_node_forwarder_queue_packets", node, trouble(20, 700, 9));
  for (const auto* mode : {"user", "system"}) {
    out.counter("mixnet_node_process_cpu_seconds_total", node + ",mode=\"" + mode + "\"", trouble(0.3, 0.6, 10));
  }
  out.counter("mixnet_node_cgroup_cpu_periods_total", node, wave(10, 11));
  out.counter("mixnet_node_cgroup_cpu_throttled_periods_total", node, trouble(0.05, 3.5, 12));
  out.gauge("mixnet_node_process_resident_memory_bytes", node, wave(1.1 * kGiB, 13));
  out.gauge("mixnet_node_process_start_time_seconds", node, [](const SyntheticHost& host, UnixMs time) {
    const auto first = static_cast<double>(host.now - 3 * kDay) / 1000,
               second = static_cast<double>(host.now - 43 * kMinute) / 1000;
    return was_away(host, time)                                                         ? kGap
           : is_bad(host, time) || (host.in_trouble && time >= host.now - 43 * kMinute) ? second
                                                                                        : first;
  });
  out.constant("mixnet_node_cgroup_memory_max_bytes", node, 3 * kGiB);
  out.constant("mixnet_node_data_filesystem_size_bytes", node, 80 * kGiB);
  out.gauge("mixnet_node_data_filesystem_avail_bytes", node, [](const SyntheticHost& host, UnixMs time) {
    return 40 * kGiB + static_cast<double>(host.now - time) / static_cast<double>(kDay) * kGiB;
  });
  for (const auto* port : {"mix", "client_ws", "http", "verloc"}) {
    out.gauge("mixnet_node_connections", node + ",port=\"" + port + "\",state=\"established\"",
              wave(port[0] == 'm' ? 420 : 60, 14));
  }
  out.gauge("mixnet_node_wireguard_active_peers", node, wave(35, 15));
  out.counter("mixnet_node_wireguard_received_bytes_total", node, wave(2.1e6, 16));
  out.counter("mixnet_node_wireguard_sent_bytes_total", node, wave(9.4e6, 17));
  out.gauge("mixnet_network_node_performance_ratio", node,
            [](const SyntheticHost& host, UnixMs time) { return is_bad(host, time) ? 0.93 : 0.98; });
  out.gauge("mixnet_network_node_routing_score_ratio", node,
            [](const SyntheticHost& host, UnixMs time) { return is_bad(host, time) ? 0.94 : 0.985; });
  out.constant("mixnet_network_node_config_score_ratio", node, 0.995);
  out.constant("mixnet_network_node_expected_config_score_ratio", node, 0.995);
  const auto entry = [](UnixMs time) { return (time / kHour) % 5 < 3; };
  out.gauge("mixnet_network_node_in_rewarded_set", node,
            [=](const SyntheticHost&, UnixMs time) { return entry(time) ? 1 : 0; });
  for (const auto* role : {"entry_gateway", "exit_gateway", "layer1"}) {
    out.gauge("mixnet_network_node_role", node + ",role=\"" + role + "\"",
              [=](const SyntheticHost&, UnixMs time) { return role[1] == 'n' && entry(time) ? 1 : 0; });
  }
}

void add_host(Sources& out) {
  out.counter("node_cpu_seconds_total", "mode=\"user\"", trouble(0.6, 1.3, 20));
  out.counter("node_cpu_seconds_total", "mode=\"system\"", trouble(0.3, 0.35, 21));
  out.counter("node_cpu_seconds_total", "mode=\"iowait\"", trouble(0.02, 0.02, 22));
  out.counter("node_cpu_seconds_total", "mode=\"steal\"", trouble(0.01, 0.25, 23));
  out.counter("node_cpu_seconds_total", "mode=\"idle\"", trouble(1.07, 0.08, 24));
  out.constant("node_memory_MemTotal_bytes", "", 3.8 * kGiB);
  out.gauge("node_memory_MemAvailable_bytes", "",
            [](const SyntheticHost&, UnixMs time) { return (2.6 - busy(time, 25)) * kGiB; });
  out.constant("node_memory_SwapTotal_bytes", "", kGiB);
  out.constant("node_memory_SwapFree_bytes", "", 0.9 * kGiB);
  out.constant("node_filesystem_size_bytes", "mountpoint=\"/\"", 40 * kGiB);
  out.constant("node_filesystem_avail_bytes", "mountpoint=\"/\"", 31 * kGiB);
  out.counter("node_disk_read_bytes_total", "", trouble(3e4, 5e4, 26));
  out.counter("node_disk_written_bytes_total", "", trouble(1.4e6, 2e6, 27));
  out.counter("node_network_receive_bytes_total", "", wave(3.1e7, 28));
  out.counter("node_network_transmit_bytes_total", "", wave(3.3e7, 29));
  out.constant("node_netstat_Tcp_CurrEstab", "", 23);
  out.constant("node_boot_time_seconds", "", 1'763'000'000);
}

std::vector<Source> sources_of(const SyntheticHost& host) {
  Sources out;
  add_host(out);
  if (host.has_node) add_node(out);
  return out.take();
}

Measure measure(std::string label, double value, std::string_view unit) {
  Measure out;
  out.label = std::move(label);
  out.value = value;
  out.unit = unit;
  return out;
}

Alarm alarm(std::string_view name, std::string node, Status status, UnixMs since, UnixMs last_seen) {
  Alarm out;
  out.alert = name;
  out.node = std::move(node);
  out.status = status;
  out.since = since;
  out.last_seen = out.last_bad = last_seen;
  out.message = "node demo does not run";
  return out;
}

void add_trouble(std::vector<Finding>& findings, std::vector<Alarm>& alarms, UnixMs now) {
  findings.push_back({"drops",
                      "MixnetNodePacketsDropped",
                      "demo",
                      Status::critical,
                      "node demo drops 12.4 % of its packets, 1,890 a second, over 10 min",
                      "Look at CPU and steal first: a node that gets no CPU drops what it cannot send in time.",
                      {measure("node demo dropped", 12.4, "%")}});
  findings.push_back({"cpu",
                      "MixnetNodeCpuThrottled",
                      "demo",
                      Status::critical,
                      "the cgroup of node demo is at its quota in 35 % of all periods, over 10 min",
                      "Raise CPUQuota= of nym-node.service, or the CPUs of the machine.",
                      {measure("node demo throttled", 35, "%")}});
  findings.push_back({"cpu",
                      "MixnetHostCpuSteal",
                      "",
                      Status::warning,
                      "the hypervisor withholds 12 % of the CPU time, over 10 min",
                      "Ask the provider, or move to a machine whose CPUs are not shared.",
                      {measure("steal", 12, "%")}});
  for (const auto& finding : findings) {
    alarms.push_back(alarm(finding.alert, finding.node, finding.status, now - 38 * kMinute, now));
  }
  alarms.push_back(alarm("MixnetNodeDown", "demo", Status::critical, now - 47 * kMinute, now - 4 * kMinute));
}

void add_fine(const SyntheticHost& host, std::vector<Finding>& out) {
  out.push_back({"memory", "MixnetHostMemoryLow", "", Status::ok, "58 % of the memory is available", "", {}});
  out.push_back({"disk", "MixnetDiskSpaceLow", "", Status::ok, "/ is used to 23 %", "", {}});
  if (!host.has_node) return;
  out.push_back(
      {"fds", "MixnetNodeFileDescriptorsHigh", "demo", Status::ok, "node demo has 512 of 65,536 descriptors open", "", {}});
  out.push_back(
      {"clock", "MixnetHostClockWrong", "", Status::unknown, "whether the clock is synchronised is not known", "", {}});
}

}  // namespace

Window synthetic_window(const SyntheticHost& host, UnixMs from, UnixMs to, UnixMs every) {
  const auto sources = sources_of(host);
  auto series = std::make_shared<std::vector<Series>>();
  for (const auto& source : sources) series->push_back(source.series);
  std::vector<double> counts(sources.size(), 1000);
  Window out;
  for (auto time = from - from % every + (from % every == 0 ? 0 : every); time < to; time += every) {
    Tick tick{time, series, {}};
    for (std::size_t index = 0; index < sources.size(); ++index) {
      const bool is_nodes = sources[index].series.metric.starts_with("mixnet_node_");
      const double value = is_nodes && was_away(host, time) ? kGap : sources[index].value(host, time);
      if (sources[index].series.is_counter() && !std::isnan(value)) counts[index] += value * static_cast<double>(every) / 1000;
      tick.values.push_back(std::isnan(value) ? kGap : sources[index].series.is_counter() ? counts[index] : value);
    }
    out.add(tick);
  }
  return out;
}

Result<std::vector<Series>> SyntheticHistory::series() {
  std::vector<Series> out;
  for (auto& source : sources_of(host_)) out.push_back(std::move(source.series));
  return out;
}

Result<std::vector<Curve>> SyntheticHistory::curves(std::span<const std::string_view> metrics, UnixMs from, UnixMs to,
                                                    UnixMs step) {
  const auto every = std::min(step / 2, 5 * kMinute);
  const auto window = synthetic_window(host_, from - every, std::min(to, host_.now), every);
  return WindowReader(window).curves(metrics, from, to, step);
}

Result<Window> SyntheticHistory::window(std::span<const std::string_view> metrics, UnixMs from, UnixMs to) {
  const auto window = synthetic_window(host_, from, to, 15'000);
  return WindowReader(window).window(metrics, from, to);
}

Result<std::vector<HistoryEvent>> SyntheticHistory::events(UnixMs from, UnixMs to) {
  if (!host_.in_trouble) return std::vector<HistoryEvent>{};
  const std::vector<HistoryEvent> all = {
      {host_.now - 47 * kMinute, host_.now - 43 * kMinute, "MixnetNodeDown", "demo", Status::critical,
       "node demo does not run"},
      {host_.now - 38 * kMinute, 0, "MixnetNodePacketsDropped", "demo", Status::critical,
       "node demo drops 12.4 % of its packets"},
      {host_.now - 38 * kMinute, 0, "MixnetNodeCpuThrottled", "demo", Status::critical,
       "the cgroup of node demo is at its quota"},
      {host_.now - 31 * kMinute, host_.now - 12 * kMinute, "MixnetHostCpuSteal", "", Status::warning,
       "the hypervisor withholds 12 %"},
  };
  std::vector<HistoryEvent> out;
  for (const auto& event : all) {
    if (event.begin < to && (event.end == 0 || event.end >= from)) out.push_back(event);
  }
  return out;
}

SyntheticView::SyntheticView(const SyntheticHost& host, bool with_history)
    : window_(synthetic_window(host, host.now - kHour, host.now, 15'000)), history_(host) {
  if (host.in_trouble) add_trouble(findings_, alarms_, host.now);
  add_fine(host, findings_);
  collectors_ = {
      {"cpu", "Time of each CPU by mode.", "ok", "", 0.000081, {}},
      {"node_api", "What a node's HTTP API tells.", "ok", "", 0.0012, {{"absent", "demo: /load", "no access token is known"}}},
      {"nvme", "NVMe devices from /sys/class/nvme.", "absent", "/sys/class/nvme: No such file or directory", {}, {}}};
  view_.title = "mixnet-exporter";
  view_.version = "0.1.0";
  view_.revision = "abc1234";
  view_.now = host.now;
  view_.findings = findings_;
  view_.alarms = alarms_;
  view_.window = &window_;
  view_.history = with_history ? &history_ : nullptr;
  if (host.has_node) view_.nodes = {"demo"};
  view_.collectors = collectors_;
}

}  // namespace mixnet
