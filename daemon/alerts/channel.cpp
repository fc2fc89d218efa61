// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/channel.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "daemon/log.h"

namespace mixnet {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kRetryAfterMax{3600};
constexpr int kExpiry = 4;  // of resend delays: an Alertmanager takes for over what it has not heard of for so long

bool is_same_alert(const Alarm& a, const Alarm& b) {
  return std::tie(a.alert, a.node, a.status) == std::tie(b.alert, b.node, b.status);
}

bool contains(std::span<const Alarm> alarms, const Alarm& alarm) {
  return std::any_of(alarms.begin(), alarms.end(), [&](const Alarm& each) { return is_same_alert(each, alarm); });
}

milliseconds backoff(const AlertPace& pace, unsigned failures) {
  constexpr unsigned kDoublingsMax = 20;
  const auto doublings = std::min(failures - 1, kDoublingsMax);
  return std::min<milliseconds>(pace.first_retry * (1LL << doublings), pace.last_retry);
}

}  // namespace

Channel::Channel(AlertReceiver receiver, std::string name, Record record, AlertPace pace, milliseconds resend_delay)
    : receiver_(std::move(receiver)),
      name_(std::move(name)),
      pace_(pace),
      resend_delay_(resend_delay),
      record_(std::move(record)) {
  record_.receiver = receiver_key(receiver_);
}

bool Channel::note(std::span<const Alarm> alarms, UnixMs now) {
  const auto known = record_.told.size();
  const auto last = record_.pending.empty() ? Notice{} : record_.pending.back();
  const auto waiting = record_.pending.size();
  lose(is_alertmanager() ? note_ends(record_, alarms, now) : note_changes(record_, receiver_, alarms, now));
  give_up_old(now);
  if (is_alertmanager()) note_firing(alarms);
  return known != record_.told.size() || waiting != record_.pending.size() ||
         (!record_.pending.empty() && record_.pending.back() != last);
}

void Channel::note_firing(std::span<const Alarm> alarms) {
  std::erase_if(firing_, [&](const Alarm& each) { return !contains(alarms, each); });
  for (const auto& alarm : alarms) {
    const auto knows = [&](const Told& each) { return is_same_alert(each.alarm, alarm); };
    if (std::any_of(record_.told.begin(), record_.told.end(), knows) || contains(firing_, alarm)) continue;
    firing_.push_back(alarm);
  }
  alarms_.assign(alarms.begin(), alarms.end());
}

void Channel::lose(std::size_t count) {
  if (count == 0) return;
  counts.lost += count;
  log_error("notifications of alerts are given up", {{"receiver", name_}, {"count", count}});
}

void Channel::give_up_old(UnixMs now) {
  constexpr auto kLongest = std::chrono::duration_cast<milliseconds>(kGiveUp).count();
  lose(std::erase_if(record_.pending, [&](Notice& each) {
    each.at = std::min(each.at, now);  // the clock may have been set back
    return now - each.at > kLongest;
  }));
}

Channel::Clock::time_point Channel::due(Clock::time_point now) const {
  if (under_way_) return Clock::time_point::max();
  if (!record_.pending.empty() || !firing_.empty()) return std::max(now, not_before_);
  if (!alarms_.empty()) return std::max(next_resend_, not_before_);
  return Clock::time_point::max();
}

std::string Channel::begin(Clock::time_point now, UnixMs time, const AlertLabels& common, std::string_view external_url) {
  under_way_ = true;
  if (is_alertmanager()) {
    if (now >= next_resend_) {
      firing_ = alarms_;
      next_resend_ = now + resend_delay_;
    }
    return begin_batch(time, common, external_url);
  }
  sent_notices_ = {record_.pending.front()};
  return webhook_body(record_.pending.front(), common, name_, external_url);
}

std::string Channel::begin_batch(UnixMs time, const AlertLabels& common, std::string_view external_url) {
  std::vector<Alert> alerts;
  const auto ends = std::min(record_.pending.size(), kBatchMax);
  sent_notices_.assign(record_.pending.begin(), record_.pending.begin() + static_cast<std::ptrdiff_t>(ends));
  for (const auto& notice : sent_notices_) alerts.push_back({notice.alarm, notice.at, true});
  sent_firing_.clear();
  for (const auto& alarm : firing_) {
    if (alerts.size() == kBatchMax) break;
    alerts.push_back({alarm, time + kExpiry * resend_delay_.count(), false});
    sent_firing_.push_back(alarm);
    know(alarm, time);
  }
  return alertmanager_body(alerts, common, external_url);
}

/// It may learn of it even where the attempt fails, and is then to be told when it is over.
void Channel::know(const Alarm& alarm, UnixMs time) {
  const auto knows = [&](const Told& each) { return is_same_alert(each.alarm, alarm); };
  const auto at = std::find_if(record_.told.begin(), record_.told.end(), knows);
  if (at == record_.told.end()) {
    record_.told.push_back({alarm, time});
  } else {
    at->at = time;
  }
}

void Channel::end(const Delivery& delivery, Clock::time_point now, UnixMs time) {
  under_way_ = false;
  ++counts.attempts;
  if (delivery.kind != Delivery::Kind::delivered) return fail(delivery, now);
  take_off_delivered();
  counts.last_success_time = static_cast<double>(time) / 1000;
  if (failures_ > 0) log_info("alert receiver works again", {{"receiver", name_}});
  failures_ = 0;
  not_before_ = {};
}

void Channel::take_off_delivered() {
  std::erase_if(record_.pending, [&](const Notice& each) {
    return std::find(sent_notices_.begin(), sent_notices_.end(), each) != sent_notices_.end();
  });
  std::erase_if(firing_, [&](const Alarm& each) { return contains(sent_firing_, each); });
}

void Channel::fail(const Delivery& delivery, Clock::time_point now) {
  ++counts.failures;
  if (failures_++ == 0) log_warn("alert receiver fails", {{"receiver", name_}, {"err", delivery.reason}});
  auto pace = pace_;
  if (is_alertmanager()) pace.last_retry = std::min(pace.last_retry, resend_delay_);
  milliseconds wait = backoff(pace, failures_);
  if (delivery.retry_after) wait = std::max<milliseconds>(wait, std::min(*delivery.retry_after, kRetryAfterMax));
  not_before_ = now + wait;
  if (delivery.kind != Delivery::Kind::refused || is_alertmanager()) return;
  const auto waiting = record_.pending.size();
  take_off_delivered();
  lose(waiting - record_.pending.size());
}

}  // namespace mixnet
