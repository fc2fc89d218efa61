// SPDX-License-Identifier: Apache-2.0
// What HistoryFile gives of what was recorded.
#include <algorithm>

#include "daemon/history/bytes.h"
#include "daemon/history/column_codec.h"
#include "daemon/history/history_file.h"
#include "daemon/history/tick_row.h"

namespace mixnet {
namespace {

constexpr std::int64_t kTimes = 0;
constexpr UnixMs kCoarseMs = HistoryFile::kCoarse.count();
constexpr UnixMs kBlockMax = 25LL * 60 * 60 * 1000;  // no block is longer
constexpr std::size_t kStepsMax = 20'000;

}  // namespace

Result<std::vector<Series>> HistoryFile::series() {
  std::vector<Series> out;
  for (const auto& [text, known] : series_) out.push_back(known.series);
  return out;
}

/// Those of the metrics, or all where none is named.
std::vector<HistoryFile::Known> HistoryFile::known(std::span<const std::string_view> metrics) const {
  std::vector<Known> out;
  for (const auto& [text, known] : series_) {
    const bool wanted = metrics.empty() || std::find(metrics.begin(), metrics.end(), known.series.metric) != metrics.end();
    if (wanted) out.push_back(known);
  }
  return out;
}

/// With anything from `from` on and before `to`.
Result<std::vector<HistoryFile::Block>> HistoryFile::blocks(UnixMs from, UnixMs to) {
  auto query = TRY(SqliteStatement::prepare(
      database_, "SELECT start, end FROM blocks WHERE start >= ? AND start < ? AND end >= ? ORDER BY start"));
  query.bind(1, from - kBlockMax).bind(2, to).bind(3, from);
  std::vector<Block> out;
  while (TRY(query.step())) out.push_back({query.integer(0), query.integer(1)});
  return out;
}

/// Adds a block's times and values to `out`.
Result<void> HistoryFile::read_block(const Block& block, std::span<const Known> series, Matrix& out) {
  auto query = TRY(SqliteStatement::prepare(database_, "SELECT data FROM columns WHERE series = ? AND start = ?"));
  std::vector<double> values;
  const auto read = [&](std::int64_t id) -> Result<bool> {
    const bool any = TRY(query.bind(1, id).bind(2, block.start).step());
    if (any) {
      const auto column = TRY(named(unsealed(query.bytes(0))));
      TRY(named(decode_column(column, values)));
    }
    query.reset();
    return any;
  };
  const bool known_times = TRY(read(kTimes));
  if (!known_times) return {};
  const auto count = values.size();
  for (const double time : values) out.times.push_back(static_cast<UnixMs>(time));
  out.columns.resize(series.size());
  for (std::size_t index = 0; index < series.size(); ++index) {
    const bool any = TRY(read(series[index].id));
    if (any && values.size() != count) {
      return fail(Fault::malformed, database_.path() + ": a column of " + series[index].series.text() + " of another length");
    }
    auto& column = out.columns[index];
    if (any) {
      column.insert(column.end(), values.begin(), values.end());
    } else {
      column.resize(column.size() + count, kGap);
    }
  }
  return {};
}

/// Adds those that are not in a block yet.
Result<void> HistoryFile::read_ticks(UnixMs from, UnixMs to, std::span<const Known> series, Matrix& out) {
  std::vector<std::uint32_t> places;  // by the series' ids, from 1 on; 0: not asked for
  for (std::size_t index = 0; index < series.size(); ++index) {
    const auto id = static_cast<std::size_t>(series[index].id);
    if (places.size() <= id) places.resize(id + 1);
    places[id] = static_cast<std::uint32_t>(index + 1);
  }
  out.columns.resize(series.size());
  auto query =
      TRY(SqliteStatement::prepare(database_, "SELECT time, data FROM ticks WHERE time >= ? AND time < ? ORDER BY time"));
  query.bind(1, from).bind(2, to);
  while (TRY(query.step())) {
    out.times.push_back(query.integer(0));
    for (auto& column : out.columns) column.push_back(kGap);
    const auto row = TRY(named(unsealed(query.bytes(1))));
    TRY(named(read_tick_row(row, [&](std::uint64_t id, double value) {
      const auto place = id < places.size() ? places[id] : 0;
      if (place != 0) out.columns[place - 1].back() = value;
    })));
  }
  return {};
}

Result<Window> HistoryFile::window(std::span<const std::string_view> metrics, UnixMs from, UnixMs to) {
  const auto wanted = known(metrics);
  auto series = std::make_shared<std::vector<Series>>();
  for (const auto& each : wanted) series->push_back(each.series);
  Window out;
  Matrix matrix;
  const auto add_to_window = [&] {
    Tick tick{0, series, std::vector<double>(wanted.size())};
    for (std::size_t at = 0; at < matrix.times.size(); ++at) {
      tick.time = matrix.times[at];
      if (tick.time < from || tick.time >= to) continue;
      for (std::size_t index = 0; index < wanted.size(); ++index) tick.values[index] = matrix.columns[index][at];
      out.add(tick);
    }
    matrix.clear();
  };
  for (const auto& block : TRY(blocks(from, to))) {
    TRY(read_block(block, wanted, matrix));
    add_to_window();
  }
  TRY(read_ticks(from, to, wanted, matrix));
  add_to_window();
  return out;
}

/// Of whole blocks: what each five minutes were like.
Result<void> HistoryFile::add_coarse(const Known& known, UnixMs from, UnixMs to, Steps& steps) {
  auto query = TRY(SqliteStatement::prepare(
      database_, "SELECT start, data FROM coarse WHERE series = ? AND start >= ? AND start < ? ORDER BY start"));
  query.bind(1, known.id).bind(2, from - kBlockMax).bind(3, to);
  while (TRY(query.step())) {
    const auto text = TRY(named(unsealed(query.bytes(1))));
    TRY(named(steps.add_written(query.integer(0), kCoarseMs, text)));
  }
  return {};
}

Result<std::vector<Curve>> HistoryFile::curves(std::span<const std::string_view> metrics, UnixMs from, UnixMs to, UnixMs step) {
  if (step <= 0 || to <= from) return fail(Fault::malformed, "an empty range, or steps of no length");
  const auto oldest_full = TRY(database_.integer("SELECT coalesce((SELECT min(start) FROM blocks), 0)"));
  if (from < oldest_full && step < kCoarseMs) step = kCoarseMs;  // older values are there in steps of that length only
  const bool coarse = step % kCoarseMs == 0;
  const auto start = from - from % step;
  const auto count = static_cast<std::size_t>((to - to % step - start) / step);
  if (count > kStepsMax) return fail(Fault::malformed, "more than " + std::to_string(kStepsMax) + " steps");
  const auto wanted = known(metrics);
  std::vector<Steps> all;
  all.reserve(wanted.size());
  for (const auto& each : wanted) all.emplace_back(each.series, start, step, count);
  Matrix matrix;
  const auto add_values = [&] {
    for (std::size_t index = 0; index < all.size(); ++index) {
      for (std::size_t at = 0; at < matrix.times.size(); ++at) all[index].add(matrix.times[at], matrix.columns[index][at]);
    }
    matrix.clear();
  };
  const auto begin = start - kGapMax;  // where a counter's first increase may begin
  const auto found = TRY(blocks(begin, to));
  if (!coarse) {
    for (const auto& block : found) {
      TRY(read_block(block, wanted, matrix));
      add_values();
    }
  } else {
    for (std::size_t index = 0; index < all.size(); ++index) TRY(add_coarse(wanted[index], start, to, all[index]));
    if (!found.empty()) TRY(read_block(found.back(), wanted, matrix));
    for (std::size_t index = 0; index < all.size(); ++index) {
      if (!found.empty()) matrix.go_on_from_last(index, all[index]);
    }
    matrix.clear();
  }
  TRY(read_ticks(begin, to, wanted, matrix));
  add_values();
  std::vector<Curve> out;
  out.reserve(all.size());
  for (const auto& steps : all) out.push_back(steps.curve());
  return out;
}

Result<std::vector<HistoryEvent>> HistoryFile::events(UnixMs from, UnixMs to) {
  auto query = TRY(SqliteStatement::prepare(database_,
                                            "SELECT begin, end, alert, node, status, message FROM events"
                                            " WHERE begin < ? AND (end = 0 OR end >= ?) ORDER BY begin DESC LIMIT 1000"));
  query.bind(1, to).bind(2, from);
  std::vector<HistoryEvent> out;
  while (TRY(query.step())) {
    out.push_back({query.integer(0), query.integer(1), std::string(query.bytes(2)), std::string(query.bytes(3)),
                   static_cast<Status>(query.integer(4)), std::string(query.bytes(5))});
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace mixnet
