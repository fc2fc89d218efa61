// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "collectors/kit/child_process.h"
#include "collectors/kit/http.h"
#include "collectors/kit/state_folder.h"
#include "daemon/alerts/channel.h"

namespace mixnet {

/// What AlertSender does, for the metrics.
struct AlertReport {
  struct Receiver {
    std::string name;  ///< "alertmanager1", "webhook1", "command1": nothing of its address, which may be a secret
    AlertCounts counts;
  };
  bool evaluated = false;  ///< were there alarms to send, or none, at all yet?
  std::size_t warning = 0, critical = 0;
  std::vector<Receiver> receivers;
};

/// Tells Alertmanagers, webhooks and commands of the alarms that there are, on a thread of its own, which is there only where
/// there is somebody to tell. What each of them knows outlives a restart.
class AlertSender {
 public:
  struct Options {
    StateFolder state;
    std::string host;  ///< label `instance`, where none is configured
    AlertPace pace = {};
  };

  explicit AlertSender(Options options) : options_(std::move(options)) {}
  /// Waits for the attempts under way, and for the disk.
  ~AlertSender() { end(); }
  AlertSender(const AlertSender&) = delete;
  AlertSender& operator=(const AlertSender&) = delete;

  /// Whom to tell from now on: at the start and at a reload. A receiver that was there before knows what it knew.
  void use(const AlertSettings& settings);

  /// Takes all alarms that there are, at each evaluation, and waits for nobody. From any thread. They must be those of before a
  /// restart, where there was one, gone on with: what is missing is told to be over.
  void update(std::span<const Alarm> alarms, UnixMs now);

  /// From any thread.
  AlertReport report() const;

  /// Has it end: nothing is begun any more, and attempts under way have some moments still.
  void request_stop() { thread_.request_stop(); }
  /// The same, and waits for it; false where the disk still hangs after `time`. Attempts take 1.3 seconds at most.
  bool stop(std::chrono::milliseconds time);

 private:
  /// A channel, and the attempt under way on it; how that goes on is up to the thread alone.
  struct Line {
    Channel channel;
    HttpExchange exchange = {};
    std::optional<ChildProcess> child = {};
    std::optional<Delivery> delivery = {};  ///< of an attempt that has ended
    bool under_way = false;
  };
  struct Task {
    Line* line;
    std::string body;
  };

  void end();
  void work(const std::stop_token& stop);
  std::vector<Task> begin_due(Channel::Clock::time_point& next);
  void wait(Channel::Clock::time_point until, const std::stop_token& stop);
  void advance(Channel::Clock::time_point until, const std::stop_token& stop);
  void begin(Task task);
  void begin_command(Line& line, std::string body);
  bool settle();
  void finish();
  std::vector<Record> load();
  std::vector<Record> records_of_lines() const;
  void save();
  bool is_under_way() const;

  const Options options_;

  // Changed while there is no thread only.
  AlertSettings settings_;
  AlertLabels labels_;
  std::vector<std::unique_ptr<Line>> lines_;  // their channels guarded by mutex_

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  // Guarded by mutex_.
  std::vector<Alarm> alarms_;
  std::optional<UnixMs> evaluated_;
  bool is_news_ = false;     // for the thread
  bool is_working_ = false;  // is there a thread?
  bool is_saved_ = true;     // is what the file has what there is?

  Http http_;                // the thread's
  bool save_fails_ = false;  // the thread's

  std::jthread thread_;
};

}  // namespace mixnet
