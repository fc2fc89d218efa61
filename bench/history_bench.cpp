// SPDX-License-Identifier: Apache-2.0
// What the history costs: writing what is recorded of 60 series, reading a day of one, and room on disk.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "daemon/history/history_file.h"

namespace mixnet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSeries = 60;
constexpr UnixMs kStart = 1'795'600'800'000, kInterval = 15'000;
constexpr std::int64_t kDay = 24LL * 60 * 60 * 1000 / kInterval;

/// Ticks of series as a node with its host has them: a third hardly change, the others are counters and gauges that always do.
class Ticks {
 public:
  Ticks() {
    auto series = std::make_shared<std::vector<Series>>();
    for (std::size_t index = 0; index < kSeries; ++index) {
      series->push_back({"metric_" + std::to_string(index), "node=\"a\"", index % 3 == 1 ? Type::counter : Type::gauge});
    }
    tick_ = {kStart, std::move(series), std::vector<double>(kSeries)};
  }

  const Tick& next() {
    tick_.time += kInterval;
    for (std::size_t index = 0; index < kSeries; ++index) {
      auto& value = tick_.values[index];
      const auto noise = static_cast<double>(random_() % 10'000);
      if (index % 3 == 0) value = index % 2 == 0 ? 262144 : 0.9908;                         // limits and scores
      if (index % 6 == 1) value += 60'000 + noise;                                          // packets
      if (index % 6 == 4) value = std::nearbyint((value + 1 + noise / 2'000) * 100) / 100;  // seconds of CPU
      if (index % 3 == 2) value = 4096 * (1'000'000 + noise);                               // memory
    }
    return tick_;
  }

 private:
  Tick tick_;
  std::mt19937 random_{17};
};

/// A history in a folder of its own.
class TemporaryHistory {
 public:
  TemporaryHistory() {
    char name[] = "/tmp/history-bench-XXXXXX";
    folder_ = ::mkdtemp(name);
    file = *HistoryFile::open(folder_ / "history.sqlite", {});
  }
  ~TemporaryHistory() {
    file.reset();
    fs::remove_all(folder_);
  }

  void fill(Ticks& ticks, std::int64_t count) {
    std::vector<Tick> some;
    while (count > 0) {
      some.clear();
      for (; count > 0 && some.size() < 100; --count) some.push_back(ticks.next());
      (void)file->add(some);
      (void)file->tidy(some.back().time, true);
    }
  }

  std::unique_ptr<HistoryFile> file;

 private:
  fs::path folder_;
};

/// One commit a tick, with the blocks that are made of them now and then.
void write_tick(benchmark::State& state) {
  Ticks ticks;
  TemporaryHistory history;
  for (auto _ : state) {
    const auto& tick = ticks.next();
    if (!history.file->add({&tick, 1}) || !history.file->tidy(tick.time, true)) state.SkipWithError("not written");
  }
}
BENCHMARK(write_tick)->Name("history/write_60_series");

void read_day(benchmark::State& state) {
  Ticks ticks;
  TemporaryHistory history;
  history.fill(ticks, kDay);
  const std::string_view metrics[] = {"metric_1"};
  for (auto _ : state) {
    auto window = history.file->window(metrics, kStart, kStart + (kDay + 1) * kInterval);
    if (!window || window->times().size() != static_cast<std::size_t>(kDay)) state.SkipWithError("not all was read");
  }
}
BENCHMARK(read_day)->Name("history/read_24h_of_one_series");

/// What a page with all series draws: a week in steps of half an hour.
void draw_week(benchmark::State& state) {
  Ticks ticks;
  TemporaryHistory history;
  history.fill(ticks, 7 * kDay);
  std::vector<std::string> names;
  for (std::size_t index = 0; index < kSeries; ++index) names.push_back("metric_" + std::to_string(index));
  const std::vector<std::string_view> metrics(names.begin(), names.end());
  const UnixMs end = kStart + 7 * kDay * kInterval;
  for (auto _ : state) {
    if (!history.file->curves(metrics, kStart, end, 30 * 60 * 1000)) state.SkipWithError("not drawn");
  }
}
BENCHMARK(draw_week)->Name("history/draw_7d_of_60_series");

/// The file's size after two days, all of which is kept at full resolution.
void size_on_disk(benchmark::State& state) {
  for (auto _ : state) {
    Ticks ticks;
    TemporaryHistory history;
    history.fill(ticks, 2 * kDay);
    state.counters["bytes_a_point"] = static_cast<double>(*history.file->bytes()) / static_cast<double>(2 * kDay * kSeries);
    state.counters["file_bytes"] = static_cast<double>(*history.file->bytes());
  }
}
BENCHMARK(size_on_disk)->Name("history/size_after_2_days")->Iterations(1);

}  // namespace
}  // namespace mixnet
