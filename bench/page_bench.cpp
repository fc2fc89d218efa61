// SPDX-License-Identifier: Apache-2.0
// What a look at the status page costs: to write it of curves that are there, and with reading them of a history's file.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/gzip.h"
#include "daemon/history/history_file.h"
#include "daemon/page/status_json.h"
#include "daemon/page/status_page.h"
#include "daemon/page/status_text.h"
#include "tests/daemon/page/synthetic.h"

namespace mixnet {
namespace {

/// Gives again what another history gave at first.
class RememberedHistory : public HistoryReader {
 public:
  explicit RememberedHistory(HistoryReader& history) : history_(history) {}

  Result<std::vector<Series>> series() override { return history_.series(); }
  Result<std::vector<Curve>> curves(std::span<const std::string_view> metrics, UnixMs from, UnixMs to, UnixMs step) override {
    auto& curves = curves_[step];
    if (curves.empty()) curves = *history_.curves(metrics, from, to, step);
    return curves;
  }
  Result<Window> window(std::span<const std::string_view> metrics, UnixMs from, UnixMs to) override {
    return history_.window(metrics, from, to);
  }
  Result<std::vector<HistoryEvent>> events(UnixMs from, UnixMs to) override { return history_.events(from, to); }

 private:
  HistoryReader& history_;
  std::map<UnixMs, std::vector<Curve>> curves_;
};

/// Of a node with everything, in trouble: the page is at its longest.
void page(benchmark::State& state, std::string_view range) {
  SyntheticView synthetic({.in_trouble = true});
  auto& view = synthetic.view();
  RememberedHistory history(*view.history);
  view.history = &history;
  view.range = &range_named(range);
  auto text = status_page(view);
  for (auto _ : state) {
    text = status_page(view);
    benchmark::DoNotOptimize(text.data());
  }
  Gzip gzip;
  std::string small;
  gzip.compress(text, small);
  state.counters["bytes"] = static_cast<double>(text.size());
  state.counters["gzip_bytes"] = static_cast<double>(small.size());
}
BENCHMARK_CAPTURE(page, 1h, "1h")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(page, 24h, "24h")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(page, 7d, "7d")->Unit(benchmark::kMillisecond);

/// A week of the host in a file, a tick in 15 s.
class WeekOnDisk {
 public:
  explicit WeekOnDisk(const SyntheticHost& host) {
    constexpr UnixMs kEvery = 15'000, kPiece = 4 * 60 * 60 * 1000;
    const auto path = folder_ / "history.sqlite";
    file_ = *HistoryFile::open(path, {});
    for (auto from = host.now - 7 * 6 * kPiece; from < host.now; from += kPiece) {
      const auto window = synthetic_window(host, from, std::min(from + kPiece, host.now), kEvery);
      (void)file_->add(ticks_of(window));
      (void)file_->tidy(host.now, true);
    }
  }
  ~WeekOnDisk() { std::filesystem::remove_all(folder_); }
  WeekOnDisk(const WeekOnDisk&) = delete;
  WeekOnDisk& operator=(const WeekOnDisk&) = delete;

  HistoryFile& file() { return *file_; }

 private:
  static std::vector<Tick> ticks_of(const Window& window) {
    auto series = std::make_shared<std::vector<Series>>();
    for (const auto& column : window.columns()) series->push_back(column.series);
    std::vector<Tick> out;
    for (std::size_t place = 0; place < window.times().size(); ++place) {
      Tick tick{window.times()[place], series, {}};
      for (const auto& column : window.columns()) tick.values.push_back(column.values[place]);
      out.push_back(std::move(tick));
    }
    return out;
  }

  static std::filesystem::path new_folder() {
    std::string name = std::filesystem::temp_directory_path() / "mixnet-bench-XXXXXX";
    return mkdtemp(name.data());
  }

  const std::filesystem::path folder_ = new_folder();
  std::unique_ptr<HistoryFile> file_;
};

/// The same with the reading.
void page_of_a_file(benchmark::State& state, std::string_view range) {
  const SyntheticHost host{.in_trouble = true};
  SyntheticView synthetic(host);
  static WeekOnDisk kWeek(host);
  auto& view = synthetic.view();
  view.history = &kWeek.file();
  view.range = &range_named(range);
  for (auto _ : state) benchmark::DoNotOptimize(status_page(view));
}
BENCHMARK_CAPTURE(page_of_a_file, 1h, "1h")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(page_of_a_file, 24h, "24h")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(page_of_a_file, 7d, "7d")->Unit(benchmark::kMillisecond);

void json(benchmark::State& state) {
  SyntheticView synthetic({.in_trouble = true});
  for (auto _ : state) benchmark::DoNotOptimize(status_json(synthetic.view()));
}
BENCHMARK(json)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mixnet
