// SPDX-License-Identifier: Apache-2.0
// From samples to bytes: what a scrape pays beside reading and parsing. The samples are those of the tree of fixtures.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "collectors/kit/exposition.h"
#include "daemon/board.h"
#include "daemon/config.h"
#include "daemon/exposition_writer.h"
#include "daemon/gzip.h"

namespace mixnet {
namespace {

const Roots kFixtures{.proc = MIXNET_FIXTURES "/proc",
                      .sys = MIXNET_FIXTURES "/sys",
                      .rootfs = MIXNET_FIXTURES "/root",
                      .udev_data = MIXNET_FIXTURES "/udev"};

/// A collection of the fixtures' host, made once.
Board& board() {
  static Board kBoard(kFixtures, Settings{}, Config{}.enabled_collectors());
  [[maybe_unused]] static const bool kCollected = (kBoard.collect({}), true);
  return kBoard;
}

std::string written(Format format) {
  ExpositionWriter writer;
  std::string text;
  writer.write(board().samples(), format, text);
  return text;
}

void write(benchmark::State& state, Format format) {
  ExpositionWriter writer;
  std::string text;
  for (auto _ : state) {
    writer.write(board().samples(), format, text);
    benchmark::DoNotOptimize(text.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK_CAPTURE(write, text, Format::text);
BENCHMARK_CAPTURE(write, openmetrics, Format::openmetrics);

void compress(benchmark::State& state) {
  const auto text = written(Format::text);
  Gzip gzip;
  std::string out;
  for (auto _ : state) {
    gzip.compress(text, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.counters["ratio"] = static_cast<double>(text.size()) / static_cast<double>(out.size());
}
BENCHMARK(compress);

/// What textfile and the node's own endpoint are read with.
void parse_written(benchmark::State& state) {
  const auto text = written(Format::text);
  for (auto _ : state) benchmark::DoNotOptimize(parse_exposition(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_written);

constexpr Metric kGauge = gauge("node_bench", "A gauge.");

/// One label set for a device and a sample, as most collectors add them.
void add_samples(benchmark::State& state) {
  Samples samples;
  const std::array<std::string, 4> devices{"eth0", "ens19", "wg0", "lo"};
  for (auto _ : state) {
    samples.clear();
    for (const auto& device : devices) samples.add(kGauge, 1, {{"device", device}});
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(devices.size()));
}
BENCHMARK(add_samples);

void add_named_at_run_time(benchmark::State& state) {
  Samples samples;
  std::array<std::string, 50> names;
  for (std::size_t at = 0; at < names.size(); ++at) names[at] = "node_memory_field" + std::to_string(at) + "_bytes";
  for (auto _ : state) {
    samples.clear();
    for (const auto& name : names) samples.add_to(samples.family(Type::gauge, name, "A field."), 1);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(names.size()));
}
BENCHMARK(add_named_at_run_time);

}  // namespace
}  // namespace mixnet
