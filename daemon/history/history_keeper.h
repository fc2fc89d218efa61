// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/history/history_file.h"
#include "daemon/history/history_instruments.h"

namespace mixnet {

/// Keeps the history's file written, whatever becomes of the disk: what cannot be written now waits, as much as a few minutes
/// give; a damaged file is set aside under another name and a new one begun. It logs when this begins and when it is over. Used
/// from one thread.
class HistoryKeeper {
 public:
  /// How often the disk is asked to have all that was committed.
  static constexpr std::chrono::seconds kCommitEvery{10};
  static constexpr std::size_t kWaitingMax = 240;  ///< ticks that wait for a disk

  HistoryKeeper(std::string path, const HistoryLimits& limits, HistoryInstruments& instruments);

  /// Takes what was recorded last, and writes it now or with what follows.
  void take(Tick tick);
  /// Writes what waits; to be called before the end.
  void flush();
  /// Has the file know of the alarms that there are; where it cannot be written they are tried again with the next ticks.
  void note_alarms(std::vector<Alarm> alarms, UnixMs now);

  /// The file to read from; null while there is none.
  HistoryReader* reader() { return file_.get(); }
  /// To be told of an error of the reader's, as the file may be damaged.
  void reading_failed(const Error& error);
  /// Why there is none, or why it cannot be written.
  const std::string& error() const { return error_; }

 private:
  using Steady = std::chrono::steady_clock;

  void open();
  Result<void> write();
  void write_or_wait();
  void begin_anew(const Error& damage);
  void failed(const Error& error);
  void works();
  void watch_clock(UnixMs time);
  bool clock_is_behind(UnixMs time);

  const std::string path_;
  const HistoryLimits limits_;
  HistoryInstruments& instruments_;
  std::unique_ptr<HistoryFile> file_;
  std::vector<Tick> waiting_;
  std::vector<Alarm> alarms_;
  UnixMs alarms_noted_at_ = 0;
  bool alarms_wait_ = false;
  std::string error_;
  Steady::time_point next_open_{}, last_write_{};

  UnixMs newest_ = 0;                  ///< in the file
  UnixMs last_time_ = 0;               ///< of the tick before, with
  Steady::time_point last_steady_{};   ///< when that was by the clock that nobody sets
  Steady::time_point forget_from_{};   ///< until then nothing is forgotten: the clock jumped
  Steady::time_point behind_since_{};  ///< since when the clock is behind what was recorded; none: it is not
};

}  // namespace mixnet
