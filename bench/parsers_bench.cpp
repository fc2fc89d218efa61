// SPDX-License-Identifier: Apache-2.0
// The parsers that have most to read, on the files of the fixtures' host.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "collectors/host/cpuinfo.h"
#include "collectors/host/diskstats.h"
#include "collectors/host/filesystem.h"
#include "collectors/host/links.h"
#include "collectors/host/meminfo.h"
#include "collectors/host/netstat.h"
#include "collectors/host/proc_stat.h"
#include "collectors/host/schedstat.h"
#include "collectors/host/socket_table.h"
#include "collectors/host/vmstat.h"

namespace mixnet {
namespace {

std::string file(std::string_view name) {
  Tree proc(MIXNET_FIXTURES "/proc");
  return std::string(proc.read(name, Shape::records).value());
}

/// Parses the file again and again by `parse(text)`.
template <class Parse>
void run(benchmark::State& state, std::string_view name, Parse&& parse) {
  const auto text = file(name);
  for (auto _ : state) {
    auto done = parse(std::string_view(text));
    if (!done) state.SkipWithError(done.error().message.c_str());
    benchmark::DoNotOptimize(done);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void parse_stat(benchmark::State& state) {
  ProcStat out;
  run(state, "stat", [&](std::string_view text) { return parse_proc_stat(text, out); });
}
BENCHMARK(parse_stat);

void parse_meminfo_file(benchmark::State& state) {
  Meminfo out;
  run(state, "meminfo", [&](std::string_view text) { return parse_meminfo(text, out); });
}
BENCHMARK(parse_meminfo_file);

void parse_vmstat_file(benchmark::State& state) {
  Vmstat out;
  run(state, "vmstat", [&](std::string_view text) { return parse_vmstat(text, out); });
}
BENCHMARK(parse_vmstat_file);

void parse_netstat_file(benchmark::State& state) {
  const Settings settings;
  NetstatPlan plan;
  std::vector<NetstatValue> out;
  run(state, "net/netstat", [&](std::string_view text) {
    out.clear();
    return parse_netstat(text, settings.netstat.fields, plan, out);
  });
}
BENCHMARK(parse_netstat_file);

void parse_snmp6_file(benchmark::State& state) {
  const Settings settings;
  NetstatPlan plan;
  std::vector<NetstatValue> out;
  run(state, "net/snmp6", [&](std::string_view text) {
    out.clear();
    return parse_snmp6(text, settings.netstat.fields, plan, out);
  });
}
BENCHMARK(parse_snmp6_file);

void parse_diskstats_file(benchmark::State& state) {
  std::vector<Diskstat> out;
  run(state, "diskstats", [&](std::string_view text) { return parse_diskstats(text, out); });
}
BENCHMARK(parse_diskstats_file);

void parse_net_dev_file(benchmark::State& state) {
  std::vector<NetDev> out;
  run(state, "net/dev", [&](std::string_view text) { return parse_net_dev(text, out); });
}
BENCHMARK(parse_net_dev_file);

void parse_socket_table(benchmark::State& state) {
  run(state, "net/tcp", [](std::string_view text) {
    SocketTally out;
    return add_socket_table(text, SocketKind::tcp, out);
  });
}
BENCHMARK(parse_socket_table);

void parse_cpuinfo_file(benchmark::State& state) {
  Cpuinfo out;
  run(state, "cpuinfo", [&](std::string_view text) { return parse_cpuinfo(text, out); });
}
BENCHMARK(parse_cpuinfo_file);

void parse_schedstat_file(benchmark::State& state) {
  Schedstat out;
  run(state, "schedstat", [&](std::string_view text) { return parse_schedstat(text, out); });
}
BENCHMARK(parse_schedstat_file);

void parse_mountinfo_file(benchmark::State& state) {
  std::string text;
  std::vector<Mount> out;
  run(state, "1/mountinfo", [&](std::string_view original) {
    text.assign(original);  // it is unescaped in place
    return parse_mountinfo(text, out);
  });
}
BENCHMARK(parse_mountinfo_file);

}  // namespace
}  // namespace mixnet
