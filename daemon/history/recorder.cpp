// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/recorder.h"

#include <algorithm>
#include <utility>

#include "daemon/board.h"
#include "daemon/log.h"
#include "daemon/scraper.h"

namespace mixnet {
namespace {

constexpr std::string_view kAlarmsFile = "alarms";
constexpr UnixMs kWindowMin = 60 * 60 * 1000;
constexpr UnixMs kClockWentBack = 60 * 1000;

/// How far back the checks look, and a little more for the tick before.
UnixMs window_length(std::span<const CheckLimits> checks) {
  const auto length = std::max<UnixMs>(kWindowMin, looks_back(checks).count());
  return length + length / 10;
}

}  // namespace

bool RecorderInbox::ask(Question question) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || questions_.size() >= kQuestionsMax) return false;
  questions_.push_back(std::move(question));
  changed_.notify_all();
  return true;
}

void RecorderInbox::record(const Board& board) {
  auto tick = picker_.pick(unix_ms(), board.samples());
  const std::lock_guard lock(mutex_);
  if (ticks_.size() >= kTicksMax) {
    ++dropped_;
    return;
  }
  ticks_.push_back(std::move(tick));
  changed_.notify_all();
}

Recorder::Recorder(Options options, Scraper& scraper, std::span<const Collector* const> collectors,
                   HistoryInstruments& instruments)
    : options_(std::move(options)),
      scraper_(scraper),
      inbox_(std::make_shared<RecorderInbox>(options_.recordings, options_.interval.count() > 0)),
      needed_{.collect = inbox_->collectors_needed(collectors), .exclude = {}},
      instruments_(instruments),
      state_(options_.state),
      thread_([this] { work(); }) {}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(inbox_->mutex_);
    inbox_->stopping_ = true;
  }
  inbox_->changed_.notify_all();
  thread_.join();
}

bool Recorder::stop(std::chrono::milliseconds time) {
  std::unique_lock lock(inbox_->mutex_);
  inbox_->stopping_ = true;
  inbox_->changed_.notify_all();
  return inbox_->changed_.wait_for(lock, time, [this] { return inbox_->ended_; });
}

/// The scraper's thread may be at a scrape: the tick comes when it comes.
void Recorder::ask_for_tick() {
  scraper_.look({needed_, [inbox = inbox_](const Board& board) { inbox->record(board); }});
}

void Recorder::work() {
  start();
  auto& inbox = *inbox_;
  const auto something = [&inbox] { return inbox.stopping_ || !inbox.ticks_.empty() || !inbox.questions_.empty(); };
  auto due = Steady::now();
  std::unique_lock lock(inbox.mutex_);
  while (!inbox.stopping_) {
    if (!inbox.periodic()) {
      inbox.changed_.wait(lock, something);
    } else if (!inbox.changed_.wait_until(lock, due, something)) {
      due = std::max(due + options_.interval, Steady::now());  // those missed are not made up for
      lock.unlock();
      ask_for_tick();
      lock.lock();
    }
    auto ticks = std::exchange(inbox.ticks_, {});
    auto questions = std::exchange(inbox.questions_, {});
    instruments_.dropped.fetch_add(std::exchange(inbox.dropped_, 0), std::memory_order_relaxed);
    lock.unlock();
    for (auto& tick : ticks) remember(std::move(tick));
    for (const auto& question : questions) answer(question);
    lock.lock();
  }
  lock.unlock();
  if (keeper_) keeper_->flush();
  lock.lock();
  inbox.questions_.clear();
  inbox.ended_ = true;
  inbox.changed_.notify_all();
}

/// What was recorded before the restart is what the checks go on from.
void Recorder::start() {
  if (const auto kept = state_.read(kAlarmsFile, 8 << 20)) {
    if (auto alarms = Alarms::parse(kept->text)) alarms_ = *std::move(alarms);
  }
  if (options_.file.empty()) return;
  keeper_.emplace(options_.file, options_.limits, instruments_);
  if (!keeper_->reader()) return;
  const auto now = unix_ms();
  auto window = keeper_->reader()->window({}, now - window_length(options_.checks), now);
  if (window) {
    window_ = *std::move(window);
  } else {
    keeper_->reading_failed(window.error());
  }
}

void Recorder::remember(Tick tick) {
  const auto now = tick.time;
  if (!window_.empty() && now < window_.times().back() - kClockWentBack) window_ = {};
  window_.add(tick);
  window_.forget_before(now - window_length(options_.checks));
  findings_ = evaluate_all(window_, now, options_.checks);
  const auto changes = alarms_.update(findings_, now);
  if (keeper_) {
    if (!changes.empty()) keeper_->note_alarms({alarms_.all().begin(), alarms_.all().end()}, now);
    keeper_->take(std::move(tick));
  }
  if (!changes.empty()) {
    const auto written = state_.write(kAlarmsFile, alarms_.serialized());
    if (!written) log_warn("alarms will not outlive a restart", {{"err", written.error().message}});
  }
  if (options_.on_alarms) options_.on_alarms(alarms_.all(), changes, now);
}

void Recorder::answer(const RecorderInbox::Question& question) {
  static const std::string kNoHistory = "history is not kept";
  const RecorderView view{window_, findings_, alarms_.all(), keeper_ ? keeper_->reader() : nullptr,
                          keeper_ ? keeper_->error() : kNoHistory};
  const auto answered = question(view);
  if (!answered && keeper_) keeper_->reading_failed(answered.error());
}

}  // namespace mixnet
