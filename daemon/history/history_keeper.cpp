// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/history_keeper.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <utility>

#include "daemon/log.h"

namespace mixnet {
namespace {

constexpr std::chrono::seconds kOpenAgain{15};
constexpr std::chrono::minutes kJump{1};         // the clock was set, rather than kept
constexpr std::chrono::hours kJumpTrusted{24};   // so long it must then go on before anything is forgotten by it
constexpr std::chrono::hours kBehindTrusted{1};  // so long it must be behind before what is ahead of it is taken to be wrong
constexpr UnixMs kAwayMax = 30LL * 24 * 60 * 60 * 1000;  // an exporter that was away for longer may have a wrong clock
constexpr std::size_t kSetAsideMax = 3;

/// "history.sqlite.damaged-20261125T101500"
std::string aside_name(const std::string& path) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char time[32];
  std::strftime(time, sizeof time, ".damaged-%Y%m%dT%H%M%S", &utc);
  return path + time;
}

/// For the exporter and its group, as the file is. Where it cannot be made opening the file tells so.
void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::create_directories(folder, error)) return;
  std::filesystem::permissions(folder, std::filesystem::perms(0750), error);
}

/// Of the files that were set aside the newest stay.
void remove_old_asides(const std::filesystem::path& path) {
  std::error_code error;
  std::vector<std::filesystem::path> asides;
  const auto prefix = path.filename().string() + ".damaged-";
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), error)) {
    if (entry.path().filename().string().starts_with(prefix)) asides.push_back(entry.path());
  }
  std::sort(asides.begin(), asides.end());
  for (std::size_t index = 0; index + kSetAsideMax < asides.size(); ++index) std::filesystem::remove(asides[index], error);
}

}  // namespace

HistoryKeeper::HistoryKeeper(std::string path, const HistoryLimits& limits, HistoryInstruments& instruments)
    : path_(std::move(path)), limits_(limits), instruments_(instruments) {
  instruments_.on = true;
  open();
}

void HistoryKeeper::open() {
  next_open_ = Steady::now() + kOpenAgain;
  make_folder(std::filesystem::path(path_).parent_path());
  auto opened = HistoryFile::open(path_, limits_);
  if (!opened && opened.error().fault == Fault::malformed) return begin_anew(opened.error());
  if (!opened) return failed(opened.error());
  file_ = *std::move(opened);
  newest_ = file_->newest().value_or(0);
}

/// What is damaged is kept, for whoever may want to look at it, and a new file begun.
void HistoryKeeper::begin_anew(const Error& damage) {
  file_.reset();
  const auto aside = aside_name(path_);
  std::error_code error;
  std::filesystem::rename(path_, aside, error);
  if (error) return failed({Fault::denied, damage.message + "; it cannot be set aside: " + error.message()});
  for (const char* journal : {"-wal", "-shm"}) std::filesystem::remove(path_ + journal, error);
  remove_old_asides(path_);
  log_error("the history's file is damaged; a new one is begun", {{"err", damage.message}, {"set_aside", aside}});
  instruments_.set_aside.fetch_add(1, std::memory_order_relaxed);
  auto opened = HistoryFile::open(path_, limits_);
  if (!opened) return failed(opened.error());
  file_ = *std::move(opened);
  newest_ = 0;
}

void HistoryKeeper::failed(const Error& error) {
  if (error_ != error.message) log_error("history cannot be written; it is tried again", {{"err", error.message}});
  error_ = error.message;
  instruments_.up = false;
}

void HistoryKeeper::works() {
  if (!error_.empty()) log_info("history is written again", {{"file", path_}});
  error_.clear();
  instruments_.up = true;
}

/// Nothing is forgotten for a while after the clock was set: by a wrong one all would be too old.
void HistoryKeeper::watch_clock(UnixMs time) {
  const auto now = Steady::now();
  if (last_time_ == 0) {
    if (newest_ != 0 && time - newest_ > kAwayMax) forget_from_ = now + kJumpTrusted;
  } else {
    const auto by_clock = std::chrono::milliseconds(time - last_time_);
    const auto drift = by_clock - std::chrono::duration_cast<std::chrono::milliseconds>(now - last_steady_);
    if (drift > kJump || drift < -kJump) forget_from_ = now + kJumpTrusted;
  }
  last_time_ = time;
  last_steady_ = now;
}

/// Is the clock behind what was recorded, so that a tick has no place? A clock that starts long ago, as one without a battery
/// does, must not cost the history; one that stays behind was ahead before, and what it recorded then is forgotten.
bool HistoryKeeper::clock_is_behind(UnixMs time) {
  if (time > newest_) {
    behind_since_ = {};
    return false;
  }
  const auto now = Steady::now();
  if (behind_since_ == Steady::time_point{}) {
    behind_since_ = now;
    if (std::chrono::milliseconds(newest_ - time) > kJump) {
      log_warn("the clock is behind what was recorded; nothing is until it has caught up, or for an hour");
    }
  }
  if (now - behind_since_ < kBehindTrusted || !file_) return true;
  log_warn("the clock stays behind; what was recorded ahead of it is forgotten");
  if (const auto forgotten = file_->forget_from(time); !forgotten) failed(forgotten.error());
  newest_ = file_->newest().value_or(0);
  behind_since_ = {};
  return newest_ >= time;
}

void HistoryKeeper::take(Tick tick) {
  watch_clock(tick.time);
  instruments_.series = tick.series->size();
  if (clock_is_behind(tick.time)) {
    instruments_.dropped.fetch_add(1, std::memory_order_relaxed);
  } else {
    newest_ = tick.time;
    waiting_.push_back(std::move(tick));
    if (waiting_.size() > kWaitingMax) {
      waiting_.erase(waiting_.begin());
      instruments_.dropped.fetch_add(1, std::memory_order_relaxed);
    }
  }
  if (Steady::now() - last_write_ >= kCommitEvery) write_or_wait();
}

void HistoryKeeper::reading_failed(const Error& error) {
  if (error.fault == Fault::malformed && file_) begin_anew(error);
}

void HistoryKeeper::flush() {
  if (!waiting_.empty() || alarms_wait_) write_or_wait();
}

void HistoryKeeper::note_alarms(std::vector<Alarm> alarms, UnixMs now) {
  alarms_ = std::move(alarms);
  alarms_noted_at_ = now;
  alarms_wait_ = true;
}

Result<void> HistoryKeeper::write() {
  if (!waiting_.empty()) TRY(file_->add(waiting_));
  instruments_.ticks.fetch_add(waiting_.size(), std::memory_order_relaxed);
  waiting_.clear();
  if (alarms_wait_) TRY(file_->note_alarms(alarms_, alarms_noted_at_));
  alarms_wait_ = false;
  TRY(file_->tidy(last_time_, Steady::now() >= forget_from_));
  instruments_.bytes = TRY(file_->bytes());
  return {};
}

void HistoryKeeper::write_or_wait() {
  last_write_ = Steady::now();
  if (!file_ && last_write_ >= next_open_) open();
  if (!file_) return;
  auto written = write();
  if (!written && written.error().fault == Fault::malformed) {
    begin_anew(written.error());
    if (!file_) return;
    written = write();
  }
  if (written) {
    works();
    const auto unix_time = std::chrono::system_clock::now().time_since_epoch();
    instruments_.last_write_time = std::chrono::duration<double>(unix_time).count();
  } else {
    failed(written.error());
    if (written.error().fault == Fault::denied) file_.reset();  // one that is full can still be read
  }
  const std::chrono::duration<double> took = Steady::now() - last_write_;
  instruments_.write_seconds = instruments_.write_seconds + took.count();
}

}  // namespace mixnet
