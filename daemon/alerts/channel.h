// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/alerts/alert_bodies.h"
#include "daemon/alerts/alert_settings.h"
#include "daemon/alerts/notices.h"

namespace mixnet {

/// How an attempt to tell a receiver something ended.
struct Delivery {
  enum class Kind : std::uint8_t {
    delivered,
    failed,   ///< to be tried again
    refused,  ///< for what it is: trying again would not help
  };
  Kind kind = Kind::delivered;
  std::string reason;                               ///< for a human, without a secret; empty where it was delivered
  std::optional<std::chrono::seconds> retry_after;  ///< that the receiver wants to be left alone
};

/// How long to wait after a failure: at first, and at most; it doubles each time.
struct AlertPace {
  std::chrono::milliseconds first_retry{5'000}, last_retry{300'000};
};

/// What is counted of a receiver.
struct AlertCounts {
  std::uint64_t attempts = 0, failures = 0;
  std::uint64_t lost = 0;        ///< notices given up
  double last_success_time = 0;  ///< Unix time in seconds; 0: never
};

/// One receiver: what it knows, what it is to be told next, and when. It does not do the telling itself.
class Channel {
 public:
  using Clock = std::chrono::steady_clock;

  /// What waits longer than this for its receiver is given up.
  static constexpr std::chrono::hours kGiveUp{24};
  /// Of the alerts in one request to an Alertmanager.
  static constexpr std::size_t kBatchMax = 64;

  Channel(AlertReceiver receiver, std::string name, Record record, AlertPace pace, std::chrono::milliseconds resend_delay);

  const AlertReceiver& receiver() const { return receiver_; }
  const std::string& name() const { return name_; }
  const Record& record() const { return record_; }

  /// Takes the alarms that there are. True where what is to be kept over a restart has changed.
  bool note(std::span<const Alarm> alarms, UnixMs now);

  /// When the next attempt is due; Clock::time_point::max() where there is nothing to tell, or an attempt is under way.
  Clock::time_point due(Clock::time_point now) const;

  /// Begins an attempt that is due: what to send.
  std::string begin(Clock::time_point now, UnixMs time, const AlertLabels& common, std::string_view external_url);
  /// Ends it. Logs the first failure and the success after it.
  void end(const Delivery& delivery, Clock::time_point now, UnixMs time);

  AlertCounts counts;

 private:
  bool is_alertmanager() const { return receiver_.kind == AlertReceiver::Kind::alertmanager; }
  void note_firing(std::span<const Alarm> alarms);
  void lose(std::size_t count);
  void give_up_old(UnixMs now);
  std::string begin_batch(UnixMs time, const AlertLabels& common, std::string_view external_url);
  void know(const Alarm& alarm, UnixMs time);
  void take_off_delivered();
  void fail(const Delivery& delivery, Clock::time_point now);

  const AlertReceiver receiver_;
  const std::string name_;
  const AlertPace pace_;
  const std::chrono::milliseconds resend_delay_;
  Record record_;

  // Of an Alertmanager.
  std::vector<Alarm> alarms_;        // all that there are
  std::vector<Alarm> firing_;        // those that it is to be told of now
  Clock::time_point next_resend_{};  // when it is to be told of all again

  // The attempt under way.
  bool under_way_ = false;
  std::vector<Notice> sent_notices_;
  std::vector<Alarm> sent_firing_;

  unsigned failures_ = 0;  // one after the other
  Clock::time_point not_before_{};
};

}  // namespace mixnet
