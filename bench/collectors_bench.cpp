// SPDX-License-Identifier: Apache-2.0
// Each collector on this host, and all that are on by default: reading, parsing and adding, in the steady state.
#include <benchmark/benchmark.h>

#include <string>

#include "collectors/all_collectors.h"
#include "daemon/board.h"
#include "daemon/config.h"

namespace mixnet {
namespace {

void collect_one(benchmark::State& state, const Collector& collector) {
  Context context(Roots{}, Settings{});
  Samples samples;
  for (auto _ : state) {
    context.begin_collection();
    samples.clear();
    const auto done = collector.collect(context, samples);
    if (!done) {
      state.SkipWithError(done.error().message.c_str());
      break;
    }
  }
  state.counters["series"] = static_cast<double>(samples.size());
}

void collect_all(benchmark::State& state) {
  Board board(Roots{}, Settings{}, Config{}.enabled_collectors());
  for (auto _ : state) board.collect({});
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const Collector* collector : all_collectors()) {
    benchmark::RegisterBenchmark(("collect/" + std::string(collector->name)).c_str(),
                                 [collector](benchmark::State& state) { collect_one(state, *collector); });
  }
  benchmark::RegisterBenchmark("collect_defaults", collect_all);
  return true;
}();

}  // namespace
}  // namespace mixnet
