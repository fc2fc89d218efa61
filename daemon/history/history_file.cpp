// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/history_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <set>

#include "collectors/kit/text.h"
#include "daemon/history/bytes.h"
#include "daemon/history/column_codec.h"
#include "daemon/history/steps.h"
#include "daemon/history/tick_row.h"

namespace mixnet {
namespace {

constexpr std::int64_t kApplicationId = 0x6d69786e;  // "mixn", what file(1) and others know the file by
constexpr std::int64_t kSchema = 1;
constexpr std::int64_t kTimes = 0;  // in the place of a series' id: the times of a block

constexpr UnixMs kDay = 24LL * 60 * 60 * 1000;
constexpr UnixMs kCoarseMs = HistoryFile::kCoarse.count();
constexpr std::uint64_t kJournalBytesMax = 2 << 20;
constexpr std::size_t kLookedForBlock = 40;  // ticks, after which there may be enough for a block
constexpr std::size_t kSeriesAtOnce = 16;    // of a block: all of them would be a megabyte of memory, once in four hours

// A commit waits for the disk once, so that what is committed survives a power cut; the journal is written back into the file
// at 256 pages, every twenty minutes or so, which waits twice more. The cache is small as the kernel has one too.
constexpr const char* kPragmas =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 256;"
    "PRAGMA journal_size_limit = 1048576;"
    "PRAGMA cache_size = -256;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON";

constexpr const char* kTables =
    "BEGIN;"
    "CREATE TABLE series (id INTEGER PRIMARY KEY, metric TEXT NOT NULL, labels TEXT NOT NULL, type INTEGER NOT NULL,"
    "                     UNIQUE (metric, labels));"
    "CREATE TABLE ticks (time INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE TABLE blocks (start INTEGER PRIMARY KEY, end INTEGER NOT NULL);"
    "CREATE TABLE columns (series INTEGER, start INTEGER, data BLOB NOT NULL, PRIMARY KEY (series, start)) WITHOUT ROWID;"
    "CREATE TABLE coarse (series INTEGER, start INTEGER, data BLOB NOT NULL, PRIMARY KEY (series, start)) WITHOUT ROWID;"
    "CREATE TABLE events (id INTEGER PRIMARY KEY, begin INTEGER NOT NULL, end INTEGER NOT NULL, alert TEXT NOT NULL,"
    "                     node TEXT NOT NULL, status INTEGER NOT NULL, message TEXT NOT NULL);"
    "PRAGMA application_id = 1835628654;"
    "PRAGMA user_version = 1;"
    "COMMIT";

UnixMs rounded_down(UnixMs time, UnixMs step) { return time - time % step; }

}  // namespace

void Matrix::clear() {
  times.clear();
  for (auto& column : columns) column.clear();
}

void Matrix::go_on_from_last(std::size_t index, Steps& steps) const {
  for (auto at = times.size(); at > 0; --at) {
    if (std::isnan(columns[index][at - 1])) continue;
    steps.go_on_from(times[at - 1], columns[index][at - 1]);
    return;
  }
}

Result<std::unique_ptr<HistoryFile>> HistoryFile::open(const std::string& path, const HistoryLimits& limits) {
  auto database = TRY(Sqlite::open(path, Sqlite::Access::write));
  std::unique_ptr<HistoryFile> file(new HistoryFile(std::move(database), limits));
  TRY(file->set_up());
  return file;
}

Result<std::unique_ptr<HistoryFile>> HistoryFile::open_to_read(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return fail(Fault::absent, path + ": nothing has been recorded");
  auto database = TRY(Sqlite::open(path, Sqlite::Access::read));
  std::unique_ptr<HistoryFile> file(new HistoryFile(std::move(database), {}));
  TRY(file->database_.run("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON"));
  const auto schema = TRY(file->database_.integer("PRAGMA user_version"));
  if (schema == 0) return fail(Fault::absent, path + ": nothing has been recorded");
  if (schema > kSchema) return fail(Fault::unavailable, path + ": a newer version of mixnet-exporter wrote it");
  TRY(file->load_series());
  return file;
}

Result<void> HistoryFile::set_up() {
  const auto schema = TRY(database_.integer("PRAGMA user_version"));
  const auto tables = TRY(database_.integer("SELECT count(*) FROM sqlite_master"));
  if (schema == 0 && tables == 0) {
    TRY(database_.run("PRAGMA auto_vacuum = INCREMENTAL"));  // which has to be said before there is anything
    TRY(database_.run(kPragmas));
    return database_.run(kTables);
  }
  const auto application = TRY(database_.integer("PRAGMA application_id"));
  if (application != kApplicationId) return fail(Fault::malformed, database_.path() + ": another program's database");
  if (schema > kSchema) {
    return fail(Fault::unavailable, database_.path() + ": a newer version of mixnet-exporter wrote it (schema " +
                                        std::to_string(schema) + ", this one knows " + std::to_string(kSchema) + ")");
  }
  TRY(check());
  TRY(database_.run(kPragmas));  // not before it is known to be ours: they write
  return load_series();
}

Result<void> HistoryFile::check() {
  auto check = TRY(SqliteStatement::prepare(database_, "PRAGMA quick_check(1)"));
  TRY(check.step());
  if (check.bytes(0) == "ok") return {};
  return fail(Fault::malformed, database_.path() + ": damaged: " + std::string(check.bytes(0)));
}

Result<void> HistoryFile::load_series() {
  auto query = TRY(SqliteStatement::prepare(database_, "SELECT id, metric, labels, type FROM series ORDER BY id"));
  series_.clear();
  last_series_ = nullptr;
  while (TRY(query.step())) {
    Series series{std::string(query.bytes(1)), std::string(query.bytes(2)), static_cast<Type>(query.integer(3))};
    auto text = series.text();
    series_.insert_or_assign(std::move(text), Known{query.integer(0), std::move(series)});
  }
  return {};
}

Result<std::int64_t> HistoryFile::id_of(const Series& series) {
  auto text = series.text();
  if (const auto found = series_.find(text); found != series_.end()) return found->second.id;
  if (series_.size() >= kSeriesMax) return 0;
  auto insert = TRY(SqliteStatement::prepare(database_, "INSERT INTO series (metric, labels, type) VALUES (?, ?, ?)"));
  TRY(insert.bind_text(1, series.metric).bind_text(2, series.labels).bind(3, static_cast<std::int64_t>(series.type)).run());
  const auto id = TRY(database_.integer("SELECT last_insert_rowid()"));
  series_.emplace(std::move(text), Known{id, series});
  return id;
}

Result<void> HistoryFile::in_transaction(const std::function<Result<void>()>& work) {
  TRY(database_.run("BEGIN IMMEDIATE"));
  auto done = work();
  if (done) done = database_.run("COMMIT");
  if (done) return {};
  (void)database_.run("ROLLBACK");  // which may have happened by itself
  (void)load_series();              // without those of the transaction
  return done;
}

Result<void> HistoryFile::add(std::span<const Tick> ticks) {
  TRY(in_transaction([&] { return add_rows(ticks); }));
  added_ += ticks.size();
  return {};
}

Result<void> HistoryFile::add_rows(std::span<const Tick> ticks) {
  auto insert = TRY(SqliteStatement::prepare(database_, "INSERT OR IGNORE INTO ticks (time, data) VALUES (?, ?)"));
  for (const auto& tick : ticks) {
    if (tick.series != last_series_) {
      std::vector<std::int64_t> ids;
      for (const auto& series : *tick.series) ids.push_back(TRY(id_of(series)));
      last_ids_ = std::move(ids);
      last_series_ = tick.series;
    }
    const auto row = sealed(tick_row(last_ids_, tick.values));
    TRY(insert.bind(1, tick.time).bind_blob(2, row).run());
  }
  return {};
}

Result<UnixMs> HistoryFile::newest() {
  return database_.integer(
      "SELECT max(coalesce((SELECT max(time) FROM ticks), 0), coalesce((SELECT max(end) FROM blocks), 0))");
}

Result<std::uint64_t> HistoryFile::bytes() {
  const auto pages = TRY(database_.integer("PRAGMA page_count"));
  const auto page = TRY(database_.integer("PRAGMA page_size"));
  return static_cast<std::uint64_t>(pages * page);
}

Result<void> HistoryFile::forget_from(UnixMs time) {
  return in_transaction([&]() -> Result<void> {
    auto query = TRY(SqliteStatement::prepare(database_, "SELECT coalesce(min(start), ?1) FROM blocks WHERE end >= ?1"));
    TRY(query.bind(1, time).step());
    const auto first = query.integer(0);
    auto ticks = TRY(SqliteStatement::prepare(database_, "DELETE FROM ticks WHERE time >= ?"));
    TRY(ticks.bind(1, time).run());
    auto blocks = TRY(SqliteStatement::prepare(database_, "DELETE FROM blocks WHERE start >= ?"));
    TRY(blocks.bind(1, first).run());
    auto columns = TRY(SqliteStatement::prepare(database_, "DELETE FROM columns WHERE start >= ?"));
    TRY(columns.bind(1, first).run());
    auto coarse = TRY(SqliteStatement::prepare(database_, "DELETE FROM coarse WHERE start >= ?"));
    return coarse.bind(1, rounded_down(first, kCoarseMs)).run();
  });
}

Result<void> HistoryFile::note_alarms(std::span<const Alarm> alarms, UnixMs now) {
  return in_transaction([&]() -> Result<void> {
    auto query = TRY(SqliteStatement::prepare(database_, "SELECT id, alert, node FROM events WHERE end = 0"));
    auto end = TRY(SqliteStatement::prepare(database_, "UPDATE events SET end = ? WHERE id = ?"));
    auto go_on =
        TRY(SqliteStatement::prepare(database_, "UPDATE events SET status = max(status, ?), message = ? WHERE id = ?"));
    std::vector<bool> noted(alarms.size());
    while (TRY(query.step())) {
      const auto same = [&](const Alarm& alarm) { return alarm.alert == query.bytes(1) && alarm.node == query.bytes(2); };
      const auto found = std::find_if(alarms.begin(), alarms.end(), same);
      if (found == alarms.end()) {
        TRY(end.bind(1, now).bind(2, query.integer(0)).run());
      } else {
        noted[static_cast<std::size_t>(found - alarms.begin())] = true;
        TRY(go_on.bind(1, static_cast<int>(found->status)).bind_text(2, found->message).bind(3, query.integer(0)).run());
      }
    }
    auto begin = TRY(SqliteStatement::prepare(
        database_, "INSERT INTO events (begin, end, alert, node, status, message) VALUES (?, 0, ?, ?, ?, ?)"));
    for (std::size_t index = 0; index < alarms.size(); ++index) {
      if (noted[index]) continue;
      const auto& alarm = alarms[index];
      begin.bind(1, alarm.since).bind_text(2, alarm.alert).bind_text(3, alarm.node);
      TRY(begin.bind(4, static_cast<int>(alarm.status)).bind_text(5, alarm.message).run());
    }
    return {};
  });
}

Result<void> HistoryFile::tidy(UnixMs now, bool may_forget) {
  if (added_ < kLookedForBlock) return {};  // counting reads all of them
  added_ = 0;
  const auto count = TRY(database_.integer("SELECT count(*) FROM ticks"));
  const auto oldest = TRY(database_.integer("SELECT coalesce(min(time), 0) FROM ticks"));
  const auto last = TRY(newest());
  const auto end = std::min(rounded_down(last, kCoarseMs), rounded_down(oldest, kCoarseMs) + kDay);
  const bool enough = static_cast<std::size_t>(count) >= kBlockTicks || last - oldest >= kDay + kCoarseMs;
  if (!enough || end <= oldest) return {};
  TRY(in_transaction([&] { return make_block(end); }));
  if (!may_forget) return {};
  TRY(in_transaction([&] { return forget_old(now); }));
  return database_.run("PRAGMA incremental_vacuum");
}

/// Of the ticks before `end`.
Result<void> HistoryFile::make_block(UnixMs end) {
  std::vector<Known> all;
  for (const auto& [text, known] : series_) all.push_back(known);
  const auto start = TRY(database_.integer("SELECT min(time) FROM ticks"));
  for (std::size_t first = 0; first < all.size(); first += kSeriesAtOnce) {
    const auto count = std::min(kSeriesAtOnce, all.size() - first);
    TRY(write_columns(start, end, std::span(all).subspan(first, count)));
  }
  auto last = TRY(SqliteStatement::prepare(database_, "SELECT max(time) FROM ticks WHERE time < ?"));
  last.bind(1, end);
  TRY(last.step());
  auto block = TRY(SqliteStatement::prepare(database_, "INSERT OR REPLACE INTO blocks (start, end) VALUES (?, ?)"));
  TRY(block.bind(1, start).bind(2, last.integer(0)).run());
  last.reset();
  auto remove = TRY(SqliteStatement::prepare(database_, "DELETE FROM ticks WHERE time < ?"));
  return remove.bind(1, end).run();
}

Result<void> HistoryFile::write_columns(UnixMs start, UnixMs end, std::span<const Known> series) {
  auto write =
      TRY(SqliteStatement::prepare(database_, "INSERT OR REPLACE INTO columns (series, start, data) VALUES (?, ?, ?)"));
  auto write_coarse =
      TRY(SqliteStatement::prepare(database_, "INSERT OR REPLACE INTO coarse (series, start, data) VALUES (?, ?, ?)"));
  Matrix before, matrix;
  const auto earlier = TRY(blocks(start - kGapMax, start));  // a counter's first increase begins there
  if (!earlier.empty()) TRY(read_block(earlier.back(), series, before));
  TRY(read_ticks(start, end, series, matrix));
  const auto put = [&](std::int64_t id, std::span<const double> values) {
    std::string column;
    encode_column(values, column);
    const auto data = sealed(column);
    return write.bind(1, id).bind(2, start).bind_blob(3, data).run();
  };
  TRY(put(kTimes, std::vector<double>(matrix.times.begin(), matrix.times.end())));
  const auto coarse_start = rounded_down(start, kCoarseMs);
  for (std::size_t index = 0; index < series.size(); ++index) {
    const auto& values = matrix.columns[index];
    if (std::all_of(values.begin(), values.end(), [](double value) { return std::isnan(value); })) continue;
    TRY(put(series[index].id, values));
    Steps steps(series[index].series, coarse_start, kCoarseMs, static_cast<std::size_t>((end - coarse_start) / kCoarseMs));
    before.go_on_from_last(index, steps);
    for (std::size_t at = 0; at < values.size(); ++at) steps.add(matrix.times[at], values[at]);
    const auto data = sealed(steps.write());
    TRY(write_coarse.bind(1, series[index].id).bind(2, coarse_start).bind_blob(3, data).run());
  }
  return {};
}

Result<void> HistoryFile::forget_old(UnixMs now) {
  auto block = TRY(SqliteStatement::prepare(database_, "SELECT coalesce(max(start), 0) FROM blocks WHERE end < ?"));
  TRY(block.bind(1, now - limits_.full.count()).step());
  TRY(forget_before("columns", block.integer(0) + 1));
  block.reset();
  TRY(forget_before("coarse", now - limits_.coarse.count() - kDay));  // no block is longer than a day
  auto events = TRY(SqliteStatement::prepare(database_, "DELETE FROM events WHERE end != 0 AND end < ?"));
  TRY(events.bind(1, now - limits_.coarse.count()).run());
  for (;;) {
    const auto free = TRY(database_.integer("PRAGMA freelist_count"));
    const auto page = TRY(database_.integer("PRAGMA page_size"));
    const auto used = TRY(bytes()) - static_cast<std::uint64_t>(free * page);
    if (used + kJournalBytesMax <= limits_.bytes_max) break;
    const auto oldest = TRY(oldest_start());
    if (oldest == 0) break;
    for (const char* table : {"columns", "coarse"}) TRY(forget_before(table, oldest + kDay));
  }
  return forget_unused_series();
}

/// By series, as the tables are sorted: a search through all of it would read all of it.
Result<void> HistoryFile::forget_before(std::string_view table, UnixMs time) {
  const std::string text = "DELETE FROM " + std::string(table) + " WHERE series = ? AND start < ?";
  auto remove = TRY(SqliteStatement::prepare(database_, text.c_str()));
  TRY(remove.bind(1, kTimes).bind(2, time).run());
  for (const auto& [name, known] : series_) TRY(remove.bind(1, known.id).bind(2, time).run());
  if (table != "columns") return {};
  auto blocks = TRY(SqliteStatement::prepare(database_, "DELETE FROM blocks WHERE start < ?"));
  return blocks.bind(1, time).run();
}

/// Of the oldest block or coarse column; 0 where there is none.
Result<UnixMs> HistoryFile::oldest_start() {
  auto query = TRY(SqliteStatement::prepare(database_, "SELECT min(start) FROM coarse WHERE series = ?"));
  UnixMs oldest = 0;
  for (const auto& [name, known] : series_) {
    TRY(query.bind(1, known.id).step());
    const auto start = query.integer(0);
    if (start != 0 && (oldest == 0 || start < oldest)) oldest = start;
    query.reset();
  }
  return oldest;
}

/// Those that are in no block and in no tick any more.
Result<void> HistoryFile::forget_unused_series() {
  std::set<std::int64_t> in_ticks;
  auto rows = TRY(SqliteStatement::prepare(database_, "SELECT data FROM ticks"));
  while (TRY(rows.step())) {
    const auto row = TRY(named(unsealed(rows.bytes(0))));
    TRY(named(read_tick_row(row, [&](std::uint64_t id, double) { in_ticks.insert(static_cast<std::int64_t>(id)); })));
  }
  auto coarse = TRY(SqliteStatement::prepare(database_, "SELECT 1 FROM coarse WHERE series = ? LIMIT 1"));
  auto remove = TRY(SqliteStatement::prepare(database_, "DELETE FROM series WHERE id = ?"));
  for (const auto& [text, known] : series_) {
    const bool in_coarse = TRY(coarse.bind(1, known.id).step());
    coarse.reset();
    if (!in_coarse && !in_ticks.contains(known.id)) TRY(remove.bind(1, known.id).run());
  }
  return load_series();
}

}  // namespace mixnet
