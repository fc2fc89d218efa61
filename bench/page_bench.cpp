// SPDX-License-Identifier: Apache-2.0
// What a look at the status page costs beside reading the history: to write it of curves that are there.
#include <benchmark/benchmark.h>

#include <map>
#include <string>

#include "daemon/gzip.h"
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

void json(benchmark::State& state) {
  SyntheticView synthetic({.in_trouble = true});
  for (auto _ : state) benchmark::DoNotOptimize(status_json(synthetic.view()));
}
BENCHMARK(json)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mixnet
