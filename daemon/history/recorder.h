// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "collectors/kit/state_folder.h"
#include "daemon/alerts/alarms.h"
#include "daemon/board.h"
#include "daemon/history/history_keeper.h"
#include "daemon/history/picker.h"

namespace mixnet {

class Scraper;

/// What is known of the last hour, for one question; valid while it is answered.
struct RecorderView {
  const Window& window;
  std::span<const Finding> findings;
  std::span<const Alarm> alarms;
  HistoryReader* history;            ///< null where there is none
  const std::string& history_error;  ///< why
};

/// What others leave for the recorder: from any thread, and also when there is no recorder any more.
class RecorderInbox {
 public:
  /// May say with an error that the history is damaged.
  using Question = std::function<Result<void>(const RecorderView&)>;

  /// How many ticks and questions wait for a recorder that waits for the disk.
  static constexpr std::size_t kTicksMax = 60, kQuestionsMax = 32;

  RecorderInbox(std::vector<Recording> recordings, bool periodic) : periodic_(periodic), picker_(std::move(recordings)) {}

  /// Does the recorder have ticks made by itself? Where not, a question is to be asked with one.
  bool periodic() const { return periodic_; }

  /// Has it answered on the recorder's thread; false where too many wait already, and where it ends.
  bool ask(Question question);

  /// What the collection on `board` gave, to be recorded: on the scraper's thread only.
  void record(const Board& board);

  /// The collectors that may give what is recorded.
  std::vector<std::string> collectors_needed(std::span<const Collector* const> collectors) const {
    return picker_.collectors_needed(collectors);
  }

 private:
  friend class Recorder;

  const bool periodic_;
  Picker picker_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<Tick> ticks_;
  std::uint64_t dropped_ = 0;
  std::vector<Question> questions_;
  bool stopping_ = false, ended_ = false;
};

/// The thread that remembers: has the scraper collect at an interval, keeps the last hour in memory and all of it on disk,
/// works out what is wrong, and answers questions about it. It alone waits for the disk.
class Recorder {
 public:
  struct Options {
    std::chrono::milliseconds interval{15'000};  ///< 0: only what is recorded at a question is there
    std::string file;                            ///< the history's; empty: it is in memory only
    HistoryLimits limits;
    std::vector<Recording> recordings;
    std::vector<CheckLimits> checks;
    std::string state;  ///< the folder where the alarms outlive a restart; empty: they do not
    /// Called on the recorder's thread after each tick with all alarms and what changed.
    std::function<void(std::span<const Alarm>, std::span<const AlarmChange>, UnixMs)> on_alarms;
  };

  /// `scraper` and `instruments` outlive it; `collectors` are those that are on.
  Recorder(Options options, Scraper& scraper, std::span<const Collector* const> collectors, HistoryInstruments& instruments);
  /// Writes what waits.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  const std::shared_ptr<RecorderInbox>& inbox() const { return inbox_; }

  /// Ends the thread; false where it still waits for the disk after `time`.
  bool stop(std::chrono::milliseconds time);

 private:
  using Steady = std::chrono::steady_clock;

  void work();
  void start();
  void ask_for_tick();
  void remember(Tick tick);
  void answer(const RecorderInbox::Question& question);

  const Options options_;
  Scraper& scraper_;
  const std::shared_ptr<RecorderInbox> inbox_;
  const Selection needed_;
  HistoryInstruments& instruments_;

  // Of the recorder's thread.
  StateFolder state_;
  std::optional<HistoryKeeper> keeper_;
  Window window_;
  std::vector<Finding> findings_;
  Alarms alarms_;

  std::thread thread_;
};

}  // namespace mixnet
