// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/softnet.h"

#include <charconv>

namespace mixnet {
namespace {

constexpr Metric kProcessed = counter("node_softnet_processed_total", "Number of processed packets");
constexpr Metric kDropped = counter("node_softnet_dropped_total", "Number of dropped packets");
constexpr Metric kTimesSqueezed =
    counter("node_softnet_times_squeezed_total", "Number of times processing packets ran out of quota");
constexpr Metric kCpuCollision =
    counter("node_softnet_cpu_collision_total", "Number of collision occur while obtaining device lock while transmitting");
constexpr Metric kReceivedRps = counter("node_softnet_received_rps_total", "Number of times cpu woken up received_rps");
constexpr Metric kFlowLimitCount =
    counter("node_softnet_flow_limit_count_total", "Number of times flow limit has been reached");
constexpr Metric kBacklogLength = gauge("node_softnet_backlog_len", "Softnet backlog status");

struct Value {
  const Metric* metric;
  std::uint32_t Softnet::*field;
};

constexpr Value kValues[] = {
    {&kProcessed, &Softnet::processed},          {&kDropped, &Softnet::dropped},
    {&kTimesSqueezed, &Softnet::times_squeezed}, {&kCpuCollision, &Softnet::cpu_collision},
    {&kReceivedRps, &Softnet::received_rps},     {&kFlowLimitCount, &Softnet::flow_limit_count},
    {&kBacklogLength, &Softnet::backlog_length},
};
constexpr const Metric* kMetrics[] = {&kProcessed,   &kDropped,        &kTimesSqueezed, &kCpuCollision,
                                      &kReceivedRps, &kFlowLimitCount, &kBacklogLength};

struct Cpus {
  std::vector<Softnet> all;
};

Result<void> collect(Context& context, Samples& out) {
  auto& cpus = context.memory.get<Cpus>().all;
  TRY(context.proc.parse("net/softnet_stat", Shape::short_records, parse_softnet, cpus));
  for (const auto& cpu : cpus) {
    char name[16];
    const auto end = std::to_chars(name, name + sizeof name, cpu.cpu).ptr;
    const auto labels = out.labels({{"cpu", {name, static_cast<std::size_t>(end - name)}}});
    for (const auto& value : kValues) out.add(*value.metric, cpu.*value.field, labels);
  }
  return {};
}

}  // namespace

// 000009f7 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001 ...
// processed, dropped, time_squeeze, five zeros, cpu_collision, since 2.6.39 received_rps, since 4.18 flow_limit_count, since
// 5.10 the backlog's length and the CPU.
Result<void> parse_softnet(std::string_view text, std::vector<Softnet>& out) {
  out.clear();
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    const Fields<13> fields(line);
    if (fields.count() < 9) return lines.malformed("9 columns expected in " + in_quotes(line));
    Softnet cpu{};
    cpu.processed = TRY(lines.field<std::uint32_t>(fields[0], 16));
    cpu.dropped = TRY(lines.field<std::uint32_t>(fields[1], 16));
    cpu.times_squeezed = TRY(lines.field<std::uint32_t>(fields[2], 16));
    cpu.cpu_collision = TRY(lines.field<std::uint32_t>(fields[8], 16));
    if (fields.count() >= 10) cpu.received_rps = TRY(lines.field<std::uint32_t>(fields[9], 16));
    if (fields.count() >= 11) cpu.flow_limit_count = TRY(lines.field<std::uint32_t>(fields[10], 16));
    cpu.cpu = static_cast<std::uint32_t>(out.size());
    if (fields.count() >= 13) {
      cpu.backlog_length = TRY(lines.field<std::uint32_t>(fields[11], 16));
      cpu.cpu = TRY(lines.field<std::uint32_t>(fields[12], 16));
    }
    out.push_back(cpu);
  }
  return {};
}

constinit const Collector kSoftnet{
    "softnet", "Packet processing of each CPU, from /proc/net/softnet_stat.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
