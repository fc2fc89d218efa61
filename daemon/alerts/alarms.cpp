// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/alarms.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "collectors/kit/text.h"
#include "collectors/kit/utf8.h"
#include "daemon/alerts/alarm_text.h"

namespace mixnet {
namespace {

using Kind = AlarmChange::Kind;
using Key = std::pair<std::string_view, std::string_view>;

constexpr std::string_view kHead = "mixnet-exporter alarms 1";

Key key_of(const Alarm& alarm) { return {alarm.alert, alarm.node}; }

bool goes_before(const Alarm& a, const Alarm& b) {
  return std::tie(b.status, a.since, a.alert, a.node) < std::tie(a.status, b.since, b.alert, b.node);
}

/// At most kTextBytesMax bytes, and no part of a character.
std::string_view cut(std::string_view text) {
  if (text.size() <= Alarms::kTextBytesMax) return text;
  text = text.substr(0, Alarms::kTextBytesMax);
  for (std::size_t back = 1; back <= 4; ++back) {
    const auto last = text.substr(text.size() - back);
    if ((static_cast<unsigned char>(last.front()) & 0xC0U) == 0x80U) continue;  // within a character
    return utf8_length(last) == back ? text : text.substr(0, text.size() - back);
  }
  return text;
}

bool is_bad(Status status) { return status == Status::warning || status == Status::critical; }

/// Of what was found of each condition, the worst: critical, warning, unknown.
std::map<Key, const Finding*> worst_of_each(std::span<const Finding> findings) {
  const auto rank = [](Status status) { return is_bad(status) ? static_cast<int>(status) + 1 : status == Status::unknown; };
  std::map<Key, const Finding*> out;
  for (const auto& finding : findings) {
    auto& place = out[{finding.alert, cut(finding.node)}];
    if (place == nullptr || rank(finding.status) > rank(place->status)) place = &finding;
  }
  return out;
}

Alarm begun(const Finding& finding, UnixMs now) {
  Alarm alarm;
  alarm.alert = finding.alert;
  alarm.node = cut(finding.node);
  alarm.status = finding.status;
  alarm.since = alarm.last_seen = alarm.last_bad = now;
  alarm.message = cut(finding.message);
  alarm.remedy = cut(finding.remedy);
  return alarm;
}

void note(Alarm& alarm, const Finding* finding, UnixMs now) {
  const auto status = finding == nullptr ? Status::ok : finding->status;
  if (status == Status::unknown || status == alarm.status) alarm.last_seen = now;
  if (status != Status::ok) alarm.last_bad = now;
  if (!is_bad(status)) return;
  alarm.message = cut(finding->message);
  alarm.remedy = cut(finding->remedy);
}

/// What becomes of one that was noted: worse at once, better after `hold`.
std::optional<Kind> settle(Alarm& alarm, const Finding* finding, UnixMs now, UnixMs hold) {
  if (finding != nullptr && is_bad(finding->status) && finding->status > alarm.status) {
    alarm.status = finding->status;
    alarm.since = alarm.last_seen = now;
    return Kind::changed;
  }
  const auto is_past = [&](UnixMs time) { return time != now && now - time >= hold; };
  if (!is_past(alarm.last_seen)) return std::nullopt;
  if (is_past(alarm.last_bad)) return Kind::over;
  alarm.status = Status::warning;  // found so since it was last critical
  alarm.since = now;
  alarm.last_seen = alarm.last_bad;
  return Kind::changed;
}

}  // namespace

/// From when on it takes `hold` for one to be over, where what was noted of it is of another time.
void Alarms::begin_anew(UnixMs now) {
  for (auto& alarm : alarms_) {
    alarm.since = std::min(alarm.since, now);
    alarm.last_seen = alarm.last_bad = now;
  }
}

std::vector<AlarmChange> Alarms::update(std::span<const Finding> findings, UnixMs now, std::chrono::milliseconds hold) {
  if (!last_update_ || now < *last_update_) begin_anew(now);
  last_update_ = now;
  auto found = worst_of_each(findings);
  std::vector<AlarmChange> changes;
  std::vector<Alarm> kept;
  kept.reserve(alarms_.size());
  for (auto& alarm : alarms_) {
    const auto place = found.find(key_of(alarm));
    const auto* finding = place == found.end() ? nullptr : place->second;
    if (place != found.end()) found.erase(place);
    note(alarm, finding, now);
    const auto change = settle(alarm, finding, now, hold.count());
    if (change) changes.push_back({*change, alarm});
    if (change != Kind::over) kept.push_back(std::move(alarm));
  }
  for (const auto& [key, finding] : found) {
    if (!is_bad(finding->status) || kept.size() >= kMax) continue;
    kept.push_back(begun(*finding, now));
    changes.push_back({Kind::began, kept.back()});
  }
  std::sort(kept.begin(), kept.end(), goes_before);
  alarms_ = std::move(kept);
  return changes;
}

std::string Alarms::serialized() const {
  std::string out(kHead);
  out += '\n';
  for (const auto& alarm : alarms_) {
    append_alarm(out, alarm);
    out += '\n';
  }
  return out;
}

Result<Alarms> Alarms::parse(std::string_view text) {
  Lines lines(text);
  std::string_view line;
  if (!text.ends_with('\n')) return fail(Fault::malformed, "the end is missing");
  if (!lines.next(line) || line != kHead) return fail(Fault::malformed, "line 1: " + in_quotes(kHead) + " expected");
  Alarms out;
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  while (lines.next(line)) {
    auto alarm = TRY(parse_alarm(lines, line));
    if (!known.try_emplace({alarm.alert, alarm.node}, lines.number()).second) return lines.malformed("an alarm told twice");
    if (out.alarms_.size() == kMax) return lines.malformed("more alarms than there may be");
    out.alarms_.push_back(std::move(alarm));
  }
  std::sort(out.alarms_.begin(), out.alarms_.end(), goes_before);
  return out;
}

}  // namespace mixnet
