// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/alerts/alarms.h"
#include "daemon/history/history_limits.h"
#include "daemon/history/history_reader.h"
#include "daemon/history/sqlite.h"
#include "daemon/history/steps.h"

namespace mixnet {

/// Values of some series at the same times.
struct Matrix {
  std::vector<UnixMs> times;
  std::vector<std::vector<double>>
      columns;  ///< one for each series asked for, as long as `times`; kGap where there is no value

  void clear();
  /// Has a counter's increase begin at the last value of a column.
  void go_on_from_last(std::size_t index, Steps& steps) const;
};

/// What was recorded, in an SQLite file. A tick is a row until there are kBlockTicks of them, which then become a block: a
/// compressed column for each series, and another of what it was like in each five minutes. Used from one thread; a process
/// that reads and the one that writes do not wait for each other.
class HistoryFile : public HistoryReader {
 public:
  static constexpr std::size_t kBlockTicks = 960;  ///< four hours of one in 15 s
  static constexpr std::chrono::milliseconds kCoarse = std::chrono::minutes(5);
  static constexpr std::size_t kSeriesMax = 4096;

  /// Makes the file where there is none. malformed: it is damaged, and may be set aside; unavailable: another process writes to
  /// it, the disk is full, or a newer version wrote it, all of which may pass.
  static Result<std::unique_ptr<HistoryFile>> open(const std::string& path, const HistoryLimits& limits);
  /// absent: there is none.
  static Result<std::unique_ptr<HistoryFile>> open_to_read(const std::string& path);

  /// Adds ticks, the oldest first, and makes them durable at once. A time that is there already stays as it is. When it fails
  /// none of them is there.
  Result<void> add(std::span<const Tick> ticks);

  /// Makes what is said of alarms what there is at `now`: those that are not in `alarms` are over.
  Result<void> note_alarms(std::span<const Alarm> alarms, UnixMs now);

  /// Makes a block where there are enough ticks, and, with `may_forget`, lets go of what is older or more than the limits
  /// allow. To be called now and then.
  Result<void> tidy(UnixMs now, bool may_forget);

  /// Forgets what was recorded from `time` on: the clock was wrong.
  Result<void> forget_from(UnixMs time);

  /// The time of the newest tick; 0 where there is none.
  Result<UnixMs> newest();

  /// The size of the file without its journal.
  Result<std::uint64_t> bytes();

  Result<std::vector<Series>> series() override;
  Result<std::vector<Curve>> curves(std::span<const std::string_view> metrics, UnixMs from, UnixMs to, UnixMs step) override;
  Result<Window> window(std::span<const std::string_view> metrics, UnixMs from, UnixMs to) override;
  Result<std::vector<HistoryEvent>> events(UnixMs from, UnixMs to) override;

 private:
  struct Block {
    UnixMs start, end;  ///< the first tick's time, and the last's
  };
  struct Known {
    std::int64_t id;
    Series series;
  };

  HistoryFile(Sqlite database, const HistoryLimits& limits) : database_(std::move(database)), limits_(limits) {}

  Result<void> set_up();
  Result<void> check();
  Result<void> load_series();
  Result<std::int64_t> id_of(const Series& series);
  Result<void> add_rows(std::span<const Tick> ticks);
  Result<void> in_transaction(const std::function<Result<void>()>& work);

  std::vector<Known> known(std::span<const std::string_view> metrics) const;
  Result<std::vector<Block>> blocks(UnixMs from, UnixMs to);
  Result<void> read_block(const Block& block, std::span<const Known> series, Matrix& out);
  Result<void> read_ticks(UnixMs from, UnixMs to, std::span<const Known> series, Matrix& out);
  Result<void> add_coarse(const Known& known, UnixMs from, UnixMs to, Steps& steps);

  /// An error in what the file holds, with the file's name.
  template <class T>
  Result<T> named(Result<T> result) const {
    if (result) return result;
    return fail(result.error().fault, database_.path() + ": " + result.error().message);
  }

  Result<void> make_block(UnixMs end);
  Result<void> write_columns(UnixMs start, UnixMs end, std::span<const Known> series);
  Result<void> forget_old(UnixMs now);
  Result<void> forget_before(std::string_view table, UnixMs time);
  Result<UnixMs> oldest_start();
  Result<void> forget_unused_series();

  Sqlite database_;
  HistoryLimits limits_;
  std::size_t added_ = 0;                ///< ticks, since a block was looked for
  std::map<std::string, Known> series_;  ///< by their text
  std::shared_ptr<const std::vector<Series>> last_series_;
  std::vector<std::int64_t> last_ids_;  ///< of last_series_; 0 for those beyond kSeriesMax
};

}  // namespace mixnet
